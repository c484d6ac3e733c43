"""The mall as a FastAPI application: three services below one address."""

import datetime
import uuid
from typing import Annotated

from fastapi import Body, Depends, FastAPI, Query, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse

from . import models
from .sign import sign
from .store import PAID, FAILED, PLAN_DAYS, Order, Refusal


def answer(data=None, **extra):
    return {"operateCode": "S", "message": "success", "traceId": uuid.uuid4().hex, "data": data, **extra}


async def parameters(request: Request):
    """All that the sign covers: the parameters of path, query and body."""
    found = {**request.path_params, **request.query_params}
    if request.method != "GET":
        try:
            body = await request.json()
        except ValueError:  # FastAPI refuses the body afterwards, in its own words
            return None
        if not isinstance(body, dict):
            return None
        found.update(body)
    return found


async def partner(request: Request, found: Annotated[dict | None, Depends(parameters)]):
    """The partner that speaks, once the sign is known to be right."""
    if found is None:
        return ""
    store, given = request.app.state.store, found.get("sign")
    if not isinstance(given, str) or not given:
        raise Refusal(401, "SIGN_MISSING", "The sign is missing.")
    right = sign(found)
    length = 8 if "sign-prefix" in store.bugs else 32
    unchecked = request.method == "GET" and "get-unsigned" in store.bugs
    if not unchecked and (given[:length] != right[:length] or len(given) != 32):
        raise Refusal(401, "SIGN_WRONG", "The sign is wrong.")
    code = found.get("partnerCode")
    if not isinstance(code, str) or code not in store.partners:
        raise Refusal(403, "PARTNER_UNKNOWN", "There is no such partner.")
    return code


Partner = Annotated[str, Depends(partner)]
Given = Annotated[str, Query(min_length=1)]
app = FastAPI(title="A mall", docs_url=None, redoc_url=None, openapi_url=None)
app.add_middleware(GZipMiddleware, minimum_size=500)


@app.exception_handler(Refusal)
async def refuse(_: Request, refusal: Refusal):
    body = {"operateCode": refusal.code, "message": refusal.message, "traceId": uuid.uuid4().hex, "data": None}
    return JSONResponse(body, status_code=refusal.status)


def store(request: Request):
    return request.app.state.store


Held = Annotated[object, Depends(store)]


# Vshop.

@app.post("/vshop/singleVerify")
async def single_verify(code: Partner, held: Held, body: models.Vshop):
    held.known_sim(body.deviceCode)
    return answer({"partnerCode": code, "deviceCode": body.deviceCode, "iccidStatus": "ACTIVE"})


@app.post("/vshop/singleServicePlanPage")
async def single_service_plan_page(code: Partner, held: Held, body: models.Plans):
    held.known_sim(body.deviceCode)
    plans = [
        {"packageCode": p.code, "servicePlanCode": p.plan, "servicePlanShowName": p.name, "payAmount": p.price, "payCurrency": p.currency}
        for p in held.packages.values() if not body.area or body.area in p.area
    ]
    return answer({"partnerCode": code, "deviceCode": body.deviceCode, "servicePlanList": plans})


def new_order(code, body, purchase_id):
    return Order(code, body.orderNo, body.payId, body.deviceCode, body.packageCode, body.payAmount, body.payCurrency,
                 body.orderPeriod, body.autoRenewal, purchase_id)


def created(order):
    return answer({"deviceCode": order.sim, "orderNo": order.number, "partnerCode": order.partner, "payId": order.pay_id})


@app.post("/vshop/singleOrder")
async def single_order(code: Partner, held: Held, body: models.NewOrder):
    return created(held.create(new_order(code, body, body.requestOrderId)))


@app.post("/vshop/synPartner/SynOrderInfo")
async def syn_order_info(code: Partner, held: Held, body: models.PaidOrder):
    order = held.create(new_order(code, body, body.orgOrderId))
    order.paid_at = datetime.datetime.now()
    if body.payRst == "SUCCESS":
        order.status = PAID
        held.later(held.take_effect(order))
    else:
        order.status = FAILED
    return created(order)


@app.post("/vshop/singleQueryOrder")
async def single_query_order(code: Partner, held: Held, body: models.Vshop):
    held.known_sim(body.deviceCode)
    listed = []
    for order in held.orders:
        if order.partner != code or order.sim != body.deviceCode:
            continue
        for since in order.effects:
            listed.append({
                "orderStatus": "2", "servicePlanShowName": held.packages[order.package].name, "time": order.period, "unit": "2",
                "expireDate": str(since + datetime.timedelta(days=PLAN_DAYS)), "remainingDays": str(PLAN_DAYS),
            })
    return answer({"partnerCode": code, "deviceCode": body.deviceCode, "orderList": listed})


@app.post("/vshop/queryAutoRenewalRecord")
async def query_auto_renewal_record(code: Partner, held: Held, body: models.Vshop):
    order = held.renewal_of(code, body.deviceCode)
    return answer({
        "deviceCode": order.sim, "orderNo": order.number, "orderPeriod": order.period, "packageType": "1", "partnerCode": code,
        "payId": order.pay_id, "servicePlanShowName": held.packages[order.package].name,
        "subscriptionTime": order.subscribed_at.strftime("%Y.%m.%d"),
    })


@app.post("/vshop/cancelAutoRenewalRecord")
async def cancel_auto_renewal_record(code: Partner, held: Held, body: models.Cancellation):
    for order in held.orders:
        if (order.partner, order.sim, order.number, order.pay_id) == (code, body.deviceCode, body.orderNo, body.payId) and order.renewing:
            order.renewing = False
            return answer({})
    raise Refusal(404, "NO_AUTO_RENEWAL", "There is no such auto-renewal.")


# Payment.

def result(held, order, status=None):
    told = {"payId": order.pay_id, "payStatus": status or order.status, "payAmount": order.amount, "payCurrency": order.currency}
    if order.paid_at and told["payStatus"] != "0":
        told["payResultDate"] = order.paid_at.strftime("%Y-%m-%d %H:%M:%S")
    return answer(told)


@app.post("/payment/stripeSingleAuthorization")
async def stripe_single_authorization(code: Partner, held: Held, body: models.Authorization):
    order = held.payable(code, body.payId, body.payAmount, body.payCurrency)
    if body.pm_id:
        held.charge(order, body.pm_id)
    return answer({
        "payId": order.pay_id, "client_secret": f"pi_{uuid.uuid4().hex}_secret_{uuid.uuid4().hex}", "customer_id": "cus_" + code,
        "payAmount": order.amount, "payCurrency": order.currency, "publishable_key": "pk_test",
    })


@app.post("/payment/stripeSubscriptionAuthorization")
async def stripe_subscription_authorization(code: Partner, held: Held, body: models.SubscriptionAuthorization):
    order = held.payable(code, body.payId, None, None)
    return answer({"payId": order.pay_id, "client_secret": f"seti_{uuid.uuid4().hex}_secret", "customer_id": "cus_" + code})


@app.post("/payment/stripeSubDirectly")
async def stripe_sub_directly(code: Partner, held: Held, body: models.Subscription):
    order = held.payable(code, body.payId, body.payAmount, body.payCurrency)
    if body.plan_id != held.packages[order.package].plan:
        raise Refusal(404, "PLAN_NOT_FOUND", "The plan is not that of the order.")
    held.renewable(order.sim)
    held.charge(order, body.pm_id)
    held.settle(order)
    if order.status != PAID:
        raise Refusal(402, "CARD_DECLINED", "The card was declined.")
    order.renewing, order.subscribed_at = True, datetime.datetime.now()
    return answer({
        "customer_id": "cus_" + code, "pay_method": body.pm_id, "product_id": "prod_" + order.package, "status": "active",
        "sub_id": "sub_" + uuid.uuid4().hex,
    })


@app.post("/payment/resultQuery")
async def result_query(code: Partner, held: Held, body: models.ResultOf):
    return result(held, held.payment_of(code, body.payId))


@app.post("/payment/confirmPaymentResult")
async def confirm_payment_result(code: Partner, held: Held, body: models.Payment):
    order = held.payment_of(code, body.payId)
    held.confirm(order)
    return result(held, order, PAID if "declined-confirmed" in held.bugs else None)


# Topup.

@app.get("/topup/mall/bundle-groups/bundles")
async def list_bundles(code: Partner, held: Held, sign: Given, partnerCode: Given):
    return answer(held.bundles(code))


@app.post("/topup/mall/bundle-groups/{group_id}/sims")
async def add_sims(group_id: str, code: Partner, held: Held, body: models.Sims, response: Response):
    response.headers["request_id"] = held.start(code, "70", held.group_of(code, group_id), body.sim_ids).id
    return answer()


@app.delete("/topup/mall/bundle-groups/{group_id}/sims")
async def remove_sims(group_id: str, code: Partner, held: Held, body: Annotated[models.Sims, Body()], response: Response):
    response.headers["request_id"] = held.start(code, "71", held.group_of(code, group_id), body.sim_ids).id
    return answer()


@app.get("/topup/mall/bundle-groups/{group_id}/sims")
async def list_group_sims(group_id: str, code: Partner, held: Held, sign: Given, partnerCode: Given):
    group = held.group_of(code, group_id)
    shown = group.sims[:20] if "listing-cut" in held.bugs else group.sims
    return answer({"group_id": group.id, "sim_count": str(len(group.sims)), "sim_ids": shown})


@app.get("/topup/async-result/{request_id}")
async def async_result(request_id: str, code: Partner, held: Held, sign: Given, partnerCode: Given):
    task = held.task_of(code, request_id)
    return answer({"request_id": task.id, "action_code": task.action, "status": task.status, "details": task.details})


@app.get("/topup/mall/order")
async def query_order(code: Partner, held: Held, sign: Given, partnerCode: Given,
                      purchase_order_id: str = "", order_id: str = "", sim_id: str = ""):
    order = held.look_up(code, purchase_order_id, order_id, sim_id)
    return answer({
        "purchase_order_id": order.purchase_id, "order_id": order.number, "sim_id": order.sim, "package_code": order.package,
        "pay_id": order.pay_id, "pay_amount": order.amount, "pay_currency": order.currency, "pay_status": order.status,
    })
