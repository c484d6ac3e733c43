package openapi

import (
	"strings"
	"testing"
)

// Every entry of the table is a rule of one of the documents, or the topic of some.
func TestSeveritiesNameRules(t *testing.T) {
	known := map[string]bool{}
	for _, document := range []func() (*Contract, error){Mall, Push} {
		contract, err := document()
		if err != nil {
			t.Fatal(err)
		}
		for _, clause := range contract.Clauses() {
			known[clause.ID] = true
			topic, _, _ := strings.Cut(clause.ID, "/")
			known[topic] = true
		}
	}
	for id := range severities {
		if !known[id] {
			t.Errorf("no rule %s", id)
		}
	}
}

func TestSeverityOf(t *testing.T) {
	for clause, want := range map[string]Severity{
		"order-lookup/own-orders-only": Critical, // isolation
		"payments/amount-preserved":    Critical, // money
		"order-lookup/no-key-refused":  Major,
		"errors/other-method-refused":  Minor, // by its topic
		"/paths/~1singleVerify/post/requestBody/content/application~1json/schema/required/mark":              Minor,
		"/paths/~1singleQueryOrder/post/responses/200/content/application~1json/schema/properties/data/type": Major,
	} {
		if got := SeverityOf(clause); got != want {
			t.Errorf("%s: %s, want %s", clause, got, want)
		}
	}
}
