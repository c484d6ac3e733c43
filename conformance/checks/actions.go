package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// The documented results of a SIM in a task.
const (
	succeeded  = "10"
	noSuchCard = "31"
)

// action is an operation that starts a task.
type action struct {
	operation string
	article   string // "an addSims"
	code      string // the action_code of its tasks
}

var (
	adding   = action{"addSims", "an", "70"}
	removing = action{"removeSims", "a", "71"}
)

// onBoth makes a case of a check for addSims and one for removeSims: "{operation}" and "{an operation}"
// in the requirement become its id. The check's Operations are those that both cases call.
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

// named is the value of a case, with the case's part of the id and its words in the requirement.
type named[T any] struct {
	id, words string
	value     T
}

// casesOf makes a case of a check for each value: "{case}" in the requirement becomes the value's words.
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

// draft drafts the operation for SIMs of a group.
func (a action) draft(s *session.Session, group string, sims ...string) *session.Draft {
	if a == adding {
		return s.NewAddSims(group, sims...)
	}
	return s.NewRemoveSims(group, sims...)
}

// start starts the operation for SIMs of the target's group and requires that the target accepts it.
func (a action) start(ctx context.Context, s *session.Session, sims ...string) session.Accepted {
	if a == adding {
		return s.AddSIMs(ctx, s.Group(), sims...)
	}
	return s.RemoveSIMs(ctx, s.Group(), sims...)
}

// carryOut starts the operation and returns the final result of its task.
func (a action) carryOut(ctx context.Context, s *session.Session, sims ...string) wire.Result {
	return s.AwaitResult(ctx, a.start(ctx, s, sims...).RequestID)
}

// prepare adds SIMs that will be removed, so that the operation can succeed.
func (a action) prepare(ctx context.Context, s *session.Session, sims ...string) {
	if a == removing {
		adding.carryOut(ctx, s, sims...)
	}
}

// listed returns how often the target's group lists a SIM.
func listed(ctx context.Context, s *session.Session, sim string) int {
	return listGroupSims(ctx, s, s.Group()).Times(sim)
}

// requestIDs returns the values of the request id header.
func requestIDs(s *session.Session, answer *wire.Answer) []string {
	return answer.Header.Values(s.Target().RequestIDHeader)
}

// simsOf returns the sim_id of each detail of a result.
func simsOf(result wire.Result) []string {
	sims := make([]string, len(result.Details))
	for i, detail := range result.Details {
		sims[i] = detail.SimID
	}
	return sims
}

// resultsFor returns the result of each detail for a SIM, or a sentence if there is none.
func resultsFor(sim string, result wire.Result) []string {
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

// distinct returns the SIMs without repetitions.
func distinct(sims []string) []string {
	var different []string
	for _, sim := range sims {
		if !slices.Contains(different, sim) {
			different = append(different, sim)
		}
	}
	return different
}

// acceptedSecondPartner returns the code of the second partner and requires that the target accepts a
// request from it, so that an unknown code cannot explain a refusal.
func acceptedSecondPartner(ctx context.Context, s *session.Session) string {
	s.RequireAccepted(answerToSecondPartner(ctx, s))
	return s.SecondPartner()
}
