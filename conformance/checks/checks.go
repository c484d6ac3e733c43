// Package checks is the list of checks: each one requirement of the contract put
// to the test, as data and a function, one file per topic.
//
// A check says what it is about; building, signing, sending, judging and undoing
// are the session's. Checks share nothing and run in any order.
package checks

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// Check is one requirement put to the test.
type Check struct {
	// ID is stable: never reused, never derived from order. A case of a check
	// has the id of its check, a slash and what it is the case of: "SIG-022/addSims".
	ID string
	// Level is Must unless it is set.
	Level reports.Level
	// Clause is the statement of the contract that the check is about: the id
	// of a rule, or a JSON pointer. Its grade and source are looked up there.
	Clause string
	// Does is what the check does to the target if the target is broken: a
	// request that must be refused counts as what it would do.
	Does reports.Does
	// Operations are the ids of the operations that it calls; the first is the
	// one that it is about, whose evidence counts.
	Operations []string
	// Requirement is the requirement in one sentence, in words of the contract.
	Requirement string
	// Run arranges, acts and asserts with Gomega's Expect.
	Run func(ctx context.Context, s *session.Session)

	// derived is the case that the check is made of; nil for a check written by hand.
	derived *cases.Case
}

// Area is the part of the id before the first "-" or "/": "SIG".
func (c Check) Area() string {
	if i := strings.IndexAny(c.ID, "-/"); i >= 0 {
		return c.ID[:i]
	}
	return c.ID
}

// All returns every check, cases included, in the order of their ids.
func All() []Check { return slices.Clone(sorted()) }

// sorted derives the list once: explaining every check asks for it thousands of times.
var sorted = sync.OnceValue(func() []Check {
	var all []Check
	for _, topic := range [][]Check{
		signatureChecks, signatureWireChecks, requestIDChecks, asyncChecks, asyncBatchChecks,
		groupChecks, envelopeChecks, errorChecks, vshopChecks, purchaseChecks, takeEffectChecks,
		orderChecks, pushChecks, renewalChecks, cancellationChecks, thirdPartyChecks, paymentChecks, authorizationChecks, paymentOutcomeChecks,
	} {
		all = append(all, topic...)
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

// onEach makes a case of a check for every operation: "{operation}" in the
// requirement becomes its id. What the check does is what a valid request of the
// operation does, unless the check says so itself.
func onEach(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	cases := make([]Check, 0, len(operations()))
	for _, operation := range operations() {
		one := check
		one.ID += "/" + operation.id
		if one.Does == "" {
			one.Does = operation.does
		}
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
