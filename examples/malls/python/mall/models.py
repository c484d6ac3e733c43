"""The bodies of the requests, as FastAPI validates them."""

from typing import Annotated

from pydantic import BaseModel, Field

Filled = Annotated[str, Field(min_length=1)]
Amount = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")]
Iccid = Annotated[str, Field(pattern=r"^[0-9]{18,22}$")]


class Signed(BaseModel):
    version: str = "3.0"
    partnerCode: Filled
    sign: Filled


class Vshop(Signed):
    deviceCode: Iccid
    languageCode: str = "0"
    mark: str = "0"
    terminal: str = "0"
    tradeTime: Filled
    tradeType: Filled


class Plans(Vshop):
    area: str = ""


class NewOrder(Vshop):
    orderNo: Filled
    payId: Filled
    packageCode: Filled
    payAmount: Amount
    payCurrency: Currency
    orderPeriod: Annotated[str, Field(pattern=r"^[0-9]+$")]
    autoRenewal: Filled
    requestOrderId: str = ""


class PaidOrder(NewOrder):
    orgOrderId: str = ""
    payAccount: Filled
    payResultDate: Filled
    payRst: Filled
    payStatus: Filled
    payType: Filled


class Cancellation(Vshop):
    orderNo: Filled
    payId: Filled


class Payment(Signed):
    payId: Filled
    tradeTime: Filled
    tradeType: Filled


class ResultOf(Payment):
    version: Filled


class Authorization(Payment):
    payAmount: Amount
    payCurrency: Currency
    email: Filled
    pm_id: str = ""


class SubscriptionAuthorization(Payment):
    email: Filled


class Subscription(Authorization):
    plan_id: Filled
    pm_id: Filled


class Sims(Signed):
    sim_ids: Annotated[list[Iccid], Field(min_length=1)]
