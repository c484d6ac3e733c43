package sandbox

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

// The results of one SIM in a task, with the messages that the documentation prints for the first
// two. No result is documented for a SIM that exists and is not in the group it is removed from:
// the sandbox answers "31" with a message of its own, because nothing was done for it and "31" is
// the only documented result that says so.
const (
	ResultSuccess = "10"
	ResultNoSIM   = "31"

	messageSuccess = "success"
	messageNoSIM   = "The SIM card does not exist."
	messageNotIn   = "The SIM card does not exist in the group."
	messageFailed  = "The task failed, as the control path wanted it."
)

// Task is one accepted addSims or removeSims.
type Task struct {
	// RequestID is the id that was given out for it.
	RequestID string
	// Partner is who asked for it.
	Partner string
	// Group is the id of the group that it changes.
	Group string
	// Action is ActionAdd or ActionRemove.
	Action string
	// SIMs are the ICCIDs in the order in which they were sent; nil once the task has finished.
	SIMs []string
	// Delay is how long it takes from acceptance to its end; a negative one never ends.
	Delay time.Duration
	// Finished says that Details are final and Effects were applied.
	Finished bool
	// Details are the result of each SIM, set when the task finishes.
	Details []Detail
	// Effects are what its end changes, set and dropped when the task finishes.
	Effects []Effect
	// Tag is for the interceptor that changes the task.
	Tag any

	number   uint64 // of acceptance
	due      time.Time
	weight   int    // what it counts against Bounds.TaskSIMs
	reserved int    // how many SIMs it may add
	of       *group // whose room is reserved
	held     bool   // it ends when the control path releases it
	fails    bool   // the control path wants it to fail
}

// Detail is the result of one SIM in a task.
type Detail struct {
	// SIM is its ICCID.
	SIM string
	// Result is ResultSuccess or ResultNoSIM.
	Result string
	// Message says the same in words.
	Message string
}

// Effect is one change of the group that a task makes at its end.
type Effect struct {
	// SIM is an ICCID.
	SIM string
	// Delta is how many more of it the group counts afterwards.
	Delta int
}

// Result is what asyncResult answers, before it is written.
type Result struct {
	// RequestID is echoed as data.request_id.
	RequestID string
	// ActionCode is ActionAdd or ActionRemove.
	ActionCode string
	// Status is StatusProcessing or StatusCompleted.
	Status string
	// Details are empty until the task has finished.
	Details []Detail
}

// Listing is what listGroupSims answers, before it is written.
type Listing struct {
	// Group is the id of the group.
	Group string
	// SIMs are the ICCIDs in order, each as often as the group counts it.
	SIMs []string
}

// accept takes on a change of one of the caller's groups, to be made after the delay, and returns
// the request_id.
func (st *State) accept(c *Call, action, groupID string, sims []string) (string, *Refusal) {
	defer st.lock()()
	g, refusal := st.findGroup(c, groupID)
	if refusal != nil {
		return "", refusal
	}
	t := &Task{Partner: c.Partner, Group: g.id, Action: action, SIMs: sims, Delay: st.delay, of: g}
	if action == ActionAdd {
		t.reserved = len(sims)
	}
	if g.size+g.reserved+t.reserved > st.bounds.GroupSIMs {
		return "", refuse(Full, "group %s holds %d SIMs, %d more are being added: "+
			"with these %d it would pass the %d that a group of this sandbox can hold",
			g.id, g.size, g.reserved, len(sims), st.bounds.GroupSIMs)
	}
	if !st.tasks.makeRoom(len(sims), st.bounds) {
		return "", refuse(Full, "this sandbox holds %d tasks over %d SIMs at most, "+
			"and those it holds have not finished: wait for their results", st.bounds.Tasks, st.bounds.TaskSIMs)
	}
	t.RequestID = st.hooks.RequestID(st, c, st.ids.next())
	st.decideTask(t)
	st.hooks.Accept(st, c, t)
	g.reserved += t.reserved
	t.due = st.now().Add(t.Delay)
	st.tasks.put(t)
	return t.RequestID, nil
}

// finishDue finishes the tasks whose time has come, in the order of their ends and, where these are
// equal, of their acceptance.
func (st *State) finishDue(now time.Time) {
	for len(st.tasks.pending) > 0 && !st.tasks.pending[0].due.After(now) {
		t := heap.Pop(&st.tasks.pending).(*Task)
		st.finish(t)
		st.tasks.idle = append(st.tasks.idle, t)
	}
}

// decideTask has a new task go as the control path wants the next one to go.
func (st *State) decideTask(t *Task) {
	switch st.next.task {
	case nextHold:
		t.Delay, t.held = -1, true
	case nextFail:
		t.fails = true
	}
	st.next.task = ""
}

// finish settles the details of a task and applies its effects.
func (st *State) finish(t *Task) {
	switch {
	case t.fails:
		settleFailed(t)
	case t.Action == ActionAdd:
		st.settleAdd(t)
	default:
		st.settleRemove(t)
	}
	st.hooks.Finish(st, t)
	t.of.reserved -= t.reserved
	for _, e := range t.Effects {
		st.Change(t.Group, e.SIM, e.Delta)
	}
	t.Finished, t.SIMs, t.Effects = true, nil, nil
}

// settleAdd adds each SIM that exists, as often as it is named.
func (st *State) settleAdd(t *Task) {
	t.Details = make([]Detail, 0, len(t.SIMs))
	for _, sim := range t.SIMs {
		if !st.sims[sim] {
			t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageNoSIM})
			continue
		}
		t.Details = append(t.Details, Detail{sim, ResultSuccess, messageSuccess})
		t.Effects = append(t.Effects, Effect{sim, +1})
	}
}

// settleFailed does nothing for any SIM. No result but "31" is documented for that.
func settleFailed(t *Task) {
	t.Details = make([]Detail, 0, len(t.SIMs))
	for _, sim := range t.SIMs {
		t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageFailed})
	}
}

// settleRemove takes each SIM out once for each time it is named, as long as it is there.
func (st *State) settleRemove(t *Task) {
	t.Details = make([]Detail, 0, len(t.SIMs))
	taken := map[string]int{}
	for _, sim := range t.SIMs {
		switch {
		case !st.sims[sim]:
			t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageNoSIM})
		case st.Count(t.Group, sim) <= taken[sim]:
			t.Details = append(t.Details, Detail{sim, ResultNoSIM, messageNotIn})
		default:
			taken[sim]++
			t.Details = append(t.Details, Detail{sim, ResultSuccess, messageSuccess})
			t.Effects = append(t.Effects, Effect{sim, -1})
		}
	}
}

// result looks up the task that has a request_id and is the caller's. It changes nothing.
func (st *State) result(c *Call, id string) (Result, *Refusal) {
	defer st.lock()()
	l := Lookup{Kind: LookupTask, Key: id}
	if t := st.tasks.byID[id]; t != nil {
		l.Owner, l.Found = t.Partner, t.Partner == c.Partner
	}
	st.hooks.Lookup(st, c, &l)
	t := st.tasks.byID[l.Key]
	if !l.Found || t == nil {
		return Result{}, &Refusal{Reason: NotFound, In: "path", Name: "request_id", Message: fmt.Sprintf(
			"request_id %s: partner %s has no such task; the id is the header %s of the answer to addSims or removeSims",
			shown(id), shown(c.Partner), requestIDHeader)}
	}
	r := Result{RequestID: t.RequestID, ActionCode: t.Action, Status: StatusProcessing}
	if t.Finished {
		r.Status, r.Details = StatusCompleted, t.Details
	}
	r.Details = slices.Clone(r.Details) // a hook changes the answer, not the task
	st.hooks.Result(st, c, &r)
	return r, nil
}
