package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/reports"
)

// siblings is the number of specs in one container. Their cost is quadratic.
const siblings = 100

// runSpecs turns checks into Ginkgo specs, for this run only, that await the results of
// the checks. A check without a result was not run. Ginkgo prints nothing: the observer does.
func runSpecs(ordered []checks.Check, await func(checks.Check) (reports.Result, bool)) {
	globals.Reset()
	defer globals.Reset()
	defer func() { await = nil }() // Ginkgo keeps its tree, and with it the whole run
	// Ginkgo sorts specs by their texts, at a high cost unless they are sorted.
	sorted := slices.SortedFunc(slices.Values(ordered), func(a, b checks.Check) int { return strings.Compare(a.ID, b.ID) })
	for group := range slices.Chunk(sorted, siblings) {
		ginkgo.Describe(fmt.Sprintf("%s to %s", group[0].ID, group[len(group)-1].ID), func() {
			for _, check := range group {
				ginkgo.It(check.ID+" "+check.Requirement, ginkgo.Label(check.Area()), func(ginkgo.SpecContext) {
					result, ran := await(check)
					if !ran {
						ginkgo.Skip("the run was stopped")
					}
					report(result)
				})
			}
		})
	}
	stdout := formatter.ColorableStdOut
	formatter.ColorableStdOut = io.Discard
	defer func() { formatter.ColorableStdOut = stdout }()

	suite, reporter := types.NewDefaultSuiteConfig(), types.NewDefaultReporterConfig()
	// The run has its own time limit, and ends interrupted checks itself.
	suite.Timeout, suite.GracePeriod = 0, 24*time.Hour
	ginkgo.RunSpecs(silent{}, "mallcheck", suite, reporter)
}

// report tells Ginkgo the verdict of the check that just ran.
func report(result reports.Result) {
	switch result.Verdict {
	case reports.Failed, reports.Inconclusive:
		ginkgo.Fail(result.ID + " " + string(result.Verdict))
	case reports.Skipped:
		ginkgo.Skip(result.Reason)
	}
}

// silent is the testing.T for Ginkgo. It ignores failures: the run's results have the verdict.
type silent struct{}

// Fail implements ginkgo.GinkgoTestingT.
func (silent) Fail() {}
