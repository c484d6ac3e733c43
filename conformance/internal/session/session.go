package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/supply"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Session is what one check does to the target. It is safe for concurrent use.
//
// Its methods end the check by a panic with an End when the check cannot go on;
// whoever runs the check recovers it.
type Session struct {
	connection *Connection
	stop       context.Context // no call is begun when it is done
	calls      context.Context // calls in flight end when it is done
	ended      *atomic.Bool    // the check is to end

	mu         sync.Mutex
	exchanges  []reports.Exchange
	deviations []reports.Deviation
	entries    []*journal.Entry // what it did to the target
	undoes     bool             // it undoes what another one did
	shown      []*Push          // those that stand among the exchanges
	part       supply.Part      // of the SIM cards
	asides     []*Session       // sessions whose exchanges count for no check
	loans      []*loan          // valid requests that nobody else uses at the moment
	used       map[string]bool  // names of shared objects
	renews     string           // the SIM card for which it subscribes
}

// End is the value with which a session ends a check that cannot go on.
type End struct {
	// Verdict is Failed (with a Deviation), Inconclusive or Skipped.
	Verdict reports.Verdict
	// Reason says why, in words, when there is no deviation.
	Reason string
	// Deviation is what the target did, when that is why.
	Deviation *reports.Deviation
	// Untested is set when the deviation kept the check from what it is about. Where
	// it is no violation, the check has come to no outcome.
	Untested bool
}

// crashed is the End of a check that broke itself, so that the target is not blamed.
func crashed(err error) End {
	return End{Verdict: reports.Inconclusive, Reason: "the check itself broke: " + err.Error()}
}

// Skip ends the check without a verdict on the target.
func (s *Session) Skip(reason string) { panic(End{Verdict: reports.Skipped, Reason: reason}) }

// Violates ends the check because the target does not do what a clause says.
// exchange is the index of the exchange that shows it, -1 for several.
func (s *Session) Violates(clause string, exchange int, summary, expected, actual string) {
	panic(s.violation(clause, exchange, summary, expected, actual))
}

// Prevents is Violates where what the target does keeps the check from what it is
// about, unless it is about that clause.
func (s *Session) Prevents(clause string, exchange int, summary, expected, actual string) {
	end := s.violation(clause, exchange, summary, expected, actual)
	end.Untested = true
	panic(end)
}

func (s *Session) violation(clause string, exchange int, summary, expected, actual string) End {
	operation := ""
	if exchange >= 0 {
		operation = s.Exchanges()[exchange].Operation
	}
	d := s.Deviation(clause, operation, summary)
	d.Exchange, d.Expected, d.Actual = exchange, expected, actual
	return End{Verdict: reports.Failed, Deviation: &d}
}

// Deviation returns a deviation from a clause, with the evidence that the clause
// has for an operation, or, when that is empty, for all of its operations.
func (s *Session) Deviation(clause, operation, summary string) reports.Deviation {
	found, _ := openapi.ClauseFor(clause, operation)
	return reports.Deviation{
		Clause: clause, Grade: reports.Grade(found.Enforced.Grade), Source: found.Enforced.Source,
		Level: reports.Must, Summary: summary, Exchange: -1,
	}
}

// Policy returns the policy of the run.
func (s *Session) Policy() reports.Policy { return s.connection.policy }

// Target returns the target of the run.
func (s *Session) Target() *target.Target { return s.connection.target }

// Contract returns the contract the target is held to.
func (s *Session) Contract() *openapi.Contract { return s.connection.contract }

// Exchanges returns what was recorded so far, in the order of sending.
func (s *Session) Exchanges() []reports.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]reports.Exchange(nil), s.exchanges...)
}

// Deviations returns what the oracle found in the exchanges so far, one of each kind.
func (s *Session) Deviations() []reports.Deviation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]reports.Deviation(nil), s.deviations...)
}

// Close undoes what a session did that belongs to no check, and ends the journal.
func (s *Session) Close() (left []string) {
	left = s.Undo()
	return append(left, s.connection.Finish(len(left) == 0)...)
}

// Group returns a bundle group of the partner.
func (s *Session) Group() string {
	s.need(s.Target().Group != "", "group")
	return s.Target().Group
}

// UnknownGroup returns the id of no group.
func (s *Session) UnknownGroup() string { return "mallcheck-no-such-group" }

// ExistingSIM returns the ICCID of a SIM card that exists, another one at each
// call as long as the target names enough of them.
func (s *Session) ExistingSIM() string { return s.ExistingSIMs(1)[0] }

// ExistingSIMs returns n ICCIDs that exist; when the target names fewer, they repeat.
func (s *Session) ExistingSIMs(n int) []string {
	s.need(len(s.Target().SIMs) > 0, "sim")
	return s.connection.supply.SIMs(n, s.part)
}

// DistinctSIMs returns n different ICCIDs that exist, or skips the check.
func (s *Session) DistinctSIMs(n int) []string {
	if have := len(s.Target().SIMs); have < n {
		s.Missing(fmt.Sprintf("the check needs %d SIM cards, the target names %d (--sim)", n, have))
	}
	return s.connection.supply.SIMs(n, s.part)
}

// SecondSIM returns the ICCID of a SIM of the second partner. Where the target names
// none, it is one of the first: many targets let any partner order for any SIM.
func (s *Session) SecondSIM() string {
	if sims := s.Target().SecondSIMs; len(sims) > 0 {
		return sims[0]
	}
	return s.ExistingSIM()
}

// UnknownSIM returns the well-formed ICCID of no SIM card.
func (s *Session) UnknownSIM() string {
	s.need(len(s.Target().UnknownSIMs) > 0, "unknown-sim")
	return s.Target().UnknownSIMs[0]
}

// SecondPartner returns the code of another partner.
func (s *Session) SecondPartner() string {
	s.need(s.Target().SecondPartnerCode != "", "second-partner-code")
	return s.Target().SecondPartnerCode
}

// need ends the check when a fixture is not there.
func (s *Session) need(there bool, key string) {
	s.endIfStopped()
	if !there {
		s.Missing(fmt.Sprintf("the target has no %s (--%s or %s)", key, key, target.EnvironmentName(key)))
	}
}

// Missing skips the check, but on the sandbox, where everything must be there, breaks it.
func (s *Session) Missing(reason string) {
	if s.Target().Sandbox {
		panic(End{Verdict: reports.Failed, Reason: reason, Deviation: &reports.Deviation{
			Clause: "", Grade: reports.Rule, Level: reports.Must, Exchange: -1,
			Summary: "a prerequisite is missing on the sandbox: " + reason,
		}})
	}
	s.Skip(reason)
}
