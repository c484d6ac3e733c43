package render

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// githubMost is the largest number of annotations: GitHub shows ten of each kind per step and keeps
// fifty per job.
const githubMost = 50

// WriteGitHub writes run to w as workflow commands for annotations in GitHub Actions: an error for each
// violated clause and a warning for each finding, at the line of the contract that states it, those seen
// by most checks first. An inconclusive check is an error without a location. Nothing is redacted: pass
// the result of redact.Run.
func WriteGitHub(w io.Writer, run *reports.Run) error {
	violations, findings := digest.GroupDeviations(run)
	var out strings.Builder
	written := 0
	command := func(kind string, d *reports.Deviation, title, message string) {
		if written++; written > githubMost {
			return
		}
		out.WriteString("::" + kind + " ")
		if d != nil && d.File != "" {
			fmt.Fprintf(&out, "file=%s,line=%d,", githubProperty(d.File), d.Line)
		}
		out.WriteString("title=" + githubProperty(title) + "::" + githubData(message) + "\n")
	}
	for _, kind := range []struct {
		name string
		list []digest.Group
	}{{"error", violations}, {"warning", findings}} {
		name := kind.name
		if run.Policy.FailOnFinding {
			name = "error"
		}
		for i := range kind.list {
			entry := &kind.list[i]
			command(name, entry.Deviation, "mallcheck "+entry.Checks[0], githubText(entry))
		}
	}
	for _, problem := range run.WaiverProblems() {
		command("error", nil, "mallcheck waiver", problem)
	}
	for i := range run.Results {
		if result := &run.Results[i]; result.Verdict == reports.Inconclusive {
			command("error", nil, "mallcheck "+result.ID, "inconclusive: "+messageOf(result))
		}
	}
	if more := written - githubMost; more > 0 {
		fmt.Fprintf(&out, "::notice title=mallcheck::and %s more in the reports\n", plural.Of(more, "annotation"))
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("writing the run as annotations: %w", err)
	}
	return nil
}

// githubText describes a group of deviations in a few lines.
func githubText(entry *digest.Group) string {
	text := entry.Summary + "\n" + digest.ClauseText(entry.Clause, entry.Level, entry.Grade, entry.Source)
	for _, field := range []field{{"expected", entry.Expected}, {"actual", entry.Actual}, {"look at", entry.Cause}} {
		if field.text != "" {
			text += "\n" + field.label + ": " + digest.Shorten(field.text, 500)
		}
	}
	seen := strings.Join(entry.Checks, ", ")
	if entry.More > 0 {
		seen += fmt.Sprintf(" and %d more", entry.More)
	}
	return text + "\nchecks: " + cmp.Or(seen, "none")
}

// githubData escapes a text for a workflow command, in one line.
func githubData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(Safe(text))
}

// githubProperty escapes a text for a property of a workflow command.
func githubProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(githubData(text))
}
