package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// thirdPartyChecks are about third-party orders, for which the partner was already paid.
var thirdPartyChecks = slices.Concat([]Check{{
	ID: "VSH-080", Clause: "third-party/creates-a-paid-order", Does: reports.Purchase, Operations: []string{"synOrderInfo", "queryOrder"},
	Requirement: "an order of synOrderInfo counts as paid without a Payment operation",
	Run: func(ctx context.Context, s *session.Session) {
		p := topUp(ctx, s)
		Expect(shown(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).Status).To(Equal(paid),
			"queryOrder does not show an order of synOrderInfo as paid")
	},
}, {
	ID: "VSH-081", Clause: "third-party/empty-strings-accepted", Does: reports.Purchase, Operations: []string{"synOrderInfo"},
	Requirement: "synOrderInfo accepts an empty languageCode and orgOrderId, as printed in the documentation",
	Run: func(ctx context.Context, s *session.Session) {
		topUp(ctx, s) // accepted, so only the empty member can explain a refusal
		if emptyStrings(ctx, s).answer.Accepted() {
			return
		}
		for _, name := range []string{"languageCode", "orgOrderId"} {
			draft := s.NewSynOrderInfo(s.NewPurchase()).Before(wire.Set(name, ""))
			Expect(s.Send(ctx, draft)).To(beAccepted(), "a request with an empty "+name)
		}
	},
}, {
	ID: "VSH-082", Clause: "third-party/failed-payment-not-paid", Does: reports.Purchase, Operations: []string{"synOrderInfo", "queryOrder"},
	Requirement: "synOrderInfo refuses a failed third-party payment or does not count its order as paid",
	Run: func(ctx context.Context, s *session.Session) {
		if p := notPaidElsewhere(ctx, s); p.answer.Accepted() {
			Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).Status).NotTo(Equal(paid),
				"queryOrder shows an order as paid although its third-party payment failed")
		}
	},
}, {
	ID: "VSH-083", Clause: "third-party/failed-payment-not-paid", Does: reports.Purchase,
	Operations:  []string{"synOrderInfo", "singleQueryOrder"},
	Requirement: "singleQueryOrder does not list an order as active after its third-party payment failed",
	Run: func(ctx context.Context, s *session.Session) {
		if grown, known := grownBy(ctx, s, notPaidElsewhere); known && grown.active <= 0 {
			return
		}
		Expect(growth(ctx, s, activeOrders, 0, func(sim string) {
			p := s.NewPurchase()
			p.SIM = sim
			s.Send(ctx, s.NewSynOrderInfo(p).Before(failedElsewhere))
		})).To(BeNumerically("<=", 0), "singleQueryOrder lists an order as active although its third-party payment failed")
	},
}, {
	ID: "VSH-085", Clause: "third-party/amount-preserved", Does: reports.Purchase, Operations: []string{"synOrderInfo", "queryOrder"},
	Requirement: "queryOrder shows the amount and currency that synOrderInfo sent",
	Run: func(ctx context.Context, s *session.Session) {
		p := topUp(ctx, s)
		order := shown(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(plainDecimal(order.Amount)).To(Equal(plainDecimal(p.Amount)), "queryOrder shows a pay_amount other than the one synOrderInfo sent")
		Expect(strings.ToUpper(order.Currency)).To(Equal(strings.ToUpper(p.Currency)),
			"queryOrder shows a pay_currency other than the one synOrderInfo sent")
	},
}}, onThese(Check{
	ID: "VSH-084", Clause: "third-party/nothing-left-to-pay", Operations: []string{"synOrderInfo"},
	Requirement: "{operation} refuses an order that was paid to a third party",
}, func(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	p := emptyStrings(ctx, s)
	if !p.answer.Accepted() {
		p = session.Share(s, "top-up with auto-renewal", func(s *session.Session) sent {
			p := s.NewPurchase()
			p.AutoRenewal = "1"
			thirdPartyPaid(ctx, s, p)
			return sent{Purchase: p}
		})
	}
	s.Controlled(ctx, draft, func() {
		Expect(s.Send(ctx, draft.Twin().Before(wire.Set("payId", p.PayID)))).To(beRefused(),
			"a second payment of an order that was paid to a third party")
	})
}, "stripeSingleAuthorization", "stripeSubDirectly"))

// emptyStrings sends a third-party order with auto-renewal and two empty members.
func emptyStrings(ctx context.Context, s *session.Session) sent {
	return session.Share(s, "top-up with empty members", func(s *session.Session) sent {
		p := s.NewPurchase()
		p.AutoRenewal = "1"
		both := s.NewSynOrderInfo(p).Before(wire.Set("languageCode", ""), wire.Set("orgOrderId", ""))
		return sent{p, s.Send(ctx, both)}
	})
}

// failedElsewhere reports a failed third-party payment in both members, because no page says which of
// them counts.
func failedElsewhere(w *wire.Request) {
	wire.Set("payRst", "FAIL")(w)
	wire.Set("payStatus", failed)(w)
}
