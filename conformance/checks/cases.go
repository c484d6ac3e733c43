package checks

import (
	"context"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

func among(cases []Check, keep func(operation string) bool) []Check {
	return later(func() []Check {
		return slices.DeleteFunc(expanded(cases), func(check Check) bool { return !keep(check.Operations[0]) })
	})
}

// onThese makes a case of a check for each of the given operations.
func onThese(check Check, run func(ctx context.Context, s *session.Session, operation string), operations ...string) []Check {
	return among(onEach(check, run), func(operation string) bool { return slices.Contains(operations, operation) })
}

// onBodies makes a case of a check for every operation with a body.
func onBodies(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return among(onEach(check, run), func(operation string) bool { return operationOf(operation).hasBody() })
}

// inBody sets the clause of each case to a location in the schema of its body.
func inBody(below string, cases []Check) []Check {
	return later(func() []Check {
		all := expanded(cases)
		for i := range all {
			all[i].Clause = operationOf(all[i].Operations[0]).BodySchema() + below
		}
		return all
	})
}

// having keeps the cases of operations whose body requires a member.
func having(name string, cases []Check) []Check {
	return among(cases, func(operation string) bool { return operationOf(operation).requires(name) })
}

// again returns a request that the target accepts after it accepted the given one: the same request, or
// a new one if the operation accepts a request only once.
func again(ctx context.Context, s *session.Session, draft *session.Draft) *session.Draft {
	if draft.Operation.UsesUp() {
		return s.NewValid(ctx, draft.Operation.ID)
	}
	return draft.Twin()
}
