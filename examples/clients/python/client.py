"""A client of the mall with requests: buys a plan, subscribes to one and cancels it, adds and removes SIM cards.

    pip install -r requirements.txt
    mallcheck judge --scenarios all -- python3 client.py

It finds the mall in the environment (MALL_VSHOP_URL and so on) and exits with 0 only if all went well.
MISTAKE=name makes one of the mistakes that people make, to see the check that catches it.
"""
import hashlib
import json
import os
import sys
import threading
import time
import uuid
from decimal import Decimal

import requests

from push import Receiver

MISTAKE = os.environ.get("MISTAKE", "")
PARTNER, SIM, GROUP = (os.environ["MALL_" + name] for name in ("PARTNER_CODE", "SIM", "GROUP"))
REQUEST_ID = os.environ.get("MALL_REQUEST_ID_HEADER", "request_id")
SIGN_PARTS, SIGN_EMPTY = os.environ.get("MALL_SIGN_PARTS", "query,path,body"), os.environ.get("MALL_SIGN_EMPTY", "")
URLS = {service: os.environ[f"MALL_{service.upper()}_URL"] for service in ("vshop", "payment", "topup")}
ATTEMPTS, PAUSE, TIMEOUT, TASK_LIMIT = 3, 0.25, 10, 30
VSHOP = {"deviceCode": SIM, "languageCode": "1", "mark": "0", "terminal": "1"}
session = requests.Session()


class Refused(Exception):
    """The mall refused a request."""


class Unanswered(Exception):
    """No answer could be read: whether the work was done is not known."""


class Wrong(Exception):
    """An answer is not about what was asked."""


def compact(parameters):
    separators = (", ", ": ") if MISTAKE == "default-separators" else (",", ":")
    return json.dumps(parameters, separators=separators, ensure_ascii=MISTAKE == "ascii-only", sort_keys=MISTAKE != "unsorted")


def sign(parameters, path):
    signed = dict(parameters) if MISTAKE == "path-unsigned" or "path" not in SIGN_PARTS else {**parameters, **path}
    signed = {name: value for name, value in signed.items() if value != "" and (value is not None or SIGN_EMPTY == "string")}
    return hashlib.md5(compact(signed).encode()).hexdigest()


def send(method, service, template, parameters, path):
    """Sends one signed request and returns the response."""
    parameters = {"version": "3.0", "partnerCode": "P012345" if MISTAKE == "code-of-the-example" else PARTNER, **parameters}
    parameters["sign"] = sign(parameters, path)
    service = "vshop" if MISTAKE == "one-address" else service
    url = URLS[service] + template.format_map({name: requests.utils.quote(value, safe="") for name, value in path.items()})
    if method == "GET":
        return session.get(url, params=[*parameters.items(), *([("version", "3.0")] if MISTAKE == "version-twice" else [])], timeout=TIMEOUT)
    if MISTAKE == "globals-in-the-query":
        query = {name: parameters.pop(name) for name in ("version", "partnerCode", "sign")}
        return session.request(method, url, params=query, json=parameters, timeout=TIMEOUT)
    if MISTAKE == "form":
        return session.request(method, url, data=parameters, timeout=TIMEOUT)
    body = json.dumps([parameters] if MISTAKE == "list" else parameters, ensure_ascii=False).encode()
    return session.request(method, url, data=body, headers={"Content-Type": "application/json"}, timeout=TIMEOUT)


def pause_of(response, attempt):
    asked = response is not None and response.headers.get("Retry-After", "")
    if asked and asked.isdigit() and MISTAKE != "retry-after-ignored":
        return int(asked)
    return PAUSE * 2 ** attempt


def call(method, service, template, parameters, path=None, repeat=False, bare=False):
    """Returns data and headers of a success. Only what reads is repeated, and what the mall asks to send later."""
    problem = None
    for attempt in range(ATTEMPTS):
        response = None
        try:
            response = send(method, service, template, parameters, path or {})
            if response.status_code in (429, 503):
                problem = Unanswered(f"HTTP {response.status_code}")
            elif response.status_code >= 500:
                raise requests.ConnectionError(f"HTTP {response.status_code}")
            else:
                return success(response, bare), response.headers
        except requests.RequestException as failure:
            problem = Unanswered(str(failure))
            if not repeat and MISTAKE != "everything-repeated":
                break
        if attempt + 1 < ATTEMPTS or MISTAKE == "waits-for-ever":
            time.sleep(pause_of(response, attempt))
        if MISTAKE == "waits-for-ever":
            return call(method, service, template, parameters, path, repeat, bare)
    raise problem


def success(response, bare):
    try:
        answer = response.json()
    except ValueError as failure:
        raise requests.ConnectionError("the answer is not JSON") from failure
    if "operateCode" not in answer and bare and response.status_code == 200:
        return answer
    if answer.get("operateCode") != "S" and MISTAKE != "operate-code-ignored":
        raise Refused(f"{answer.get('operateCode')}: {answer.get('message')}")
    return answer.get("data") or {}


def vshop(operation, path=None, repeat=True, **own):
    body = {**VSHOP, "tradeTime": str(int(time.time() * 1000)), "tradeType": operation, **own}
    if MISTAKE == "terminal-left-out":
        del body["terminal"]
    return call("POST", "vshop", path or "/" + operation, body, repeat=repeat, bare=not operation.endswith("Page"))[0]


def payment(operation, repeat=False, **own):
    body = {"tradeTime": str(int(time.time() * 1000)), "tradeType": operation, **own}
    return call("POST", "payment", "/" + operation, body, repeat=repeat, bare=operation == "stripeSubDirectly")[0]


def expect(data, **wanted):
    """Compares an answer with what was asked: amounts as numbers, currencies in any case."""
    for name, value in wanted.items():
        got = data.get(name)
        same = got == value
        if name.lower().replace("_", "").endswith("amount") and got is not None:
            same = Decimal(got) == Decimal(value)
        elif name.lower().endswith("currency") and got is not None:
            same = got.lower() == value.lower()
        if not same and MISTAKE not in ("answers-not-compared", "operate-code-ignored"):
            raise Wrong(f"{name} is {got!r} instead of {value!r}")


def look_up(order):
    data, _ = call("GET", "topup", "/mall/order", {"order_id": order["orderNo"]} if MISTAKE != "empty-keys" else
                   {"purchase_order_id": "", "order_id": order["orderNo"], "sim_id": ""}, repeat=True)
    expect(data, order_id=order["orderNo"], pay_id=order["payId"], sim_id=SIM, pay_amount=order["payAmount"], pay_currency=order["payCurrency"])
    return data


def numbered(order):
    number = str(uuid.uuid4().int)[:20]
    order.update(orderNo=number, payId=PARTNER + number)


def place(plan, renewal):
    """Orders a plan. After a lost answer it asks for the order before it sends it again, under the same number."""
    order = {"packageCode": plan["packageCode"], "servicePlanCode": plan["servicePlanCode"],
             "servicePlanShowName": plan["servicePlanShowName"], "payAmount": plan["payAmount"], "payCurrency": plan["payCurrency"],
             "orderPeriod": "1", "autoRenewal": renewal}
    numbered(order)
    if MISTAKE == "float-amount":
        order["payAmount"] = float(order["payAmount"])
    if MISTAKE == "own-price":
        order["payAmount"] = str(Decimal(order["payAmount"]) * 2)
    for attempt in range(ATTEMPTS):
        try:
            data = vshop("singleOrder", repeat=False, **order)
            expect(data, orderNo=order["orderNo"], payId=order["payId"], deviceCode=SIM)
            return order
        except Unanswered:
            if attempt + 1 == ATTEMPTS:
                raise
            if MISTAKE == "new-number-on-retry":
                numbered(order)
                continue
            try:
                look_up(order)
                return order
            except Refused:
                continue  # the mall does not know it
    return None


def buy(plan, receiver):
    order = place(plan, "0")
    if order is None:
        raise Unanswered("singleOrder")
    money = {"payAmount": order["payAmount"], "payCurrency": order["payCurrency"]}
    if MISTAKE == "amount-rounded":
        money["payAmount"] = str(round(Decimal(order["payAmount"])))
    data = payment("stripeSingleAuthorization", payId=order["payId"], email="buyer@example.com", pm_id="pm_card_visa", **money)
    expect(data, payId=order["payId"], payAmount=order["payAmount"], payCurrency=order["payCurrency"])
    if MISTAKE != "payment-not-followed":
        data = payment("confirmPaymentResult", repeat=True, payId=order["payId"])
        while data.get("payStatus") == "0":
            time.sleep(PAUSE)
            data = payment("resultQuery", repeat=True, payId=order["payId"])
        expect(data, payId=order["payId"], payAmount=order["payAmount"], payCurrency=order["payCurrency"], payStatus="1")
    look_up(order)
    receiver.wait(order)


def subscribe(plan):
    order = place(plan, "1")
    payment("stripeSubscriptionAuthorization", payId=order["payId"], email="buyer@example.com")
    payment("stripeSubDirectly", payId=order["payId"], payAmount=order["payAmount"], payCurrency=order["payCurrency"],
            email="buyer@example.com", plan_id=plan["servicePlanCode"], pm_id="pm_card_visa")
    for attempt in range(ATTEMPTS):
        try:
            renewal = vshop("queryAutoRenewalRecord")
            break
        except Refused:
            if attempt + 1 == ATTEMPTS:
                raise
            time.sleep(PAUSE)
    expect(renewal, orderNo=order["orderNo"], payId=order["payId"], deviceCode=SIM)
    pay_id = order["orderNo"] if MISTAKE == "one-id-twice" else order["payId"]
    vshop("cancelAutoRenewalRecord", repeat=False, orderNo=order["orderNo"], payId=pay_id)


def change(method, action):
    """Adds or removes the SIM card and waits for the result."""
    path = {"group_id": GROUP}
    data, headers = call(method, "topup", "/mall/bundle-groups/{group_id}/sims", {"sim_ids": [SIM]}, path)
    request_id = headers.get(REQUEST_ID)
    if MISTAKE == "header-case-compared":
        request_id = next((value for name, value in headers.items() if name == REQUEST_ID.title()), None) or dict(headers)[REQUEST_ID]
    if MISTAKE == "id-from-the-body":
        request_id = str((data or {}).get("request_id"))
    if MISTAKE == "result-not-read":
        return
    deadline = time.monotonic() + TASK_LIMIT
    while True:
        result, _ = call("GET", "topup", "/async-result/{request_id}", {}, {"request_id": request_id}, repeat=True)
        expect(result, request_id=request_id, action_code=action)
        if result["status"] == "completed" or MISTAKE == "polls-once":
            break
        if time.monotonic() > deadline:
            raise Unanswered("the task does not end")
        time.sleep(0.02 if MISTAKE == "polls-without-pause" else PAUSE)
    if MISTAKE == "polls-once":
        return
    if [detail["sim_id"] for detail in result["details"]] != [SIM]:
        raise Wrong("the details are not about the SIM card")
    if MISTAKE != "details-ignored" and any(detail["result"] != "10" for detail in result["details"]):
        raise Refused(f"{method} failed for {result['details']}")


def main():
    receiver = Receiver(os.environ.get("MALL_PUSH_LISTEN"), os.environ.get("MALL_PUSH_KEY"), MISTAKE)
    if MISTAKE == "child-left":
        threading.Thread(target=os.system, args=("sleep 30 &",)).start()
    vshop("singleVerify", path="/verify" if MISTAKE == "old-path" else None, **({"device_code": SIM} if MISTAKE == "unknown-member" else {}))
    plans = vshop("singleServicePlanPage", area="欧洲")["servicePlanList"]
    plan = next(plan for plan in plans if plan["packageCode"] == os.environ.get("MALL_PACKAGE", plan["packageCode"]))
    buy(plan, receiver)
    subscribe(plan)
    change("POST", "70")
    change("DELETE", "71")
    print("all done")
    if MISTAKE == "fails-at-the-end":
        sys.exit("the report could not be written")


if __name__ == "__main__":
    try:
        main()
    except (Refused, Unanswered, Wrong) as problem:
        sys.exit(f"{type(problem).__name__}: {problem}")
