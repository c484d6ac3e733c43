package faults

import (
	"slices"

	"github.com/mallcheck/mallcheck/sandbox"
)

// asyncFaults concern the results of tasks and their end.
func asyncFaults() []Fault {
	return []Fault{
		{"action-code-of-add", "async/action-code-add",
			"reports action_code 71 for additions as well",
			onResult(func(r *sandbox.Result) { r.ActionCode = sandbox.ActionRemove })},
		{"action-code-of-remove", "async/action-code-remove",
			"reports action_code 70 for removals as well",
			onResult(func(r *sandbox.Result) { r.ActionCode = sandbox.ActionAdd })},
		{"action-code-as-number", "async/action-code-string",
			"writes the action_code of a removal as a number",
			onData(func(_ *sandbox.Call, result map[string]any) map[string]any {
				if result["action_code"] == sandbox.ActionRemove {
					result["action_code"] = number(sandbox.ActionRemove)
				}
				return result
			}, "asyncResult")},
		{"detail-without-message", "async/result-shape",
			"leaves message out of the details of successful SIM cards",
			onData(func(_ *sandbox.Call, result map[string]any) map[string]any {
				for _, detail := range elementsOf(result, "details") {
					if detail["result"] == sandbox.ResultSuccess {
						delete(detail, "message")
					}
				}
				return result
			}, "asyncResult")},
		{"known-sim-fails", "async/success-is-10",
			`reports result "0" for successful SIM cards`, onDetails(func(d *sandbox.Detail) {
				if d.Result == sandbox.ResultSuccess {
					d.Result = "0"
				}
			})},
		{"unknown-sim-succeeds", "async/unknown-sim-is-31",
			"reports success for unknown SIM cards", onDetails(func(d *sandbox.Detail) {
				d.Result, d.Message = sandbox.ResultSuccess, "success"
			})},
		{"unknown-sim-refused-at-once", "async/unknown-sim-passes-validation",
			"refuses removeSims when a SIM card does not exist", unknownRefused},
		{"one-unknown-fails-all", "async/mixed-batch",
			"fails a whole batch when one SIM card does not exist",
			onFinish(func(_ *sandbox.State, t *sandbox.Task) {
				if !slices.ContainsFunc(t.Details, func(d sandbox.Detail) bool { return d.Result == sandbox.ResultNoSIM }) {
					return
				}
				t.Effects = nil
				for i := range t.Details {
					t.Details[i].Result, t.Details[i].Message = sandbox.ResultNoSIM, "The SIM card does not exist."
				}
			})},
		{"never-finishes", "async/ends-in-time",
			"leaves a removal processing forever when none of its SIM cards exists",
			always(sandbox.Interceptor{Accept: neverFinishes})},
		{"status-goes-back", "async/never-goes-back",
			"reports a finished task as processing on the second query", goesBack},
		{"result-changes-when-read", "async/terminal-result-stays",
			"changes a message on the second query of a finished task", changesWhenRead},
		{"result-follows-group", "async/terminal-result-stays",
			"derives the result of a finished addition from the current content of the group", followsGroup},
		{"reading-repeats-work", "async/query-triggers-nothing",
			"repeats the work of a finished task on every query", readingRepeats},
	}
}

// completed restricts a change to results of finished tasks.
func completed(change func(r *sandbox.Result)) func(*sandbox.Result) {
	return func(r *sandbox.Result) {
		if r.Status == sandbox.StatusCompleted {
			change(r)
		}
	}
}

// onDetails changes each detail in asyncResult.
func onDetails(change func(d *sandbox.Detail)) newInterceptor {
	return onResult(func(r *sandbox.Result) {
		for i := range r.Details {
			change(&r.Details[i])
		}
	})
}

// onFinish changes the details and effects of finished tasks.
func onFinish(change func(st *sandbox.State, t *sandbox.Task)) newInterceptor {
	return always(sandbox.Interceptor{Finish: change})
}

// onEffects is onFinish for tasks of one action.
func onEffects(action string, change func(st *sandbox.State, t *sandbox.Task)) newInterceptor {
	return onFinish(func(st *sandbox.State, t *sandbox.Task) {
		if t.Action == action {
			change(st, t)
		}
	})
}

func unknownRefused() sandbox.Interceptor {
	known := map[string]bool{}
	for _, sim := range fixtures().SIMs {
		known[sim] = true
	}
	return demand("a SIM card does not exist", func(c *sandbox.Call) bool {
		sims, isList := simsOf(c)
		return c.Operation != "removeSims" || !isList || !slices.ContainsFunc(sims, func(sim string) bool { return !known[sim] })
	})()
}

func neverFinishes(st *sandbox.State, _ *sandbox.Call, t *sandbox.Task) {
	if t.Action == sandbox.ActionRemove && !slices.ContainsFunc(t.SIMs, st.Exists) {
		t.Delay = -1
	}
}

func goesBack() sandbox.Interceptor {
	told := &counter{}
	return onResult(completed(func(r *sandbox.Result) {
		if told.next(r.RequestID) == 2 {
			r.Status = sandbox.StatusProcessing
		}
	}))()
}

func changesWhenRead() sandbox.Interceptor {
	told := &counter{}
	return onResult(completed(func(r *sandbox.Result) {
		if told.next(r.RequestID) > 1 && len(r.Details) > 0 {
			r.Details[0].Message = "done before"
		}
	}))()
}

// groupOfTask remembers the group of each task for hooks that see only its result.
type groupOfTask map[string]string

func (g groupOfTask) accept(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) {
	g[t.RequestID] = t.Group
}

func followsGroup() sandbox.Interceptor {
	groups := groupOfTask{}
	return sandbox.Interceptor{Accept: groups.accept, Result: func(st *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
		for i, d := range r.Details {
			if r.ActionCode == sandbox.ActionAdd && st.Count(groups[r.RequestID], d.SIM) == 0 {
				r.Details[i].Result, r.Details[i].Message = sandbox.ResultNoSIM, "The SIM card does not exist in the group."
			}
		}
	}}
}

func readingRepeats() sandbox.Interceptor {
	groups := groupOfTask{}
	return sandbox.Interceptor{Accept: groups.accept, Result: func(st *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
		delta := map[string]int{sandbox.ActionAdd: +1, sandbox.ActionRemove: -1}[r.ActionCode]
		for _, d := range r.Details {
			if d.Result == sandbox.ResultSuccess {
				st.Change(groups[r.RequestID], d.SIM, delta)
			}
		}
	}}
}
