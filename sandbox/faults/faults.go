// Package faults is the catalogue of what the sandbox does otherwise on demand:
// faults, each one small and realistic violation of one clause of the contract,
// and variants, each a habit of a server that keeps the contract.
//
// All of them are interceptors at points that the sandbox declares. Which check
// is expected to catch which fault is said by the conformance suite.
package faults

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mallcheck/mallcheck/sandbox"
)

// Fault is a violation of the contract that the sandbox commits.
type Fault struct {
	// ID names it: "request-id-repeated".
	ID string
	// Clause is the clause of the contract that it violates: the id of a rule, or a JSON pointer.
	Clause string
	// Statement says what the sandbox does: "The sandbox", a space, the statement and a full stop
	// are a sentence.
	Statement string
	// New makes its interceptor, for one sandbox.
	New func() sandbox.Interceptor
}

// Variant is a habit of a conforming server that the sandbox takes on.
type Variant struct {
	// ID names it: "refusals-as-4xx".
	ID string
	// Statement says what the sandbox does: "The sandbox", a space, the statement and a full stop
	// are a sentence.
	Statement string
	// Settings are what a run must be told of such a target, by key.
	Settings map[string]string
	// New makes its interceptor, for one sandbox.
	New func() sandbox.Interceptor
}

// Faults returns all faults, by topic.
func Faults() []Fault {
	return slices.Concat(
		signFaults(), signedTextFaults(), escapeFaults(), globalFaults(), memberFaults(), transportFaults(), envelopeFaults(),
		requestIDFaults(), asyncFaults(), batchFaults(), groupFaults(), bundleFaults(), vshopFaults(),
		orderFaults(), orderListFaults(), thirdPartyFaults(), renewalFaults(), cancellationFaults(), paymentFaults(), outcomeFaults(),
		purchaseMemberFaults(), laxFaults(), strictFaults(), crashFaults(),
		lookupFaults(), lookupAnswerFaults(), pushFaults(), pushRetryFaults(), pushFormFaults(), pushSignatureFaults(),
	)
}

// Variants returns all variants, by topic.
func Variants() []Variant {
	return slices.Concat(answerVariants(), wireVariants(), taskVariants(), settingVariants(), orderVariants(), paymentVariants(), pushVariants())
}

// Unknown is the error of an id that is in no catalogue.
type Unknown struct {
	// What is "fault" or "variant", ID the id that is none, Known are those there are.
	What, ID string
	Known    []string
}

// Error says which id is unknown.
func (u *Unknown) Error() string { return fmt.Sprintf("%q is no %s", u.ID, u.What) }

// Interceptors returns the interceptors of faults and variants by their ids, and
// the settings that a run needs with these variants. An id that is not known is an
// error of type *Unknown.
func Interceptors(faultIDs, variantIDs []string) ([]sandbox.Interceptor, map[string]string, error) {
	var interceptors []sandbox.Interceptor
	settings := map[string]string{}
	all, variants := Faults(), Variants()
	for _, id := range faultIDs {
		at := slices.IndexFunc(all, func(f Fault) bool { return f.ID == id })
		if at < 0 {
			return nil, nil, &Unknown{"fault", id, ids(all, func(f Fault) string { return f.ID })}
		}
		interceptors = append(interceptors, all[at].New())
	}
	for _, id := range variantIDs {
		at := slices.IndexFunc(variants, func(v Variant) bool { return v.ID == id })
		if at < 0 {
			return nil, nil, &Unknown{"variant", id, ids(variants, func(v Variant) string { return v.ID })}
		}
		interceptors = append(interceptors, variants[at].New())
		maps.Copy(settings, variants[at].Settings)
	}
	return interceptors, settings, nil
}

func ids[T any](list []T, id func(T) string) []string {
	names := make([]string, len(list))
	for i, item := range list {
		names[i] = id(item)
	}
	return names
}
