package client

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// grace is how long a new task may be unknown to asyncResult: that it can be
// asked for at once is assumed.
const grace = 10 * time.Second

// Task is work that the mall does after it has answered. Store its RequestID: it
// is the only way back to the result. A Task is safe for concurrent use.
type Task struct {
	client    *Client
	requestID string
	action    string    // empty if resumed
	sims      []string  // those of the request, empty if resumed
	begun     time.Time // zero if resumed
}

// Task resumes a task by the RequestID that was stored. Nothing is sent.
func (c *Client) Task(requestID string) *Task {
	return &Task{client: c, requestID: requestID}
}

// RequestID names the task.
func (t *Task) RequestID() string { return t.requestID }

// TaskResult is the state of a task.
type TaskResult struct {
	// RequestID names the task.
	RequestID string
	// Action is ActionAddSIMs or ActionRemoveSIMs.
	Action string
	// Status is StatusCompleted at the end; no other status is documented.
	Status string
	// SIMs are the outcomes so far, one for each SIM card of the request at the end.
	SIMs []SIMResult
}

// SIMResult is what became of one SIM card.
type SIMResult struct {
	// SIM is the ICCID of the card.
	SIM string
	// Result is ResultSuccess, ResultUnknownSIM or another code, and Message says it in words.
	Result, Message string
}

// Failed returns the SIM cards whose result is not ResultSuccess.
func (r *TaskResult) Failed() []SIMResult {
	var failed []SIMResult
	for _, sim := range r.SIMs {
		if sim.Result != ResultSuccess {
			failed = append(failed, sim)
		}
	}
	return failed
}

// Result asks once for the state of the task. It triggers no work (documented).
func (t *Task) Result(ctx context.Context) (*TaskResult, error) {
	result, _, err := t.ask(ctx)
	return result, err
}

// ask returns the state of the task, and the answer it stands in.
func (t *Task) ask(ctx context.Context) (*TaskResult, *answer, error) {
	if t.requestID == "" {
		return nil, nil, errors.New("asking for a task: its RequestID is empty")
	}
	data, got, err := call[mall.AsyncResult](ctx, t.client, asyncResult, func(ctx context.Context) (*http.Response, error) {
		return t.client.topup.AsyncResult(ctx, t.requestID, &mall.AsyncResultParams{})
	})
	if err != nil {
		return nil, got, err
	}
	if data.RequestID != t.requestID || data.Status == "" || t.action != "" && data.ActionCode != t.action {
		return nil, got, got.malformed(asyncResult, "it is not a result of this task")
	}
	result := &TaskResult{RequestID: data.RequestID, Action: data.ActionCode, Status: data.Status}
	for _, detail := range data.Details {
		result.SIMs = append(result.SIMs, SIMResult{detail.SIMID, detail.Result, detail.Message})
	}
	return result, got, nil
}

// maxFailures is how many questions in a row may fail for want of an answer
// before Wait gives up; each is repeated as all reading is.
const maxFailures = 5

// Wait asks for the task until it has ended, after pauses that grow to five
// seconds, or those that Retry-After asks for. Give ctx a deadline: when it ends
// first the error is an *Unfinished. When the task failed for SIM cards the error is a *FailedSIMs,
// and the result is returned as well; so it is with a *Malformed when the result leaves out a SIM card of the
// request or names another one. A resumed task does not know which were in the request.
func (t *Task) Wait(ctx context.Context) (*TaskResult, error) {
	status, failures := "", 0
	unfinished := func(err error) error { return &Unfinished{RequestID: t.requestID, Status: status, Err: err} }
	for attempt := 1; ; attempt++ {
		result, got, err := t.ask(ctx)
		switch {
		case err == nil && slices.Contains(t.client.config.TerminalStatuses, result.Status):
			if reason := t.incomplete(result); reason != "" {
				return result, got.malformed(asyncResult, reason)
			}
			if failed := result.Failed(); len(failed) > 0 {
				return result, &FailedSIMs{RequestID: t.requestID, SIMs: failed}
			}
			return result, nil
		case err == nil:
			status, failures = result.Status, 0
		case ctx.Err() != nil:
			return nil, unfinished(ctx.Err())
		case worthRetrying(ctx, err):
			if failures++; failures == maxFailures {
				return nil, unfinished(err)
			}
		case !t.mayCome(err):
			return nil, err
		}
		if !sleep(ctx, retryPause(attempt, got)) {
			return nil, unfinished(ctx.Err())
		}
	}
}

// incomplete says which SIM card a final result lacks or has too many; "" if it fits the request. How often
// it names a card that was submitted several times is assumed, and not compared.
func (t *Task) incomplete(result *TaskResult) string {
	if len(t.sims) == 0 {
		return ""
	}
	for _, sim := range t.sims {
		if !slices.ContainsFunc(result.SIMs, func(one SIMResult) bool { return one.SIM == sim }) {
			return "it says nothing of SIM card " + sim
		}
	}
	for _, one := range result.SIMs {
		if !slices.Contains(t.sims, one.SIM) {
			return "it is about SIM card " + one.SIM + ", which was not in the request"
		}
	}
	return ""
}

// mayCome reports whether the task may be known a moment later: it is new, and the mall refuses it.
func (t *Task) mayCome(err error) bool {
	refused := new(Refused)
	return errors.As(err, &refused) && !t.begun.IsZero() && time.Since(t.begun) < grace
}
