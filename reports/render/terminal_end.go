package render

import (
	"github.com/mallcheck/mallcheck/reports/internal/visible"

	"github.com/mallcheck/mallcheck/reports"

	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// report is all that End tells.
func (t *Terminal) report(run *reports.Run, files []string) string {
	var out strings.Builder
	summary := reports.Summarize(run)
	t.failures(&out, run)
	t.list(&out, string(reports.Finding), findings(run))
	t.list(&out, string(reports.Inconclusive), append(unreached(summary), reasons(run, reports.Inconclusive)...))
	t.list(&out, string(reports.Waived), reasons(run, reports.Waived))
	t.list(&out, "waivers", run.WaiverProblems())
	t.list(&out, string(reports.Skipped), reasons(run, reports.Skipped))
	t.list(&out, "left behind on the target", run.Left)
	t.table(&out, summary)
	if codes := seen(run); codes != "" {
		out.WriteString("\ncodes seen\n  " + visible.Text(codes) + "\n")
	}
	if totals := covered(run.Coverage); totals != "" {
		out.WriteString("\nparts of the contract exercised (" + where(files) + " says which were not, and why)\n")
		for _, line := range wrap(visible.Text(totals), t.options.Width-2) {
			out.WriteString("  " + line + "\n")
		}
	}
	if run.Limited != nil {
		out.WriteString("\nrate of calls\n  " + limitedText(run.Limited) + "\n")
	}
	if len(files) > 0 {
		// A path that is wrapped cannot be copied.
		out.WriteString("\nreports\n  " + visible.Text(strings.Join(files, "\n  ")) + "\n")
	}
	out.WriteString("\n")
	verdict, words := conclusion(run, summary)
	for _, line := range wrap(words, t.options.Width) {
		out.WriteString(t.color(verdict, line) + "\n")
	}
	return out.String()
}

// seen names the codes of all operations together, each with its HTTP status and
// how often it was seen.
func seen(run *reports.Run) string {
	times := map[string]int{}
	for _, code := range run.Codes {
		times[fmt.Sprintf("%s with HTTP %d", cmp.Or(code.OperateCode, "none"), code.Status)] += code.Times
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(times)) {
		parts = append(parts, fmt.Sprintf("%s (%d)", kind, times[kind]))
	}
	return strings.Join(parts, ", ")
}

// covered tells how much of each kind of parts of the contract was exercised.
func covered(coverage *reports.Coverage) string {
	var parts []string
	for _, total := range coverage.Totals() {
		parts = append(parts, fmt.Sprintf("%s %d of %d", total.Kind, total.Reached, total.Total))
	}
	return strings.Join(parts, ", ")
}

// where names the file in which the coverage stands, or how to get it.
func where(files []string) string {
	for _, file := range files {
		if filepath.Base(file) == "run.json" {
			return "run.json"
		}
	}
	return "--format json"
}

// fails reports whether the run's policy lets a result fail the run.
func fails(run *reports.Run, result *reports.Result) bool {
	return result.Verdict == reports.Failed || result.Verdict == reports.Finding && run.Policy.FailOnFinding
}

// failures tells the results that fail the run so that they can be acted on: the
// first in full, then a line for what the others have in common.
func (t *Terminal) failures(out *strings.Builder, run *reports.Run) {
	told := 0
	var others groups
	for i := range run.Results {
		result := &run.Results[i]
		if !fails(run, result) {
			continue
		}
		if told++; told > terminalFull {
			others.add(headline(result), result.ID)
			continue
		}
		fmt.Fprintf(out, "\n%s %s\n", t.verdict(result.Verdict, 0), visible.Text(result.ID))
		out.WriteString(t.form().result(result))
	}
	t.list(out, string(reports.Failed), others.lines(listedMost))
}

// findings tells a line for each kind of finding that does not fail the run, those
// of failed results included: one habit of a target shows at many clauses.
func findings(run *reports.Run) []string {
	var found groups
	clauses := map[string][]string{} // of each text
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == reports.Waived || result.Verdict == reports.Finding && fails(run, result) {
			continue
		}
		for j := range result.Deviations {
			if d := &result.Deviations[j]; d.Verdict == reports.Finding {
				found.add(d.Summary, result.ID)
				if clause := clauseText(d.Clause, d.Level, d.Grade, d.Source); !slices.Contains(clauses[d.Summary], clause) {
					clauses[d.Summary] = append(clauses[d.Summary], clause)
				}
			}
		}
	}
	for i, text := range found.texts {
		evidence := clauses[text][0]
		if n := len(clauses[text]); n > 1 {
			evidence += " and " + plural(n-1, "more clause")
		}
		found.notes[i] = " [" + evidence + "]"
	}
	return found.lines(listedMost)
}

// unreached tells a line for each service that was not reached.
func unreached(summary reports.Summary) []string {
	var lines []string
	for _, service := range summary.Unreached {
		lines = append(lines, fmt.Sprintf("service %s at %s: %s", service.Name, service.URL,
			cmp.Or(service.Problem, "no answer")))
	}
	return lines
}

// reasons tells a line for each reason of results of a verdict.
func reasons(run *reports.Run, verdict reports.Verdict) []string {
	var found groups
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == verdict || verdict == reports.Inconclusive && !result.Verdict.Valid() {
			found.add(cmp.Or(result.Reason, headline(result)), result.ID)
		}
	}
	if verdict == reports.Skipped {
		found.mostFirst()
		return found.lines(skippedMost)
	}
	return found.lines(listedMost)
}

// list writes a title and its lines, and nothing when there are none.
func (t *Terminal) list(out *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", t.color(reports.Verdict(title), title))
	for i, line := range lines {
		if i == terminalList {
			fmt.Fprintf(out, "  and %d more\n", len(lines)-i)
			return
		}
		indent := "  "
		for _, part := range wrap(oneLine(line, 1000), t.options.Width-4) {
			out.WriteString(indent + part + "\n")
			indent = "    "
		}
	}
}

// table writes the counts of each area; a verdict that nothing came to, other
// than passed and failed, has no column.
func (t *Terminal) table(out *strings.Builder, summary reports.Summary) {
	var columns []reports.Verdict
	for _, verdict := range []reports.Verdict{reports.Passed, reports.Failed, reports.Finding, reports.Inconclusive, reports.Waived, reports.Skipped} {
		if verdict == reports.Passed || verdict == reports.Failed || summary.Total[verdict] > 0 {
			columns = append(columns, verdict)
		}
	}
	widest := len("total")
	for _, area := range summary.Areas {
		widest = max(widest, len(area.Area))
	}
	fmt.Fprintf(out, "\n%-*s", widest, "area")
	for _, verdict := range columns {
		fmt.Fprintf(out, "  %s", verdict)
	}
	out.WriteString("\n")
	rows := slices.Concat(summary.Areas, []reports.AreaCounts{{Area: "total", Counts: summary.Total}})
	for _, row := range rows {
		fmt.Fprintf(out, "%-*s", widest, visible.Text(row.Area))
		for _, verdict := range columns {
			cell := fmt.Sprintf("  %*d", len(verdict), row.Counts[verdict])
			if row.Counts[verdict] > 0 && verdict != reports.Passed {
				cell = t.color(verdict, cell)
			}
			out.WriteString(cell)
		}
		out.WriteString("\n")
	}
}

// conclusion says in words what the run comes to, and the verdict in whose
// colour it is said.
func conclusion(run *reports.Run, summary reports.Summary) (reports.Verdict, string) {
	verdict, words := judgement(run, summary)
	if run.Stopped == "" {
		return verdict, words
	}
	ended := fmt.Sprintf("the run ended before its last check (%s)", run.Stopped)
	if verdict == reports.Failed {
		return reports.Failed, strings.TrimSuffix(words, ".") + "; " + ended + "."
	}
	words = strings.TrimPrefix(words, string(verdict)+": ")
	return reports.Inconclusive, string(reports.Inconclusive) + ": " + ended + "; until then " + words
}

// judgement is what the results come to; violations weigh most, then findings
// that fail the run, then what could not be asked.
func judgement(run *reports.Run, summary reports.Summary) (reports.Verdict, string) {
	total := summary.Total
	asked := total.Total() - total[reports.Skipped]
	held := total[reports.Passed] + total[reports.Finding]
	switch {
	case total[reports.Failed] > 0:
		words := fmt.Sprintf("failed: %d of %s found a violation", total[reports.Failed], plural(asked, "check"))
		if n := total[reports.Inconclusive]; n > 0 {
			words += fmt.Sprintf(", %d came to no outcome", n)
		}
		return reports.Failed, words + "."
	case run.Policy.FailOnFinding && total[reports.Finding] > 0:
		return reports.Failed, fmt.Sprintf("failed: no violation, but findings in %d of %s, and findings fail this run.",
			total[reports.Finding], plural(asked, "check"))
	case len(run.WaiverProblems()) > 0:
		return reports.Failed, fmt.Sprintf("failed: no violation, but %s expired or stale.", plural(len(run.WaiverProblems()), "waiver"))
	case total[reports.Inconclusive] > 0 || len(summary.Unreached) > 0:
		var what []string
		if n := len(summary.Unreached); n > 0 {
			what = append(what, plural(n, "service")+" could not be reached")
		}
		if n := total[reports.Inconclusive]; n > 0 {
			what = append(what, plural(n, "check")+" came to no outcome")
		}
		words := "inconclusive: " + strings.Join(what, ", ")
		if held > 0 {
			words += "; no violation in " + plural(held, "other check")
		}
		return reports.Inconclusive, words + "."
	case asked == 0:
		return reports.Inconclusive, fmt.Sprintf("nothing was tested: %s skipped.", plural(total[reports.Skipped], "check"))
	}
	words := "passed: no violation in " + plural(held, "check")
	for _, part := range []struct {
		verdict reports.Verdict
		words   string
	}{{reports.Finding, "of them with findings"}, {reports.Waived, "waived"}, {reports.Skipped, "skipped"}} {
		if n := total[part.verdict]; n > 0 {
			words += fmt.Sprintf(", %d %s", n, part.words)
		}
	}
	return reports.Passed, words + "."
}
