package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// asyncChecks are about the result of one asynchronous task: what it says, that
// it comes to an end, and that it stays.
var asyncChecks = slices.Concat(actionCodeChecks, outcomeChecks, endChecks)

// actionCodeChecks are about data.action_code.
var actionCodeChecks = slices.Concat(
	[]Check{{
		ID: "ASY-001", Clause: "async/action-code-add", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
		Requirement: `the action_code of an addSims is "70" at every look, before its end and after`,
		Run: func(ctx context.Context, s *session.Session) {
			Expect(actionCodes(ctx, s, adding)).To(HaveEach(adding.code), "data.action_code at each look")
		},
	}, {
		ID: "ASY-002", Clause: "async/action-code-remove", Does: reports.Write, Operations: []string{"removeSims", "asyncResult", "addSims"},
		Requirement: `the action_code of a removeSims is "71" at every look, before its end and after`,
		Run: func(ctx context.Context, s *session.Session) {
			Expect(actionCodes(ctx, s, removing)).To(HaveEach(removing.code), "data.action_code at each look")
		},
	}},
	onBoth(Check{
		ID: "ASY-003", Clause: "async/action-code-string", Operations: []string{"asyncResult"},
		Requirement: "the action_code of {an operation} is a JSON string, not a number",
	}, func(ctx context.Context, s *session.Session, do action) {
		result := do.carryOut(ctx, s, s.UnknownSIM())
		Expect(membersOf(result.Answer.Data)["action_code"]).To(BeAssignableToTypeOf(""), "data.action_code as JSON")
	}),
)

// actionCodes returns the action_code of a task at each look until it has ended, and at one more.
func actionCodes(ctx context.Context, s *session.Session, do action) []string {
	sim := s.ExistingSIM()
	do.prepare(ctx, s, sim)
	id := do.start(ctx, s, sim).RequestID
	var codes []string
	s.WatchResult(ctx, id, func(look session.Result) { codes = append(codes, look.ActionCode) })
	return append(codes, s.ReadResult(ctx, id).ActionCode)
}

// outcomeChecks are about what a result says of the SIM cards of its request.
var outcomeChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-010", Clause: "async/result-shape", Operations: []string{"asyncResult", "addSims"},
		Requirement: "each detail of {an operation} has sim_id, result and message, each a JSON string, whether it succeeded or not",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		result := do.carryOut(ctx, s, sim, s.UnknownSIM())
		Expect(shapeFaults(result.Answer.Data)).To(BeEmpty(), "what the details lack")
	}),
	onBoth(Check{
		ID: "ASY-011", Clause: "async/each-sim-once-per-submission", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of {an operation} of different SIM cards has one detail for each of them",
	}, func(ctx context.Context, s *session.Session, do action) {
		existing := distinct(s.ExistingSIMs(3))
		do.prepare(ctx, s, existing...)
		submitted := slices.Concat(existing, []string{s.UnknownSIM()})
		reported := simsOf(do.carryOut(ctx, s, submitted...))
		ofThese := slices.DeleteFunc(reported, func(sim string) bool { return !slices.Contains(submitted, sim) })
		Expect(ofThese).To(ConsistOf(submitted), "the SIM cards submitted that have a detail, as often as they have one")
	}),
	onBoth(Check{
		ID: "ASY-012", Clause: "async/no-foreign-sim", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of {an operation} names, at every look, no SIM card of the group that was not submitted",
	}, func(ctx context.Context, s *session.Session, do action) {
		pair := s.ExistingSIMs(2)
		adding.carryOut(ctx, s, pair...) // so that the group holds another one
		var foreign []string
		s.WatchResult(ctx, do.start(ctx, s, pair[0]).RequestID, func(look session.Result) {
			foreign = append(foreign, slices.DeleteFunc(simsOf(look), func(sim string) bool { return sim == pair[0] })...)
		})
		Expect(foreign).To(BeEmpty(), "SIM cards in the details beside the one submitted, "+pair[0])
	}),
	onBoth(Check{
		ID: "ASY-013", Clause: "async/success-is-10", Operations: []string{"asyncResult", "addSims"},
		Requirement: `the result of a SIM card for which {operation} succeeds is "10"`,
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		Expect(resultsFor(sim, do.carryOut(ctx, s, sim))).To(HaveEach(succeeded), "the result of "+sim)
	}),
	onBoth(Check{
		ID: "ASY-014", Clause: "async/unknown-sim-is-31", Operations: []string{"asyncResult"},
		Requirement: `the result of {an operation} for a SIM card that does not exist is "31"`,
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.UnknownSIM()
		Expect(resultsFor(sim, do.carryOut(ctx, s, sim))).To(HaveEach(noSuchCard), "the result of "+sim)
	}),
	onBoth(Check{
		ID: "ASY-015", Clause: "async/unknown-sim-passes-validation", Operations: []string{"asyncResult"},
		Requirement: "{operation} of a SIM card that does not exist is accepted: that it does not exist is for the result to say",
	}, func(ctx context.Context, s *session.Session, do action) {
		Expect(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()))).To(beAccepted())
	}),
	onBoth(Check{
		ID: "ASY-016", Clause: "async/mixed-batch", Operations: []string{"asyncResult", "addSims"},
		Requirement: "in one {operation}, a SIM card that exists succeeds and one that does not exist fails, whichever comes first",
	}, func(ctx context.Context, s *session.Session, do action) {
		pair, unknown := s.ExistingSIMs(2), s.UnknownSIM()
		do.prepare(ctx, s, pair...)
		for i, batch := range [][]string{{pair[0], unknown}, {unknown, pair[1]}} {
			result := do.carryOut(ctx, s, batch...)
			Expect(resultsFor(pair[i], result)).To(HaveEach(succeeded), "the result of %s, which exists", pair[i])
			Expect(resultsFor(unknown, result)).To(HaveEach(noSuchCard), "the result of %s, which does not exist", unknown)
		}
	}),
)

// endChecks are about the end of a task and what comes after it.
var endChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-020", Clause: "async/terminates", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{an operation} ends within the time limit for tasks, whether its SIM cards exist or not",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		for _, batch := range [][]string{{sim}, {s.UnknownSIM()}} {
			Expect(do.carryOut(ctx, s, batch...).Status).To(BeElementOf(s.Target().TerminalStatus), "the status of the task for %v", batch)
		}
	}),
	onBoth(Check{
		ID: "ASY-021", Clause: "async/never-goes-back", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the status of {an operation} that has ended does not change any more",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		id := do.start(ctx, s, sim).RequestID
		ended := s.AwaitResult(ctx, id).Status
		for n := range 10 {
			Expect(s.ReadResult(ctx, id).Status).To(Equal(ended), "the status at query %d after the end", n+1)
		}
	}),
	onBoth(Check{
		ID: "ASY-022", Clause: "async/terminal-result-stays", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of {an operation} that has ended is the same at every query",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		id := do.start(ctx, s, sim, s.UnknownSIM()).RequestID
		ended := facts(s.AwaitResult(ctx, id))
		for n := range 5 {
			Expect(facts(s.ReadResult(ctx, id))).To(Equal(ended), "the result at query %d after the end", n+1)
		}
	}),
	[]Check{{
		ID: "ASY-023", Clause: "async/terminal-result-stays", Does: reports.Write, Operations: []string{"asyncResult", "addSims", "removeSims"},
		Requirement: "the results of tasks that have ended stay the same while later tasks add and remove the same SIM card",
		Run: func(ctx context.Context, s *session.Session) {
			sim := s.ExistingSIM()
			added := adding.start(ctx, s, sim).RequestID
			afterAdd := facts(s.AwaitResult(ctx, added))
			removed := removing.start(ctx, s, sim).RequestID
			afterRemove := facts(s.AwaitResult(ctx, removed))
			Expect(facts(s.ReadResult(ctx, added))).To(Equal(afterAdd), "the result of the addSims after a removeSims")
			adding.carryOut(ctx, s, sim)
			Expect(facts(s.ReadResult(ctx, removed))).To(Equal(afterRemove), "the result of the removeSims after another addSims")
		},
	}},
	onBoth(Check{
		ID: "ASY-024", Clause: "async/query-triggers-nothing", Operations: []string{"asyncResult", "listGroupSims", "addSims"},
		Requirement: "querying the result of {an operation} that has ended changes nothing in the group",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim) // so that one more could be taken out as well
		do.prepare(ctx, s, sim)
		id := do.start(ctx, s, sim).RequestID
		s.AwaitResult(ctx, id)
		before := listed(ctx, s, sim)
		for range 5 {
			s.ReadResult(ctx, id)
		}
		Expect(listed(ctx, s, sim)).To(Equal(before), "how often the group lists %s after five queries", sim)
	}),
)

// facts returns what a result says, in lines: the order of details says nothing,
// and members beyond the contract's are not compared.
func facts(result session.Result) []string {
	var details []string
	for _, d := range result.Details {
		details = append(details, fmt.Sprintf("%s: result %q, message %q", d.SimID, d.Result, d.Message))
	}
	slices.Sort(details)
	return append([]string{
		fmt.Sprintf("request_id %q, action_code %q, status %q", result.RequestID, result.ActionCode, result.Status),
	}, details...)
}

// shapeFaults says in words what the details of a result lack of their form.
func shapeFaults(data json.RawMessage) []string {
	details, _ := membersOf(data)["details"].([]any)
	if len(details) == 0 {
		return []string{"there are no details"}
	}
	var faults []string
	for i, detail := range details {
		members, _ := detail.(map[string]any)
		for _, name := range []string{"sim_id", "result", "message"} {
			if _, isText := members[name].(string); !isText {
				faults = append(faults, fmt.Sprintf("%s of detail %d is not a string, or missing", name, i+1))
			}
		}
	}
	return faults
}

// membersOf returns the members of a JSON object, none when it is none.
func membersOf(data json.RawMessage) map[string]any {
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		return nil // the oracle says what is wrong with it
	}
	return members
}
