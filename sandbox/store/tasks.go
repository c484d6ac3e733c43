package store

import (
	"container/heap"
	"fmt"
	"slices"
	"time"
)

// The action codes of asynchronous tasks (documented).
const (
	ActionAdd    = "70"
	ActionRemove = "71"
)

// The states of a task: only StatusCompleted is documented, and is terminal.
const (
	StatusProcessing = "processing"
	StatusCompleted  = "completed"
)

// The results of one SIM card in a task, with the documented messages of the first two. No result is
// documented for a SIM card that exists but is not in the group it is removed from. The sandbox returns
// "31" with its own message: nothing was done, and "31" is the only documented result that says so.
const (
	ResultSuccess = "10"
	ResultNoSIM   = "31"

	MessageSuccess = "success"
	messageNoSIM   = "The SIM card does not exist."
	messageNotIn   = "The SIM card does not exist in the group."
	messageFailed  = "The task failed, as set through the control path."
)

// Task is one accepted addSims or removeSims.
type Task struct {
	// RequestID is its id.
	RequestID string
	// Partner is the partner that requested it.
	Partner string
	// Group is the id of the group.
	Group string
	// Action is ActionAdd or ActionRemove.
	Action string
	// SIMs are the ICCIDs in the order sent; nil once the task has finished.
	SIMs []string
	// Delay is the time from acceptance to the end of the task; a negative one never ends.
	Delay time.Duration
	// Finished is set once Details are final and Effects are applied.
	Finished bool
	// Details are the results of the SIM cards, set when the task finishes.
	Details []Detail
	// Effects are the changes of the group, set and dropped when the task finishes.
	Effects []Effect

	number   uint64 // of acceptance
	due      time.Time
	weight   int    // counts against Bounds.TaskSIMs
	reserved int    // how many SIM cards it may add
	of       *Group // the group in which they are reserved
	held     bool   // ends when the control path releases it
	fails    bool   // set to fail by the control path
}

// Detail is the result of one SIM card in a task.
type Detail struct {
	// SIM is its ICCID.
	SIM string
	// Result is ResultSuccess or ResultNoSIM.
	Result string
	// Message explains Result.
	Message string
}

// Effect is one change of the group at the end of a task.
type Effect struct {
	// SIM is an ICCID.
	SIM string
	// Delta is the change of its count in the group.
	Delta int
}

// Result is the response of asyncResult before it is written.
type Result struct {
	// RequestID becomes data.request_id.
	RequestID string
	// ActionCode is ActionAdd or ActionRemove.
	ActionCode string
	// Status is StatusProcessing or StatusCompleted.
	Status string
	// Details are empty until the task has finished.
	Details []Detail
}

// Listing is the response of listGroupSims before it is written.
type Listing struct {
	// Group is the id of the group.
	Group string
	// SIMs are the sorted ICCIDs, each repeated as often as the group counts it.
	SIMs []string
}

// Accept creates a task that changes one of the caller's groups after the delay, and returns its
// request_id.
func (st *State) Accept(c *Call, action, groupID string, sims []string) (string, *Refusal) {
	defer st.Lock()()
	g, refusal := st.findGroup(c, groupID)
	if refusal != nil {
		return "", refusal
	}
	t := &Task{Partner: c.Partner, Group: g.ID, Action: action, SIMs: sims, Delay: st.delay, of: g}
	if action == ActionAdd {
		t.reserved = len(sims)
	}
	if g.size+g.reserved+t.reserved > st.Bounds.GroupSIMs {
		return "", Refuse(Full, "group %s has %d SIM cards and %d more are being added: "+
			"another %d would exceed the limit of %d in this sandbox",
			g.ID, g.size, g.reserved, len(sims), st.Bounds.GroupSIMs)
	}
	if !st.Tasks.makeRoom(len(sims), st.Bounds) {
		return "", Refuse(Full, "this sandbox keeps at most %d tasks over %d SIM cards, "+
			"and all current tasks are unfinished: wait for their results", st.Bounds.Tasks, st.Bounds.TaskSIMs)
	}
	t.RequestID = st.hooks.RequestID(st, c, st.ids.next())
	st.decideTask(t)
	st.hooks.Accept(st, c, t)
	g.reserved += t.reserved
	t.due = st.Now().Add(t.Delay)
	st.Tasks.put(t)
	return t.RequestID, nil
}

// finishDue finishes the tasks that are due, in the order of their ends and, if equal, of their acceptance.
func (st *State) finishDue(now time.Time) {
	for len(st.Tasks.Pending) > 0 && !st.Tasks.Pending[0].due.After(now) {
		t := heap.Pop(&st.Tasks.Pending).(*Task)
		st.finish(t)
		st.Tasks.idle = append(st.Tasks.idle, t)
	}
}

// decideTask applies the outcome that the control path has set for the next task.
func (st *State) decideTask(t *Task) {
	switch st.Next.Task {
	case NextHold:
		t.Delay, t.held = -1, true
	case NextFail:
		t.fails = true
	}
	st.Next.Task = ""
}

// finish sets the details of a task and applies its effects.
func (st *State) finish(t *Task) {
	switch {
	case t.fails:
		finishFailed(t)
	case t.Action == ActionAdd:
		st.finishAdd(t)
	default:
		st.finishRemove(t)
	}
	st.hooks.Finish(st, t)
	t.of.reserved -= t.reserved
	for _, e := range t.Effects {
		st.Change(t.Group, e.SIM, e.Delta)
	}
	t.Finished, t.SIMs, t.Effects = true, nil, nil
}

// finishAdd adds each existing SIM card as often as it is named.
func (st *State) finishAdd(t *Task) {
	t.Details = make([]Detail, 0, len(t.SIMs))
	for _, sim := range t.SIMs {
		if !st.Sims[sim] {
			t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageNoSIM})
			continue
		}
		t.Details = append(t.Details, Detail{sim, ResultSuccess, MessageSuccess})
		t.Effects = append(t.Effects, Effect{sim, +1})
	}
}

// finishFailed changes nothing. "31" is the only documented result for that.
func finishFailed(t *Task) {
	t.Details = make([]Detail, 0, len(t.SIMs))
	for _, sim := range t.SIMs {
		t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageFailed})
	}
}

// finishRemove removes each SIM card once for each time it is named, while the group has it.
func (st *State) finishRemove(t *Task) {
	t.Details = make([]Detail, 0, len(t.SIMs))
	taken := map[string]int{}
	for _, sim := range t.SIMs {
		switch {
		case !st.Sims[sim]:
			t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageNoSIM})
		case st.Count(t.Group, sim) <= taken[sim]:
			t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageNotIn})
		default:
			taken[sim]++
			t.Details = append(t.Details, Detail{sim, ResultSuccess, MessageSuccess})
			t.Effects = append(t.Effects, Effect{sim, -1})
		}
	}
}

// Result returns the caller's task with a request_id. It changes nothing.
func (st *State) Result(c *Call, id string) (Result, *Refusal) {
	defer st.Lock()()
	l := Lookup{Kind: LookupTask, Key: id}
	if t := st.Tasks.byID[id]; t != nil {
		l.Owner, l.Found = t.Partner, t.Partner == c.Partner
	}
	st.hooks.Lookup(st, c, &l)
	t := st.Tasks.byID[l.Key]
	if !l.Found || t == nil {
		return Result{}, &Refusal{Reason: NotFound, In: "path", Name: "request_id", Clause: "request-id/unknown-refused", Message: fmt.Sprintf(
			"request_id %s: partner %s has no such task; the id is in the header %s of the response to addSims or removeSims",
			Shown(id), Shown(c.Partner), RequestIDHeader)}
	}
	r := Result{RequestID: t.RequestID, ActionCode: t.Action, Status: StatusProcessing}
	if t.Finished {
		r.Status, r.Details = StatusCompleted, t.Details
	}
	r.Details = slices.Clone(r.Details) // a hook changes the answer, not the task
	st.hooks.Result(st, c, &r)
	return r, nil
}
