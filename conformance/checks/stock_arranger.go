package checks

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

// Arranger returns what makes the objects of valid requests.
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
		authorizedWith(ctx, s, false)
	case "stripeSubscriptionAuthorization":
		subscriptionBegun(ctx, s, 0)
	case "stripeSubDirectly":
		if s.Roomy() {
			active(ctx, s)
		}
	case "cancelAutoRenewalRecord":
		cancelled(ctx, s)
	}
}

// Order implements session.Arranger.
func (arranger) Order(ctx context.Context, s *session.Session) session.Purchase {
	return unpaid(ctx, s).Purchase
}

// Renewal implements session.Arranger.
func (arranger) Renewal(ctx context.Context, s *session.Session) session.Purchase {
	return active(ctx, s).Purchase
}
