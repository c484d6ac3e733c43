package digest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
)

// Allowed lists the permissions of a run; empty if it had none.
func Allowed(run *reports.Run, between string) string {
	var names []string
	for _, does := range run.Target.Allow {
		names = append(names, string(does))
	}
	return strings.Join(names, between)
}

// Strictness says what fails a run: the weakest grade of a violation, and what --fail-on names.
func Strictness(policy reports.Policy) string {
	text := string(policy.Strict)
	for _, on := range []struct {
		fails bool
		name  string
	}{{policy.FailOnCritical, "critical"}, {policy.FailOnFinding, "finding"}, {policy.FailOnHabit, "habit"}} {
		if on.fails {
			text += ", fail on " + on.name
		}
	}
	return text
}

// CostText describes the cost of a run in one line.
func CostText(cost *reports.Cost) string {
	parts := []string{plural.Of(cost.Calls, "call"), plural.Of(cost.Orders, "order")}
	if cost.Amount != "" {
		parts[1] += " for " + strings.TrimSpace(cost.Amount+" "+cost.Currency)
	}
	return strings.Join(append(parts, plural.Of(cost.Payments, "payment"),
		Size(cost.Sent)+" sent", Size(cost.Received)+" received",
		Took(cost.Working)+" in calls", Took(cost.Waiting)+" waiting"), ", ")
}

// Size formats a number of bytes for people.
func Size(bytes int64) string {
	switch {
	case bytes >= 1_000_000:
		return strconv.FormatFloat(float64(bytes)/1_000_000, 'f', 1, 64) + " MB"
	case bytes >= 1000:
		return fmt.Sprintf("%d kB", (bytes+500)/1000)
	}
	return plural.Of(int(bytes), "byte")
}
