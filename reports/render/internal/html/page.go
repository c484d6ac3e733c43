package html

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// page is what the template shows.
type page struct {
	Title string
	// Client is what a client under test did; nil if none was judged.
	Client *reports.Client
	// About is the target and the time of the test.
	About   string
	Verdict reports.Verdict
	Words   string
	Facts   []factView
	Notices []string
	Totals  []countView
	Areas   []areaView
	// Causes explain what failed or is inconclusive; the first are shown expanded.
	Causes          []causeView
	Critical        []causeView // findings that do not fail the run
	Habits          []habitView
	Findings        []digest.Group
	Coverage        []digest.OperationCoverage
	Cost            *costView // nil if it was not counted
	Tasks           taskChart
	Latencies       []latencyRow
	Codes           []codeTable
	Checks          []checkView
	Passed, Skipped []*reports.Result
	Operations      []string
	Verdicts        []reports.Verdict
	// WithoutExchanges is the number of checks that did not pass and whose exchanges the page leaves
	// out.
	WithoutExchanges int
}

// factView is one fact about the run.
type factView struct{ Label, Text string }

// countView is the number of checks with a verdict, and their share in percent.
type countView struct {
	Verdict reports.Verdict
	N       int
	Share   float64
}

// costView is the cost of the run.
type costView struct {
	Text       string
	Operations []operationCost
}

// operationCost is the cost of the calls of an operation.
type operationCost struct {
	Operation            string
	Calls                int
	Took, Sent, Received string
}

// costOf returns the cost of a run; nil if it was not counted.
func costOf(cost *reports.Cost) *costView {
	if cost == nil {
		return nil
	}
	view := &costView{Text: digest.CostText(cost)}
	for _, one := range cost.Operations {
		view.Operations = append(view.Operations, operationCost{
			one.Operation, one.Calls, digest.Took(one.Working), digest.Size(one.Sent), digest.Size(one.Received),
		})
	}
	return view
}

// areaView is an area's counts.
type areaView struct {
	Area   string
	Name   string
	Total  int
	Counts []countView
}

func newPage(run *reports.Run) *page {
	summary := reports.Summarize(run)
	verdict, words := digest.Conclusion(run, summary)
	page := &page{
		About:   strings.Join(aboutOf(run), " · "),
		Title:   "mallcheck: " + cmp.Or(run.Target.Name, "a target"),
		Verdict: verdict, Words: strings.TrimPrefix(words, string(verdict)+": "),
		Facts: facts(run), Notices: digest.Notices(run, summary),
		Totals: countsOf(summary.Total), Coverage: digest.CoverageOf(run.Coverage), Cost: costOf(run.Cost), Client: run.Client,
		Tasks: tasksView(Tasks(run)), Latencies: latencyView(reports.Latencies(run)), Codes: codesView(run),
	}
	for _, area := range summary.Areas {
		page.Areas = append(page.Areas, areaView{area.Area, reports.AreaName(area.Area), area.Counts.Total(), countsOf(area.Counts)})
	}
	for _, count := range page.Totals {
		page.Verdicts = append(page.Verdicts, count.Verdict)
	}
	_, page.Findings = digest.GroupDeviations(run)
	failing, untested := digest.CausesOf(run)
	page.Causes, page.Critical = causesView(append(failing, untested...)), causesView(digest.CriticalFindings(run))
	page.Habits = habitsView(run.Habits)
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

// aboutOf says what was tested and when.
func aboutOf(run *reports.Run) []string {
	about := []string{cmp.Or(run.Target.Name, "a target")}
	if run.Target.PartnerCode != "" {
		about = append(about, "partner "+run.Target.PartnerCode)
	}
	return append(about, run.Started.UTC().Format("2006-01-02 15:04 UTC"), digest.Took(run.Ended.Sub(run.Started)))
}

// countsOf lists the verdicts that occurred.
func countsOf(counts reports.Counts) []countView {
	var list []countView
	for _, verdict := range digest.VerdictOrder {
		if n := counts[verdict]; n > 0 {
			list = append(list, countView{verdict, n, digest.Share(n, counts.Total())})
		}
	}
	return list
}

// facts identify the run.
func facts(run *reports.Run) []factView {
	strict := "violations of " + string(run.Policy.Strict) + " clauses and stronger fail the run"
	if run.Policy.FailOnFinding {
		strict += ", and so do findings"
	} else if run.Policy.FailOnCritical {
		strict += ", and so do critical findings"
	}
	services := make([]string, len(run.Services))
	for i, service := range run.Services {
		services[i] = service.Name + ": " + service.URL
	}
	list := []factView{
		{"target", run.Target.Name}, {"partner", run.Target.PartnerCode}, {"services", strings.Join(services, "\n")},
		{"started", run.Started.UTC().Format("2006-01-02 15:04:05 UTC")},
		{"took", digest.Took(run.Ended.Sub(run.Started))},
		{"tool", strings.TrimSpace(run.Tool.Name + " " + run.Tool.Version)},
		{"contract", run.Tool.Contract}, {"seed", strconv.FormatInt(run.Seed, 10)},
		{"allowed", cmp.Or(digest.Allowed(run, ", "), "nothing")}, {"strictness", strict},
		{"faults", strings.Join(run.Target.Faults, ", ")}, {"variants", strings.Join(run.Target.Variants, ", ")},
	}
	return slices.DeleteFunc(list, func(fact factView) bool { return fact.Text == "" })
}
