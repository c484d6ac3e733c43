package openapi

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// pages are those of the provider's pages that could be seen.
var pages = strings.Fields("doc-1486828 doc-2518982 api-12135037 api-12209092 api-38220695 api-42599728 api-42599729 api-42599730 " +
	"api-42599732 api-42599734 api-42599736 api-42599740 api-42599743 api-477974986 api-477974987 api-477974988 " +
	"api-477974989 api-478003240")

// wanting says what an evidence lacks, "" when it lacks nothing.
func wanting(evidence Evidence) string {
	switch evidence.Grade {
	case Documented:
		if evidence.Source == "" {
			return "documented, and names no page"
		}
	case Derived:
		if evidence.Source == "" || evidence.Note == "" {
			return "derived, and does not say from what and how"
		}
	case Assumed:
		if evidence.Note == "" {
			return "assumed, and does not say why"
		}
	case Rule:
		if evidence.Note == "" || evidence.Source != "" {
			return "a rule of the suite needs a note and has no page"
		}
	default:
		return "grade " + evidence.Grade
	}
	if evidence.Source == "" {
		return ""
	}
	for page := range strings.SplitSeq(evidence.Source, ", ") {
		if !slices.Contains(pages, page) {
			return "its source is no list of pages: " + evidence.Source
		}
	}
	return ""
}

// visit calls f for every node of the document, references not followed.
func visit(node *yaml.Node, at string, f func(at string, node *yaml.Node)) {
	f(at, node)
	_ = each(node, func(key string, value *yaml.Node) error {
		visit(value, at+"/"+EscapeToken(key), f)
		return nil
	})
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			visit(item, at+"/-", f)
		}
	}
}

func TestEveryEvidenceIsComplete(t *testing.T) {
	count := 0
	check := func(at string, node *yaml.Node) {
		evidence, _ := evidenceOf(node)
		if lack := wanting(evidence); lack != "" {
			t.Errorf("%s: %s", at, lack)
		}
		count++
	}
	for name, contract := range contracts(t) {
		visit(contract.root, name, func(at string, node *yaml.Node) {
			if own := member(node, "x-evidence"); own != nil {
				check(at, own)
			}
			_ = each(member(node, "x-evidence-for"), func(keyword string, value *yaml.Node) error {
				check(at+"/"+keyword, value)
				return nil
			})
		})
	}
	if count < 400 {
		t.Errorf("only %d were found", count)
	}
}

// A constraint is graded where it stands: it must not inherit the grade of the
// member by oversight, since what a page prints is seldom why we constrain it so.
func TestEveryConstraintIsGradedWhereItStands(t *testing.T) {
	constraints := []string{
		"required", "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems",
		"uniqueItems", "minimum", "maximum", "not",
	}
	for name, contract := range contracts(t) {
		visit(contract.root, name, func(at string, node *yaml.Node) {
			if (inlined{node}).text("type") == "" {
				return
			}
			for _, constraint := range constraints {
				if member(node, constraint) != nil && member(member(node, "x-evidence-for"), constraint) == nil {
					t.Errorf("%s: %s is not graded", at, constraint)
				}
			}
		})
	}
}

// below returns every pointer below a place that states something, references inlined.
func below(c *Contract, pointer string) []string {
	at, found := c.walk(pointer)
	if !found {
		return nil
	}
	all := []string{pointer}
	node := at.at.last()
	if node.Kind == yaml.SequenceNode {
		for i := range node.Content {
			all = append(all, below(c, pointer+"/"+strconv.Itoa(i))...)
		}
	}
	for _, layer := range at.at {
		_ = each(layer, func(key string, _ *yaml.Node) error {
			if key != "$ref" && key != "example" && key != "examples" && !strings.HasPrefix(key, "x-") {
				all = append(all, below(c, pointer+"/"+EscapeToken(key))...)
			}
			return nil
		})
	}
	return all
}

func TestEveryClauseIsGraded(t *testing.T) {
	for name, least := range map[string]int{"mall": 2000, "push": 80} {
		if count := gradedClauses(t, contracts(t)[name]); count < least {
			t.Errorf("%s: only %d were found", name, count)
		}
	}
}

// gradedClauses counts the clauses below the operations of a document, and
// fails the test for each one that lacks something.
func gradedClauses(t *testing.T, contract *Contract) int {
	t.Helper()
	count := 0
	for _, operation := range contract.Operations() {
		for _, pointer := range below(contract, operation.Pointer) {
			clause, found := contract.Clause(pointer)
			switch {
			case !found:
				t.Errorf("%s has no grade", pointer)
			case wanting(clause.Evidence) != "":
				t.Errorf("%s: %s", pointer, wanting(clause.Evidence))
			case clause.Statement == "" || clause.ID != pointer || !slices.Equal(clause.Operations, []string{operation.ID}):
				t.Errorf("%s leads to %+v", pointer, clause)
			}
			count++
		}
	}
	return count
}

// Rules of both documents stand side by side in a report, so an id is that of
// one rule only; those of the push begin with "push/" and no others do.
func TestRulesAreComplete(t *testing.T) {
	idForm := regexp.MustCompile(`^[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for name, contract := range contracts(t) {
		for _, clause := range contract.Clauses() {
			if !idForm.MatchString(clause.ID) || seen[clause.ID] || strings.HasPrefix(clause.ID, "push/") != (name == "push") {
				t.Errorf("%s, %s: malformed, twice, or in the wrong document", name, clause.ID)
			}
			seen[clause.ID] = true
			if lack := wanting(clause.Evidence); lack != "" {
				t.Errorf("%s: %s", clause.ID, lack)
			}
			if !strings.HasSuffix(clause.Statement, ".") || len(clause.Operations) == 0 {
				t.Errorf("%s: statement %q, operations %v", clause.ID, clause.Statement, clause.Operations)
			}
		}
	}
}

func TestRulesAreGradedByTheirWeakestOperation(t *testing.T) {
	rank := []string{Assumed, Derived, Documented, Rule}
	contract := load(t)
	for _, clause := range contract.Clauses() {
		weakest := len(rank)
		for _, operation := range clause.Operations {
			one, _ := contract.ClauseFor(clause.ID, operation)
			weakest = min(weakest, slices.Index(rank, one.Evidence.Grade))
			if slices.Index(rank, one.Evidence.Grade) < slices.Index(rank, clause.Evidence.Grade) {
				t.Errorf("%s: raised for %s to something lower", clause.ID, operation)
			}
		}
		if rank[weakest] != clause.Evidence.Grade {
			t.Errorf("%s: graded %s, and every one of its operations is better", clause.ID, clause.Evidence.Grade)
		}
	}
	for _, rule := range contract.clauses {
		for operation := range rule.raised {
			if !slices.Contains(rule.Operations, operation) {
				t.Errorf("%s: raised for %s, which it does not concern", rule.ID, operation)
			}
		}
	}
}

func TestEverythingIsDescribed(t *testing.T) {
	for name, least := range map[string]int{"mall": 400, "push": 15} {
		if count := describedParts(t, contracts(t)[name]); count < least {
			t.Errorf("%s: only %d were found", name, count)
		}
	}
}

// describedParts counts what has to be described in a document, and fails the
// test for each part that is not.
func describedParts(t *testing.T, contract *Contract) int {
	t.Helper()
	for _, tag := range member(contract.root, "tags").Content {
		if len((inlined{tag}).text("description")) < 100 {
			t.Errorf("tag %s is not described", (inlined{tag}).text("name"))
		}
	}
	count := 0
	for _, operation := range contract.Operations() {
		for _, pointer := range below(contract, operation.Pointer) {
			tokens := strings.Split(pointer, "/")
			parent := tokens[len(tokens)-2]
			described := pointer == operation.Pointer || tokens[len(tokens)-1] == "requestBody" ||
				slices.Contains([]string{"parameters", "responses", "headers", "properties"}, parent)
			if !described {
				continue
			}
			at, _ := contract.walk(pointer)
			if len(at.at.text("description")) < 20 {
				t.Errorf("%s is not described", pointer)
			}
			count++
		}
	}
	return count
}
