package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// thirdPartyChecks are about orders that the partner was already paid for.
var thirdPartyChecks = slices.Concat([]Check{{
	ID: "VSH-080", Clause: "third-party/creates-a-paid-order", Does: reports.Purchase, Operations: []string{"synOrderInfo", "queryOrder"},
	Requirement: "an order that synOrderInfo creates counts as paid at once, without an operation of Payment",
	Run: func(ctx context.Context, s *session.Session) {
		p := thirdPartyOrder(ctx, s, s.ExistingSIM())
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).Status).To(Equal(paid), "pay_status of the order")
	},
}, {
	ID: "VSH-081", Clause: "third-party/empty-strings-accepted", Does: reports.Purchase, Operations: []string{"synOrderInfo"},
	Requirement: "synOrderInfo accepts an empty languageCode and an empty orgOrderId, as the documentation prints them",
	Run: func(ctx context.Context, s *session.Session) {
		for _, name := range []string{"languageCode", "orgOrderId"} {
			draft := s.NewSynOrderInfo(s.NewPurchase()).Before(session.Set(name, ""))
			Expect(s.Send(ctx, draft)).To(beAccepted(), "a request whose "+name+" is empty")
		}
	},
}, {
	ID: "VSH-082", Clause: "third-party/failed-payment-not-paid", Does: reports.Purchase, Operations: []string{"synOrderInfo", "queryOrder"},
	Requirement: "an order whose payment by a third party failed is refused or does not count as paid",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		if s.Send(ctx, s.NewSynOrderInfo(p).Before(failedElsewhere)).Accepted() {
			Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).Status).NotTo(Equal(paid), "pay_status of the order")
		}
	},
}, {
	ID: "VSH-083", Clause: "third-party/failed-payment-not-paid", Does: reports.Purchase, Operations: []string{"synOrderInfo", "singleQueryOrder"},
	Requirement: "an order whose payment by a third party failed is not listed as active",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(growth(ctx, s, activeOrders, 0, func(sim string) {
			p := s.NewPurchase()
			p.SIM = sim
			s.Send(ctx, s.NewSynOrderInfo(p).Before(failedElsewhere))
		})).To(BeNumerically("<=", 0), "how many more active orders are listed than before")
	},
}, {
	ID: "VSH-085", Clause: "third-party/amount-preserved", Does: reports.Purchase, Operations: []string{"synOrderInfo", "queryOrder"},
	Requirement: "queryOrder shows the amount and the currency that synOrderInfo sent",
	Run: func(ctx context.Context, s *session.Session) {
		p := thirdPartyOrder(ctx, s, s.ExistingSIM())
		order := found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(plainDecimal(order.Amount)).To(Equal(plainDecimal(p.Amount)), "pay_amount of the order, as a decimal number")
		Expect(strings.ToUpper(order.Currency)).To(Equal(strings.ToUpper(p.Currency)), "pay_currency of the order, in upper case")
	},
}}, onThese(Check{
	ID: "VSH-084", Clause: "third-party/nothing-left-to-pay", Operations: []string{"synOrderInfo"},
	Requirement: "{operation} refuses an order that a third party was paid for",
}, func(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	p := s.NewPurchase()
	p.AutoRenewal = "1"
	s.ThirdPartyOrder(ctx, p)
	controlled(ctx, s, draft, func() {
		Expect(s.Send(ctx, draft.Twin().Before(session.Set("payId", p.PayID)))).To(beRefused(), "the payment of an order that was paid for")
	})
}, "stripeSingleAuthorization", "stripeSubDirectly"))

// failedElsewhere says that the payment by a third party failed. Both members tell
// it, since no page says which of them counts.
func failedElsewhere(w *session.Wire) {
	session.Set("payRst", "FAIL")(w)
	session.Set("payStatus", failed)(w)
}
