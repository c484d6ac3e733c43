package faults

import (
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// batchFaults concern the SIM cards of one request and concurrent tasks.
func batchFaults() []Fault {
	return []Fault{
		{"sim-lost", "async/each-sim-once-per-submission",
			"drops the last detail of a batch", onResult(func(r *sandbox.Result) {
				if len(r.Details) > 1 {
					r.Details = r.Details[:len(r.Details)-1]
				}
			})},
		{"sim-twice", "async/each-sim-once-per-submission",
			"repeats the first detail of a batch", onResult(func(r *sandbox.Result) {
				if len(r.Details) > 1 {
					r.Details = append(r.Details, r.Details[0])
				}
			})},
		{"sim-lost-in-large-batch", "async/large-batch",
			"returns at most 500 details",
			onResult(func(r *sandbox.Result) { r.Details = r.Details[:min(len(r.Details), 500)] })},
		{"foreign-sim", "async/no-foreign-sim",
			"returns a detail for a SIM card that was not submitted",
			onResult(completed(func(r *sandbox.Result) {
				r.Details = append(r.Details, sandbox.Detail{SIM: foreignSIM(), Result: sandbox.ResultSuccess, Message: "success"})
			}))},
		{"duplicates-collapsed", "async/duplicate-in-one-batch",
			"returns one detail for a SIM card that is repeated in a batch",
			onResult(func(r *sandbox.Result) {
				r.Details = slices.CompactFunc(r.Details, func(a, b sandbox.Detail) bool { return a.SIM == b.SIM })
			})},
		{"repeated-addition-untold", "async/same-sim-in-two-requests",
			"omits the detail of a SIM card that the group already holds",
			onEffects(sandbox.ActionAdd, func(st *sandbox.State, t *sandbox.Task) {
				t.Details = slices.DeleteFunc(t.Details, func(d sandbox.Detail) bool { return st.Count(t.Group, d.SIM) > 0 })
			})},
		{"single-sim-refused", "async/single-sim",
			"refuses removeSims with a single SIM card",
			demand("too few SIM cards", func(c *sandbox.Call) bool {
				sims, _ := simsOf(c)
				return c.Operation != "removeSims" || len(sims) != 1
			})},
		{"empty-batch-accepted", "async/empty-batch-refused",
			"accepts an empty sim_ids", permit("sim_ids", func(c *sandbox.Call) bool {
				sims, isList := simsOf(c)
				return isList && sims != nil && len(sims) == 0
			})},
		{"malformed-sim-accepted", "async/malformed-sim-refused",
			"accepts any text as an ICCID in sim_ids", permit("sim_ids", hasSIMs)},
		{"refused-batch-partly-done", "groups/refused-request-changes-nothing",
			"refuses a batch with a malformed ICCID but executes the rest", partlyDone},
		{"results-mixed", "async/no-mixing",
			"reports a SIM card of a running task in the result of a concurrent one",
			resultsMixed},
		{"action-codes-mixed", "async/no-mixing",
			"reports the action_code of a concurrent task", codesMixed},
	}
}

// foreignSIM returns an existing SIM card outside a run's settings.
func foreignSIM() string {
	sims := fixtures().SIMs
	return sims[len(sims)-1]
}

// hasSIMs reports whether sim_ids is a non-empty list of strings.
func hasSIMs(c *sandbox.Call) bool {
	sims, isList := simsOf(c)
	return isList && len(sims) > 0
}

func partlyDone() sandbox.Interceptor {
	return sandbox.Interceptor{
		Constraint: func(c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
			if r != nil && r.Name == "sim_ids" && hasSIMs(c) {
				c.Note(delayedRefusal{}, r)
				return nil
			}
			return r
		},
		Answer: refuseAtEnd,
	}
}

// overlap is the extra duration of tasks whose faults need concurrency: long enough for other
// requests to be accepted meanwhile.
const overlap = 20 * time.Millisecond

// overlapping calls both for each task that is accepted while the previous one runs.
func overlapping(both func(before, t *sandbox.Task)) func(*sandbox.State, *sandbox.Call, *sandbox.Task) {
	var before *sandbox.Task
	return func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) {
		t.Delay += overlap
		if before != nil && !before.Finished {
			both(before, t)
		}
		before = t
	}
}

func resultsMixed() sandbox.Interceptor {
	foreign := map[string]string{} // by the request_id of the task that reports it
	return sandbox.Interceptor{
		Accept: overlapping(func(before, t *sandbox.Task) {
			if len(before.SIMs) > 0 {
				foreign[t.RequestID] = before.SIMs[0]
			}
		}),
		Result: func(_ *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
			if sim := foreign[r.RequestID]; sim != "" && len(r.Details) > 0 {
				r.Details[len(r.Details)-1].SIM = sim
			}
		},
	}
}

func codesMixed() sandbox.Interceptor {
	codes := map[string]string{} // by the request_id of the task that reports it
	return sandbox.Interceptor{
		Accept: overlapping(func(before, t *sandbox.Task) { codes[before.RequestID] = t.Action }),
		Result: func(_ *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
			if code := codes[r.RequestID]; code != "" {
				r.ActionCode = code
			}
		},
	}
}
