package checks

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// mostSoldWrongly is how many requests of one operation that a lenient target should refuse it may sell
// something for, unless that is a violation.
const mostSoldWrongly = 3

// MostSoldWrongly is about how many orders a run spends on requests that a lenient target should refuse.
func MostSoldWrongly() (most int) {
	for _, operation := range operations() {
		if usesUp(operation.id) {
			most += mostSoldWrongly
		}
	}
	return most
}

// leniency records how the target responds to requests that it should refuse. A lenient target is not a
// broken one, but every such request that it accepts on a selling operation costs an order. These requests
// are sent last, and held back once the run knows the answer.
type leniency struct {
	mu      sync.Mutex
	changes map[string]*tally // by what is changed, on any operation
	fields  map[string]*tally // by operation and field
	sold    map[string]int    // by operation
}

func newLeniency() *leniency {
	return &leniency{changes: map[string]*tally{}, fields: map[string]*tally{}, sold: map[string]int{}}
}

// tally counts the answers to requests of one kind.
type tally struct {
	accepted, refused int
	example           string // a check whose request was accepted
}

// refusal is what a check changes in requests that the target should refuse.
type refusal struct{ change, field string }

// refusalOf returns what a check of a refusal changes.
func refusalOf(c Check) refusal {
	if c.derived != nil {
		_, change, _ := strings.Cut(strings.TrimPrefix(c.ID, "GEN/"), "/")
		field := c.derived.In + " " + c.derived.Field
		if c.derived.In == cases.InRequest {
			field = ""
		}
		return refusal{change, field}
	}
	id, _, _ := strings.Cut(c.ID, "/")
	return refusal{id, fieldOf(c.Clause)}
}

// fieldOf returns the member of a body whose constraint a clause is, as refusals name it.
func fieldOf(clause string) string {
	for _, before := range []string{"/properties/", "/required/"} {
		if _, rest, found := strings.Cut(clause, before); found {
			name, _, _ := strings.Cut(rest, "/")
			return cases.InBody + " " + name
		}
	}
	return ""
}

// isRefusal reports whether the check sends a request that the target should refuse, and nothing else.
func (c Check) isRefusal() bool {
	if c.derived != nil {
		return c.derived.Expect == cases.Refused
	}
	return c.isCaseOf("ENV", "ERR") && strings.Contains(c.Requirement, " refuses ")
}

// SellsWrongly reports whether the check costs an order if the target wrongly accepts its request. Such
// checks of an operation run one after the other and in the same order in each run: which of them are held
// back must not depend on the seed, or a target would seem to have changed between two runs.
func (c Check) SellsWrongly() bool {
	return c.isRefusal() && usesUp(c.Subject())
}

// ByChange compares two checks that sell wrongly by what they change: those of one operation are then far
// from each other.
func ByChange(a, b Check) int {
	return cmp.Or(strings.Compare(refusalOf(a).change, refusalOf(b).change), strings.Compare(a.ID, b.ID))
}

// run runs a check of a refusal, unless its request is held back.
func (l *leniency) run(ctx context.Context, s *session.Session, c Check, what refusal, run func(context.Context, *session.Session)) {
	sells := usesUp(c.Subject())
	if sells && isNoViolation(s, c) {
		if reason := l.known(c, what); reason != "" {
			s.Skip(reason)
		}
	}
	defer func() {
		ended := recover()
		l.note(s, c, what, ended)
		if ended != nil {
			panic(ended)
		}
	}()
	run(ctx, s)
}

// MayHoldBack reports whether a run holds back requests that a lenient target would sell something for. A
// thorough run sends everything, and so does a run with named checks or one that fails on leniency.
func MayHoldBack(t *target.Target) bool {
	return Depth(t.Depth) != Thorough && len(t.Only) == 0 && !t.Policy().FailOnFinding && !reports.Derived.AtLeast(t.Policy().Strict)
}

// isNoViolation reports whether accepting the request of a check would only be a habit of the target, so
// that holding the request back hides no violation.
func isNoViolation(s *session.Session, c Check) bool {
	if !MayHoldBack(s.Target()) {
		return false
	}
	policy := s.Policy()
	for _, expected := range policy.Expectations {
		if expected.MatchesOperation(c.Subject()) {
			return false
		}
	}
	d := s.Deviation(c.Clause, c.Subject(), "")
	d.Level, d.Severity = c.Level, reports.Severity(openapi.SeverityOf(c.Clause))
	if c.Grade != "" {
		d.Grade = c.Grade
	}
	return policy.VerdictOf(d) == reports.Finding && d.Severity != reports.Critical
}

// known says why the request of a check is held back; "" means that it is sent.
func (l *leniency) known(c Check, what refusal) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	const sent = "; not sent, because it would cost an order (--depth thorough sends it)"
	if known := l.changes[what.change]; known != nil && known.accepted > 0 && known.accepted >= known.refused {
		return "the target accepts such a request of other operations, see " + known.example + sent
	}
	if known := l.fields[c.Subject()+" "+what.field]; known != nil && known.accepted > 0 && known.refused == 0 {
		return "the target accepts other wrong values of this field, see " + known.example + sent
	}
	if sold := l.sold[c.Subject()]; sold >= mostSoldWrongly {
		return fmt.Sprintf("the target accepted %d requests of the operation that it should have refused%s", sold, sent)
	}
	return ""
}

// note counts how a check ended.
func (l *leniency) note(s *session.Session, c Check, what refusal, ended any) {
	accepted, told := accepts(s, c, ended)
	if !told {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !usesUp(c.Subject()) {
		count(l.changes, what.change, c.ID, accepted)
		return
	}
	if what.field != "" {
		count(l.fields, c.Subject()+" "+what.field, c.ID, accepted)
	}
	if accepted {
		l.sold[c.Subject()]++
	}
}

// count counts a request of a kind.
func count(kinds map[string]*tally, kind, check string, accepted bool) {
	if kinds[kind] == nil {
		kinds[kind] = &tally{}
	}
	if !accepted {
		kinds[kind].refused++
		return
	}
	kinds[kind].accepted++
	kinds[kind].example = check
}

// accepts reports whether a check ended because the target accepted what it should refuse, and whether
// the end of the check shows that at all.
func accepts(s *session.Session, c Check, ended any) (accepted, told bool) {
	var at int
	exchanges := s.Exchanges()
	switch end := ended.(type) {
	case nil:
		return false, true
	case session.End:
		if end.Deviation == nil || end.Deviation.Clause != c.Clause || end.Untested {
			return false, false
		}
		at = end.Deviation.Exchange
	case expect.Failure:
		if end.Clause != "" && end.Clause != c.Clause {
			return false, false
		}
		at = end.Exchange
	default:
		return false, false
	}
	if at < 0 {
		at = len(exchanges) - 1
	}
	if at < 0 || exchanges[at].Response == nil {
		return false, false
	}
	accepted = wire.ReadAnswer(at, exchanges[at]).Accepted()
	return accepted, accepted
}
