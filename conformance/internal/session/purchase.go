package session

import (
	"context"
	"fmt"
	"strconv"

	"github.com/mallcheck/mallcheck/conformance/internal/requests"
)

// Purchase has the values of an order.
type Purchase = requests.Purchase

// NewPurchase returns a purchase with unique ids, of the target's package, for an existing SIM card.
func (s *Session) NewPurchase() Purchase {
	s.need(s.Target().Package != "", "package")
	id := s.UniqueID()
	return Purchase{
		SIM: s.ExistingSIM(), OrderNo: "MC" + id, PayID: s.Target().PartnerCode + id, PurchaseID: "PO" + id,
		Package: s.Target().Package, Plan: unknownPlan, PlanName: unknownPlan,
		Amount: s.Target().Amount, Currency: s.Target().Currency, Period: "1", AutoRenewal: "0",
	}
}

// UniqueID returns 20 digits that no other call, run or shard of this run returns.
func (s *Session) UniqueID() string { return s.connection.supply.ID() }

// NewSingleOrder drafts a singleOrder.
func (s *Session) NewSingleOrder(p Purchase) *Draft {
	return s.newDraft("singleOrder")(requests.SingleOrder(s.Target(), p))
}

// NewSingleQueryOrder drafts a singleQueryOrder for a SIM card.
func (s *Session) NewSingleQueryOrder(sim string) *Draft {
	return s.newDraft("singleQueryOrder")(requests.SingleQueryOrder(s.Target(), sim))
}

// NewQueryAutoRenewalRecord drafts a queryAutoRenewalRecord for a SIM card.
func (s *Session) NewQueryAutoRenewalRecord(sim string) *Draft {
	return s.newDraft("queryAutoRenewalRecord")(requests.QueryAutoRenewalRecord(s.Target(), sim))
}

// NewCancelAutoRenewalRecord drafts a cancelAutoRenewalRecord of a purchase.
func (s *Session) NewCancelAutoRenewalRecord(p Purchase) *Draft {
	return s.newDraft("cancelAutoRenewalRecord")(requests.CancelAutoRenewalRecord(s.Target(), p))
}

// NewSynOrderInfo drafts a synOrderInfo of a third-party order.
func (s *Session) NewSynOrderInfo(p Purchase) *Draft {
	return s.newDraft("synOrderInfo")(requests.SynOrderInfo(s.Target(), p))
}

// NewStripeSingleAuthorization drafts a stripeSingleAuthorization of a purchase
// with a payment method.
func (s *Session) NewStripeSingleAuthorization(p Purchase, method string) *Draft {
	return s.newDraft("stripeSingleAuthorization")(requests.StripeSingleAuthorization(s.Target(), p, method))
}

// NewStripeSubscriptionAuthorization drafts a stripeSubscriptionAuthorization of a purchase.
func (s *Session) NewStripeSubscriptionAuthorization(p Purchase) *Draft {
	return s.newDraft("stripeSubscriptionAuthorization")(requests.StripeSubscriptionAuthorization(s.Target(), p))
}

// NewStripeSubDirectly drafts a stripeSubDirectly of a purchase with a payment method.
func (s *Session) NewStripeSubDirectly(p Purchase, method string) *Draft {
	if p.Plan == unknownPlan {
		p.Plan = s.connection.planCode()
	}
	return s.newDraft("stripeSubDirectly")(requests.StripeSubDirectly(s.Target(), p, method))
}

// NewResultQuery drafts a resultQuery of a payment.
func (s *Session) NewResultQuery(payID string) *Draft {
	return s.newDraft("resultQuery")(requests.ResultQuery(s.Target(), payID))
}

// NewConfirmPaymentResult drafts a confirmPaymentResult of a payment.
func (s *Session) NewConfirmPaymentResult(payID string) *Draft {
	return s.newDraft("confirmPaymentResult")(requests.ConfirmPaymentResult(s.Target(), payID))
}

// OrderKeys are the three keys of queryOrder; an empty one is not sent.
type OrderKeys = requests.OrderKeys

// NewQueryOrder drafts a queryOrder.
func (s *Session) NewQueryOrder(keys OrderKeys) *Draft {
	return s.newDraft("queryOrder")(requests.QueryOrder(s.Target(), keys))
}

// Order creates an order and requires that the target accepts it.
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
		if with := s.connection.arranger; with != nil {
			return s.NewQueryAutoRenewalRecord(with.Renewal(ctx, s).SIM)
		}
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
		p := s.NewRenewal()
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
		return about(p, func(p Purchase) *Draft { return s.NewStripeSubDirectly(p, s.PayingMethod()) })
	case "resultQuery":
		return s.NewResultQuery(s.queried(ctx).PayID)
	case "confirmPaymentResult":
		p := s.Order(ctx)
		s.Authorize(ctx, p, "")
		return s.NewConfirmPaymentResult(p.PayID)
	case "queryOrder":
		p := s.queried(ctx) // with every key, so that each of them may be left out
		return s.NewQueryOrder(OrderKeys{PurchaseID: p.PurchaseID, OrderID: p.OrderNo, SIM: p.SIM})
	}
	panic(crashed(fmt.Errorf("no valid request is known for operation %s", strconv.Quote(operation))))
}

// queried returns an order for lookups.
func (s *Session) queried(ctx context.Context) Purchase {
	if with := s.connection.arranger; with != nil {
		return with.Order(ctx, s)
	}
	return s.Order(ctx)
}
