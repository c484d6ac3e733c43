// What the mall holds, and what happens to it: groups, tasks, orders, payments.
import { setTimeout as sleep } from 'node:timers/promises';
import { push } from './push.js';

const QUEUE_TIME = 80; // milliseconds until a task is begun
const TASK_TIME = 120; // milliseconds it then takes
export const PAYS = 'pm_pays';
export const FAILS = 'pm_fails';
export const WAITS = 'pm_waits';
export const [OPEN, PAID, FAILED] = ['0', '1', '2'];

// What a mall may limit for each SIM card; no page says whether it does.
export const LIMITS = {
  'one-renewal-per-sim': 'A subscription is refused while the SIM card has an active auto-renewal.',
  'one-plan-per-sim': 'A paid order is pending beside the plan of the SIM card before it. Plans of this mall do not end.',
};

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export class Store {
  partners = new Set(['P100200', 'P100300']);
  packages = new Map([
    ['PACKAGE20260101000001', { plan: 'PLAN-1', name: 'United Kingdom 5 GB', price: '12.36', currency: 'GBP' }],
    ['PACKAGE20260101000002', { plan: 'PLAN-2', name: 'Japan 1 GB', price: '4.50', currency: 'GBP' }],
  ]);
  groups = new Map([
    ['2001', { id: '2001', partner: 'P100200', name: 'Fleet', packageCode: 'PACKAGE20260101000001', sims: [] }],
    ['2002', { id: '2002', partner: 'P100200', name: 'Spare', packageCode: 'PACKAGE20260101000002', sims: [] }],
    ['3001', { id: '3001', partner: 'P100300', name: 'All', packageCode: 'PACKAGE20260101000001', sims: [] }],
  ]);
  sims = new Set();
  tasks = new Map();
  orders = [];
  count = 0;

  constructor(bugs, pushUrls, pushKey, limits = new Set()) {
    Object.assign(this, { bugs, pushUrls, pushKey, limits });
    for (let n = 1; n <= 40; n++) this.sims.add(`894411000000${String(n).padStart(7, '0')}`);
  }

  // Groups and tasks.

  group(partner, id) {
    const group = this.groups.get(id);
    if (group?.partner !== partner) throw new Refusal('2004', 'group not found');
    return group;
  }

  nextId() {
    const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    return this.bugs.has('ids-by-the-second') ? `RQ-${time}` : `RQ-${time}-${++this.count}`;
  }

  start(partner, action, group, sims) {
    const task = { id: this.nextId(), partner, action, group, sims, status: 'queued', details: undefined };
    this.tasks.set(task.id, task);
    this.work(task);
    return task;
  }

  async work(task) {
    await sleep(QUEUE_TIME);
    task.status = 'running';
    await sleep(TASK_TIME);
    const before = [...task.group.sims];
    const broken = this.bugs.has('batch-fails-whole') && task.sims.some((sim) => !this.sims.has(sim));
    task.details = task.sims.map((sim) => this.outcome(task, sim, broken));
    task.status = 'completed';
    if (this.bugs.has('effect-vanishes')) {
      await sleep(400);
      task.group.sims = before;
    }
  }

  outcome({ action, group }, sim, broken) {
    const unknown = !this.sims.has(sim) && !this.bugs.has('unknown-sim-succeeds');
    if (broken || unknown) return { sim_id: sim, result: '31', message: 'The SIM card does not exist.' };
    if (action === '70') {
      group.sims.push(sim);
    } else if (group.sims.includes(sim)) {
      group.sims.splice(group.sims.indexOf(sim), 1);
    }
    return { sim_id: sim, result: '10', message: 'success' };
  }

  task(partner, id) {
    const task = this.tasks.get(id);
    if (task?.partner !== partner) throw new Refusal('2005', 'task not found');
    if (task.status === 'completed' && this.bugs.has('result-read-once')) this.tasks.delete(id);
    return task;
  }

  // Orders and payments.

  knownSim(sim) {
    if (!this.sims.has(sim)) throw new Refusal('1004', 'unknown iccid');
  }

  async create(order) {
    this.knownSim(order.sim);
    if (!this.packages.has(order.packageCode)) throw new Refusal('1005', 'unknown package');
    if (this.orders.some((o) => o.partner === order.partner && (o.number === order.number || o.payId === order.payId))) {
      throw new Refusal('1009', 'duplicate order');
    }
    if (this.bugs.has('order-race')) await sleep(60);
    Object.assign(order, { status: OPEN, effects: 0, renewing: false });
    this.orders.push(order);
    if (this.bugs.has('push-before-payment')) this.push(order);
    return order;
  }

  payment(partner, payId) {
    const order = this.orders.find((o) => o.partner === partner && o.payId === payId);
    if (!order) throw new Refusal('1006', 'unknown payId');
    return order;
  }

  payable(partner, payId, amount, currency) {
    const order = this.payment(partner, payId);
    if (order.status === PAID) throw new Refusal('1010', 'already paid');
    const same = (a, b) => Number(a) === Number(b);
    if (amount !== undefined && (!same(amount, order.amount) || String(currency).toUpperCase() !== order.currency.toUpperCase())) {
      throw new Refusal('1011', 'amount or currency differs from the order');
    }
    return order;
  }

  // What Stripe says of the payment method that was charged. The mall asks when the partner confirms, never by itself.
  settle(order) {
    if (order.status === PAID || !order.method || order.method === WAITS) return;
    order.paidAt = new Date();
    order.status = order.method === PAYS ? PAID : FAILED;
    if (order.status === PAID) this.takeEffect(order);
  }

  takeEffect(order) {
    order.status = PAID;
    order.paidAt = new Date();
    if (this.limits.has('one-plan-per-sim') && this.orders.some((o) => o.sim === order.sim && o.effects > 0)) return;
    order.effects++;
    if (!this.bugs.has('push-before-payment')) this.push(order);
  }

  renewable(sim) {
    if (this.limits.has('one-renewal-per-sim') && this.orders.some((o) => o.sim === sim && o.renewing)) {
      throw new Refusal('1013', 'the sim has an active auto-renewal');
    }
  }

  push(order) {
    const first = this.pushUrls.keys().next().value;
    const url = this.pushUrls.get(this.bugs.has('push-wrong-partner') ? first : order.partner);
    if (url) push(url, order, this.pushKey, this.bugs);
  }

  lookUp(partner, keys) {
    const own = this.orders.filter((o) => o.partner === partner || this.bugs.has('foreign-order')).reverse();
    const [name, value] = Object.entries(keys).find(([, given]) => given) ?? [];
    if (!name) throw new Refusal('2000', 'one of purchase_order_id, order_id, sim_id is required');
    const found = own.filter((o) => o[name] === value);
    if (found.length === 0) throw new Refusal('2006', 'order not found');
    if (name !== 'purchaseId') return found[0];
    if (this.bugs.has('oldest-duplicate')) return found.at(-1);
    return found.find((o) => o.status === PAID) ?? found[0];
  }

  renewal(partner, sim) {
    const order = this.orders.findLast((o) => o.partner === partner && o.sim === sim && o.renewing);
    if (!order) throw new Refusal('1012', 'no active auto-renewal');
    return order;
  }
}
