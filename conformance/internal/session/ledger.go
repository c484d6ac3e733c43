package session

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// ledger is what one check has put into groups and not taken out again.
type ledger []*entry

// entry is one accepted addSims or removeSims.
type entry struct {
	requestID, group, partner string
	adds                      bool
	sims                      []string // as submitted
	result                    *Result  // once it is terminal
}

// enter writes an accepted operation into the ledger, whether the check meant it
// to be accepted or not.
func (s *Session) enter(draft *Draft, answer *Answer) {
	operation := draft.Operation.ID
	s.enterOrder(answer)
	if !answer.Accepted() || operation != "addSims" && operation != "removeSims" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	request := s.exchanges[answer.Exchange].Request
	var body struct {
		PartnerCode string   `json:"partnerCode"`
		SimIDs      []string `json:"sim_ids"`
	}
	if err := json.Unmarshal(request.Body, &body); err != nil {
		return // nothing that names a SIM card was submitted
	}
	s.ledger = append(s.ledger, &entry{
		requestID: answer.Header.Get(s.Target().RequestIDHeader), group: groupOf(draft),
		partner: body.PartnerCode, adds: operation == "addSims", sims: body.SimIDs,
	})
}

// groupOf returns the group in a draft's path: the segment before the last.
func groupOf(draft *Draft) string {
	segments := strings.Split(draft.wire.URL.Path, "/")
	return segments[max(len(segments)-2, 0)]
}

// settle keeps the terminal result of a task that the ledger knows.
func (s *Session) settle(requestID string, result Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.ledger {
		if e.requestID == requestID {
			e.result = &result
		}
	}
}

// Undo takes out of the groups what the check put in and did not take out,
// newest first, waits until that is done, and cancels the auto-renewals that the
// check left. It returns a sentence for each thing that it could not undo. It
// works after the run was stopped, too.
func (s *Session) Undo() (left []string) {
	hands := s.connection.Session(context.Background())
	hands.undoes = true
	defer func() { s.adopt(hands) }()
	remaining, unclear := s.remaining(hands)
	for at, sims := range remaining {
		if err := hands.takeOut(at, sims); err != nil {
			left = append(left, fmt.Sprintf("%s holds %d SIM cards that the run added (%s): %v", at, len(sims), summary(sims), err))
		}
	}
	for at, sims := range unclear {
		left = append(left, fmt.Sprintf("%s may hold %d SIM cards that the run added (%s): the results of adding them are not known codes", at, len(sims), summary(sims)))
	}
	left = append(left, s.cancelRenewals(hands)...)
	left = append(left, s.undoRetired()...)
	slices.Sort(left)
	if len(left) == 0 {
		s.connection.journal.markUndone(slices.Concat(s.announced, hands.announced))
	}
	return left
}

// adopt makes what undoing showed count for the check that made it necessary.
func (s *Session) adopt(hands *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	offset := len(s.exchanges)
	s.exchanges = append(s.exchanges, hands.exchanges...)
	for _, d := range hands.deviations {
		d.Exchange += offset
		s.note(d)
	}
}

// place is a group of a partner.
type place struct{ id, partner string }

// String names the place in a sentence.
func (p place) String() string { return "group " + p.id + " of partner " + p.partner }

// remaining returns, by group, the SIM cards to take out, newest first, and those
// of which it is not clear whether they were added. Tasks that were not awaited are awaited now, so that nothing is removed before it is
// added; all of them together as long as one task may take, since a target that
// ends none would otherwise hold up the run for as long as there are tasks.
func (s *Session) remaining(hands *Session) (remaining, unclear map[place][]string) {
	s.mu.Lock()
	entries := slices.Clone(s.ledger)
	s.mu.Unlock()
	remaining, unclear = map[place][]string{}, map[place][]string{}
	late := time.Now().Add(s.Target().TaskTimeout)
	for _, e := range entries {
		if !e.matters(hands.Target().UnknownSIMs) {
			continue
		}
		if e.result == nil && e.requestID != "" && time.Now().Before(late) {
			e.await(hands)
		}
		at := place{e.group, e.partner}
		done, doubtful := e.outcome(hands.Target().UnknownSIMs)
		if len(doubtful) > 0 {
			unclear[at] = append(unclear[at], doubtful...)
		}
		for _, sim := range done {
			if e.adds {
				remaining[at] = append([]string{sim}, remaining[at]...)
			} else if i := slices.Index(remaining[at], sim); i >= 0 {
				remaining[at] = slices.Delete(remaining[at], i, i+1)
			}
		}
	}
	maps.DeleteFunc(remaining, func(_ place, sims []string) bool { return len(sims) == 0 })
	return remaining, unclear
}

// matters reports whether an operation is about any SIM card that exists.
func (e *entry) matters(unknown []string) bool {
	return slices.ContainsFunc(e.sims, func(sim string) bool { return !slices.Contains(unknown, sim) })
}

// await waits for the terminal result of an operation. That it cannot be had
// makes no difference here: outcome has an answer for it.
func (e *entry) await(hands *Session) {
	_ = attempt(func() {
		result := hands.AwaitResultAs(context.Background(), e.partner, e.requestID)
		e.result = &result
	})
}

// outcome returns the SIM cards for which an operation succeeded, and, of an
// addition, those with a result that is not known. Where nothing is told of a SIM
// card, its addition counts as done, if it exists, and its removal as not done.
func (e *entry) outcome(unknown []string) (done, unclear []string) {
	told := map[string][]string{} // results by SIM card
	if e.result != nil {
		for _, detail := range e.result.Details {
			told[detail.SimID] = append(told[detail.SimID], detail.Result)
		}
	}
	for _, sim := range e.sims {
		result := ""
		if results := told[sim]; len(results) > 0 {
			result, told[sim] = results[0], results[1:]
		}
		switch {
		case result == "10", result == "" && e.adds && !slices.Contains(unknown, sim):
			done = append(done, sim)
		case result != "31" && result != "" && e.adds:
			unclear = append(unclear, sim)
		}
	}
	return done, unclear
}

// takeOut removes SIM cards from a group and waits for the end of it.
func (s *Session) takeOut(at place, sims []string) error {
	return attempt(func() {
		answer := s.Send(context.Background(), s.NewRemoveSims(at.id, sims...).As(at.partner))
		result := s.AwaitResultAs(context.Background(), at.partner, s.accepted(answer).RequestID)
		for _, detail := range result.Details {
			if detail.Result != "10" {
				panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("removing %s ended with result %q", detail.SimID, detail.Result)})
			}
		}
	})
}

// attempt turns the End of work into an error.
func attempt(work func()) (err error) {
	defer func() {
		switch end := recover().(type) {
		case nil:
		case End:
			err = end
		default:
			panic(end)
		}
	}()
	work()
	return nil
}

// Error says why a check ended.
func (e End) Error() string {
	if e.Deviation != nil {
		return e.Deviation.Summary
	}
	return e.Reason
}

// summary names a few of many.
func summary(sims []string) string {
	if len(sims) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(sims[:3], ", "), len(sims)-3)
	}
	return strings.Join(sims, ", ")
}
