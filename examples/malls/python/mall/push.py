"""Tells a partner that a top-up is finished, and repeats it until the partner takes it."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time

import httpx

PAUSES = (0.5, 1, 2)  # seconds before each repetition
log = logging.getLogger("mall.push")


def headers(body, key_id, key, bugs):
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if "push-reserialised" in bugs:
        text = json.dumps(body, sort_keys=True)
    version, algorithm, timestamp = "1.0", "HMAC-SHA1", str(int(time.time() * 1000))
    signed = f"{text}:{version}:{algorithm}:{timestamp}"
    signature = base64.b64encode(hmac.new(bytes.fromhex(key), signed.encode(), hashlib.sha1).digest()).decode()
    result = {
        "Content-Type": "application/json",
        "x-lf-notification-version": version,
        "x-lf-algo": algorithm,
        "x-lf-timestamp": timestamp,
        "x-lf-signature": f"{key_id}/{signature}",
    }
    if "push-unsigned" in bugs:
        del result["x-lf-signature"]
    return result


async def push(url, order, key_id, key, bugs):
    body = {
        "event": "rechargeSuccess",
        "partnerCode": order.partner,
        "orderNo": order.number,
        "payId": order.pay_id,
        "deviceCode": order.sim,
        "packageCode": order.package,
        "payAmount": order.amount,
        "payCurrency": order.currency,
        "requestOrderId": order.purchase_id,
    }
    content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        for pause in (*PAUSES, None):
            try:
                answer = await client.post(url, content=content, headers=headers(body, key_id, key, bugs))
                if answer.status_code == 200:
                    return
                log.info("push of %s answered %s", order.number, answer.status_code)
            except httpx.HTTPError as error:
                log.info("push of %s failed: %r", order.number, error)
            if pause is not None:
                await asyncio.sleep(pause)
