package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// The results of one SIM card in a task that a page names.
const (
	succeeded  = "10"
	noSuchCard = "31"
)

// action is an operation whose work is done after its answer.
type action struct {
	operation string
	article   string // that its id is read with
	code      string // the action_code of its tasks
}

var (
	adding   = action{"addSims", "an", "70"}
	removing = action{"removeSims", "a", "71"}
)

// onBoth makes a case of a check for addSims and one for removeSims: "{operation}"
// and "{an operation}" in the requirement become its id. The check's own
// Operations are those that both cases call.
func onBoth(check Check, run func(ctx context.Context, s *session.Session, do action)) []Check {
	var cases []Check
	for _, do := range []action{adding, removing} {
		one := check
		one.ID += "/" + do.operation
		one.Does = reports.Write
		others := slices.DeleteFunc(slices.Clone(check.Operations), func(id string) bool { return id == do.operation })
		one.Operations = append([]string{do.operation}, others...)
		one.Requirement = strings.NewReplacer(
			"{operation}", do.operation, "{an operation}", do.article+" "+do.operation,
		).Replace(check.Requirement)
		one.Run = func(ctx context.Context, s *session.Session) { run(ctx, s, do) }
		cases = append(cases, one)
	}
	return cases
}

// named is a value of which a check has a case: its part of the id, what the
// requirement says of it, and itself.
type named[T any] struct {
	id, words string
	value     T
}

// casesOf makes a case of a check for each value: "{case}" in the requirement
// becomes its words.
func casesOf[T any](check Check, values []named[T], run func(ctx context.Context, s *session.Session, value T)) []Check {
	cases := make([]Check, len(values))
	for i, of := range values {
		cases[i] = check
		cases[i].ID += "/" + of.id
		cases[i].Requirement = strings.ReplaceAll(check.Requirement, "{case}", of.words)
		cases[i].Run = func(ctx context.Context, s *session.Session) { run(ctx, s, of.value) }
	}
	return cases
}

// draft drafts the operation for SIM cards of a group.
func (a action) draft(s *session.Session, group string, sims ...string) *session.Draft {
	if a == adding {
		return s.NewAddSims(group, sims...)
	}
	return s.NewRemoveSims(group, sims...)
}

// start starts the operation for SIM cards of the target's group; that it is accepted is required.
func (a action) start(ctx context.Context, s *session.Session, sims ...string) session.Accepted {
	if a == adding {
		return s.AddSims(ctx, s.Group(), sims...)
	}
	return s.RemoveSims(ctx, s.Group(), sims...)
}

// carryOut starts the operation and returns its terminal result.
func (a action) carryOut(ctx context.Context, s *session.Session, sims ...string) session.Result {
	return s.AwaitResult(ctx, a.start(ctx, s, sims...).RequestID)
}

// prepare sees to it that the operation can succeed for SIM cards: what is to be
// removed is added before.
func (a action) prepare(ctx context.Context, s *session.Session, sims ...string) {
	if a == removing {
		adding.carryOut(ctx, s, sims...)
	}
}

// listed returns how often the target's group lists a SIM card.
func listed(ctx context.Context, s *session.Session, sim string) int {
	return s.ListGroupSims(ctx, s.Group()).Times(sim)
}

// requestIDs returns the values of the header that carries the request id.
func requestIDs(s *session.Session, answer *session.Answer) []string {
	return answer.Header.Values(s.Target().RequestIDHeader)
}

// simsOf returns the sim_id of each detail of a result.
func simsOf(result session.Result) []string {
	sims := make([]string, len(result.Details))
	for i, detail := range result.Details {
		sims[i] = detail.SimID
	}
	return sims
}

// resultsFor returns the result of each detail for a SIM card, or words that say
// that there is none.
func resultsFor(sim string, result session.Result) []string {
	var codes []string
	for _, detail := range result.Details {
		if detail.SimID == sim {
			codes = append(codes, detail.Result)
		}
	}
	if codes == nil {
		return []string{"no detail names " + sim}
	}
	return codes
}

// distinct returns the SIM cards without those that repeat an earlier one.
func distinct(sims []string) []string {
	var different []string
	for _, sim := range sims {
		if !slices.Contains(different, sim) {
			different = append(different, sim)
		}
	}
	return different
}

// acceptedSecondPartner returns the code of the second partner after seeing that the
// target accepts a request of it: what it is refused is then not refused for its code.
func acceptedSecondPartner(ctx context.Context, s *session.Session) string {
	partner := s.SecondPartner()
	s.RequireAccepted(s.Send(ctx, s.NewListBundles().As(partner)))
	return partner
}
