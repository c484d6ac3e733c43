package session

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
)

// Purchase is what an order is made of. All values are as they are sent.
type Purchase struct {
	// SIM is the ICCID that the plan is for.
	SIM string
	// OrderNo and PayID are the partner's ids of order and payment, PurchaseID
	// its own third one, by which queryOrder finds the order.
	OrderNo, PayID, PurchaseID string
	// Package, Plan and PlanName name the plan.
	Package, Plan, PlanName string
	// Amount and Currency are the price.
	Amount, Currency string
	// Period is the number of periods, AutoRenewal "1" for a subscription, else "0".
	Period, AutoRenewal string
}

// Email is the address of the buyer in the requests of a run.
const Email = "buyer@example.com"

// PayAccount is the account of the buyer in the requests of a run.
const PayAccount = "1"

// NewPurchase returns a purchase with ids that no other has, of the target's
// package, for a SIM card that exists.
func (s *Session) NewPurchase() Purchase {
	s.need(s.Target().Package != "", "package")
	id := s.UniqueID()
	return Purchase{
		SIM: s.ExistingSIM(), OrderNo: "MC" + id, PayID: s.Target().PartnerCode + id, PurchaseID: "PO" + id,
		Package: s.Target().Package, Plan: unknownPlan, PlanName: unknownPlan,
		Amount: s.Target().Amount, Currency: s.Target().Currency, Period: "1", AutoRenewal: "0",
	}
}

// UniqueID returns 20 digits that no other call, no other run and no other shard of
// this run returns.
func (s *Session) UniqueID() string { return s.connection.supply.ID() }

// NewSingleOrder drafts a singleOrder.
func (s *Session) NewSingleOrder(p Purchase) *Draft {
	request, err := vshop.NewSingleOrderRequest(s.base("vshop"), nil, mall.SingleOrderJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, DeviceCode: p.SIM, LanguageCode: "0", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "singleOrder", OrderNo: p.OrderNo, PayId: p.PayID, PackageCode: p.Package,
		PayAmount: p.Amount, PayCurrency: p.Currency, OrderPeriod: p.Period, AutoRenewal: p.AutoRenewal,
		RequestOrderId: given(p.PurchaseID), ServicePlanCode: given(p.Plan), ServicePlanShowName: given(p.PlanName),
	})
	return s.newDraft("singleOrder", request, err)
}

// NewSingleQueryOrder drafts a singleQueryOrder for a SIM card.
func (s *Session) NewSingleQueryOrder(sim string) *Draft {
	request, err := vshop.NewSingleQueryOrderRequest(s.base("vshop"), nil, mall.SingleQueryOrderJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "singleQueryOrder",
	})
	return s.newDraft("singleQueryOrder", request, err)
}

// NewQueryAutoRenewalRecord drafts a queryAutoRenewalRecord for a SIM card.
func (s *Session) NewQueryAutoRenewalRecord(sim string) *Draft {
	request, err := vshop.NewQueryAutoRenewalRecordRequest(s.base("vshop"), nil, mall.QueryAutoRenewalRecordJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, DeviceCode: sim, LanguageCode: "0", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "queryAutoRenewalRecord",
	})
	return s.newDraft("queryAutoRenewalRecord", request, err)
}

// NewCancelAutoRenewalRecord drafts a cancelAutoRenewalRecord of a purchase.
func (s *Session) NewCancelAutoRenewalRecord(p Purchase) *Draft {
	request, err := vshop.NewCancelAutoRenewalRecordRequest(s.base("vshop"), nil, mall.CancelAutoRenewalRecordJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, DeviceCode: p.SIM, LanguageCode: "0", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "cancelAutoRenewalRecord", OrderNo: p.OrderNo, PayId: p.PayID,
	})
	return s.newDraft("cancelAutoRenewalRecord", request, err)
}

// NewSynOrderInfo drafts a synOrderInfo of a purchase that was paid to somebody else.
func (s *Session) NewSynOrderInfo(p Purchase) *Draft {
	request, err := vshop.NewSynOrderInfoRequest(s.base("vshop"), nil, mall.SynOrderInfoJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, DeviceCode: p.SIM, LanguageCode: given("1"), Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "SynOrderInfo", OrderNo: p.OrderNo, PayId: p.PayID, PackageCode: p.Package,
		PayAmount: p.Amount, PayCurrency: p.Currency, OrderPeriod: p.Period, AutoRenewal: p.AutoRenewal, OrgOrderId: given(p.PurchaseID),
		PayAccount: PayAccount, PayResultDate: "2022-06-07 15:10:35", PayRst: "SUCCESS", PayStatus: "1", PayType: "3",
	})
	return s.newDraft("synOrderInfo", request, err)
}

// NewStripeSingleAuthorization drafts a stripeSingleAuthorization of a purchase
// with a payment method.
func (s *Session) NewStripeSingleAuthorization(p Purchase, method string) *Draft {
	request, err := payment.NewStripeSingleAuthorizationRequest(s.base("payment"), nil, mall.StripeSingleAuthorizationJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, TradeTime: Now(), TradeType: "stripeSingleAuthorization",
		PayId: p.PayID, PayAmount: p.Amount, PayCurrency: p.Currency, Email: Email, PmId: given(method),
	})
	return s.newDraft("stripeSingleAuthorization", request, err)
}

// NewStripeSubscriptionAuthorization drafts a stripeSubscriptionAuthorization of a purchase.
func (s *Session) NewStripeSubscriptionAuthorization(p Purchase) *Draft {
	request, err := payment.NewStripeSubscriptionAuthorizationRequest(s.base("payment"), nil, mall.StripeSubscriptionAuthorizationJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, TradeTime: Now(), TradeType: "stripeSubscriptionAuthorization",
		PayId: p.PayID, Email: Email,
	})
	return s.newDraft("stripeSubscriptionAuthorization", request, err)
}

// NewStripeSubDirectly drafts a stripeSubDirectly of a purchase with a payment method.
func (s *Session) NewStripeSubDirectly(p Purchase, method string) *Draft {
	if p.Plan == unknownPlan {
		p.Plan = s.connection.planCode()
	}
	request, err := payment.NewStripeSubDirectlyRequest(s.base("payment"), nil, mall.StripeSubDirectlyJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, TradeTime: Now(), TradeType: "stripeSubDirectly",
		PayId: p.PayID, PayAmount: p.Amount, PayCurrency: strings.ToLower(p.Currency), Email: Email, PlanId: p.Plan, PmId: method,
	})
	return s.newDraft("stripeSubDirectly", request, err)
}

// NewResultQuery drafts a resultQuery of a payment.
func (s *Session) NewResultQuery(payID string) *Draft {
	request, err := payment.NewResultQueryRequest(s.base("payment"), nil, mall.ResultQueryJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, TradeTime: Now(), TradeType: "resultQuery", PayId: payID,
	})
	return s.newDraft("resultQuery", request, err)
}

// NewConfirmPaymentResult drafts a confirmPaymentResult of a payment.
func (s *Session) NewConfirmPaymentResult(payID string) *Draft {
	request, err := payment.NewConfirmPaymentResultRequest(s.base("payment"), nil, mall.ConfirmPaymentResultJSONRequestBody{
		Version: version, PartnerCode: s.Target().PartnerCode, TradeTime: Now(), TradeType: "confirmPaymentResult", PayId: payID,
	})
	return s.newDraft("confirmPaymentResult", request, err)
}

// OrderKeys are the three keys of queryOrder; an empty one is not sent.
type OrderKeys struct{ PurchaseID, OrderID, SIM string }

// NewQueryOrder drafts a queryOrder.
func (s *Session) NewQueryOrder(keys OrderKeys) *Draft {
	request, err := topup.NewQueryOrderRequest(s.base("topup"), &mall.QueryOrderParams{
		Version: version, PartnerCode: s.Target().PartnerCode,
		PurchaseOrderId: given(keys.PurchaseID), OrderId: given(keys.OrderID), SimId: given(keys.SIM),
	})
	return s.newDraft("queryOrder", request, err)
}

// Order creates an order; that it is accepted is required.
func (s *Session) Order(ctx context.Context) Purchase {
	p := s.NewPurchase()
	s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
	return p
}

// validPurchase drafts a valid request of an operation that sells something.
func (s *Session) validPurchase(ctx context.Context, operation string) *Draft {
	about := func(p Purchase, draft func(Purchase) *Draft) *Draft {
		valid := draft(p)
		valid.About = p
		return valid
	}
	switch operation {
	case "singleOrder":
		return about(s.NewPurchase(), s.NewSingleOrder)
	case "singleQueryOrder":
		return s.NewSingleQueryOrder(s.ExistingSIM())
	case "queryAutoRenewalRecord":
		return s.NewQueryAutoRenewalRecord(s.Subscription(ctx).SIM)
	case "cancelAutoRenewalRecord":
		return about(s.Subscription(ctx), s.NewCancelAutoRenewalRecord)
	case "synOrderInfo":
		return about(s.NewPurchase(), s.NewSynOrderInfo)
	case "stripeSingleAuthorization":
		return s.NewStripeSingleAuthorization(s.Order(ctx), "")
	case "stripeSubscriptionAuthorization":
		return s.NewStripeSubscriptionAuthorization(s.Order(ctx))
	case "stripeSubDirectly":
		p := s.NewPurchase()
		p.AutoRenewal = "1"
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
		return about(p, func(p Purchase) *Draft { return s.NewStripeSubDirectly(p, s.PayingMethod()) })
	case "resultQuery":
		return s.NewResultQuery(s.Order(ctx).PayID)
	case "confirmPaymentResult":
		p := s.Order(ctx)
		s.Authorize(ctx, p, "")
		return s.NewConfirmPaymentResult(p.PayID)
	case "queryOrder":
		p := s.Order(ctx) // with every key of the order, so that none of them is required
		return s.NewQueryOrder(OrderKeys{PurchaseID: p.PurchaseID, OrderID: p.OrderNo, SIM: p.SIM})
	}
	panic(broken(fmt.Errorf("no valid request is known for operation %s", strconv.Quote(operation))))
}

// given returns nil for an empty text, so that it is not sent.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
