package checks

import (
	"context"
	"encoding/json"
	"fmt"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// record has the string members of an object. Other members are left out: their types are judged
// elsewhere.
type record map[string]string

// UnmarshalJSON reads the members that are strings.
func (r *record) UnmarshalJSON(raw []byte) error {
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("reading an object of an answer: %w", err)
	}
	*r = record{}
	for name, value := range members {
		if text, isString := value.(string); isString {
			(*r)[name] = text
		}
	}
	return nil
}

// recordOf reads the data of an answer. It is empty for a refusal and for data of another form.
func recordOf(answer *wire.Answer) record {
	var data record
	if !answer.Accepted() || json.Unmarshal(answer.Data, &data) != nil {
		return record{}
	}
	return data
}

// accepted requires that the target accepts a request, and returns the data of the answer.
func accepted(ctx context.Context, s *session.Session, draft *session.Draft) record {
	answer := s.Send(ctx, draft)
	s.RequireAccepted(answer)
	return recordOf(answer)
}

// acceptedRecord returns the data of an answer about a shared object and requires that the request was
// accepted.
func acceptedRecord(s *session.Session, answer *wire.Answer) record {
	own := s.Own(answer)
	s.RequireAccepted(own)
	return recordOf(own)
}

// listedOrders returns the orders that singleQueryOrder lists for a SIM. It ends the
// check if the request is refused or the answer has no list.
func listedOrders(ctx context.Context, s *session.Session, sim string) []record {
	answer := s.Send(ctx, s.NewSingleQueryOrder(sim))
	s.RequireAccepted(answer)
	orders, isList := listedIn(answer)
	if !isList {
		s.UnknownForm(answer, "a list orderList")
	}
	return orders
}

// listedIn returns the orders in an answer of singleQueryOrder, and whether it has a
// list of them.
func listedIn(answer *wire.Answer) (orders []record, isList bool) {
	var data struct {
		Orders *[]record `json:"orderList"`
	}
	if !answer.Accepted() || json.Unmarshal(answer.Data, &data) != nil || data.Orders == nil {
		return nil, false
	}
	return *data.Orders, true
}

// refusedFirst sends a request that must be refused for a mistake, so that the effects of the refusal
// can be tested. If the request is accepted, it ends the check: that violates the clause about the
// mistake, not the one about effects.
func refusedFirst(ctx context.Context, s *session.Session, draft *session.Draft, clause, what string) {
	mustBeRefused(s, s.Send(ctx, draft), clause, what)
}

// mustBeRefused is refusedFirst for an existing answer.
func mustBeRefused(s *session.Session, answer *wire.Answer, clause, what string) {
	if answer.Accepted() {
		s.Prevents(clause, answer.Exchange, "precondition failed: "+answer.Operation+" accepted "+what,
			aRefusal, answer.String())
	}
	Expect(answer).To(beRefused(), what)
}

// orderActive is the orderStatus of an order in effect.
const orderActive = "2"

// activeOrders counts the orders that are listed as active for a SIM.
func activeOrders(ctx context.Context, s *session.Session, sim string) int {
	active := 0
	for _, order := range listedOrders(ctx, s, sim) {
		if order["orderStatus"] == orderActive {
			active++
		}
	}
	return active
}

// allOrders counts the orders that are listed for a SIM.
func allOrders(ctx context.Context, s *session.Session, sim string) int {
	return len(listedOrders(ctx, s, sim))
}

// growth does work for a SIM and returns how much a count for that SIM has grown once every top-up of
// the work has taken effect. Top-ups of earlier orders take effect before the first count, or the SIM
// has no order. Others may order for the same SIM meanwhile, so if the count does not grow as expected,
// the work is repeated for another SIM, three times in all.
func growth(ctx context.Context, s *session.Session, count func(ctx context.Context, s *session.Session, sim string) int,
	expected int, work func(sim string),
) int {
	grown, waits := 0, false
	for range 3 {
		sim, idle := idleSIM(ctx, s)
		if !idle {
			letTopUpsTakeEffect(ctx, s, "")
		}
		before := count(ctx, s, sim)
		work(sim)
		waits = expected > 0 && !s.Await(func() bool { return count(ctx, s, sim) >= before+expected }) && activeOrders(ctx, s, sim) > 0
		if waits { // apparently for the active order, and unlisted
			waiting(s).Store(true)
			continue
		}
		letTopUpsTakeEffect(ctx, s, sim)
		if grown = count(ctx, s, sim) - before; grown == expected {
			return grown
		}
	}
	if waits {
		endWaiting(s)
	}
	return grown
}

// letTopUpsTakeEffect waits until an order for another SIM, paid after all others, is active. It does
// not wait if there is no other SIM or the target refuses the order.
func letTopUpsTakeEffect(ctx context.Context, s *session.Session, sim string) {
	p := s.NewPurchase()
	if p.SIM == sim {
		return
	}
	before := activeOrders(ctx, s, p.SIM)
	if s.Send(ctx, s.NewSynOrderInfo(p)).Accepted() {
		awaitActive(ctx, s, p.SIM, before)
	}
}
