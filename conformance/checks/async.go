package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// asyncChecks are about the result of one asynchronous task: what it contains, that the task ends, and
// that the result stays the same.
var asyncChecks = slices.Concat(actionCodeChecks, outcomeChecks, endChecks)

// actionCodeChecks are about data.action_code.
var actionCodeChecks = slices.Concat(
	[]Check{{
		ID: "ASY-001", Clause: "async/action-code-add", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
		Requirement: `the action_code of an addSims task is "70" in every answer, before and after its end`,
		Run: func(ctx context.Context, s *session.Session) {
			if toured(ctx, s, func(t *tour) bool {
				return have(s, slices.Concat(begunTask(ctx, s, adding).looks, t.addition.shown), adding.code)
			}) {
				return
			}
			Expect(actionCodes(ctx, s, adding)).To(HaveEach(adding.code), "asyncResult returned the wrong action_code for an addSims task")
		},
	}, {
		ID: "ASY-002", Clause: "async/action-code-remove", Does: reports.Write, Operations: []string{"removeSims", "asyncResult", "addSims"},
		Requirement: `the action_code of a removeSims task is "71" in every answer, before and after its end`,
		Run: func(ctx context.Context, s *session.Session) {
			if toured(ctx, s, func(t *tour) bool { return have(s, t.removal.shown, removing.code) }) {
				return
			}
			Expect(actionCodes(ctx, s, removing)).To(HaveEach(removing.code), "asyncResult returned the wrong action_code for a removeSims task")
		},
	}},
	onBoth(Check{
		ID: "ASY-003", Clause: "async/action-code-string", Operations: []string{"asyncResult"},
		Requirement: "the action_code of {an operation} task is a JSON string",
	}, func(ctx context.Context, s *session.Session, do action) {
		result := endedTask(ctx, s, do).ended
		Expect(membersOf(result.Answer.Data)["action_code"]).To(BeAssignableToTypeOf(""),
			"asyncResult returned an action_code that is not a JSON string")
	}),
)

// actionCodes returns the action_code of each answer about a task, including one after its end. An
// answer before the end without an action_code is left out: no page shows which members such an answer
// has.
func actionCodes(ctx context.Context, s *session.Session, do action) []string {
	sim := s.ExistingSIM()
	do.prepare(ctx, s, sim)
	id := do.start(ctx, s, sim).RequestID
	var codes []string
	s.WatchResult(ctx, id, func(look wire.Result) {
		if look.ActionCode != "" || s.Terminal(look) {
			codes = append(codes, look.ActionCode)
		}
	})
	return append(codes, s.ReadResult(ctx, id).ActionCode)
}

// outcomeChecks are about the details of a result: one for each SIM of its request.
var outcomeChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-010", Clause: "async/result-shape", Operations: []string{"asyncResult", "addSims"},
		Requirement: "each detail of {an operation} result has sim_id, result and message as JSON strings, on success and on failure",
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return len(shapeFaults(t.of(do).ended.Answer.Data)) == 0 }) {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		result := do.carryOut(ctx, s, sim, s.UnknownSIM())
		Expect(shapeFaults(result.Answer.Data)).To(BeEmpty(), "asyncResult returned details without required members")
	}),
	onBoth(Check{
		ID: "ASY-011", Clause: "async/each-sim-once-per-submission", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of {an operation} task has one detail for each submitted SIM",
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return t.of(do).complete(t.unknown) }) {
			return
		}
		existing := distinct(s.ExistingSIMs(3))
		do.prepare(ctx, s, existing...)
		submitted := slices.Concat(existing, []string{s.UnknownSIM()})
		reported := simsOf(do.carryOut(ctx, s, submitted...))
		ofThese := slices.DeleteFunc(reported, func(sim string) bool { return !slices.Contains(submitted, sim) })
		Expect(ofThese).To(ConsistOf(submitted), "the details of the %s result do not name each submitted SIM once", do.operation)
	}),
	onBoth(Check{
		ID: "ASY-012", Clause: "async/no-foreign-sim", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of {an operation} task never names a SIM that was not submitted",
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return t.of(do).complete(t.unknown) }) {
			return
		}
		pair := s.ExistingSIMs(2)
		adding.carryOut(ctx, s, pair...) // the group now holds another SIM
		var foreign []string
		s.WatchResult(ctx, do.start(ctx, s, pair[0]).RequestID, func(look wire.Result) {
			foreign = append(foreign, slices.DeleteFunc(simsOf(look), func(sim string) bool { return sim == pair[0] })...)
		})
		Expect(foreign).To(BeEmpty(), "the result of %s names a SIM that was not submitted; only %s was", do.operation, pair[0])
	}),
	onBoth(Check{
		ID: "ASY-013", Clause: "async/success-is-10", Operations: []string{"asyncResult", "addSims"},
		Requirement: `the result of a SIM is "10" when {operation} succeeds for it`,
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return t.of(do).complete(t.unknown) }) {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		Expect(resultsFor(sim, do.carryOut(ctx, s, sim))).To(HaveEach(succeeded), "%s of the existing SIM %s did not succeed", do.operation, sim)
	}),
	onBoth(Check{
		ID: "ASY-014", Clause: "async/unknown-sim-is-31", Operations: []string{"asyncResult"},
		Requirement: `the result of {an operation} for an unknown SIM is "31"`,
	}, func(ctx context.Context, s *session.Session, do action) {
		one := endedTask(ctx, s, do)
		Expect(resultsFor(one.sim, one.ended)).To(HaveEach(noSuchCard),
			"%s of the unknown SIM %s has the wrong result", do.operation, one.sim)
	}),
	onBoth(Check{
		ID: "ASY-015", Clause: "async/unknown-sim-passes-validation", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{operation} accepts an unknown SIM and reports it in the result of the task",
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return t.of(do).complete(t.unknown) }) {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		do.start(ctx, s, sim) // accepted, so only the SIM can explain a refusal
		Expect(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()))).To(beAccepted(),
			"an unknown SIM at once although it had accepted an existing one")
	}),
	onBoth(Check{
		ID: "ASY-016", Clause: "async/mixed-batch", Operations: []string{"asyncResult", "addSims"},
		Requirement: "in one {operation}, an existing SIM succeeds and an unknown SIM fails, whichever comes first",
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return t.of(do).complete(t.unknown) }) {
			return
		}
		pair, unknown := s.ExistingSIMs(2), s.UnknownSIM()
		do.prepare(ctx, s, pair...)
		for i, batch := range [][]string{{pair[0], unknown}, {unknown, pair[1]}} {
			result := do.carryOut(ctx, s, batch...)
			Expect(resultsFor(pair[i], result)).To(HaveEach(succeeded),
				"%s of the existing SIM %s did not succeed in a request with an unknown one", do.operation, pair[i])
			Expect(resultsFor(unknown, result)).To(HaveEach(noSuchCard),
				"%s of the unknown SIM %s has the wrong result when an existing one is added to the request", do.operation, unknown)
		}
	}),
)

// endChecks are about the end of a task and what follows it.
var endChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-020", Clause: "async/terminates", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{an operation} task ends within the time limit, whether its SIM exists or not",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		for _, batch := range [][]string{{sim}, {s.UnknownSIM()}} {
			Expect(do.carryOut(ctx, s, batch...).Status).To(BeElementOf(s.Target().TerminalStatus),
				"a task for %v ended with an unknown status", batch)
		}
	}),
	onBoth(Check{
		ID: "ASY-021", Clause: "async/never-goes-back", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the status of {an operation} task does not change after its end",
	}, func(ctx context.Context, s *session.Session, do action) {
		if do == adding && toured(ctx, s, func(t *tour) bool { return t.read.Status == t.addition.ended.Status }) {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		id := do.start(ctx, s, sim).RequestID
		ended := s.AwaitResult(ctx, id).Status
		for n := range 10 {
			Expect(s.ReadResult(ctx, id).Status).To(Equal(ended), "the status of a completed task changed by query %d", n+1)
		}
	}),
	onBoth(Check{
		ID: "ASY-022", Clause: "async/terminal-result-stays", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of {an operation} task stays the same after its end",
	}, func(ctx context.Context, s *session.Session, do action) {
		if do == adding && toured(ctx, s, func(t *tour) bool { return slices.Equal(facts(t.read), facts(t.addition.ended)) }) {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		id := do.start(ctx, s, sim, s.UnknownSIM()).RequestID
		ended := facts(s.AwaitResult(ctx, id))
		for n := range 5 {
			Expect(facts(s.ReadResult(ctx, id))).To(Equal(ended), "the result of a completed task changed by query %d", n+1)
		}
	}),
	[]Check{{
		ID: "ASY-023", Clause: "async/terminal-result-stays", Does: reports.Write, Operations: []string{"asyncResult", "addSims", "removeSims"},
		Requirement: "the result of a completed task stays the same while later tasks add and remove its SIM",
		Run: func(ctx context.Context, s *session.Session) {
			if toured(ctx, s, func(t *tour) bool { return slices.Equal(facts(t.readLater), facts(t.addition.ended)) }) {
				return
			}
			sim := s.ExistingSIM()
			added := adding.start(ctx, s, sim).RequestID
			afterAdd := facts(s.AwaitResult(ctx, added))
			removed := removing.start(ctx, s, sim).RequestID
			afterRemove := facts(s.AwaitResult(ctx, removed))
			Expect(facts(s.ReadResult(ctx, added))).To(Equal(afterAdd), "the result of an addSims task changed after a later removeSims")
			adding.carryOut(ctx, s, sim)
			Expect(facts(s.ReadResult(ctx, removed))).To(Equal(afterRemove), "the result of a removeSims task changed after a later addSims")
		},
	}},
	onBoth(Check{
		ID: "ASY-024", Clause: "async/query-triggers-nothing", Operations: []string{"asyncResult", "listGroupSims", "addSims"},
		Requirement: "querying the result of a completed {operation} task does not change the group",
	}, func(ctx context.Context, s *session.Session, do action) {
		if do == adding && toured(ctx, s, func(t *tour) bool { return sameEntries(t.added, t.again) }) {
			return
		}
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim) // a second entry, which removeSims could remove
		do.prepare(ctx, s, sim)
		id := do.start(ctx, s, sim).RequestID
		s.AwaitResult(ctx, id)
		before := listed(ctx, s, sim)
		for range 5 {
			s.ReadResult(ctx, id)
		}
		Expect(listed(ctx, s, sim)).To(Equal(before), "querying a completed %s task changed how often the group lists %s", do.operation, sim)
	}),
)

// facts returns the content of a result in lines, with the details sorted because their order has no
// meaning. Members that the contract does not name are not compared.
func facts(result wire.Result) []string {
	var details []string
	for _, d := range result.Details {
		details = append(details, fmt.Sprintf("%s: result %q, message %q", d.SimID, d.Result, d.Message))
	}
	slices.Sort(details)
	return append([]string{
		fmt.Sprintf("request_id %q, action_code %q, status %q", result.RequestID, result.ActionCode, result.Status),
	}, details...)
}

// shapeFaults describes the missing members in the details of a result.
func shapeFaults(data json.RawMessage) []string {
	details, _ := membersOf(data)["details"].([]any)
	if len(details) == 0 {
		return []string{"details is missing or empty"}
	}
	var faults []string
	for i, detail := range details {
		members, _ := detail.(map[string]any)
		for _, name := range []string{"sim_id", "result", "message"} {
			if _, isString := members[name].(string); !isString {
				faults = append(faults, fmt.Sprintf("%s of detail %d is missing or not a string", name, i+1))
			}
		}
	}
	return faults
}

// membersOf returns the members of a JSON object, nil for any other JSON text.
func membersOf(data json.RawMessage) map[string]any {
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		return nil // the oracle says what is wrong with it
	}
	return members
}
