// Package faults is the catalogue of faults and variants of the sandbox. A fault is a
// small, realistic violation of one clause of the contract. A variant is a habit of a
// conforming server.
//
// Both are interceptors of the sandbox. The conformance suite lists which checks catch which fault.
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
	// Clause is the violated clause of the contract: the id of a rule, or a JSON pointer.
	Clause string
	// Statement describes the behavior. It completes a sentence that begins with "The sandbox".
	Statement string
	// New creates the interceptor for one sandbox.
	New func() sandbox.Interceptor
}

// Variant is a habit of a conforming server that the sandbox adopts.
type Variant struct {
	// ID names it: "refusals-as-4xx".
	ID string
	// Statement describes the behavior. It completes a sentence that begins with "The sandbox".
	Statement string
	// Settings are the settings that a run against such a target needs.
	Settings map[string]string
	// New creates the interceptor for one sandbox.
	New func() sandbox.Interceptor
}

// Faults returns all faults, by topic.
func Faults() []Fault {
	return slices.Concat(
		signFaults(), signedTextFaults(), escapeFaults(), globalFaults(), memberFaults(), transportFaults(), envelopeFaults(),
		requestIDFaults(), asyncFaults(), batchFaults(), groupFaults(), bundleFaults(), vshopFaults(),
		orderFaults(), orderListFaults(), thirdPartyFaults(), renewalFaults(), cancellationFaults(), paymentFaults(), outcomeFaults(),
		purchaseMemberFaults(), laxFaults(), strictFaults(), crashFaults(),
		lookupFaults(), lookupAnswerFaults(), subtleFaults(), pushFaults(), pushRetryFaults(), pushFormFaults(), pushSignatureFaults(),
	)
}

// Variants returns all variants, by topic.
func Variants() []Variant {
	return slices.Concat(answerVariants(), wireVariants(), taskVariants(), settingVariants(), orderVariants(),
		paymentVariants(), limitVariants(), pushVariants())
}

// Unknown reports an id that is not in the catalogue.
type Unknown struct {
	// What is "fault" or "variant", ID the unknown id, Known all known ids.
	What, ID string
	Known    []string
}

// Error says which id is unknown.
func (u *Unknown) Error() string { return fmt.Sprintf("%q is not a %s", u.ID, u.What) }

// Interceptors returns the interceptors of the given faults and variants, and the
// settings that a run against these variants needs. An unknown id is an error of type
// *Unknown.
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
