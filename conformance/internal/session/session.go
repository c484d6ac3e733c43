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

// Session sends the requests of one check. It is safe for concurrent use.
//
// Its methods panic with an End if the check cannot continue; the caller that runs
// the check recovers it.
type Session struct {
	connection *Connection
	stop       context.Context // no call starts after it is done
	calls      context.Context // calls in flight end when it is done
	ended      *atomic.Bool    // the check must end

	mu         sync.Mutex
	exchanges  []reports.Exchange
	deviations []reports.Deviation
	entries    []*journal.Entry // what the check did to the target
	undoes     bool             // it undoes the effects of another session
	shown      []*Push          // the pushes among the exchanges
	part       supply.Part      // of the SIM cards
	asides     []*Session       // sessions whose exchanges count for no check
	loans      []*loan          // valid requests on loan to this session
	used       map[string]bool  // names of shared objects
	renews     string           // the SIM card that it subscribes for
}

// End is the panic value of a session whose check cannot continue.
type End struct {
	// Verdict is Failed (with a Deviation), Inconclusive or Skipped.
	Verdict reports.Verdict
	// Reason says why if there is no deviation.
	Reason string
	// Deviation is the deviation that ended the check, if any.
	Deviation *reports.Deviation
	// Untested is set if the deviation stopped the check before it tested its subject.
	// Unless the deviation is a violation, the check is then inconclusive.
	Untested bool
}

// crashed returns the End of a check that failed itself. The target is not blamed.
func crashed(err error) End {
	return End{Verdict: reports.Inconclusive, Reason: "the check itself failed: " + err.Error()}
}

// Skip ends the check without a verdict on the target.
func (s *Session) Skip(reason string) { panic(End{Verdict: reports.Skipped, Reason: reason}) }

// Violates ends the check because the target violates a clause. exchange is the
// index of the exchange that shows it, -1 for several.
func (s *Session) Violates(clause string, exchange int, summary, expected, actual string) {
	panic(s.violation(clause, exchange, summary, expected, actual))
}

// Prevents is Violates for a deviation that stops the check before it tests its
// subject, unless the clause is its subject.
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

// Deviation returns a deviation from a clause, with the evidence of the clause for
// an operation or, if operation is empty, for all of its operations.
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

// Contract returns the contract that the target is tested against.
func (s *Session) Contract() *openapi.Contract { return s.connection.contract }

// Exchanges returns the exchanges so far, in the order of sending.
func (s *Session) Exchanges() []reports.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]reports.Exchange(nil), s.exchanges...)
}

// Deviations returns the deviations that the oracle found so far, one of each kind.
func (s *Session) Deviations() []reports.Deviation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]reports.Deviation(nil), s.deviations...)
}

// Close undoes the effects of a session that belongs to no check and closes the journal.
func (s *Session) Close() (left []string) {
	left = s.Undo()
	return append(left, s.connection.Finish(len(left) == 0)...)
}

// Group returns a bundle group of the partner.
func (s *Session) Group() string {
	s.need(s.Target().Group != "", "group")
	return s.Target().Group
}

// UnknownGroup returns an id that no group has.
func (s *Session) UnknownGroup() string { return "mallcheck-no-such-group" }

// ExistingSIM returns the ICCID of an existing SIM card, a different one for each
// call while the target names enough of them.
func (s *Session) ExistingSIM() string { return s.ExistingSIMs(1)[0] }

// ExistingSIMs returns n existing ICCIDs, with repetitions if the target names fewer.
func (s *Session) ExistingSIMs(n int) []string {
	s.need(len(s.Target().SIMs) > 0, "sim")
	return s.connection.supply.SIMs(n, s.part)
}

// DistinctSIMs returns n different existing ICCIDs, or skips the check.
func (s *Session) DistinctSIMs(n int) []string {
	if have := len(s.Target().SIMs); have < n {
		s.Missing(fmt.Sprintf("the check needs %d SIM cards, the target names %d (--sim)", n, have))
	}
	return s.connection.supply.SIMs(n, s.part)
}

// SecondSIM returns the ICCID of a SIM of the second partner, or of the first if the
// target names none: many targets let any partner order for any SIM.
func (s *Session) SecondSIM() string {
	if sims := s.Target().SecondSIMs; len(sims) > 0 {
		return sims[0]
	}
	return s.ExistingSIM()
}

// UnknownSIM returns a well-formed ICCID that no SIM card has.
func (s *Session) UnknownSIM() string {
	s.need(len(s.Target().UnknownSIMs) > 0, "unknown-sim")
	return s.Target().UnknownSIMs[0]
}

// SecondPartner returns the code of another partner.
func (s *Session) SecondPartner() string {
	s.need(s.Target().SecondPartnerCode != "", "second-partner-code")
	return s.Target().SecondPartnerCode
}

// need ends the check if a fixture is missing.
func (s *Session) need(there bool, key string) {
	s.endIfStopped()
	if !there {
		s.Missing(fmt.Sprintf("the target has no %s (--%s or %s)", key, key, target.EnvironmentName(key)))
	}
}

// Missing skips the check. On the sandbox, which must have every fixture, the check fails.
func (s *Session) Missing(reason string) {
	if s.Target().Sandbox {
		panic(End{Verdict: reports.Failed, Reason: reason, Deviation: &reports.Deviation{
			Clause: "", Grade: reports.Rule, Level: reports.Must, Exchange: -1,
			Summary: "a prerequisite is missing on the sandbox: " + reason,
		}})
	}
	s.Skip(reason)
}
