package client

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// grace is how long asyncResult may refuse a new task. That it is known at once is
// assumed.
const grace = 10 * time.Second

// Task is work that the mall does after it has answered. Store its RequestID: nothing
// else leads back to the result. A Task is safe for concurrent use.
type Task struct {
	client    *Client
	requestID string
	action    string    // empty if resumed
	sims      []string  // the SIM cards of the request, empty if resumed
	begun     time.Time // zero if resumed
}

// Task resumes a task by its stored RequestID. It sends nothing.
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
	// SIMs are the outcomes so far. In the end there is one for each SIM card of the request.
	SIMs []SIMResult
}

// SIMResult is the outcome for one SIM card.
type SIMResult struct {
	// SIM is the ICCID of the card.
	SIM string
	// Result is ResultSuccess, ResultUnknownSIM or another code, and Message explains it.
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

// ask returns the state of the task, and the answer that contains it.
func (t *Task) ask(ctx context.Context) (*TaskResult, *answer, error) {
	if t.requestID == "" {
		return nil, nil, errors.New("looking up a task: its RequestID is empty")
	}
	data, got, err := call[mall.AsyncResult](ctx, t.client, asyncResult, func(ctx context.Context) (*http.Response, error) {
		return t.client.topup.AsyncResult(ctx, t.requestID, &mall.AsyncResultParams{})
	})
	if err != nil {
		return nil, got, err
	}
	if data.RequestID != t.requestID || data.Status == "" || t.action != "" && data.ActionCode != t.action {
		return nil, got, got.malformed(asyncResult, "it is not the result of this task")
	}
	result := &TaskResult{RequestID: data.RequestID, Action: data.ActionCode, Status: data.Status}
	for _, detail := range data.Details {
		result.SIMs = append(result.SIMs, SIMResult{detail.SIMID, detail.Result, detail.Message})
	}
	return result, got, nil
}

// maxFailures is how many polls in a row may fail without an answer before Wait
// gives up. Each poll is itself repeated, as every operation that reads.
const maxFailures = 5

// Wait polls the task until it has ended. The pauses grow to five seconds, or are those
// that Retry-After asks for. Give ctx a deadline: if it ends first, the error is an
// *Unfinished. If the task failed for SIM cards, the error is a *FailedSIMs, and if the
// result lacks a SIM card of the request or names another one, it is a *Malformed; both
// times the result is returned as well. A resumed task does not know the request.
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

// incomplete says which SIM card a final result lacks, or has without a request; it returns "" if the result
// fits. It does not compare how often a repeated card is named, which is assumed.
func (t *Task) incomplete(result *TaskResult) string {
	if len(t.sims) == 0 {
		return ""
	}
	for _, sim := range t.sims {
		if !slices.ContainsFunc(result.SIMs, func(one SIMResult) bool { return one.SIM == sim }) {
			return "it lacks SIM card " + sim
		}
	}
	for _, one := range result.SIMs {
		if !slices.Contains(t.sims, one.SIM) {
			return "it names SIM card " + one.SIM + ", which was not in the request"
		}
	}
	return ""
}

// mayCome reports whether the mall may know the task a moment later: it is new, and the mall refused the poll.
func (t *Task) mayCome(err error) bool {
	refused := new(Refused)
	return errors.As(err, &refused) && !t.begun.IsZero() && time.Since(t.begun) < grace
}
