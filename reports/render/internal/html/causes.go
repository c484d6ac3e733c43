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

// causeView is a cause with the difference between expected and actual marked.
type causeView struct {
	digest.Explained
	Left, Right []digest.Span
	Shown       []string // checks that are named
	More        int      // further checks
}

// habitView is a habit with the difference between expected and actual marked.
type habitView struct {
	reports.Habit
	Left, Right []digest.Span
	Shown       []string
	More        int
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
		view := causeView{Explained: c}
		view.Left, view.Right = digest.Difference(bounded(c.Expected), bounded(c.Actual))
		view.Shown, view.More = digest.FirstOf(c.Checks, causeChecks)
		list = append(list, view)
	}
	return list
}

func habitsView(habits []reports.Habit) []habitView {
	var list []habitView
	for _, habit := range habits {
		view := habitView{Habit: habit}
		view.Left, view.Right = digest.Difference(bounded(habit.Expected), bounded(habit.Actual))
		view.Shown, view.More = digest.FirstOf(habit.Checks, causeChecks)
		list = append(list, view)
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
