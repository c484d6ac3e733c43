package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

const (
	terminalFull = 500  // failures shown in full; further ones get a line each
	terminalList = 5000 // lines of one list, such as the findings
)

// everything is what End prints besides the summary in verbose mode: each failure in full, then complete
// lists.
func (t *Terminal) everything(run *reports.Run) string {
	var out strings.Builder
	t.failures(&out, run)
	t.list(&out, string(reports.Finding), findings(run))
	t.list(&out, string(reports.Inconclusive), append(digest.Unreached(reports.Summarize(run)), reasons(run, reports.Inconclusive)...))
	t.list(&out, string(reports.Waived), reasons(run, reports.Waived))
	t.list(&out, string(reports.Skipped), reasons(run, reports.Skipped))
	t.list(&out, "habits", habitLines(run.Habits))
	t.list(&out, "SIM cards left out", run.LeftOut)
	t.list(&out, "left behind on the target", run.Left)
	if codes := seen(run); codes != "" {
		out.WriteString("\ncodes seen\n  " + visible.Escape(codes) + "\n")
	}
	if totals := covered(run.Coverage); totals != "" {
		out.WriteString("\nparts of the contract exercised\n")
		for _, line := range wrap(visible.Escape(totals), t.options.Width-2) {
			out.WriteString("  " + line + "\n")
		}
	}
	return out.String()
}

// seen lists the codes of all operations together, each with its HTTP status and how often it occurred.
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

// covered says how much of each kind of part of the contract was exercised.
func covered(coverage *reports.Coverage) string {
	var parts []string
	for _, total := range coverage.Totals() {
		parts = append(parts, fmt.Sprintf("%s %d of %d", total.Kind, total.Reached, total.Total))
	}
	return strings.Join(parts, ", ")
}

// failures prints the results that fail the run so that they can be acted on: the first in full, then a
// line for what the others have in common.
func (t *Terminal) failures(out *strings.Builder, run *reports.Run) {
	told := 0
	var others digest.ByText
	for i := range run.Results {
		result := &run.Results[i]
		if !digest.Fails(run, result) {
			continue
		}
		if told++; told > terminalFull {
			others.Add(digest.Headline(result), result.ID)
			continue
		}
		fmt.Fprintf(out, "\n%s %s\n", t.verdict(result.Verdict, 0), visible.Escape(result.ID))
		out.WriteString(t.form().result(result))
	}
	t.list(out, string(reports.Failed), others.Lines(digest.ListedMost))
}

// findings returns a line for each kind of finding that does not fail the run, including those of failed
// results: one habit of a target shows at many clauses.
func findings(run *reports.Run) []string {
	var found digest.ByText
	clauses := map[string][]string{} // clauses by text
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == reports.Waived || result.Verdict == reports.Finding && digest.Fails(run, result) {
			continue
		}
		for j := range result.Deviations {
			if d := &result.Deviations[j]; d.Verdict == reports.Finding {
				found.Add(d.Summary, result.ID)
				if clause := digest.ClauseText(d.Clause, d.Level, d.Grade, d.Source); !slices.Contains(clauses[d.Summary], clause) {
					clauses[d.Summary] = append(clauses[d.Summary], clause)
				}
			}
		}
	}
	for i, text := range found.Texts {
		evidence := clauses[text][0]
		if n := len(clauses[text]); n > 1 {
			evidence += " and " + plural.Of(n-1, "more clause")
		}
		found.Notes[i] = " [" + evidence + "]"
	}
	return found.Lines(digest.ListedMost)
}

// reasons returns a line for each reason of results with a verdict.
func reasons(run *reports.Run, verdict reports.Verdict) []string {
	var found digest.ByText
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == verdict || verdict == reports.Inconclusive && !result.Verdict.Valid() {
			found.Add(cmp.Or(result.Reason, digest.Headline(result)), result.ID)
		}
	}
	if verdict == reports.Skipped {
		found.MostFirst()
		return found.Lines(digest.SkippedMost)
	}
	return found.Lines(digest.ListedMost)
}

// list writes a title and its lines; nothing if there are none.
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
		for _, part := range wrap(digest.OneLine(line, 1000), t.options.Width-4) {
			out.WriteString(indent + part + "\n")
			indent = "    "
		}
	}
}
