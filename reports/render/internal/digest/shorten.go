package digest

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
)

// EvidenceText names the clause of a cause with its grade and page.
func EvidenceText(c *reports.Cause) string {
	if c.Clause == "" && c.Grade == "" {
		return ""
	}
	text := string(c.Grade)
	if c.Source != "" {
		text += ", page " + c.Source
	}
	return OneLine(strings.TrimPrefix(text+": "+c.Clause, ": "), evidenceMost)
}

// CasesOf names the first case of each check with the number of its cases.
func CasesOf(ids []string) []string {
	cases := map[string]int{}
	var first []string
	for _, id := range ids {
		check := reports.CheckOf(id)
		if cases[check]++; cases[check] == 1 {
			first = append(first, id)
		}
	}
	names := make([]string, len(first))
	for i, id := range first {
		names[i] = id
		if n := cases[reports.CheckOf(id)]; n > 1 {
			names[i] += fmt.Sprintf(" (%d cases)", n)
		}
	}
	return names
}

// Unreached returns a line for each service that was not reached.
func Unreached(summary reports.Summary) []string {
	var lines []string
	for _, service := range summary.Unreached {
		lines = append(lines, fmt.Sprintf("service %s at %s: %s", service.Name, service.URL,
			cmp.Or(service.Problem, "no answer")))
	}
	return lines
}

// FlakyText says that a result is flaky; "" if it is not.
func FlakyText(res *reports.Result) string {
	if !res.Flaky {
		return ""
	}
	return "a second run of the check found no violation; the verdict stays"
}

// LimitedText says how long a target asked a run to wait.
func LimitedText(limited *reports.Limited) string {
	return fmt.Sprintf("the target asked to wait %s, %s in total", plural.Of(limited.Times, "time"), limited.Waited.Round(time.Millisecond))
}

// ClauseText names a clause with its evidence.
func ClauseText(clause string, level reports.Level, grade reports.Grade, source string) string {
	text := fmt.Sprintf("%s (%s, %s", clause, level, grade)
	if source != "" {
		text += ", " + source
	}
	return text + ")"
}

// StatusText names an HTTP status, such as "404 Not Found".
func StatusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// OneLine shortens text to one line of at most limit bytes.
func OneLine(text string, limit int) string {
	return Shorten(visible.Escape(strings.Join(strings.Fields(text), " ")), limit)
}

// Shorten shortens text to limit bytes and says how many are left out.
func Shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	head := reports.Body(text).Head(limit)
	return fmt.Sprintf("%s… (%d bytes left out)", head, len(text)-len(head))
}

// evidenceMost limits the evidence of a cause, in bytes.
const evidenceMost = 150
