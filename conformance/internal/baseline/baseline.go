// Package baseline sends one valid request of each operation before any check, and decides from the
// answers whether the settings fit the target.
//
// A wrong setting is never the provider's fault: refusals that it causes are not violations. The
// likeliest setting is named instead.
package baseline

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Report is the result of the baseline.
type Report struct {
	// Unfit has the operations whose checks would prove nothing, each with the reason.
	Unfit map[string]string
	// Down has the operations of services that answer every valid request with a server error, each with
	// the reason. One check per operation shows the violation.
	Down map[string]string
	// Left has a sentence for each thing that could not be undone.
	Left []string
}

// outcome is the outcome of the valid request of one operation.
type outcome struct {
	operation openapi.Operation
	answer    *wire.Answer // nil if the target was not asked or did not answer
	needs     string       // the operation whose refusal prevented this request
}

func (o outcome) accepted() bool { return o.answer != nil && o.answer.Accepted() }
func (o outcome) refused() bool {
	return o.answer != nil && !o.answer.Accepted() && o.answer.Status < 500
}

// Ask sends a valid request of each operation. Operations that cannot be called, because a fixture is
// missing or because the target did not answer, are left to the checks.
func Ask(ctx context.Context, connection *session.Connection, t *target.Target, operations []openapi.Operation) Report {
	report := Report{Unfit: map[string]string{}, Down: map[string]string{}}
	connection.KeepToPermissions(true)
	defer connection.KeepToPermissions(false)
	services := map[string][]outcome{}
	for _, operation := range topUpFirst(operations) {
		if ctx.Err() != nil {
			return report
		}
		s := connection.Session(ctx)
		one := ask(ctx, s, operation)
		if one.refused() {
			one.answer = cmp.Or(acceptedEarlier(s, operation), one.answer)
		}
		report.Left = append(report.Left, s.Undo()...)
		services[operation.Service] = append(services[operation.Service], one)
	}
	for service, outcomes := range services {
		d := &diagnosis{session: connection.Session(ctx), target: t, service: service}
		maps.Copy(report.Unfit, d.unfit(outcomes))
		maps.Copy(report.Down, down(service, outcomes))
		if reason := d.requestID(outcomes); reason != "" {
			for _, id := range asynchronous {
				report.Unfit[id] = reason
			}
		}
	}
	for _, outcomes := range services {
		for _, one := range outcomes {
			if reason := report.Unfit[one.needs]; reason != "" {
				report.Unfit[one.operation.ID] = reason
			}
			if reason := report.Down[one.needs]; reason != "" {
				report.Down[one.operation.ID] = reason
			}
		}
	}
	return report
}

// down returns the operations of a service, each with the reason, if it answers every valid request with
// a server error.
func down(service string, outcomes []outcome) map[string]string {
	status := 0
	for _, one := range outcomes {
		switch {
		case one.accepted() || one.refused():
			return nil
		case one.answer != nil:
			status = one.answer.Status
		}
	}
	operations := map[string]string{}
	for _, one := range outcomes {
		if status > 0 {
			operations[one.operation.ID] = fmt.Sprintf(
				"the %s service accepts no valid request and answers HTTP %d; ENV-001 shows it for each operation", service, status)
		}
	}
	return operations
}

// topUpFirst puts the operation whose order tops up a SIM card and causes a push first. A target may
// activate one order per card at a time, so no other order may come before it.
func topUpFirst(operations []openapi.Operation) []openapi.Operation {
	return slices.SortedStableFunc(slices.Values(operations), func(a, b openapi.Operation) int {
		rank := map[bool]int{true: 0, false: 1}
		return rank[a.ID == "synOrderInfo"] - rank[b.ID == "synOrderInfo"]
	})
}

// ask sends the valid request of an operation.
func ask(ctx context.Context, s *session.Session, operation openapi.Operation) (one outcome) {
	one.operation = operation
	defer func() {
		switch end := recover().(type) {
		case nil:
		case session.End:
			if d := end.Deviation; d != nil && d.Exchange >= 0 && d.Exchange < len(s.Exchanges()) {
				exchange := s.Exchanges()[d.Exchange]
				one.needs = exchange.Operation
				if one.needs == operation.ID && exchange.Response != nil {
					one.answer, one.needs = wire.ReadAnswer(d.Exchange, exchange), ""
				}
			}
		default:
			panic(end)
		}
	}()
	one.answer = s.SendValid(ctx, operation.ID)
	return one
}

// acceptedEarlier returns the answer to a request of an operation that the target accepted while the
// valid request was being prepared; nil if there is none. The settings fit then, whatever happens next:
// a task whose result can be read only once is for the checks to report.
func acceptedEarlier(s *session.Session, operation openapi.Operation) *wire.Answer {
	for i, exchange := range s.Exchanges() {
		if exchange.Operation != operation.ID || exchange.Response == nil {
			continue
		}
		if answer := wire.ReadAnswer(i, exchange); answer.Accepted() {
			return answer
		}
	}
	return nil
}

// unfit returns the operations of a service that refuse valid requests, each with the reason.
func (d *diagnosis) unfit(outcomes []outcome) map[string]string {
	reasons := map[string]string{}
	refused := slices.DeleteFunc(slices.Clone(outcomes), func(o outcome) bool { return !o.refused() })
	if len(refused) == 0 {
		return reasons
	}
	whole := !slices.ContainsFunc(outcomes, outcome.accepted)
	d.others = !whole
	// A read request can be repeated to find out what is refused. One with a path parameter comes last:
	// the rule that fits it fits all.
	slices.SortStableFunc(refused, func(a, b outcome) int {
		return cmp.Or(cost(a)-cost(b), strings.Count(a.operation.Path, "{")-strings.Count(b.operation.Path, "{"))
	})
	settings, known := make([]string, len(refused)), map[string]string{}
	for i, one := range refused {
		kind := kindOf(one.answer)
		if known[kind] == "" {
			known[kind] = d.setting(one)
		}
		settings[i] = known[kind]
		if whole && !slices.ContainsFunc(refused, func(o outcome) bool { return !notThere(o.answer) }) {
			settings[i] = d.path(one.answer)
		}
	}
	for i, one := range refused {
		setting := settings[i]
		if d.rule != "" && (setting == bySign || strings.HasPrefix(setting, otherRule)) {
			setting = otherRule + d.rule
		}
		reason := fmt.Sprintf("%s refused a valid request: %s%s", one.operation.ID, one.answer.Told(), setting)
		if whole {
			reason = fmt.Sprintf("the settings do not fit the %s service: it accepts no valid request%s", d.service, setting)
		}
		reasons[one.operation.ID] = reason
	}
	if whole {
		for _, one := range outcomes {
			reasons[one.operation.ID] = reasons[refused[0].operation.ID]
		}
	}
	return reasons
}

// cost orders operations: reads come first.
func cost(o outcome) int {
	return slices.Index([]string{openapi.Read, openapi.Write, openapi.Purchase}, o.operation.Does)
}

// Result returns the reason to skip a check if one of its operations does not fit.
func (r Report) Result(operations []string) (reason string, unfit bool) {
	for _, id := range operations {
		if reason := r.Unfit[id]; reason != "" {
			return reason, true
		}
	}
	return "", false
}

// Operations returns the named operations of the mall, in the order of the contract, for which the
// target has an address and a permission.
func Operations(t *target.Target, services []reports.Service, named map[string]bool) ([]openapi.Operation, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	reached := func(name string) bool {
		return slices.ContainsFunc(services, func(s reports.Service) bool { return s.Name == name && s.Reached })
	}
	return slices.DeleteFunc(contract.Operations(), func(o openapi.Operation) bool {
		known := o.PathKnown || t.Paths[o.ID] != ""
		return !named[o.ID] || !known || !reached(o.Service) || !t.Allow.Allows(reports.Does(o.Does))
	}), nil
}
