package render

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/curl"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// The summary of a run with one problem has at most 40 lines.
const (
	summaryCauses = 3   // causes shown with expected and actual
	summaryLines  = 3   // lines of each further list
	summaryText   = 150 // bytes of a text in it
	summaryCurl   = 1200
	summaryChecks = 4 // checks named for a cause
	summaryAreas  = 6 // areas with their counts
)

// summary is what End always prints: causes, other notes, counts by area, the reports, and the verdict
// in the last line.
func (t *Terminal) summary(run *reports.Run, files []string) string {
	var out strings.Builder
	summary := reports.Summarize(run)
	failing, untested := digest.CausesOf(run)
	t.causes(&out, "cause", failing)
	if critical := digest.CriticalFindings(run); len(failing) == 0 { // failures come first
		t.causes(&out, "critical finding", critical)
	}
	t.notes(&out, []note{
		{reports.Inconclusive, "inconclusive", append(digest.Unreached(summary), causeLines(untested)...)},
		{reports.Failed, "waivers", run.WaiverProblems()},
		{reports.Finding, "findings", findings(run)},
		{reports.Waived, "habits", habitLines(run.Habits)},
		{reports.Waived, "waived", reasons(run, reports.Waived)},
		{reports.Skipped, "skipped", skipReasons(run)},
		{reports.Finding, "left out", run.LeftOut},
		{reports.Finding, "left behind", run.Left},
	})
	t.table(&out, summary)
	if run.Client != nil {
		out.WriteString("\n")
		for _, line := range run.Client.Words() {
			out.WriteString("client  " + visible.Escape(line) + "\n")
		}
	}
	if run.Limited != nil {
		out.WriteString("\nrate of calls: " + digest.LimitedText(run.Limited) + "\n")
	}
	gap := "\n"
	if run.Cost != nil {
		out.WriteString("\ncost: " + visible.Escape(digest.CostText(run.Cost)) + "\n")
		gap = ""
	}
	if len(files) > 0 {
		names := make([]string, len(files))
		for i, file := range files {
			names[i] = filepath.Base(file)
		}
		fmt.Fprintf(&out, gap+"reports in %s: %s\n", visible.Escape(filepath.Dir(files[0])), visible.Escape(strings.Join(names, ", ")))
	}
	verdict, words := digest.Conclusion(run, summary)
	for _, line := range wrap(words, t.options.Width) {
		out.WriteString(t.color(verdict, line) + "\n")
	}
	return out.String()
}

// causes prints the first causes with expected, actual and evidence, the first of them with a curl line,
// and counts the others.
func (t *Terminal) causes(out *strings.Builder, noun string, causes []digest.Explained) {
	if len(causes) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", t.color(reports.Failed, noun+"s"))
	for i := range causes {
		if i == summaryCauses {
			rest := 0
			for _, other := range causes[i:] {
				rest += len(other.Checks)
			}
			fmt.Fprintf(out, "  and %s of %s; -v and report.html show all\n", plural.Of(len(causes)-i, "more "+noun), plural.Of(rest, "check"))
			return
		}
		t.cause(out, &causes[i], i+1)
	}
}

// cause prints one cause; only the first is complete.
func (t *Terminal) cause(out *strings.Builder, c *digest.Explained, number int) {
	form := textForm{indent: "     ", width: t.options.Width, text: summaryText}
	notes := []string{c.Evidence}
	if number > 1 {
		notes = append(notes, digest.EvidenceText(&c.Cause))
	}
	head := digest.OneLine(c.Sentence, 2*summaryText)
	if told := strings.Join(slices.DeleteFunc(notes, func(note string) bool { return note == "" }), "; "); told != "" {
		head += " [" + digest.OneLine(told, 2*summaryText) + "]"
	}
	prefix := fmt.Sprintf("  %d. ", number)
	for _, line := range wrap(head, t.options.Width-len(prefix)) {
		out.WriteString(prefix + line + "\n")
		prefix = "     "
	}
	form.fields(out, []field{{"expected", digest.OneLine(c.Expected, summaryText)}, {"actual", digest.OneLine(c.Actual, summaryText)}})
	if number > 1 {
		return
	}
	form.fields(out, []field{{"evidence", digest.EvidenceText(&c.Cause)}, {"checks", digest.Listed(digest.CasesOf(c.Checks), summaryChecks)}})
	form.text = 2 * summaryText
	form.fields(out, []field{{"look at", digest.OneLine(c.Advice, 2*summaryText)}})
	if c.Example != nil {
		if line := curl.Command(*c.Example); len(line) <= summaryCurl {
			out.WriteString("     " + visible.Escape(line) + "\n")
		}
	}
}

// skipReasons are the reasons for which checks were skipped, the most frequent first.
func skipReasons(run *reports.Run) []string {
	var found digest.ByText
	for i := range run.Results {
		if result := &run.Results[i]; result.Verdict == reports.Skipped {
			found.Add(cmp.Or(result.Reason, "no reason given"), result.ID)
		}
	}
	found.MostFirst()
	lines := make([]string, len(found.Texts))
	for i, text := range found.Texts {
		lines[i] = fmt.Sprintf("%s: %s", plural.Of(len(found.IDs[text]), "check"), text)
	}
	return lines
}

// causeLines returns a line for each cause.
func causeLines(causes []digest.Explained) []string {
	lines := make([]string, len(causes))
	for i := range causes {
		checks := causes[i].Checks
		lines[i] = fmt.Sprintf("%s (%d): %s", digest.OneLine(causes[i].Sentence, 400), len(checks), digest.Listed(checks, summaryChecks))
	}
	return lines
}

// habitLines returns a line for each habit.
func habitLines(habits []reports.Habit) []string {
	lines := make([]string, len(habits))
	for i, habit := range habits {
		lines[i] = habit.Sentence
		if habit.Evidence != "" {
			lines[i] += ": " + habit.Evidence
		}
	}
	return lines
}

// note is a list of other facts about a run.
type note struct {
	color reports.Verdict
	title string
	lines []string
}

// notes writes the first lines of each list beside its title, each shortened to one line; nothing for an
// empty list.
func (t *Terminal) notes(out *strings.Builder, notes []note) {
	const column = len("inconclusive  ")
	width := summaryText
	if t.options.Width > 0 {
		width = min(width, t.options.Width-column)
	}
	begun := false
	for _, n := range notes {
		if len(n.lines) > 0 && !begun {
			out.WriteString("\n")
			begun = true
		}
		prefix := t.color(n.color, fmt.Sprintf("%-*s", column, n.title))
		for i, line := range n.lines {
			line = cutLine(digest.OneLine(line, 1000), width)
			if i == summaryLines-1 && len(n.lines) > summaryLines {
				line = fmt.Sprintf("and %d more; -v and report.html show all", len(n.lines)-i)
			}
			out.WriteString(prefix + line + "\n")
			prefix = strings.Repeat(" ", column)
			if i == summaryLines-1 {
				break
			}
		}
	}
}

// cutLine shortens a line to a number of characters.
func cutLine(line string, width int) string {
	if runes := []rune(line); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return line
}

// table writes the counts of the areas in which not all checks passed or were skipped, and the total.
// Verdicts that do not occur have no column, except passed and failed.
func (t *Terminal) table(out *strings.Builder, summary reports.Summary) {
	var columns []reports.Verdict
	for _, verdict := range []reports.Verdict{
		reports.Passed, reports.Failed, reports.Finding, reports.Inconclusive, reports.Waived, reports.Skipped,
	} {
		if verdict == reports.Passed || verdict == reports.Failed || summary.Total[verdict] > 0 {
			columns = append(columns, verdict)
		}
	}
	rows := t.tableRows(summary)
	widest := 0
	for _, row := range rows {
		widest = max(widest, len([]rune(visible.Escape(row.Area))))
	}
	fmt.Fprintf(out, "\n%-*s", widest, "area")
	for _, verdict := range columns {
		fmt.Fprintf(out, "  %s", verdict)
	}
	out.WriteString("\n")
	for _, row := range rows {
		fmt.Fprintf(out, "%-*s", widest, visible.Escape(row.Area))
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

// tableRows returns the areas in which not all checks passed or were skipped, those with most failures
// if there are many, and the total.
func (t *Terminal) tableRows(summary reports.Summary) []reports.AreaCounts {
	bad := func(row reports.AreaCounts) int {
		return row.Counts.Total() - row.Counts[reports.Passed] - row.Counts[reports.Skipped]
	}
	rows := slices.DeleteFunc(slices.Clone(summary.Areas), func(row reports.AreaCounts) bool { return bad(row) == 0 })
	total := "all areas"
	switch left := len(summary.Areas) - len(rows); {
	case len(rows) > summaryAreas && !t.options.Verbose:
		most := slices.SortedStableFunc(slices.Values(rows), func(a, b reports.AreaCounts) int { return cmp.Compare(bad(b), bad(a)) })
		least := bad(most[summaryAreas-1])
		rows = slices.DeleteFunc(rows, func(row reports.AreaCounts) bool { return bad(row) < least })
		rows = rows[:summaryAreas]
		total += fmt.Sprintf(" (%d more; -v shows all)", len(summary.Areas)-summaryAreas)
	case left > 0 && len(rows) > 0:
		total += fmt.Sprintf(" (%d more without a failure)", left)
	}
	for i := range rows {
		rows[i].Area = reports.AreaName(rows[i].Area)
	}
	return append(rows, reports.AreaCounts{Area: total, Counts: summary.Total})
}
