package digest

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// VerdictOrder is the order in which pages list verdicts.
var VerdictOrder = []reports.Verdict{reports.Failed, reports.Inconclusive, reports.Finding, reports.Waived, reports.Passed, reports.Skipped}

// Notices are what a reader must know before looking at numbers.
func Notices(run *reports.Run, summary reports.Summary) []string {
	var list []string
	for _, service := range summary.Unreached {
		list = append(list, "The service "+service.Name+" could not be tested: "+cmp.Or(service.Problem, "no answer")+".")
	}
	for _, problem := range run.WaiverProblems() {
		list = append(list, strings.ToUpper(problem[:1])+problem[1:]+".")
	}
	if run.Limited != nil {
		text := LimitedText(run.Limited)
		list = append(list, strings.ToUpper(text[:1])+text[1:]+".")
	}
	for _, one := range run.LeftOut {
		list = append(list, "Not used in this run: "+one+".")
	}
	for _, left := range run.Left {
		list = append(list, "Left behind on the target: "+left+".")
	}
	return list
}

// Took formats a duration for people.
func Took(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
	case d >= 10*time.Millisecond:
		return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + " ms"
	}
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 2, 64) + " ms"
}
