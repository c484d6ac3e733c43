package checks

import (
	"context"
	"slices"
	"time"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// lastingChecks look again at what the run created earlier. They run last, so that as much as possible
// has happened since.
var lastingChecks = []Check{{
	ID: "RID-025", Clause: "request-id/repeated-reading", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
	Requirement: "the result of a completed task can still be queried at the end of the run",
	Run: func(ctx context.Context, s *session.Session) {
		lasts(ctx, s, s.NewAsyncResult(completedTask(ctx, s)), "a query for a result that it had returned before")
	},
}, {
	ID: "ORD-065", Clause: "order-lookup/purchase-id-of-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder still finds a paid order at the end of the run",
	Run: func(ctx context.Context, s *session.Session) {
		keys := session.OrderKeys{PurchaseID: paidKeys(ctx, s).PurchaseID}
		lasts(ctx, s, s.NewQueryOrder(keys), "a lookup of a paid order that it had returned before")
	},
}}

// completedTask returns the request id of a task whose result was queried.
func completedTask(ctx context.Context, s *session.Session) string {
	return session.Share(s, "completed task", func(s *session.Session) string {
		id := adding.start(ctx, s, s.UnknownSIM()).RequestID
		s.AwaitResult(ctx, id)
		return id
	})
}

// isLasting reports whether the check runs last.
func (c Check) isLasting() bool {
	return slices.ContainsFunc(lastingChecks, func(one Check) bool { return one.ID == c.ID })
}

// lasts asserts that a lookup that was accepted earlier is accepted again a moment after the last
// exchange. In a whole run that is long after.
func lasts(ctx context.Context, s *session.Session, draft *session.Draft, request string) {
	shown := s.Exchanges()
	since := time.Since(shown[len(shown)-1].Started)
	s.AwaitWithin(aMoment(s)-since, func() bool { return false })
	Expect(s.Send(ctx, draft)).To(beAccepted(), request)
}
