package checks

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

// record is an object of an answer: its members that are texts. What is no text is
// left out; what it should be is judged elsewhere.
type record map[string]string

// UnmarshalJSON reads the members that are texts.
func (r *record) UnmarshalJSON(raw []byte) error {
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("reading an object of an answer: %w", err)
	}
	*r = record{}
	for name, value := range members {
		if text, isText := value.(string); isText {
			(*r)[name] = text
		}
	}
	return nil
}

// recordOf reads the data of an answer; a refusal and data of another form have none.
func recordOf(answer *session.Answer) record {
	var data record
	if !answer.Accepted() || json.Unmarshal(answer.Data, &data) != nil {
		return record{}
	}
	return data
}

// accepted sends a request that the target must accept, and returns the data of its answer.
func accepted(ctx context.Context, s *session.Session, draft *session.Draft) record {
	answer := s.Send(ctx, draft)
	s.RequireAccepted(answer)
	return recordOf(answer)
}

// listedOrders returns what singleQueryOrder lists for a SIM card.
func listedOrders(ctx context.Context, s *session.Session, sim string) []record {
	answer := s.Send(ctx, s.NewSingleQueryOrder(sim))
	s.RequireAccepted(answer)
	return listedIn(answer)
}

// listedIn returns the orders in an answer of singleQueryOrder, none in a refusal.
func listedIn(answer *session.Answer) []record {
	var data struct {
		Orders []record `json:"orderList"`
	}
	if !answer.Accepted() || json.Unmarshal(answer.Data, &data) != nil {
		return nil
	}
	return data.Orders
}

// orderActive is the orderStatus of an order in effect.
const orderActive = "2"

// activeOrders counts the orders of a SIM card that are listed as being in effect.
func activeOrders(ctx context.Context, s *session.Session, sim string) int {
	active := 0
	for _, order := range listedOrders(ctx, s, sim) {
		if order["orderStatus"] == orderActive {
			active++
		}
	}
	return active
}

// allOrders counts the orders that are listed for a SIM card.
func allOrders(ctx context.Context, s *session.Session, sim string) int {
	return len(listedOrders(ctx, s, sim))
}

// growth does work for a SIM card and returns by how much a count for it has grown
// once every top-up that it led to has taken effect, those of earlier orders having
// done so before. Others may order for the same SIM card in between: when the count
// does not grow as expected, the work is done again for another one, three times in all.
func growth(ctx context.Context, s *session.Session, count func(ctx context.Context, s *session.Session, sim string) int,
	expected int, work func(sim string),
) int {
	grown := 0
	for range 3 {
		letTopUpsTakeEffect(ctx, s, "")
		sim := s.ExistingSIM()
		before := count(ctx, s, sim)
		work(sim)
		if expected > 0 {
			s.Await(func() bool { return count(ctx, s, sim) >= before+expected })
		}
		letTopUpsTakeEffect(ctx, s, sim)
		if grown = count(ctx, s, sim) - before; grown == expected {
			break
		}
	}
	return grown
}

// letTopUpsTakeEffect waits until an order that is paid for another SIM card, later
// than all others, is in effect. Where there is no other SIM card, and on a target
// that refuses such an order, nothing is waited for.
func letTopUpsTakeEffect(ctx context.Context, s *session.Session, sim string) {
	p := s.NewPurchase()
	if p.SIM == sim {
		return
	}
	before := activeOrders(ctx, s, p.SIM)
	if s.Send(ctx, s.NewSynOrderInfo(p)).Accepted() {
		s.Await(func() bool { return activeOrders(ctx, s, p.SIM) > before })
	}
}
