package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// asyncBatchChecks are about requests of every size, about the same SIM card in
// several places, and about tasks that run at the same time.
var asyncBatchChecks = slices.Concat(batchChecks, concurrencyChecks, validationChecks)

// batchChecks are about the SIM cards of one or two requests.
var batchChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-030", Clause: "async/single-sim", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{an operation} of a single SIM card is accepted and done",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		Expect(outcomes(acceptedAndDone(ctx, s, do, sim))).To(ConsistOf(outcome(sim, succeeded)), "the details of the result")
	}),
	onBoth(Check{
		ID: "ASY-031", Clause: "async/duplicate-in-one-batch", Operations: []string{"asyncResult", "addSims"},
		Requirement: "a SIM card that stands twice in one {operation} has two details in its result",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		do.prepare(ctx, s, sim)
		Expect(simsOf(do.carryOut(ctx, s, sim, sim))).To(ConsistOf(sim, sim), "the sim_id of each detail")
	}),
	onBoth(Check{
		ID: "ASY-032", Clause: "async/duplicate-in-one-batch", Operations: []string{"asyncResult"},
		Requirement: "a SIM card that does not exist and stands five times in one {operation} has five details in its result",
	}, func(ctx context.Context, s *session.Session, do action) {
		submitted := slices.Repeat([]string{s.UnknownSIM()}, 5)
		Expect(simsOf(do.carryOut(ctx, s, submitted...))).To(ConsistOf(submitted), "the sim_id of each detail")
	}),
	[]Check{{
		ID: "ASY-033", Clause: "async/same-sim-in-two-requests", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
		Requirement: "a SIM card that is added by two requests stands in the results of both",
		Run: func(ctx context.Context, s *session.Session) {
			sim := s.ExistingSIM()
			first, second := adding.start(ctx, s, sim), adding.start(ctx, s, sim)
			Expect(simsOf(s.AwaitResult(ctx, first.RequestID))).To(ContainElement(sim), "the SIM cards in the first result")
			Expect(simsOf(s.AwaitResult(ctx, second.RequestID))).To(ContainElement(sim), "the SIM cards in the second result")
		},
	}},
	onBoth(Check{
		ID: "ASY-034", Clause: "async/large-batch", Operations: []string{"asyncResult", "addSims"},
		Requirement: "{an operation} of 1,000 SIM cards, up to half of which exist, is accepted and its result is complete",
	}, func(ctx context.Context, s *session.Session, do action) {
		const size = 1000
		submitted := distinct(s.ExistingSIMs(size / 2))
		do.prepare(ctx, s, submitted...)
		var expected []string
		for _, sim := range submitted {
			expected = append(expected, outcome(sim, succeeded))
		}
		s.UnknownSIM() // needed: there is one at least
		for i := 0; len(submitted) < size; i++ {
			unknown := s.Target().UnknownSIMs[i%len(s.Target().UnknownSIMs)]
			submitted, expected = append(submitted, unknown), append(expected, outcome(unknown, noSuchCard))
		}
		result := acceptedAndDone(ctx, s, do, submitted...)
		Expect(difference(expected, outcomes(result))).To(BeEmpty(), "what the result tells otherwise than expected")
	}),
)

// concurrencyChecks are about tasks that run at the same time.
var concurrencyChecks = []Check{{
	ID: "ASY-040", Clause: "async/no-mixing", Does: reports.Write, Operations: []string{"addSims", "asyncResult"},
	Requirement: "8 addSims sent at once, of different SIM cards and sizes, each have the result of their own",
	Run: func(ctx context.Context, s *session.Session) {
		batches, results := make([][]string, 8), make([]session.Result, 8)
		for i := range batches {
			batches[i] = distinct(s.ExistingSIMs(i + 1))
			if i%2 == 1 {
				batches[i] = append(batches[i], s.UnknownSIM())
			}
		}
		s.Parallel(len(batches), func(i int) { results[i] = adding.carryOut(ctx, s, batches[i]...) })
		for i, batch := range batches {
			Expect(simsOf(results[i])).To(ConsistOf(batch), "the SIM cards in the result of request %d of 8", i+1)
		}
	},
}, {
	ID: "ASY-041", Clause: "async/no-mixing", Does: reports.Write, Operations: []string{"addSims", "removeSims", "asyncResult"},
	Requirement: "4 addSims and 4 removeSims sent at once keep their action_codes",
	Run: func(ctx context.Context, s *session.Session) {
		actions, codes := []action{adding, removing}, make([]string, 8)
		s.Parallel(len(codes), func(i int) { codes[i] = actions[i%2].carryOut(ctx, s, s.UnknownSIM()).ActionCode })
		for i, code := range codes {
			Expect(code).To(Equal(actions[i%2].code), "the action_code of an %s, request %d of 8", actions[i%2].operation, i+1)
		}
	},
}}

// validationChecks are about requests that the basic validation refuses, in the
// answer itself.
var validationChecks = slices.Concat(
	onBoth(Check{
		ID: "ASY-060", Clause: "async/empty-batch-refused",
		Requirement: "{an operation} that submits no SIM card is refused",
	}, func(ctx context.Context, s *session.Session, do action) {
		s.RequireAccepted(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM())))
		Expect(s.Send(ctx, do.draft(s, s.Group()))).To(beRefused(), "the request whose sim_ids is []")
	}),
	onBoth(Check{
		ID: "ASY-061", Clause: "async/malformed-sim-refused",
		Requirement: "{an operation} of a SIM number that is not an ICCID is refused at once, alone and among others",
	}, func(ctx context.Context, s *session.Session, do action) {
		unknown := s.UnknownSIM()
		s.RequireAccepted(s.Send(ctx, do.draft(s, s.Group(), unknown)))
		for _, sim := range []string{"not-an-iccid", "898522", unknown + "00000", unknown[:len(unknown)-1] + "X", ""} {
			Expect(s.Send(ctx, do.draft(s, s.Group(), sim))).To(beRefused(), "SIM number %q", sim)
			Expect(s.Send(ctx, do.draft(s, s.Group(), unknown, sim))).To(beRefused(), "SIM number %q after a well-formed one", sim)
		}
	}),
)

// acceptedAndDone asserts that a request is accepted, whatever its size, and
// returns the terminal result of its task.
func acceptedAndDone(ctx context.Context, s *session.Session, do action, sims ...string) session.Result {
	answer := s.Send(ctx, do.draft(s, s.Group(), sims...))
	Expect(answer).To(beAccepted(), "the answer to %s of %d SIM cards", do.operation, len(sims))
	return s.AwaitResult(ctx, answer.Header.Get(s.Target().RequestIDHeader))
}

// outcome is what a detail tells of a SIM card, in one text.
func outcome(sim, result string) string { return sim + " with result " + result }

// outcomes returns what each detail of a result tells.
func outcomes(result session.Result) []string {
	told := make([]string, len(result.Details))
	for i, detail := range result.Details {
		told[i] = outcome(detail.SimID, detail.Result)
	}
	return told
}

// difference says in a few words in what two multisets differ, "" when in nothing.
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
	return strings.TrimSpace(some("missing", missing) + some("not expected", unexpected))
}

// some tells how many values there are, with a few of them; "" for none.
func some(what string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	slices.Sort(values)
	few := slices.Compact(slices.Clone(values))
	few = few[:min(len(few), 3)]
	return fmt.Sprintf("%d %s, for example %s. ", len(values), what, strings.Join(few, ", "))
}
