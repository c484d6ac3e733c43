package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// asyncBatchChecks are about requests of every size, a SIM that is named several times, and concurrent
// tasks.
var asyncBatchChecks = slices.Concat(batchChecks, concurrencyChecks, validationChecks)

// batchChecks are about the SIMs of one or two requests.
var batchChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-030", Clause: "async/single-sim", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{operation} accepts and completes a request with one SIM",
	}, func(ctx context.Context, s *session.Session, do action) {
		if s.Quick() && s.Try(func() { endedTask(ctx, s, do) }) == nil {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		Expect(outcomes(acceptedAndDone(ctx, s, do, sim))).To(ConsistOf(outcome(sim, succeeded)),
			"the result of %s for one SIM has the wrong details", do.operation)
	}),
	onBoth(Check{
		ID: "ASY-031", Clause: "async/duplicate-in-one-batch", Operations: []string{"asyncResult", "addSims"},
		Requirement: "a SIM that {an operation} request names twice has two details in its result",
	}, func(ctx context.Context, s *session.Session, do action) {
		if toured(ctx, s, func(t *tour) bool { return t.of(do).complete(t.unknown) }) {
			return
		}
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		do.prepare(ctx, s, sim)
		Expect(simsOf(do.carryOut(ctx, s, sim, sim))).To(ConsistOf(sim, sim),
			"the result of %s does not have one detail for each time that the request names the SIM", do.operation)
	}),
	onBoth(Check{
		ID: "ASY-032", Clause: "async/duplicate-in-one-batch", Operations: []string{"asyncResult"},
		Requirement: "an unknown SIM that {an operation} request names five times has five details in its result",
	}, func(ctx context.Context, s *session.Session, do action) {
		submitted := slices.Repeat([]string{s.UnknownSIM()}, 5)
		Expect(simsOf(do.carryOut(ctx, s, submitted...))).To(ConsistOf(submitted),
			"the result of %s does not have one detail for each time that the request names the SIM", do.operation)
	}),
	[]Check{{
		ID: "ASY-033", Clause: "async/same-sim-in-two-requests", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
		Requirement: "a SIM added by two requests appears in both results",
		Run: func(ctx context.Context, s *session.Session) {
			sim := s.ExistingSIM()
			first, second := adding.start(ctx, s, sim), adding.start(ctx, s, sim)
			Expect(simsOf(s.AwaitResult(ctx, first.RequestID))).To(ContainElement(sim),
				"the first result does not name the SIM that both requests added")
			Expect(simsOf(s.AwaitResult(ctx, second.RequestID))).To(ContainElement(sim),
				"the second result does not name the SIM that both requests added")
		},
	}},
	onBoth(Check{
		ID: "ASY-034", Clause: "async/large-batch", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{operation} accepts 1,000 SIMs, up to half of them existing, and its result is complete",
	}, func(ctx context.Context, s *session.Session, do action) {
		const size = 1000
		submitted := distinct(s.ExistingSIMs(size / 2))
		do.prepare(ctx, s, submitted...)
		var expected []string
		for _, sim := range submitted {
			expected = append(expected, outcome(sim, succeeded))
		}
		s.UnknownSIM() // skips the check without an unknown SIM
		for i := 0; len(submitted) < size; i++ {
			unknown := s.Target().UnknownSIMs[i%len(s.Target().UnknownSIMs)]
			submitted, expected = append(submitted, unknown), append(expected, outcome(unknown, noSuchCard))
		}
		result := acceptedAndDone(ctx, s, do, submitted...)
		Expect(difference(expected, outcomes(result))).To(BeEmpty(), "the result of %s for 1,000 SIMs is not complete", do.operation)
	}),
)

// concurrencyChecks are about concurrent tasks.
var concurrencyChecks = []Check{{
	ID: "ASY-040", Clause: "async/no-mixing", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
	Requirement: "8 concurrent addSims requests of different SIMs and sizes each get their own result",
	Run: func(ctx context.Context, s *session.Session) {
		batches, results := make([][]string, 8), make([]wire.Result, 8)
		for i := range batches {
			batches[i] = distinct(s.ExistingSIMs(i + 1))
			if i%2 == 1 {
				batches[i] = append(batches[i], s.UnknownSIM())
			}
		}
		parallel(len(batches), func(i int) { results[i] = adding.carryOut(ctx, s, batches[i]...) })
		for i, batch := range batches {
			Expect(simsOf(results[i])).To(ConsistOf(batch), "the result of addSims request %d of 8 names the SIMs of another request", i+1)
		}
	},
}, {
	ID: "ASY-041", Clause: "async/no-mixing", Does: reports.Write, Operations: []string{"addSims", "removeSims", "asyncResult"},
	Requirement: "4 addSims and 4 removeSims sent at once keep their action_codes",
	Run: func(ctx context.Context, s *session.Session) {
		actions, codes := []action{adding, removing}, make([]string, 8)
		parallel(len(codes), func(i int) { codes[i] = actions[i%2].carryOut(ctx, s, s.UnknownSIM()).ActionCode })
		for i, code := range codes {
			Expect(code).To(Equal(actions[i%2].code),
				"asyncResult returned the wrong action_code for %s, request %d of 8", actions[i%2].operation, i+1)
		}
	},
}}

// validationChecks are about requests that must be refused at once.
var validationChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-060", Clause: "async/empty-batch-refused",
		Requirement: "{operation} refuses a request without SIMs",
	}, func(ctx context.Context, s *session.Session, do action) {
		begunTask(ctx, s, do) // accepted, so only the SIMs can explain a refusal
		Expect(s.Send(ctx, do.draft(s, s.Group()))).To(beRefused(), "a request with empty sim_ids")
	}),
	onBoth(Check{
		ID: "ASY-061", Clause: "async/malformed-sim-refused",
		Requirement: "{operation} refuses a malformed ICCID at once, alone and among others",
	}, func(ctx context.Context, s *session.Session, do action) {
		unknown := s.UnknownSIM()
		begunTask(ctx, s, do) // accepted, so only the SIMs can explain a refusal
		for _, sim := range []string{"not-an-iccid", "898522", unknown + "00000", unknown[:len(unknown)-1] + "X", ""} {
			Expect(s.Send(ctx, do.draft(s, s.Group(), sim))).To(beRefused(), "a request with the malformed ICCID %q", sim)
			Expect(s.Send(ctx, do.draft(s, s.Group(), unknown, sim))).To(beRefused(),
				"a request with the malformed ICCID %q after a well-formed one", sim)
		}
	}),
)

// acceptedAndDone asserts that a request is accepted and returns the final result of its task.
func acceptedAndDone(ctx context.Context, s *session.Session, do action, sims ...string) wire.Result {
	answer := s.Send(ctx, do.draft(s, s.Group(), sims...))
	Expect(answer).To(beAccepted(), "a request with %d SIMs", len(sims))
	return s.AwaitResult(ctx, answer.Header.Get(s.Target().RequestIDHeader))
}

func outcome(sim, result string) string { return sim + " with result " + result }

// outcomes describes each detail of a result.
func outcomes(result wire.Result) []string {
	told := make([]string, len(result.Details))
	for i, detail := range result.Details {
		told[i] = outcome(detail.SimID, detail.Result)
	}
	return told
}

// difference describes how two multisets differ, "" if they are equal.
func difference(expected, actual []string) string {
	surplus := map[string]int{}
	for _, value := range actual {
		surplus[value]++
	}
	for _, value := range expected {
		surplus[value]--
	}
	var missing, unexpected []string
	for value, n := range surplus {
		missing = append(missing, slices.Repeat([]string{value}, max(-n, 0))...)
		unexpected = append(unexpected, slices.Repeat([]string{value}, max(n, 0))...)
	}
	return strings.TrimSpace(some("missing", missing) + some("unexpected", unexpected))
}

// some counts values and names a few of them as examples; "" for none.
func some(what string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	slices.Sort(values)
	few := slices.Compact(slices.Clone(values))
	few = few[:min(len(few), 3)]
	return fmt.Sprintf("%d %s, for example %s. ", len(values), what, strings.Join(few, ", "))
}
