package openapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The grades of evidence, strongest first.
const (
	Documented = "documented"
	// Observed is the grade of behaviour that an overlay records of a target.
	Observed = "observed"
	Derived  = "derived"
	Assumed  = "assumed"
)

// Rule is the grade of a rule of this suite, such as "no valid request is answered by a
// server error". The provider does not state it, so it has no source. It applies at
// every strictness.
const Rule = "rule"

// Evidence says how certain a statement is.
type Evidence struct {
	Grade  string // Documented, Observed, Derived, Assumed or Rule
	Source string // the ids of the provider's pages, comma-separated; empty when no page is behind it
	Note   string // the reason; may be empty

	// restricts is set if the page itself states the restriction, and so documents that
	// a request that breaks it is refused.
	restricts bool
}

// Clause is one statement of the contract.
type Clause struct {
	// ID is the id of a rule ("request-id/unique") or a JSON pointer into the document.
	ID string
	// Statement is the clause in words.
	Statement string
	// Operations are the ids of the operations that it concerns.
	Operations []string
	// Evidence applies to all these operations; see Contract.ClauseFor.
	Evidence Evidence
	// Enforced is the evidence that a server enforces the clause. It equals Evidence,
	// except for a constraint on a request that a page states for the caller: that a
	// server refuses violations is derived at most, unless a page says so.
	Enforced Evidence
}

// ruleClause is a rule of x-clauses, with the operations that have better evidence.
type ruleClause struct {
	Clause
	raised map[string]Evidence
}

// Clauses returns the rules that no schema states, in the order of the document.
// Statements of schemas are not listed; Clause finds them by their pointers.
func (c *Contract) Clauses() []Clause {
	all := make([]Clause, len(c.clauses))
	for i, rule := range c.clauses {
		all[i] = rule.Clause
		all[i].Operations = slices.Clone(rule.Operations)
	}
	return all
}

// Clause returns the clause with an id, and whether it exists and has evidence. The id
// is the id of a rule or a JSON pointer (RFC 6901, with or without a leading "#"). The
// pointer is followed as if references were inlined, so it can begin at an operation: "/paths/~1mall~1bundle-groups~1bundles/get/responses/200/…". An
// element of a list may be named instead of counted: a parameter by its name
// ("…/parameters/sign"), a required member or a value by itself
// ("…/required/partnerCode"). Evidence for the single keyword counts first, then the
// nearest evidence above it.
func (c *Contract) Clause(id string) (Clause, bool) { return c.ClauseFor(id, "") }

// ClauseFor returns the clause with an id with its evidence for one operation. It differs
// from Clause for rules that have better evidence for some of their operations.
func (c *Contract) ClauseFor(id, operation string) (Clause, bool) {
	if pointer := strings.TrimPrefix(id, "#"); strings.HasPrefix(pointer, "/") {
		return c.pointerClause(id, pointer)
	}
	at := slices.IndexFunc(c.clauses, func(rule ruleClause) bool { return rule.ID == id })
	if at < 0 {
		return Clause{}, false
	}
	clause := c.clauses[at].Clause
	clause.Operations = slices.Clone(clause.Operations)
	if better, raised := c.clauses[at].raised[operation]; raised {
		clause.Evidence = better
	}
	clause.Enforced = clause.Evidence
	return clause, true
}

func (c *Contract) pointerClause(id, pointer string) (Clause, bool) {
	p, found := c.walk(pointer)
	if !found || p.evidence.Grade == "" {
		return Clause{}, false
	}
	clause := Clause{ID: id, Statement: p.statement(), Evidence: p.evidence, Enforced: p.enforced()}
	for _, operation := range c.operations {
		if pointer == operation.Pointer || strings.HasPrefix(pointer, operation.Pointer+"/") {
			clause.Operations = []string{operation.ID}
		}
	}
	return clause, true
}

// Nullability returns the evidence that the value of a schema must not be null. The schema
// is given by its JSON pointer, as for Clause. It is the evidence of the keyword nullable
// if the document grades it, otherwise assumed, because no page mentions null.
func (c *Contract) Nullability(schema string) Evidence {
	if p, found := c.walk(strings.TrimPrefix(schema, "#")); found {
		if evidence := p.keywordEvidence("nullable"); evidence.Grade != "" {
			return evidence
		}
	}
	return Evidence{Grade: Assumed, Note: "No page says whether a value may be null."}
}

// KnownValues returns the values that the documentation names for the schema at a JSON
// pointer (as for Clause), each with its meaning; nil if it names none. Other values are
// undocumented, not forbidden.
func (c *Contract) KnownValues(pointer string) map[string]string {
	p, found := c.walk(strings.TrimPrefix(pointer, "#"))
	if !found {
		return nil
	}
	var values map[string]string
	_ = each(p.at.get("x-known-values"), func(value string, meaning *yaml.Node) error {
		if values == nil {
			values = map[string]string{}
		}
		values[value] = meaning.Value
		return nil
	})
	return values
}

func (c *Contract) readClauses() error {
	return each(member(c.root, "x-clauses"), func(id string, node *yaml.Node) error {
		rule := ruleClause{Clause: Clause{ID: id, Statement: inlined{node}.text("statement")}}
		var graded bool
		if rule.Evidence, graded = evidenceOf(member(node, "x-evidence")); !graded || rule.Statement == "" {
			return errors.New("a clause needs a statement and x-evidence with a grade")
		}
		var err error
		if rule.Operations, err = c.operationsOf(node); err != nil {
			return err
		}
		if rule.raised, err = c.readRaised(member(node, "raised")); err != nil {
			return err
		}
		c.clauses = append(c.clauses, rule)
		return nil
	})
}

func (c *Contract) readRaised(list *yaml.Node) (map[string]Evidence, error) {
	raised := map[string]Evidence{}
	if list == nil {
		return raised, nil
	}
	for _, item := range list.Content {
		evidence, graded := evidenceOf(member(item, "x-evidence"))
		if !graded || member(item, "operations") == nil {
			return nil, errors.New("raised needs operations and x-evidence with a grade")
		}
		operations, err := c.operationsOf(item)
		if err != nil {
			return nil, err
		}
		for _, operation := range operations {
			raised[operation] = evidence
		}
	}
	return raised, nil
}

// operationsOf returns the operations that a mapping names, all if it names none.
func (c *Contract) operationsOf(node *yaml.Node) ([]string, error) {
	named := words(member(node, "operations"))
	for _, id := range named {
		if _, known := c.Operation(id); !known {
			return nil, fmt.Errorf("there is no operation %q", id)
		}
	}
	if named == nil {
		for _, operation := range c.operations {
			named = append(named, operation.ID)
		}
	}
	return named, nil
}

// evidenceOf reads evidence, and reports whether it has a grade.
func evidenceOf(node *yaml.Node) (Evidence, bool) {
	written := inlined{node}
	evidence := Evidence{
		Grade:  written.text("grade"),
		Source: written.text("source"),
		Note:   written.text("note"),

		restricts: written.text("restricts") == "true",
	}
	return evidence, evidence.Grade != ""
}
