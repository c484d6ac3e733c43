package html

import (
	"cmp"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// taskChart is the timeline of the asynchronous tasks.
type taskChart struct {
	Total int
	Shown []taskView
	// Median and Longest are the times from submission until the final status was first seen.
	Median, Longest string
	// Scale is the time at the right end.
	Scale  string
	Legend []string // statuses in the order of their colours
	Height int      // of the drawing
}

// taskView is one line of the timeline; positions are in a drawing of 1000 units.
type taskView struct {
	*Task
	Finished string
	Y        int
	Bars     []barView
}

// barView is a span of time in which one status was seen.
type barView struct {
	X, Width float64
	Status   string
	Color    int // index into the palette
	At       string
}

const (
	shownTasks   = 30 // lines of the timeline
	taskLine     = 22 // height of a line
	taskPalette  = 5  // colours of statuses
	timelineWide = 1000
)

// tasksView draws the tasks that took longest.
func tasksView(tasks []Task) taskChart {
	view := taskChart{Total: len(tasks)}
	if len(tasks) == 0 {
		return view
	}
	took := make([]time.Duration, len(tasks))
	for i := range tasks {
		took[i] = finishedAfter(&tasks[i])
	}
	slices.Sort(took)
	view.Median, view.Longest = digest.Took(took[(len(took)-1)/2]), digest.Took(took[len(took)-1])
	sorted := slices.Clone(tasks)
	slices.SortStableFunc(sorted, func(a, b Task) int { return cmp.Compare(finishedAfter(&b), finishedAfter(&a)) })
	sorted = sorted[:min(len(sorted), shownTasks)]
	var scale time.Duration
	for i := range sorted {
		scale = max(scale, sorted[i].Last().After)
	}
	scale = max(scale, time.Microsecond)
	view.Scale = digest.Took(scale)
	for i := range sorted {
		view.Shown = append(view.Shown, taskView{
			Task: &sorted[i], Finished: digest.Took(finishedAfter(&sorted[i])), Y: i * taskLine,
			Bars: view.bars(&sorted[i], scale),
		})
	}
	view.Height = len(sorted) * taskLine
	return view
}

// bars turns the queries of a task into spans: between two queries, only the status of the earlier one
// is known.
func (v *taskChart) bars(task *Task, scale time.Duration) []barView {
	at := func(d time.Duration) float64 { return float64(d*timelineWide/scale*10) / 10 }
	bars := []barView{{Width: at(task.Looks[0].After), Status: "submitted", Color: 0, At: "0"}}
	for i, look := range task.Looks {
		bar := barView{X: at(look.After), Width: 6, Status: cmp.Or(look.Status, "none"), At: digest.Took(look.After)}
		if i+1 < len(task.Looks) {
			bar.Width = max(at(task.Looks[i+1].After)-bar.X, bar.Width)
		}
		bar.X = min(bar.X, timelineWide-bar.Width)
		bar.Color = v.color(bar.Status)
		bars = append(bars, bar)
	}
	return bars
}

// color gives each status its own colour while there are unused ones.
func (v *taskChart) color(status string) int {
	at := slices.Index(v.Legend, status)
	if at < 0 {
		at = len(v.Legend)
		v.Legend = append(v.Legend, status)
	}
	return min(at+1, taskPalette)
}

// finishedAfter returns the time from submission until a task first showed its final status.
func finishedAfter(task *Task) time.Duration {
	last := len(task.Looks) - 1
	for last > 0 && task.Looks[last-1].Status == task.Looks[last].Status {
		last--
	}
	return task.Looks[last].After
}

// latencyRow is one operation's latency, with its positions on a scale in percent.
type latencyRow struct {
	reports.Latency
	MedianAt, P95At float64
	MaxAt           float64
}

func latencyView(latencies []reports.Latency) []latencyRow {
	var scale time.Duration
	for _, latency := range latencies {
		scale = max(scale, latency.P95)
	}
	// The slowest answer of all may be far off: the scale ends at twice the
	// largest p95, so that the rest stays readable.
	scale = max(2*scale, time.Microsecond)
	at := func(d time.Duration) float64 { return min(float64(d*1000/scale)/10, 100) }
	list := make([]latencyRow, 0, len(latencies))
	for _, latency := range latencies {
		list = append(list, latencyRow{latency, at(latency.Median), at(latency.P95), at(latency.Max)})
	}
	return list
}

// codeTable has the codes of one operation.
type codeTable struct {
	Operation string
	Success   int // answers with HTTP 200 and "S"
	Codes     []codeView
}

// codeView is one kind of answer.
type codeView struct {
	ErrorCode
	More int // further checks
}

// codeChecks is the number of checks named for one code.
const codeChecks = 6

func codesView(run *reports.Run) []codeTable {
	success := map[string]int{}
	for _, code := range run.Codes {
		if code.OperateCode == reports.CodeSuccess && code.Status == 200 {
			success[code.Operation] += code.Times
		}
	}
	var list []codeTable
	for _, code := range ErrorCodes(run) {
		if len(list) == 0 || list[len(list)-1].Operation != code.Operation {
			list = append(list, codeTable{Operation: code.Operation, Success: success[code.Operation]})
		}
		entry := codeView{ErrorCode: code, More: max(len(code.Checks)-codeChecks, 0)}
		entry.Checks = entry.Checks[:len(entry.Checks)-entry.More]
		last := &list[len(list)-1]
		last.Codes = append(last.Codes, entry)
	}
	return list
}
