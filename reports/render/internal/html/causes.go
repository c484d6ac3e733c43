package html

import (
	"strings"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

const (
	firstCauses = 3 // causes shown expanded
	causeChecks = 8 // checks named per cause
)

// causeView is a cause as the page shows it.
type causeView struct {
	digest.Explained
	marked
}

// habitView is a habit as the page shows it.
type habitView struct {
	reports.Habit
	marked
}

// marked is the difference between expected and actual, and the checks that show it.
type marked struct {
	Left, Right []digest.Span
	Shown       []string // checks that are named
	More        int      // further checks
}

func markedOf(expected, actual string, checks []string) (m marked) {
	m.Left, m.Right = digest.Difference(bounded(expected), bounded(actual))
	m.Shown, m.More = digest.FirstOf(checks, causeChecks)
	return m
}

// FirstCritical are the critical findings that are shown expanded.
func (p *page) FirstCritical() []causeView { return p.Critical[:min(len(p.Critical), firstCauses)] }

// OtherCritical are the critical findings that are shown collapsed.
func (p *page) OtherCritical() []causeView { return p.Critical[min(len(p.Critical), firstCauses):] }

// FirstCauses are the causes that are shown expanded.
func (p *page) FirstCauses() []causeView { return p.Causes[:min(len(p.Causes), firstCauses)] }

// OtherCauses are the rest.
func (p *page) OtherCauses() []causeView { return p.Causes[min(len(p.Causes), firstCauses):] }

// causesView returns causes with the difference between expected and actual marked.
func causesView(causes []digest.Explained) []causeView {
	var list []causeView
	for _, c := range causes {
		list = append(list, causeView{c, markedOf(c.Expected, c.Actual, c.Checks)})
	}
	return list
}

func habitsView(habits []reports.Habit) []habitView {
	var list []habitView
	for _, habit := range habits {
		list = append(list, habitView{habit, markedOf(habit.Expected, habit.Actual, habit.Checks)})
	}
	return list
}

// bounded makes a text safe and short enough for the page.
func bounded(text string) string { return digest.Shorten(visible.Escape(text), mostText) }

// pageURL returns the address of a page of the provider; empty if only its id is known.
func pageURL(source string) string {
	if strings.HasPrefix(source, "https://") && !strings.ContainsAny(source, " \t\n") {
		return source
	}
	return ""
}
