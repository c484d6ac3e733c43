package client

import (
	"fmt"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client/observe"
)

// task is an accepted addSims or removeSims.
type task struct {
	id, operation string
	number        int
	order         int // of acceptance
	read          bool
	ended         bool
	status        string
	last          time.Time // the end of the last query
}

func taskFlow(id string) string { return "task " + id }

// change remembers the task that an addSims or removeSims started.
func (f *flow) change(e *event) {
	id := e.observed.Operation
	this := content(e)
	if before, lost := f.additions[this]; lost {
		e.add(NoSecondAdding, id, "body sim_ids", id+" is sent again after its answer was lost, so it counts twice if the first was executed",
			"listGroupSims first, or one attempt", fmt.Sprintf("the same request again, %d requests later", e.number-before))
	}
	delete(f.additions, this)
	if e.answer.lost && len(f.additions) < mostKept {
		f.additions[this] = e.number
	}
	if !e.answer.accepted() {
		return
	}
	requestID := e.answer.get(f.options.RequestIDHeader)
	if requestID == "" || len(f.tasks) == mostKept {
		return // a fault of the server, or too many tasks to follow
	}
	e.flow = taskFlow(requestID)
	f.tasks[requestID] = &task{id: requestID, operation: id, number: e.number, order: len(f.tasks)}
}

// result judges a query of the result of a task.
func (f *flow) result(e *event) {
	id := e.value("request_id")
	t := f.tasks[id]
	if t == nil {
		if len(f.tasks) < mostKept {
			e.add(KnownTask, "unknown", "path request_id", "asyncResult asks for a request_id that no response contained",
				"the value of the response header "+f.options.RequestIDHeader, id)
		}
		return
	}
	e.flow = taskFlow(id)
	if t.ended {
		e.add(PollStop, t.operation, "path request_id", "the result of a task is queried again after its end", "no query after status \""+t.status+"\"", "another asyncResult")
	} else if pause := e.at.Sub(t.last); !t.last.IsZero() && pause < f.pause() {
		e.add(PollPause, "pause", "path request_id", "the result of a task is queried again too soon",
			"a pause of "+f.options.MinPoll.String()+" between two queries (--min-poll)", rounded(pause))
	}
	t.last = e.ended
	if !e.answer.accepted() {
		return
	}
	t.read, t.status = true, e.answer.value("status")
	if !t.ended && slices.Contains(f.options.TerminalStatuses, t.status) {
		t.ended = true
		f.completed[map[string]string{"addSims": FlowAdd, "removeSims": FlowRemove}[t.operation]]++
	}
}

// openTasks reports results that were never read, or not until the end.
func (f *flow) openTasks() []Mistake {
	tasks := make([]*task, 0, len(f.tasks))
	for _, t := range f.tasks {
		tasks = append(tasks, t)
	}
	slices.SortFunc(tasks, func(a, b *task) int { return a.order - b.order })
	var open []Mistake
	for _, t := range tasks {
		m := Mistake{Numbers: []int{t.number}}
		switch {
		case t.ended:
			continue
		case !t.read:
			m.Mistake = observe.Mistake{Check: ResultRead, Summary: "the result of " + t.operation + " was never read",
				Expected: "asyncResult with request_id " + t.id, Actual: "none"}
		default:
			m.Mistake = observe.Mistake{Check: ResultEnd, Summary: "the result of " + t.operation + " was not read until the task ended",
				Expected: "asyncResult until the task has ended", Actual: "last seen: status \"" + t.status + "\""}
		}
		m.Key, m.Part = m.Check+" "+t.operation, "flow"
		open = append(open, m)
	}
	return merged(open)
}

// merged returns each mistake once.
func merged(all []Mistake) []Mistake {
	var once []Mistake
	for _, m := range all {
		at := slices.IndexFunc(once, func(known Mistake) bool { return known.Key == m.Key })
		if at < 0 {
			once = append(once, m)
			continue
		}
		once[at].Numbers = append(once[at].Numbers, m.Numbers...)
	}
	return once
}
