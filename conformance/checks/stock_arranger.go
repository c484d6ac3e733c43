package checks

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

// Arranger returns the Arranger that creates the objects of valid requests.
func Arranger() session.Arranger { return arranger{} }

type arranger struct{}

// Accept implements session.Arranger.
func (arranger) Accept(ctx context.Context, s *session.Session, operation string) {
	switch operation {
	case "singleOrder":
		unpaid(ctx, s)
	case "synOrderInfo":
		topUp(ctx, s)
	case "stripeSingleAuthorization", "confirmPaymentResult":
		if s.Quick() && s.Target().PayingMethod != "" && s.Reaches("resultQuery") {
			paidSingly(ctx, s)
			return
		}
		authorizedWith(ctx, s, false)
	case "stripeSubscriptionAuthorization":
		subscriptionBegun(ctx, s, 0)
	case "stripeSubDirectly":
		if s.Keeps(1) {
			active(ctx, s)
		}
	case "cancelAutoRenewalRecord":
		cancelled(ctx, s)
	case "resultQuery":
		unpaid(ctx, s)
	case "addSims":
		begunTask(ctx, s, adding)
	case "removeSims":
		begunTask(ctx, s, removing)
	case "asyncResult":
		endedTask(ctx, s, adding)
	}
}

// Task implements session.Arranger.
func (arranger) Task(ctx context.Context, s *session.Session) string {
	return endedTask(ctx, s, adding).id
}

// Order implements session.Arranger.
func (arranger) Order(ctx context.Context, s *session.Session) session.Purchase {
	return unpaid(ctx, s).Purchase
}

// Renewal implements session.Arranger.
func (arranger) Renewal(ctx context.Context, s *session.Session) session.Purchase {
	return active(ctx, s).Purchase
}
