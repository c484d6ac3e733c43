// Package checks is the list of checks, one file per topic. A check tests one
// requirement of the contract; it is data and a function.
//
// The session builds, signs, sends, judges and undoes requests. Checks share nothing and run in any
// order.
package checks

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// Check tests one requirement.
type Check struct {
	// ID is stable: never reused, never derived from order. The id of a case is the id
	// of its check, a slash and a name: "SIG-022/addSims".
	ID string
	// Level is Must by default.
	Level reports.Level
	// Clause is the statement of the contract that the check tests: the id of a rule, or a JSON pointer.
	// It determines the grade and the source.
	Clause string
	// Does is the effect of the check on a faulty target: a request that must be refused counts as if it
	// were executed.
	Does reports.Does
	// Operations are the ids of the operations that the check calls. The first is its subject, whose
	// evidence counts.
	Operations []string
	// Requirement is the requirement in one sentence.
	Requirement string
	// Grade and Source are the evidence of this case where it differs from the clause's; otherwise empty.
	Grade  reports.Grade
	Source string
	// Run arranges, acts and asserts.
	Run func(ctx context.Context, s *session.Session)

	// derived is the case behind a derived check; nil for a handwritten one.
	derived *cases.Case

	// cases returns the cases that replace this placeholder; nil for a check.
	cases func() []Check
}

// later returns a placeholder for cases that are derived from the contract on demand, because reading
// the contract takes longer than most commands.
func later(cases func() []Check) []Check { return []Check{{cases: cases}} }

// expanded returns the checks with placeholders replaced by their cases.
func expanded(checks []Check) []Check {
	var all []Check
	for _, check := range checks {
		if check.cases == nil {
			all = append(all, check)
		} else {
			all = append(all, expanded(check.cases())...)
		}
	}
	return all
}

// Area is the part of the id before the first "-" or "/": "SIG".
func (c Check) Area() string {
	if i := strings.IndexAny(c.ID, "-/"); i >= 0 {
		return c.ID[:i]
	}
	return c.ID
}

// Subject is the operation that the check is about, whose evidence counts: the first that it names; ""
// for none.
func (c Check) Subject() string {
	if len(c.Operations) == 0 {
		return ""
	}
	return c.Operations[0]
}

// All returns every check, cases included, sorted by id.
func All() []Check { return slices.Clone(sorted()) }

// sorted derives the list once: explaining every check needs it thousands of times.
var sorted = sync.OnceValue(func() []Check {
	var all []Check
	for _, topic := range [][]Check{
		subtleChecks, signatureChecks, signatureWireChecks, requestIDChecks, asyncChecks, asyncBatchChecks,
		groupChecks, envelopeChecks, errorChecks, vshopChecks, purchaseChecks, takeEffectChecks,
		orderChecks, pushChecks, renewalChecks, cancellationChecks, thirdPartyChecks, paymentChecks, authorizationChecks,
		paymentOutcomeChecks,
	} {
		all = append(all, expanded(topic)...)
	}
	all = append(all, generated()...)
	for i := range all {
		if all[i].Level == "" {
			all[i].Level = reports.Must
		}
	}
	slices.SortFunc(all, func(a, b Check) int { return strings.Compare(a.ID, b.ID) })
	return all
})

// onEach makes a case of a check for every operation: "{operation}" in the requirement becomes its id.
// If the check sets no Does, it is the effect of a valid request of the operation.
func onEach(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return later(func() []Check { return eachCase(check, run) })
}

func eachCase(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	cases := make([]Check, 0, len(operations()))
	for _, operation := range operations() {
		one := check
		one.ID += "/" + operation.id
		one.Does = cmp.Or(one.Does, operation.does)
		one.Operations = []string{operation.id}
		for _, id := range slices.Concat(check.Operations, operation.takes) {
			if !slices.Contains(one.Operations, id) {
				one.Operations = append(one.Operations, id)
			}
		}
		one.Requirement = strings.ReplaceAll(check.Requirement, "{operation}", operation.id)
		one.Run = func(ctx context.Context, s *session.Session) { run(ctx, s, operation.id) }
		cases = append(cases, one)
	}
	return cases
}
