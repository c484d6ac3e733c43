package expect

import (
	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// The matchers of Gomega that checks use, so that a check has one import.
var (
	Equal                                    = gomega.Equal
	BeEmpty                                  = gomega.BeEmpty
	BeNumerically                            = gomega.BeNumerically
	BeTemporally                             = gomega.BeTemporally
	BeElementOf                              = gomega.BeElementOf
	BeAssignableToTypeOf                     = gomega.BeAssignableToTypeOf
	ConsistOf                                = gomega.ConsistOf
	ContainElement                           = gomega.ContainElement
	HaveEach                                 = gomega.HaveEach
	HaveLen                                  = gomega.HaveLen
	MatchJSON                                = gomega.MatchJSON
	MatchRegexp                              = gomega.MatchRegexp
	BeZero                                   = gomega.BeZero
	_                    types.GomegaMatcher = Nothing{}
)

// Nothing matches nil: no error occurred. Its failure shows the error's message.
type Nothing struct{}

// Succeed matches a call that returned no error.
func Succeed() types.GomegaMatcher { return Nothing{} }

// Match implements types.GomegaMatcher.
func (Nothing) Match(actual any) (bool, error) { return actual == nil, nil }

// FailureMessage implements types.GomegaMatcher.
func (Nothing) FailureMessage(actual any) string { return Show(actual) }

// NegatedFailureMessage implements types.GomegaMatcher.
func (Nothing) NegatedFailureMessage(any) string { return "no error" }

// Tell implements Teller.
func (Nothing) Tell(actual any, what string) Failure {
	return Failure{Summary: what, Expected: "no error", Actual: Show(actual), Exchange: -1}
}
