package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// Limits of the Markdown report.
const (
	markdownLimit   = 1 << 20 // bytes in total: GitHub's limit for a step summary
	markdownClauses = 40      // clauses listed of each kind
	markdownText    = 1500    // bytes of an expected or actual
)

// WriteMarkdown writes run to w as a short report of at most 1 MiB, for a merge request or for
// $GITHUB_STEP_SUMMARY: verdict, identity, counts, causes with expected and actual, findings, habits,
// and the coverage. Texts of the target are in code or escaped, so that they mention nobody and link
// nowhere. Nothing is redacted: pass the result of redact.Run.
func WriteMarkdown(w io.Writer, run *reports.Run) error {
	var out strings.Builder
	markdownHead(&out, run)
	failing, untested := digest.CausesOf(run)
	_, findings := digest.GroupDeviations(run)
	markdownCauses(&out, "Causes", failing)
	markdownCauses(&out, "Critical findings", digest.CriticalFindings(run))
	markdownList(&out, "Inconclusive", causeLines(untested))
	markdownFindings(&out, findings)
	markdownList(&out, "Habits", habitLines(run.Habits))
	markdownCoverage(&out, run.Coverage)
	markdownCost(&out, run.Cost)
	text := out.String()
	if len(text) > markdownLimit {
		const note = "\n\n…\n"
		text = string(reports.Body(text).Head(markdownLimit-len(note))) + note
	}
	if _, err := io.WriteString(w, visible.Escape(text)); err != nil {
		return fmt.Errorf("writing the run as Markdown: %w", err)
	}
	return nil
}

// markdownMarks are shown before a verdict.
var markdownMarks = map[reports.Verdict]string{reports.Passed: "✅", reports.Failed: "❌", reports.Inconclusive: "❔", reports.Finding: "⚠️"}

func markdownHead(out *strings.Builder, run *reports.Run) {
	summary := reports.Summarize(run)
	verdict, words := digest.Conclusion(run, summary)
	fmt.Fprintf(out, "## %s mallcheck: %s\n\n", markdownMarks[verdict], markdownEscape(digest.OneLine(strings.TrimSuffix(words, "."), markdownText)))
	for _, notice := range digest.Notices(run, summary) {
		fmt.Fprintf(out, "> %s\n\n", markdownEscape(digest.OneLine(notice, markdownText)))
	}
	var facts []string
	for _, fact := range markdownFacts(run) {
		facts = append(facts, markdownEscape(digest.OneLine(fact.label, markdownText))+" "+markdownCode(fact.text))
	}
	out.WriteString(strings.Join(facts, " · ") + "\n\n")
	out.WriteString("| area |")
	for _, verdict := range digest.VerdictOrder {
		fmt.Fprintf(out, " %s |", verdict)
	}
	out.WriteString("\n|---|" + strings.Repeat("--:|", len(digest.VerdictOrder)) + "\n")
	for _, row := range append(summary.Areas, reports.AreaCounts{Area: "total", Counts: summary.Total}) {
		out.WriteString("| " + markdownEscape(digest.OneLine(reports.AreaName(row.Area), markdownText)) + " |")
		for _, verdict := range digest.VerdictOrder {
			cell := ""
			if n := row.Counts[verdict]; n > 0 {
				cell = fmt.Sprint(n)
			}
			fmt.Fprintf(out, " %s |", cell)
		}
		out.WriteString("\n")
	}
}

func markdownFacts(run *reports.Run) []field {
	list := []field{
		{"target", run.Target.Name}, {"partner", run.Target.PartnerCode},
		{"started", run.Started.UTC().Format("2006-01-02 15:04:05 UTC")}, {"strict", digest.Strictness(run.Policy)},
		{"seed", fmt.Sprint(run.Seed)}, {"contract", shorten12(run.Tool.Contract)}, {run.Tool.Name, run.Tool.Version},
		{"faults", strings.Join(run.Target.Faults, ", ")}, {"variants", strings.Join(run.Target.Variants, ", ")},
	}
	kept := list[:0]
	for _, fact := range list {
		if fact.text != "" {
			kept = append(kept, fact)
		}
	}
	return kept
}

// shorten12 returns the first digits of a digest, enough for people to distinguish two.
func shorten12(digest string) string { return digest[:min(len(digest), 12)] }

// markdownCauses writes each cause, the first of them expanded.
func markdownCauses(out *strings.Builder, title string, causes []digest.Explained) {
	if len(causes) == 0 {
		return
	}
	out.WriteString("\n### " + title + "\n")
	for i := range causes {
		if i == markdownClauses {
			fmt.Fprintf(out, "\nAnd %d more: the other reports have them.\n", len(causes)-i)
			return
		}
		c := &causes[i]
		evidence := ""
		if c.Evidence != "" {
			evidence = ", " + markdownSummary(digest.OneLine(c.Evidence, markdownText))
		}
		open := ""
		if i == 0 {
			open = " open"
		}
		fmt.Fprintf(out, "\n<details%s><summary><b>%s</b>%s</summary>\n\n", open, markdownSummary(digest.OneLine(c.Sentence, markdownText)), evidence)
		for _, side := range []field{{"expected", c.Expected}, {"actual", c.Actual}} {
			if side.text != "" {
				fmt.Fprintf(out, "%s\n\n%s\n\n", side.label, markdownBlock(side.text))
			}
		}
		if c.Advice != "" {
			fmt.Fprintf(out, "- look at: %s\n", markdownEscape(digest.OneLine(c.Advice, markdownText)))
		}
		if text := digest.EvidenceText(&c.Cause); text != "" {
			fmt.Fprintf(out, "- evidence: %s\n", markdownCode(text))
		}
		shown, more := digest.FirstOf(digest.CasesOf(c.Checks), digest.GroupedChecks)
		fmt.Fprintf(out, "- checks: %s\n", markdownNames(shown, more))
		if c.Result != nil {
			fmt.Fprintf(out, "- requirement: %s\n", markdownEscape(digest.OneLine(c.Result.Requirement, markdownText)))
		}
		out.WriteString("\n</details>\n")
	}
}

func markdownFindings(out *strings.Builder, list []digest.Group) {
	if len(list) == 0 {
		return
	}
	out.WriteString("\n### Findings\n\n")
	for i := range list {
		if i == markdownClauses {
			fmt.Fprintf(out, "- and %s more\n", plural.Of(len(list)-i, "finding"))
			return
		}
		entry := &list[i]
		others := ""
		if n := len(entry.Others); n > 0 {
			others = " and " + plural.Of(n, "more clause")
		}
		fmt.Fprintf(out, "- %s: %s%s; %s\n", markdownEscape(digest.OneLine(entry.Summary, markdownText)),
			markdownCode(digest.ClauseText(entry.Clause, entry.Level, entry.Grade, entry.Source)), others,
			markdownNames(entry.Checks, entry.More))
	}
}

// markdownList writes a title and the first lines of a list; nothing for an empty list.
func markdownList(out *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\n### %s\n\n", title)
	for i, line := range lines {
		if i == markdownClauses {
			fmt.Fprintf(out, "- and %d more\n", len(lines)-i)
			return
		}
		out.WriteString("- " + markdownEscape(digest.OneLine(line, markdownText)) + "\n")
	}
}

func markdownCoverage(out *strings.Builder, coverage *reports.Coverage) {
	reached, total := 0, 0
	for _, operation := range digest.CoverageOf(coverage) {
		reached += operation.Reached
		total += operation.Total
	}
	if total > 0 {
		fmt.Fprintf(out, "\nCoverage of the contract: %d of %d parts (%.1f %%).\n", reached, total, digest.Share(reached, total))
	}
}

// markdownCost writes the cost of a run, in total and by operation.
func markdownCost(out *strings.Builder, cost *reports.Cost) {
	if cost == nil {
		return
	}
	fmt.Fprintf(out, "\n<details><summary><b>Cost</b> %s</summary>\n\n| operation | calls | time | sent | received |\n|---|--:|--:|--:|--:|\n",
		markdownSummary(digest.OneLine(digest.CostText(cost), markdownText)))
	for _, one := range cost.Operations {
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s |\n", markdownEscape(digest.OneLine(one.Operation, markdownText)), one.Calls,
			digest.Took(one.Working), digest.Size(one.Sent), digest.Size(one.Received))
	}
	out.WriteString("\n</details>\n")
}

// markdownNames writes names as code and counts the others.
func markdownNames(names []string, more int) string {
	codes := make([]string, len(names))
	for i, name := range names {
		codes[i] = markdownCode(name)
	}
	text := strings.Join(codes, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// markdownSummary escapes a text for an HTML tag within Markdown.
func markdownSummary(text string) string {
	return strings.NewReplacer("[", "&#91;", "`", "&#96;", "*", "&#42;", "_", "&#95;").Replace(markdownHTML(text))
}

// markdownHTML escapes what is active in HTML, and what a forge turns into a mention, a reference or a
// link even there.
func markdownHTML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "#", "&#35;", "://", "&#58;//").Replace(text)
}

// markdownEscape escapes a text for a line of Markdown.
func markdownEscape(text string) string {
	var out strings.Builder
	for _, c := range text {
		if strings.ContainsRune("\\`*_{}[]()|~!$", c) {
			out.WriteByte('\\')
		}
		out.WriteRune(c)
	}
	return markdownHTML(out.String())
}

// markdownCode writes a text as code within a line.
func markdownCode(text string) string {
	text = strings.ReplaceAll(digest.OneLine(text, markdownText), "|", "¦")
	fence := fenceOf(text, 1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// markdownBlock writes a text as a block of code.
func markdownBlock(text string) string {
	text = digest.Shorten(visible.Escape(text), markdownText)
	fence := fenceOf(text, 3)
	return fence + "text\n" + strings.TrimSuffix(text, "\n") + "\n" + fence
}

// fenceOf returns a run of at least `least` backticks that the text does not contain.
func fenceOf(text string, least int) string {
	longest, row := 0, 0
	for _, c := range text {
		if c != '`' {
			row = 0
			continue
		}
		row++
		longest = max(longest, row)
	}
	return strings.Repeat("`", max(least, longest+1))
}
