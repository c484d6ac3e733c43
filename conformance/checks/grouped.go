package checks

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// Grouped returns the checks, but tests derived cases that a conforming target may accept in groups: one
// request carries the changes of many cases. A group that is not accepted as a whole is halved until the
// deviating case is alone. Ids, order and verdicts are those of the single cases, and the deciding
// exchange is recorded for every case of its group.
//
// The groups hold state of a run: call Grouped once per run.
func Grouped(selected []Check) []Check {
	made := slices.Clone(selected)
	open := map[string][]*group{}
	refusing := map[string]*names{}
	lenient := newLeniency()
	for i := range made {
		if check := made[i]; check.isRefusal() {
			what := refusalOf(check)
			made[i].Run = func(ctx context.Context, s *session.Session) { lenient.run(ctx, s, check, what, check.Run) }
			continue
		}
		c := made[i].derived
		if c == nil || !groupable(c) {
			continue
		}
		key := c.Operation + " " + string(c.Expect)
		at := slices.IndexFunc(open[key], func(g *group) bool { return g.fits(c) })
		if at < 0 {
			if refusing[key] == nil {
				refusing[key] = &names{}
			}
			open[key] = append(open[key], &group{refusing: refusing[key]})
			at = len(open[key]) - 1
		}
		g := open[key][at]
		g.cases = append(g.cases, c)
		made[i].Run = func(ctx context.Context, s *session.Session) { g.run(ctx, s, c) }
	}
	return made
}

// groupable reports whether the request of a case can also carry the changes of other cases: it changes
// the value of one parameter, member or header field, or leaves one out.
func groupable(c *cases.Case) bool {
	if c.Expect == cases.Refused || len(c.Changes) != 1 || c.Changes[0].Late || c.In == cases.InPath {
		return false
	}
	switch c.Changes[0].Kind {
	case cases.Set, cases.Wrap, cases.Number, cases.SwapCase, cases.Drop, cases.Header, cases.Query:
		return true
	}
	return false
}

// names is a set of names that grows as a run learns.
type names struct {
	mu  sync.Mutex
	set map[string]bool
}

func (n *names) add(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.set == nil {
		n.set = map[string]bool{}
	}
	n.set[name] = true
}

func (n *names) has(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.set[name]
}

// group is a set of cases that change different parameters or members of one request.
type group struct {
	cases []*cases.Case
	// refusing names the members whose changes the target refuses: such a case would spoil the group and
	// is tested alone.
	refusing *names

	mu     sync.Mutex
	tested bool
	// decided has the exchange that decides each case, by its id. An entry is removed once it was
	// reported, so that a repetition sends its own request.
	decided map[string]reports.Exchange
}

// changed names the member that a case changes.
func changed(c *cases.Case) string {
	if change := c.Changes[0]; change.Kind == cases.Header || c.In == cases.InHeader {
		return cases.InHeader + " " + http.CanonicalHeaderKey(change.Name)
	}
	return c.Changes[0].Name
}

// fits reports whether no case of the group changes the same member as c.
func (g *group) fits(c *cases.Case) bool {
	return !slices.ContainsFunc(g.cases, func(other *cases.Case) bool { return changed(other) == changed(c) })
}

// run tests a case by the outcome of its group, or alone.
func (g *group) run(ctx context.Context, s *session.Session, c *cases.Case) {
	exchange, decided := g.outcome(ctx, s, c)
	if !decided {
		runCase(ctx, s, c)
		return
	}
	judgeCase(s, c, s.Recall(exchange))
}

// outcome returns the exchange that decides a case. The first call tests the group.
func (g *group) outcome(ctx context.Context, s *session.Session, c *cases.Case) (reports.Exchange, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.tested {
		g.tested, g.decided = true, map[string]reports.Exchange{}
		together := slices.DeleteFunc(slices.Clone(g.cases), func(c *cases.Case) bool { return g.refusing.has(changed(c)) })
		s.Aside(func(aside *session.Session) { g.test(ctx, aside, together) })
	}
	exchange, decided := g.decided[c.ID]
	delete(g.decided, c.ID)
	return exchange, decided
}

// test sends one request with the changes of several cases, and halves the group until the target
// accepts it or one case is left.
func (g *group) test(ctx context.Context, s *session.Session, together []*cases.Case) {
	if len(together) == 0 || s.Stopped() {
		return
	}
	answer := sendChanges(ctx, s, together...)
	if !answer.Accepted() && len(together) > 1 {
		g.test(ctx, s, together[:len(together)/2])
		g.test(ctx, s, together[len(together)/2:])
		return
	}
	if !answer.Accepted() {
		g.refusing.add(changed(together[0]))
	}
	exchange := s.Exchanges()[answer.Exchange]
	for _, c := range together {
		g.decided[c.ID] = exchange
	}
}
