"""What the mall holds, and what happens to it: groups, tasks, orders, payments."""

import asyncio
import datetime
import time
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from .push import push

TASK_TIME = 0.15    # seconds a task takes
WEBHOOK_TIME = 0.05  # seconds until Stripe tells the outcome of a payment
EFFECT_TIME = 0.05  # seconds until a paid order takes effect
PLAN_DAYS = 30       # days a plan lasts

# What a mall may limit for each SIM card; no page says whether it does.
LIMITS = {
    "one-renewal-per-sim": "A subscription is refused while the SIM card has an active auto-renewal.",
    "one-plan-per-sim": "A paid order takes effect, and is listed and pushed, when the plans of the SIM card before it have ended.",
}

# Stripe's own test values.
PAYS, DECLINED, ASKS_THE_BUYER = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"
OPEN, PAID, FAILED = "0", "1", "2"


class Refusal(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Group:
    partner: str
    id: str
    name: str
    package: str
    sims: list = field(default_factory=list)


@dataclass
class Task:
    id: str
    partner: str
    action: str
    group: Group
    sims: list
    details: list = field(default_factory=list)
    status: str = "processing"
    started: bool = False


@dataclass
class Order:
    partner: str
    number: str
    pay_id: str
    sim: str
    package: str
    amount: str
    currency: str
    period: str
    auto_renewal: str
    purchase_id: str
    status: str = OPEN
    paid_at: datetime.datetime | None = None
    method: str | None = None
    effects: list = field(default_factory=list)
    renewing: bool = False
    subscribed_at: datetime.datetime | None = None


@dataclass
class Package:
    code: str
    plan: str
    name: str
    area: set
    price: str
    currency: str


class Store:
    def __init__(self, bugs, push_urls, push_key, limits=frozenset()):
        self.bugs, self.limits = bugs, limits
        self.push_urls, self.push_key = push_urls, push_key
        self.partners = {"SU528SX8BZ": "Northern Travel", "P000270": "Dockside Mobile"}
        self.sims = {f"8988303000000{n:07d}" for n in range(1, 31)}
        self.packages = {
            "DP-EU-30": Package("DP-EU-30", "SP-EU", "Europe 30 days", {"Europe", "欧洲"}, "19.99", "EUR"),
            "DP-ASIA-7": Package("DP-ASIA-7", "SP-ASIA", "Asia 7 days", {"Asia", "亚洲"}, "8.50", "EUR"),
        }
        self.groups = {
            group.id: group for group in (
                Group("SU528SX8BZ", "grp-north-eu", "Northern, Europe", "DP-EU-30"),
                Group("SU528SX8BZ", "grp-north-asia", "Northern, Asia", "DP-ASIA-7"),
                Group("P000270", "grp-dock-eu", "Dockside, Europe", "DP-EU-30"),
            )
        }
        self.tasks, self.orders = {}, []
        self.running = set()
        self.bundles_cache = {}

    def later(self, work):
        """Runs a coroutine in the background, and keeps it from being collected."""
        running = asyncio.ensure_future(work)
        self.running.add(running)
        running.add_done_callback(self.running.discard)

    # Groups and tasks.

    def group_of(self, partner, group_id):
        group = self.groups.get(group_id)
        if group is None or group.partner != partner:
            raise Refusal(404, "GROUP_NOT_FOUND", "There is no such group.")
        return group

    def start(self, partner, action, group, sims):
        task = Task(uuid.uuid4().hex, partner, action, group, sims)
        self.tasks[task.id] = task
        if "lazy-task" not in self.bugs:
            self.later(self.work(task))
        return task

    async def work(self, task):
        if task.started:
            return
        task.started = True
        before = list(task.group.sims)
        await asyncio.sleep(TASK_TIME)
        sims = before if "lost-update" in self.bugs else list(task.group.sims)
        for sim in task.sims:
            task.details.append(self.detail(task, sims, sim))
        task.group.sims = sims
        task.status = "completed"

    def detail(self, task, sims, sim):
        if sim not in self.sims:
            return {"sim_id": sim, "result": "31", "message": "The SIM card does not exist."}
        if task.action == "70":
            if "deduplicated-adds" not in self.bugs or sim not in sims:
                sims.append(sim)
        elif sim in sims:
            sims.remove(sim)
        else:
            return {"sim_id": sim, "result": "32", "message": "The SIM card is not in the group."}
        return {"sim_id": sim, "result": "10", "message": "success"}

    def task_of(self, partner, request_id):
        task = self.tasks.get(request_id)
        if task is None or (task.partner != partner and "foreign-task" not in self.bugs):
            raise Refusal(404, "TASK_NOT_FOUND", "There is no such task.")
        if "lazy-task" in self.bugs:
            self.later(self.work(task))
        return task

    def bundles(self, partner):
        kept = self.bundles_cache.get(partner)
        if "cached-bundles" in self.bugs and kept and time.monotonic() - kept[0] < 60:
            return kept[1]
        result = [
            {"group_id": g.id, "group_name": g.name, "package_code": g.package,
             "package_name": self.packages[g.package].name, "sim_count": str(len(g.sims))}
            for g in self.groups.values() if g.partner == partner
        ]
        self.bundles_cache[partner] = (time.monotonic(), result)
        return result

    # Orders and payments.

    def known_sim(self, sim):
        if sim not in self.sims:
            raise Refusal(404, "SIM_NOT_FOUND", "There is no such SIM card.")

    def create(self, order):
        self.known_sim(order.sim)
        if order.package not in self.packages:
            raise Refusal(404, "PACKAGE_NOT_FOUND", "There is no such package.")
        if "folded-ids" in self.bugs:
            order.number = order.number.upper()
        if "float-money" in self.bugs:
            order.amount = f"{int(float(order.amount) * 100) / 100:.2f}"
        for other in self.orders:
            if other.partner == order.partner and (other.number == order.number or other.pay_id == order.pay_id):
                raise Refusal(409, "DUPLICATE_ORDER", "An order with this orderNo or payId exists.")
        self.orders.append(order)
        return order

    def payment_of(self, partner, pay_id):
        for order in self.orders:
            if order.partner == partner and order.pay_id == pay_id:
                return order
        raise Refusal(404, "PAYMENT_NOT_FOUND", "There is no such payment.")

    def payable(self, partner, pay_id, amount, currency):
        order = self.payment_of(partner, pay_id)
        if order.status == PAID:
            raise Refusal(409, "ALREADY_PAID", "The order is paid.")
        if amount is not None and (Decimal(amount) != Decimal(order.amount) or currency.upper() != order.currency.upper()):
            if "float-money" not in self.bugs:
                raise Refusal(400, "AMOUNT_MISMATCH", "The amount is not that of the order.")
        return order

    def charge(self, order, method):
        """Has Stripe charge a payment method; the outcome comes later, by webhook."""
        if method not in (PAYS, DECLINED, ASKS_THE_BUYER):
            raise Refusal(400, "NO_SUCH_PAYMENT_METHOD", f"No such PaymentMethod: {method}")
        order.method = method

        async def webhook():
            await asyncio.sleep(WEBHOOK_TIME)
            self.settle(order)
        self.later(webhook())

    def settle(self, order):
        """Takes over what Stripe says of a payment."""
        outcome = {PAYS: PAID, DECLINED: FAILED}.get(order.method, OPEN)
        if order.status == PAID or outcome == OPEN or order.status == outcome:
            return
        order.status, order.paid_at = outcome, datetime.datetime.now()
        if outcome == PAID:
            self.later(self.take_effect(order))

    def confirm(self, order):
        was_paid = order.status == PAID
        self.settle(order)
        if was_paid and "double-effect" in self.bugs:
            self.later(self.take_effect(order))

    async def take_effect(self, order):
        await asyncio.sleep(EFFECT_TIME)
        while "one-plan-per-sim" in self.limits and self.has_plan(order.sim):
            await asyncio.sleep(60)
        order.effects.append(datetime.date.today())
        url = self.push_urls.get(order.partner)
        if url:
            self.later(push(url, order, *self.push_key, self.bugs))

    def has_plan(self, sim):
        today, lasts = datetime.date.today(), datetime.timedelta(days=PLAN_DAYS)
        return any(since + lasts >= today for order in self.orders if order.sim == sim for since in order.effects)

    def renewable(self, sim):
        if "one-renewal-per-sim" in self.limits and any(order.sim == sim and order.renewing for order in self.orders):
            raise Refusal(409, "RENEWAL_EXISTS", "The SIM card has an active auto-renewal.")

    def look_up(self, partner, purchase_id, order_id, sim):
        own = [order for order in reversed(self.orders) if order.partner == partner]
        keys = [(purchase_id, "purchase_id"), (order_id, "number"), (sim, "sim")]
        if "sim-key-first" in self.bugs:
            keys.reverse()
        for value, name in keys:
            if not value:
                continue
            found = [order for order in own if getattr(order, name) == value]
            if name == "purchase_id":
                found.sort(key=lambda order: order.status != PAID)
            if found:
                return found[0]
            raise Refusal(404, "ORDER_NOT_FOUND", "There is no such order.")
        raise Refusal(400, "NO_KEY", "Give purchase_order_id, order_id or sim_id.")

    def renewal_of(self, partner, sim):
        for order in reversed(self.orders):
            if order.partner == partner and order.sim == sim and order.renewing:
                return order
        raise Refusal(404, "NO_AUTO_RENEWAL", "The SIM card has no active auto-renewal.")
