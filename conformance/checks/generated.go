package checks

import (
	"context"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// generated returns a check for each case that is derived from the contract.
var generated = sync.OnceValue(func() []Check {
	derived, err := cases.All()
	if err != nil {
		return nil // a run reports that it cannot read the contract
	}
	made := make([]Check, 0, len(derived))
	for i := range derived {
		made = append(made, checkOf(&derived[i]))
	}
	return made
})

// checkOf turns a case into a check. Its effect is that of a valid request, because a faulty target may
// execute it.
func checkOf(c *cases.Case) Check {
	about := operationOf(c.Operation)
	return Check{
		ID: c.ID, Clause: c.Clause, Requirement: c.Requirement,
		Does: about.does, Operations: append([]string{c.Operation}, about.takes...),
		Run:     func(ctx context.Context, s *session.Session) { runCase(ctx, s, c) },
		derived: c,
	}
}

// runCase sends the request of a case and compares the outcome with the expected one. The oracle judges
// the form of the answer.
func runCase(ctx context.Context, s *session.Session, c *cases.Case) {
	judgeCase(s, c, sendChanges(ctx, s, c))
}

// judgeCase compares the answer to the request of a case with the expected outcome.
func judgeCase(s *session.Session, c *cases.Case, answer *wire.Answer) {
	if expected, deviates := judged(s, c, answer); deviates {
		s.Violates(c.Clause, answer.Exchange,
			answer.Operation+" "+outcomeWord(answer)+" a request "+c.Request,
			expectedWords[expected], answer.String())
	}
}

// expectedWords describe the expected outcome.
var expectedWords = map[reports.Expect]string{
	reports.ExpectRefused:  aRefusal,
	reports.ExpectAccepted: `operateCode "S"`,
}

// sendChanges sends one valid request with the changes of several cases of an operation.
func sendChanges(ctx context.Context, s *session.Session, together ...*cases.Case) *wire.Answer {
	operation, _ := s.Contract().Operation(together[0].Operation)
	if len(together) == 1 && len(together[0].Changes) == 0 {
		return s.SendValid(ctx, operation.ID)
	}
	return s.SendChanged(ctx, operation.ID, func(draft *session.Draft) {
		for _, c := range together {
			for _, change := range c.Changes {
				edit := editOf(operation, c.In, change)
				if change.Late {
					draft.After(edit)
				} else {
					draft.Before(edit)
				}
			}
		}
	})
}

// judged returns the expected outcome of a case and whether an answer deviates from it.
func judged(s *session.Session, c *cases.Case, answer *wire.Answer) (expected reports.Expect, deviates bool) {
	return s.Policy().Expected(reports.Case{
		Operation: c.Operation, Mutation: c.Mutation, Expect: c.Expect,
		Accepted: answer.Accepted(), Refused: answer.Refused(),
	})
}

// editOf turns a change of a case into an edit of a request.
func editOf(operation openapi.Operation, in string, change cases.Change) wire.Edit {
	switch {
	case change.Kind == cases.Header:
		return wire.Header(change.Name, change.Value)
	case change.Kind == cases.Drop && in == cases.InHeader:
		return wire.Header(change.Name, "")
	case change.Kind == cases.Method:
		return wire.Method(change.Value)
	case change.Kind == cases.Query:
		return wire.AddQuery(change.Name, change.Value)
	case change.Kind == cases.Slash:
		return wire.EditPath(func(path string) string { return path + "/" })
	case change.Kind == cases.Body:
		return wire.RawBody(func(body []byte) []byte { return cases.Rewrite(change.Value, body) })
	case change.Kind == cases.Repeat:
		return wire.Repeat(change.Name)
	case in == cases.InPath:
		return wire.ChangePath(operation, change.Name, change.Apply)
	case change.Kind == cases.Drop && len(change.Path) == 0:
		return wire.Drop(change.Name)
	}
	return wire.Change(change.Name, change.Apply)
}
