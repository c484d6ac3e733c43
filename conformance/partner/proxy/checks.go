package proxy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The clause of a request's sign, with the evidence of the rule itself: a page states it.
const (
	clauseSign = "signature/right-sign-accepted"
	gradeSign  = reports.Documented
	sourceSign = "doc-1486828"
	atSign     = "request sign"
)

// The checks of a proxy, each with a case for each operation.
const (
	answersID = "PRX-001/"
	signsID   = "PRX-002/"
)

// Catalogue returns every check of the proxy, two for each operation. They cannot be run.
func Catalogue(contract *openapi.Contract) []partner.Check { return checksOf(contract, nil) }

// Checks returns the checks of the traffic. They report what the proxy has seen when they run. Signs are
// checked only if the proxy keeps them.
func (p *Proxy) Checks(contract *openapi.Contract) []partner.Check {
	all := checksOf(contract, p)
	if !p.config.KeepSign {
		all = slices.DeleteFunc(all, func(check partner.Check) bool { return strings.HasPrefix(check.ID, signsID) })
	}
	return all
}

func checksOf(contract *openapi.Contract, p *Proxy) []partner.Check {
	var all []partner.Check
	for _, operation := range contract.Operations() {
		id := operation.ID
		all = append(all, partner.Check{
			ID: answersID + id, Clause: operation.Pointer + "/responses/200", Does: reports.Does(operation.Does), Operations: []string{id},
			Requirement: "every answer of " + id + " keeps the contract",
			Run:         func(_ context.Context, r *partner.Record) { p.report(r, id, false) },
		}, partner.Check{
			ID: signsID + id, Clause: clauseSign, Does: reports.Does(operation.Does), Operations: []string{id},
			Grade: gradeSign, Source: sourceSign, Requirement: "every request of " + id + " has the right sign",
			Run: func(_ context.Context, r *partner.Record) { p.report(r, id, true) },
		})
	}
	return all
}

// report reports what was seen of an operation: the signs of its requests or its answers. All exchanges
// are with the answers; with the signs are only those with a deviation.
func (p *Proxy) report(r *partner.Record, operation string, signs bool) {
	seen := p.seen.traffic(operation)
	switch {
	case seen.forwarded == 0 && seen.refusedFor != "":
		r.Skip("the proxy refused every request: " + seen.refusedFor)
		return
	case seen.forwarded == 0:
		r.Skip("no request arrived")
		return
	}
	for _, d := range seen.deviations {
		if (d.Pointer == atSign) != signs {
			continue
		}
		if signs {
			r.Exchanges = append(r.Exchanges, seen.exchanges[d.Exchange])
			d.Exchange = len(r.Exchanges) - 1
		}
		r.Deviations = append(r.Deviations, d)
	}
	if signs {
		return
	}
	r.Exchanges = slices.Clone(seen.exchanges)
	if problem := seen.inconclusive(); problem != "" {
		r.Inconclusive(problem)
	}
	if seen.leftOut > 0 {
		r.Reason = fmt.Sprintf("%d later exchanges without a new deviation are left out (--max-kept). %s", seen.leftOut, r.Reason)
	}
}

// Reached reports whether any operation of a service was answered.
func (p *Proxy) Reached(service string) bool {
	for _, r := range p.routes[service] {
		if seen := p.seen.traffic(r.operation.ID); seen.forwarded > seen.unanswered {
			return true
		}
	}
	return false
}
