package checks

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// subtleChecks are about violations that a single request does not reveal: effects that come late or
// disappear, work that only a query triggers, long listings, ids in another letter case, and two
// partners at the same time.
var subtleChecks = slices.Concat(subtleSigns, subtleTasks, subtleGroups, subtleOrders, lastingChecks)

// aMoment is how long a check watches for an effect that must not come. The built-in sandbox
// does nothing later than a quarter of it.
func aMoment(s *session.Session) time.Duration {
	if s.Target().Sandbox {
		return 250 * time.Millisecond
	}
	return 500 * time.Millisecond
}

// repeats is how often a comparison that others may disturb is repeated.
const repeats = 3

var subtleSigns = onBodies(Check{
	ID: "SIG-032", Clause: "signature/wrong-sign-refused",
	Requirement: "{operation} refuses a wrong sign whatever the charset and media type of the request",
}, func(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		for _, media := range []string{
			"application/json; charset=UTF-8", "application/json;charset=ISO-8859-1", "text/json", "application/vnd.api+json", "*/*",
		} {
			answer := s.Send(ctx, draft.Twin().SignedBy(digitChanged(-1)).After(wire.Header("Content-Type", media)))
			Expect(answer).To(beRefused(), "a request with a wrong sign and Content-Type "+media)
		}
	})
})

var subtleTasks = []Check{{
	ID: "ASY-025", Clause: "async/query-triggers-nothing", Does: reports.Write,
	Operations:  []string{"asyncResult", "addSims", "listGroupSims"},
	Requirement: "an addSims task is carried out even if nobody queries its result",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		id := adding.start(ctx, s, sim).RequestID
		if s.Await(func() bool { return listed(ctx, s, sim) > before }) {
			s.AwaitResult(ctx, id)
			return
		}
		s.AwaitResult(ctx, id)
		after := listed(ctx, s, sim)
		if after <= before { // the listing shows no additions at all
			s.Prevents("groups/listing-reflects-add", len(s.Exchanges())-1,
				"precondition failed: listGroupSims does not list a SIM that addSims added", sim, "no such entry")
		}
		Expect(after).To(Equal(before), "the SIM was added only when the result of its task was queried")
	},
}, {
	ID: "ASY-026", Clause: "async/basic-validation-at-once", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
	Requirement: "addSims responds to a large batch before the work is done, unless it is done within a second",
	Run:         respondsBeforeTheWork,
}, {
	ID: "RID-024", Clause: "request-id/malformed-refused", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
	Requirement: "asyncResult refuses a returned request_id in another letter case",
	Run: func(ctx context.Context, s *session.Session) {
		id := endedTask(ctx, s, adding).id
		other := strings.ToLower(id)
		if other == id {
			other = strings.ToUpper(id)
		}
		if other == id && s.Target().Sandbox {
			return // one variant of the sandbox has ids without letters
		}
		if other == id {
			s.Skip("the request_ids of the target have no letters")
		}
		Expect(s.Send(ctx, s.NewAsyncResult(other))).To(beRefused(), "the request_id %s, which was never returned; %s was", other, id)
	},
}}

// The response to a large batch is late if it takes this long, and this many times as long as the
// response to a single SIM.
const (
	lateResponse = time.Second
	lateTimes    = 5
)

// respondsBeforeTheWork asserts that the response to a large batch does not wait for its task. A late
// response whose task has already ended did wait.
func respondsBeforeTheWork(ctx context.Context, s *session.Session) {
	took := func(sims ...string) (time.Duration, string) {
		accepted := adding.start(ctx, s, sims...)
		return s.Exchanges()[accepted.Answer.Exchange].Duration, accepted.RequestID
	}
	single, id := took(s.UnknownSIM())
	s.AwaitResult(ctx, id)
	sims := distinct(s.ExistingSIMs(250))
	for len(sims) < 500 {
		sims = append(sims, s.UnknownSIM())
	}
	large, id := took(sims...)
	looks := 0
	s.WatchResult(ctx, id, func(wire.Result) { looks++ })
	if looks == 1 && large > lateTimes*single {
		Expect(large).To(BeNumerically("<", lateResponse),
			"addSims responded to 500 SIMs when their work was done, and to a single one within %s", single.Round(time.Millisecond))
	}
}

var subtleGroups = []Check{{
	ID: "GRP-016", Clause: "groups/listing-reflects-add", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "listGroupSims lists all of 60 SIMs that were added",
	Run: func(ctx context.Context, s *session.Session) {
		sims := s.ExistingSIMs(60) // with repetitions if the target names fewer
		before := listGroupSims(ctx, s, s.Group())
		adding.carryOut(ctx, s, sims...)
		after := listGroupSims(ctx, s, s.Group())
		missing := 0
		for _, sim := range distinct(sims) {
			added := 0
			for _, other := range sims {
				if other == sim {
					added++
				}
			}
			missing += max(0, before.Times(sim)+added-after.Times(sim))
		}
		Expect(missing).To(BeZero(), "listGroupSims does not list all of 60 added SIMs; missing entries")
	},
}, {
	ID: "GRP-017", Clause: "groups/listing-reflects-add", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "a SIM that addSims added is still listed a moment later",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim)
		first := listed(ctx, s, sim)
		if first == 0 {
			s.Prevents("groups/listing-reflects-add", len(s.Exchanges())-1,
				"listGroupSims does not list a SIM that addSims added", sim, "no such entry")
		}
		gone := s.AwaitWithin(aMoment(s), func() bool { return listed(ctx, s, sim) < first })
		Expect(gone).To(Equal(false), "listGroupSims no longer lists %s a moment after it was added", sim)
	},
}, {
	ID: "GRP-018", Clause: "groups/per-operation-counting", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "two successful additions of the same SIM count twice",
	Run: func(ctx context.Context, s *session.Session) {
		var counted, entries int
		for range repeats { // others may change the count of the group meanwhile
			sim := s.ExistingSIM()
			before := listGroupSims(ctx, s, s.Group())
			for range 2 {
				result := adding.carryOut(ctx, s, sim)
				if slices.ContainsFunc(resultsFor(sim, result), func(code string) bool { return code != succeeded }) {
					s.Prevents("async/success-is-10", result.Answer.Exchange,
						"precondition failed: addSims did not add "+sim, `"`+succeeded+`"`, Show(resultsFor(sim, result)))
				}
			}
			after := listGroupSims(ctx, s, s.Group())
			counted, entries = after.Count-before.Count, after.Times(sim)-before.Times(sim)
			if max(counted, entries) < 2 {
				break
			}
		}
		Expect(max(counted, entries)).To(BeNumerically(">=", 2),
			"two successful additions of a SIM raised neither sim_count nor its entries by two")
	},
}, {
	ID: "GRP-024", Clause: "groups/partner-isolation", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles answers concurrent requests of two partners with their own groups",
	Run: func(ctx context.Context, s *session.Session) {
		partners := []string{s.Target().PartnerCode, s.SecondPartner()}
		own := [][]string{groupIDs(listBundlesAs(ctx, s, partners[0])), groupIDs(listBundlesAs(ctx, s, partners[1]))}
		shown := make([][]string, 8)
		parallel(len(shown), func(i int) { shown[i] = groupIDs(listBundlesAs(ctx, s, partners[i%2])) })
		for i, groups := range shown {
			Expect(groups).To(ConsistOf(own[i%2]), "listBundles showed a partner the groups of another, in concurrent request %d of 8", i+1)
		}
	},
}}

var subtleOrders = []Check{{
	ID: "PAY-057", Clause: "payments/status-after-failure", Does: reports.Purchase, Operations: paying("resultQuery"),
	Requirement: "a declined payment does not become paid after its confirmation",
	Run: func(ctx context.Context, s *session.Session) {
		p := notPaid(ctx, s).Purchase
		turned := s.AwaitWithin(aMoment(s), func() bool { return paymentState(ctx, s, p) == paid })
		Expect(turned).To(Equal(false), "a declined payment became paid after its confirmation")
	},
}, {
	ID: "ORD-048", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder refuses a purchase_order_id in another letter case",
	Run: func(ctx context.Context, s *session.Session) {
		id := paidKeys(ctx, s).PurchaseID
		other := strings.Map(func(r rune) rune {
			if unicode.IsUpper(r) {
				return unicode.ToLower(r)
			}
			return unicode.ToUpper(r)
		}, id)
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: other}))).To(beRefused(),
			"the purchase_order_id %s, while the order has %s", other, id)
	},
}, {
	ID: "ORD-064", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: lookingUp("listBundles"),
	Requirement: "queryOrder returns to each of two partners its own order of the same SIM",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		mine, theirs := mineOnSecondSIM(ctx, s), foreignOrder(ctx, s)
		first := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{SIM: mine.SIM}))
		Expect(first.PayID).NotTo(Equal(theirs.PayID), "queryOrder showed the second partner's order of a SIM to the first")
		other := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{SIM: mine.SIM}).As(second))
		Expect(other.PayID).NotTo(Equal(mine.PayID), "queryOrder showed the first partner's order of a SIM to the second")
	},
}, {
	ID: "VSH-049", Clause: "orders/remaining-days-agree", Does: reports.Purchase, Operations: []string{"singleQueryOrder", "synOrderInfo"},
	Requirement: "remainingDays of an active order agrees with its expireDate",
	Run: func(ctx context.Context, s *session.Session) {
		sim := takenEffect(ctx, s).SIM
		s.Await(func() bool { return activeOrders(ctx, s, sim) > 0 })
		for _, order := range listedOrders(ctx, s, sim) {
			last, dated := time.Parse(time.DateOnly, order["expireDate"])
			days, err := strconv.Atoi(order["remainingDays"])
			if dated != nil || err != nil || order["orderStatus"] != orderActive {
				continue // the form is judged elsewhere
			}
			// The date may be in any time zone, and the last day may or may not count.
			left := int(last.Sub(time.Now().UTC().Truncate(24*time.Hour)).Hours() / 24)
			Expect(days).To(BeNumerically("~", left, 2), "remainingDays of an active order does not agree with its expireDate "+order["expireDate"])
		}
	},
}}
