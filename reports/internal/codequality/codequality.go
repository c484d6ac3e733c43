// Package codequality writes a run in the Code Climate format that GitLab shows beside a merge request:
// an issue for each deviation, with a fingerprint by which GitLab distinguishes new issues from old
// ones.
package codequality

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
)

// file is the location of every issue: the format requires a file of the tested repository, and only the
// settings file of the target is known.
const file = "mallcheck.yaml"

// longest is the longest text of an issue, in bytes.
const longest = 500

type issue struct {
	Description string   `json:"description"`
	Check       string   `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// Write writes run to w: a JSON list with an issue for each deviation that no waiver covers. A critical
// violation is a blocker, a major one critical, any other major. A finding is minor, or info if its
// clause is minor. Inconclusive results have no issue; the exit code reports them. Nothing is redacted:
// pass the result of redact.Run.
func Write(w io.Writer, run *reports.Run) error {
	issues, seen := []issue{}, map[string]bool{}
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == reports.Waived {
			continue
		}
		for j := range result.Deviations {
			one := issueOf(result, &result.Deviations[j])
			if !seen[one.Fingerprint] { // GitLab drops issues with a known fingerprint
				seen[one.Fingerprint] = true
				issues = append(issues, one)
			}
		}
	}
	data, err := jsontext.Marshal(issues, " ")
	if err == nil {
		_, err = visible.NewWriter(w).Write(data)
	}
	if err != nil {
		return fmt.Errorf("writing the run as a code quality report: %w", err)
	}
	return nil
}

func issueOf(result *reports.Result, d *reports.Deviation) issue {
	text := result.ID + ": " + d.Summary
	for _, side := range []struct{ label, text string }{{"Expected", d.Expected}, {"Actual", d.Actual}} {
		if side.text != "" {
			text += ". " + side.label + ": " + side.text
		}
	}
	sum := sha256.Sum256([]byte(result.ID + "\x00" + d.Clause + "\x00" + d.Pointer))
	out := issue{
		Description: visible.Escape(shorten(text)), Check: visible.Escape(result.ID),
		Fingerprint: hex.EncodeToString(sum[:]), Severity: severity(d),
		Location: location{Path: file},
	}
	out.Location.Lines.Begin = 1
	return out
}

func severity(d *reports.Deviation) string {
	if d.Verdict != reports.Failed {
		if d.Severity == reports.Minor {
			return "info"
		}
		return "minor"
	}
	switch d.Severity {
	case reports.Critical:
		return "blocker"
	case reports.Major:
		return "critical"
	default:
		return "major"
	}
}

// shorten cuts a text between characters to at most longest bytes.
func shorten(text string) string {
	if len(text) <= longest {
		return text
	}
	end := longest
	for end > 0 && text[end]&0xC0 == 0x80 {
		end--
	}
	return text[:end] + "…"
}
