package render

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// htmlPage is what the template shows.
type htmlPage struct {
	Title string
	// About is the target and when it was tested.
	About   string
	Verdict reports.Verdict
	Words   string
	Facts   []htmlFact
	Notices []string
	Totals  []htmlCount
	Areas   []htmlArea
	// Causes explain what failed or came to no outcome; the first stand open.
	Causes          []htmlCause
	Habits          []htmlHabit
	Findings        []grouped
	Coverage        []htmlCoverage
	Tasks           htmlTasks
	Latencies       []htmlLatency
	Codes           []htmlCodes
	Checks          []htmlCheck
	Passed, Skipped []*reports.Result
	Operations      []string
	Verdicts        []reports.Verdict
	// WithoutExchanges is how many checks that did not pass have exchanges the page leaves out.
	WithoutExchanges int
}

// htmlFact is one statement about the run.
type htmlFact struct{ Label, Text string }

// htmlCount is how many checks came to a verdict, and their share in percent.
type htmlCount struct {
	Verdict reports.Verdict
	N       int
	Share   float64
}

// htmlArea is an area's counts.
type htmlArea struct {
	Area   string
	Name   string
	Total  int
	Counts []htmlCount
}

// htmlVerdicts is the order in which the page tells verdicts.
var htmlVerdicts = []reports.Verdict{reports.Failed, reports.Inconclusive, reports.Finding, reports.Waived, reports.Passed, reports.Skipped}

func newHTMLPage(run *reports.Run) *htmlPage {
	summary := reports.Summarize(run)
	verdict, words := conclusion(run, summary)
	page := &htmlPage{
		About:   strings.Join(aboutOf(run), " · "),
		Title:   "mallcheck: " + cmp.Or(run.Target.Name, "a target"),
		Verdict: verdict, Words: strings.TrimPrefix(words, string(verdict)+": "),
		Facts: facts(run), Notices: notices(run, summary),
		Totals: countsOf(summary.Total), Coverage: coverageOf(run.Coverage),
		Tasks: tasksView(reports.Tasks(run)), Latencies: latencyView(reports.Latencies(run)), Codes: codesView(run),
	}
	for _, area := range summary.Areas {
		page.Areas = append(page.Areas, htmlArea{area.Area, reports.AreaName(area.Area), area.Counts.Total(), countsOf(area.Counts)})
	}
	for _, count := range page.Totals {
		page.Verdicts = append(page.Verdicts, count.Verdict)
	}
	_, page.Findings = groupDeviations(run)
	page.Causes, page.Habits = causesView(run), habitsView(run.Habits)
	operations := map[string]bool{}
	for i := range run.Results {
		result := &run.Results[i]
		for _, operation := range result.Operations {
			operations[operation] = true
		}
		switch result.Verdict {
		case reports.Passed:
			page.Passed = append(page.Passed, result)
		case reports.Skipped:
			page.Skipped = append(page.Skipped, result)
		}
	}
	page.Operations = slices.Sorted(maps.Keys(operations))
	page.Checks, page.WithoutExchanges = checksView(run)
	return page
}

// aboutOf says in a line what was tested, and when.
func aboutOf(run *reports.Run) []string {
	about := []string{cmp.Or(run.Target.Name, "a target")}
	if run.Target.PartnerCode != "" {
		about = append(about, "partner "+run.Target.PartnerCode)
	}
	return append(about, run.Started.UTC().Format("2006-01-02 15:04 UTC"), took(run.Ended.Sub(run.Started)))
}

// countsOf lists the verdicts that any check came to.
func countsOf(counts reports.Counts) []htmlCount {
	var list []htmlCount
	for _, verdict := range htmlVerdicts {
		if n := counts[verdict]; n > 0 {
			list = append(list, htmlCount{verdict, n, share(n, counts.Total())})
		}
	}
	return list
}

// share is n of total in percent.
func share(n, total int) float64 {
	if total == 0 {
		return 0
	}
	return float64(n*1000/total) / 10
}

// facts identify the run.
func facts(run *reports.Run) []htmlFact {
	allow := make([]string, len(run.Target.Allow))
	for i, does := range run.Target.Allow {
		allow[i] = string(does)
	}
	strict := "violations of " + string(run.Policy.Strict) + " clauses and stronger fail the run"
	if run.Policy.FailOnFinding {
		strict += ", and so do findings"
	}
	services := make([]string, len(run.Services))
	for i, service := range run.Services {
		services[i] = service.Name + ": " + service.URL
	}
	list := []htmlFact{
		{"target", run.Target.Name}, {"partner", run.Target.PartnerCode}, {"services", strings.Join(services, "\n")},
		{"started", run.Started.UTC().Format("2006-01-02 15:04:05 UTC")},
		{"took", took(run.Ended.Sub(run.Started))},
		{"tool", strings.TrimSpace(run.Tool.Name + " " + run.Tool.Version)},
		{"contract", run.Tool.Contract}, {"seed", strconv.FormatInt(run.Seed, 10)},
		{"allowed", cmp.Or(strings.Join(allow, ", "), "nothing")}, {"strictness", strict},
		{"faults", strings.Join(run.Target.Faults, ", ")}, {"variants", strings.Join(run.Target.Variants, ", ")},
	}
	return slices.DeleteFunc(list, func(fact htmlFact) bool { return fact.Text == "" })
}

// notices are what a reader must know before any number.
func notices(run *reports.Run, summary reports.Summary) []string {
	var list []string
	for _, service := range summary.Unreached {
		list = append(list, "The service "+service.Name+" was not reached: "+cmp.Or(service.Problem, "no answer")+".")
	}
	for _, problem := range run.WaiverProblems() {
		list = append(list, strings.ToUpper(problem[:1])+problem[1:]+".")
	}
	if run.Limited != nil {
		text := limitedText(run.Limited)
		list = append(list, strings.ToUpper(text[:1])+text[1:]+".")
	}
	for _, left := range run.Left {
		list = append(list, "Left behind on the target: "+left+".")
	}
	return list
}

// took writes a duration for people.
func took(d time.Duration) string {
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
