package digest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
)

// Conclusion sums up the run in words, with the verdict that determines their colour.
func Conclusion(run *reports.Run, summary reports.Summary) (reports.Verdict, string) {
	verdict, words := judgement(run, summary)
	if run.Stopped == "" {
		return verdict, words
	}
	ended := fmt.Sprintf("the run ended before its last check (%s)", run.Stopped)
	if run.Stopped == reports.OverBudget {
		ended = "the budget was reached, and checks that would order more were skipped"
		if verdict != reports.Failed {
			return reports.Inconclusive, string(reports.Inconclusive) + ": " + ended + "; " + strings.TrimPrefix(words, string(verdict)+": ")
		}
	}
	if verdict == reports.Failed {
		return reports.Failed, strings.TrimSuffix(words, ".") + "; " + ended + "."
	}
	words = strings.TrimPrefix(words, string(verdict)+": ")
	return reports.Inconclusive, string(reports.Inconclusive) + ": " + ended + "; until then " + words
}

// judgement sums up the results: violations weigh most, then findings that fail the run, then
// inconclusive checks.
func judgement(run *reports.Run, summary reports.Summary) (reports.Verdict, string) {
	total := summary.Total
	asked := total.Total() - total[reports.Skipped]
	held := total[reports.Passed] + total[reports.Finding]
	switch {
	case total[reports.Failed] > 0:
		words := fmt.Sprintf("failed: %d of %s found a violation", total[reports.Failed], plural.Of(asked, "check"))
		if run.Policy.FailOnCritical {
			words += " or a critical finding"
		}
		if n := total[reports.Inconclusive]; n > 0 {
			words += fmt.Sprintf(", %d inconclusive", n)
		}
		return reports.Failed, words + "."
	case run.Policy.FailOnFinding && total[reports.Finding] > 0:
		return reports.Failed, fmt.Sprintf("failed: no violation, but findings in %d of %s, and findings fail this run.",
			total[reports.Finding], plural.Of(asked, "check"))
	case len(run.WaiverProblems()) > 0:
		return reports.Failed, fmt.Sprintf("failed: no violation, but %s expired or stale.", plural.Of(len(run.WaiverProblems()), "waiver"))
	case total[reports.Inconclusive] > 0 || len(summary.Unreached) > 0:
		var what []string
		if n := len(summary.Unreached); n > 0 {
			what = append(what, plural.Of(n, "service")+" could not be tested")
		}
		if n := total[reports.Inconclusive]; n > 0 {
			what = append(what, plural.Of(n, "check")+" could not be judged")
		}
		words := "inconclusive: " + strings.Join(what, ", ")
		if held > 0 {
			words += "; no violation in " + plural.Of(held, "other check")
		}
		return reports.Inconclusive, words + "." + commonReason(run)
	case asked == 0:
		return reports.Inconclusive, fmt.Sprintf("nothing was tested: %s skipped.", plural.Of(total[reports.Skipped], "check"))
	}
	words := "passed: no violation in " + plural.Of(held, "check")
	for _, part := range []struct {
		verdict reports.Verdict
		words   string
	}{{reports.Finding, "of them with findings"}, {reports.Waived, "waived"}, {reports.Skipped, "skipped"}} {
		if n := total[part.verdict]; n > 0 {
			words += fmt.Sprintf(", %d %s", n, part.words)
		}
	}
	return reports.Passed, words + criticalFindings(run) + "."
}

// reasonMost limits the reason in a conclusion, in bytes.
const reasonMost = 400

// commonReason says why most of the inconclusive services and checks are inconclusive; "" if they have
// no reason in common.
func commonReason(run *reports.Run) string {
	var found ByText
	inconclusive := 0
	for _, service := range run.Services {
		if !service.Reached {
			inconclusive++
			found.Add(service.Problem, "service "+service.Name)
		}
	}
	for i := range run.Results {
		if result := &run.Results[i]; result.Verdict == reports.Inconclusive {
			inconclusive++
			found.Add(result.Reason, result.ID)
		}
	}
	if found.MostFirst(); len(found.Texts) == 0 || found.Texts[0] == "" || 2*len(found.IDs[found.Texts[0]]) <= inconclusive {
		return ""
	}
	reason := " Reason: " + OneLine(found.Texts[0], reasonMost)
	if !strings.HasSuffix(reason, "?") && !strings.HasSuffix(reason, ".") {
		reason += "."
	}
	return reason
}

// criticalShown is the number of checks with critical findings that a conclusion names.
const criticalShown = 5

// criticalFindings names the checks with findings of critical severity; "" if there are none. A run that
// passes mentions them in its first sentence.
func criticalFindings(run *reports.Run) string {
	var ids []string
	for i := range run.Results {
		if slices.ContainsFunc(run.Results[i].Deviations, func(d reports.Deviation) bool {
			return d.Severity == reports.Critical && d.Verdict == reports.Finding && !d.Undocumented
		}) {
			ids = append(ids, run.Results[i].ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	words := fmt.Sprintf("; %s with critical findings: %s", plural.Of(len(ids), "check"), strings.Join(ids[:min(len(ids), criticalShown)], ", "))
	if more := len(ids) - criticalShown; more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return words
}
