package render

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// compareMost is the largest number of entries of one kind in the text of a comparison.
const compareMost = 100

// compareForm is the format of a comparison: plain text or Markdown.
type compareForm struct {
	title, item string
	code        func(string) string
	text        func(string) string
}

var (
	comparePlain    = compareForm{"\n%s\n", "  ", plainLine, plainLine}
	compareMarkdown = compareForm{"\n### %s\n\n", "- ", markdownCode, func(s string) string { return markdownEscape(digest.OneLine(s, 600)) }}
)

// WriteComparison writes c to w as text for a terminal, or as Markdown.
func WriteComparison(w io.Writer, c *reports.Comparison, markdown bool) error {
	form := comparePlain
	if markdown {
		form = compareMarkdown
	}
	var out strings.Builder
	form.head(&out, c, markdown)
	form.violations(&out, "New violations", c.New)
	form.violations(&out, "Resolved violations", c.Gone)
	verdicts := form.verdicts(c.Verdicts)
	form.list(&out, "Verdicts", len(verdicts), func(i int) string { return verdicts[i] })
	form.list(&out, "Shapes of answers", len(c.Shapes), func(i int) string { return form.shape(c.Shapes[i]) })
	form.list(&out, "Codes", len(c.Codes), func(i int) string {
		change := c.Codes[i]
		where := "only before"
		if change.Before == 0 {
			where = "only after"
		}
		return fmt.Sprintf("%s HTTP %d with %s: %s", form.code(change.Operation), change.Status, form.code(cmp.Or(change.OperateCode, "none")), where)
	})
	form.latencies(&out, c.Latencies, markdown)
	if _, err := io.WriteString(w, Safe(out.String())); err != nil {
		return fmt.Errorf("writing a comparison: %w", err)
	}
	return nil
}

func (f compareForm) head(out *strings.Builder, c *reports.Comparison, markdown bool) {
	words := "no new violation"
	if n := len(c.New); n > 0 {
		words = plural.Of(n, "new violation")
	}
	words += fmt.Sprintf(", %d resolved", len(c.Gone))
	if len(c.New) == 0 && len(c.Incomplete) > 0 {
		words = "inconclusive: the later run is incomplete; " + words
	}
	if markdown {
		fmt.Fprintf(out, "## mallcheck compare: %s\n\n", words)
	} else {
		fmt.Fprintln(out, words)
	}
	for _, side := range []struct {
		name string
		run  reports.RunIdentity
	}{{"before", c.Before}, {"after", c.After}} {
		fmt.Fprintf(out, "%s%s: %s, %s, %s, contract %s, %s\n", f.item, side.name, f.code(side.run.Target),
			side.run.Started.UTC().Format(time.RFC3339), f.code(side.run.Tool), f.code(shorten12(side.run.Contract)),
			plural.Of(side.run.Checks, "check"))
	}
	for _, reason := range c.Incomplete {
		fmt.Fprintf(out, "%sincomplete: %s\n", f.item, f.text(reason))
	}
	if c.Before.Contract != c.After.Contract || c.Before.Strict != c.After.Strict {
		fmt.Fprintf(out, "%sthe runs were judged by different contracts or strictness, which alone can change verdicts\n", f.item)
	}
}

// list writes a title and n entries; nothing if there are none.
func (f compareForm) list(out *strings.Builder, title string, n int, entry func(i int) string) {
	if n == 0 {
		return
	}
	fmt.Fprintf(out, f.title, title)
	for i := range min(n, compareMost) {
		out.WriteString(f.item + entry(i) + "\n")
	}
	if n > compareMost {
		fmt.Fprintf(out, "%sand %d more\n", f.item, n-compareMost)
	}
}

// violations writes an entry for each clause, with the checks that found it violated.
func (f compareForm) violations(out *strings.Builder, title string, all []reports.Violation) {
	checks := map[string][]string{}
	var first []reports.Violation
	for _, violation := range all {
		if checks[violation.Clause] == nil {
			first = append(first, violation)
		}
		checks[violation.Clause] = append(checks[violation.Clause], violation.Check)
	}
	f.list(out, title, len(first), func(i int) string {
		v := first[i]
		text := f.text(v.Summary) + " (" + f.code(v.Clause) + ")"
		if v.Actual != "" {
			text += "; expected " + f.code(cmp.Or(v.Expected, "none")) + ", actual " + f.code(v.Actual)
		}
		return text + "; " + plural.Of(len(checks[v.Clause]), "check") + ": " + f.code(digest.Listed(checks[v.Clause], digest.ListedMost))
	})
}

// verdicts returns an entry for each check that both runs have, and one entry for all checks that the
// other run lacks, which may be thousands.
func (f compareForm) verdicts(changes []reports.VerdictChange) []string {
	var entries []string
	var alone digest.ByText
	for _, change := range changes {
		text := absent(change.Before) + " → " + absent(change.After)
		if change.Before == "" || change.After == "" {
			alone.Add(text, change.Check)
			continue
		}
		if text = f.code(change.Check) + ": " + text; change.Reason != "" {
			text += " (" + f.text(change.Reason) + ")"
		}
		entries = append(entries, text)
	}
	for _, text := range alone.Texts {
		ids := alone.IDs[text]
		entries = append(entries, fmt.Sprintf("%s: %s, %s", text, plural.Of(len(ids), "check"), f.code(digest.Listed(ids, digest.SkippedMost))))
	}
	return entries
}

func (f compareForm) shape(s reports.ShapeChange) string {
	var parts []string
	for _, member := range s.Added {
		parts = append(parts, "+ "+f.code(member))
	}
	for _, member := range s.Removed {
		parts = append(parts, "- "+f.code(member))
	}
	return f.code(s.Operation) + ", " + s.Kind + ": " + strings.Join(parts, ", ")
}

// latencies writes the medians. The reader decides whether one is slower: two runs on a busy machine
// differ by more than two servers do.
func (f compareForm) latencies(out *strings.Builder, list []reports.LatencyChange, markdown bool) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(out, f.title, "Latency, median")
	if markdown {
		out.WriteString("| operation | before | after | factor |\n|---|--:|--:|--:|\n")
	}
	for _, change := range list {
		layout := "  %-32s %9s %9s   x%.2f\n"
		if markdown {
			layout = "| %s | %s | %s | %.2f |\n"
		}
		before, after := digest.Took(change.Before.Median), digest.Took(change.After.Median)
		fmt.Fprintf(out, layout, f.code(change.Operation), before, after, change.Factor())
	}
}

// absent returns a verdict, or says that there is none.
func absent(v reports.Verdict) string {
	if v == "" {
		return "not run"
	}
	return digest.OneLine(string(v), 20)
}

// plainLine returns a text in one line without markup.
func plainLine(text string) string { return digest.OneLine(text, 600) }
