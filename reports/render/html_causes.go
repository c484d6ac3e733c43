package render

import (
	"strings"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
)

const (
	htmlFirstCauses = 3 // causes that stand open
	htmlCauseChecks = 8 // checks named for one
)

// htmlCause is a cause with the difference between expected and actual marked.
type htmlCause struct {
	cause
	Left, Right []span
	Shown       []string // of its checks
	More        int      // checks beyond those
}

// htmlHabit is a habit with the difference between expected and actual marked.
type htmlHabit struct {
	reports.Habit
	Left, Right []span
	Shown       []string
	More        int
}

// FirstCauses are those that stand open.
func (p *htmlPage) FirstCauses() []htmlCause { return p.Causes[:min(len(p.Causes), htmlFirstCauses)] }

// OtherCauses are the rest.
func (p *htmlPage) OtherCauses() []htmlCause { return p.Causes[min(len(p.Causes), htmlFirstCauses):] }

// causesView returns the causes of failures, then of what came to no outcome.
func causesView(run *reports.Run) []htmlCause {
	failing, untested := causesOf(run)
	var list []htmlCause
	for _, c := range append(failing, untested...) {
		view := htmlCause{cause: c}
		view.Left, view.Right = difference(bounded(c.Expected), bounded(c.Actual))
		view.Shown, view.More = firstOf(c.Checks, htmlCauseChecks)
		list = append(list, view)
	}
	return list
}

func habitsView(habits []reports.Habit) []htmlHabit {
	var list []htmlHabit
	for _, habit := range habits {
		view := htmlHabit{Habit: habit}
		view.Left, view.Right = difference(bounded(habit.Expected), bounded(habit.Actual))
		view.Shown, view.More = firstOf(habit.Checks, htmlCauseChecks)
		list = append(list, view)
	}
	return list
}

// bounded makes a text fit for the page.
func bounded(text string) string { return shorten(visible.Text(text), htmlText) }

// firstOf returns the first items and how many there are beyond them.
func firstOf(list []string, most int) (first []string, more int) {
	return list[:min(len(list), most)], max(len(list)-most, 0)
}

// pageURL returns the address of a page of the provider, empty when its source is
// known by an id alone.
func pageURL(source string) string {
	if strings.HasPrefix(source, "https://") && !strings.ContainsAny(source, " \t\n") {
		return source
	}
	return ""
}
