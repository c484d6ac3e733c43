package causes

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/openapi"
)

// contracts are both documents.
func contracts(t *testing.T) []*openapi.Contract {
	t.Helper()
	var both []*openapi.Contract
	for _, parse := range []func() (*openapi.Contract, error){openapi.Mall, openapi.Push} {
		contract, err := parse()
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, contract)
	}
	return both
}

func TestEveryCheckHasACause(t *testing.T) {
	for _, check := range checks.All() {
		if OfClause(check.Clause) == "" {
			t.Errorf("%s: the clause %q has no cause", check.ID, check.Clause)
		}
	}
	if cause := OfClause("no-topic/at-all"); cause != "" {
		t.Errorf("an unknown topic has the cause %q", cause)
	}
}

func TestEveryRuleHasACause(t *testing.T) {
	var ids []string
	for _, contract := range contracts(t) {
		for _, clause := range contract.Clauses() {
			ids = append(ids, clause.ID)
			if OfClause(clause.ID) == "" {
				t.Errorf("%s has no cause", clause.ID)
			}
		}
	}
	for id, cause := range byClause {
		used := false
		for _, known := range ids {
			used = used || known == id || strings.HasPrefix(known, id+"/")
		}
		if !used {
			t.Errorf("the cause of %s is that of no clause", id)
		}
		if !strings.HasSuffix(cause, ".") || len(cause) > 400 {
			t.Errorf("%s: %q is no sentence or two", id, cause)
		}
	}
}

// The nearest keyword decides, and whether it is of a request or an answer.
func TestCauseOfKeyword(t *testing.T) {
	const answer = "/paths/~1async-result~1{request_id}/get/responses/200/content/application~1json/schema"
	const request = "/paths/~1singleOrder/post/requestBody/content/application~1json/schema"
	for clause, want := range map[string]string{
		answer + "/properties/data/required/message":      answerCauses["required"],
		"#" + answer + "/properties/data/properties/type": answerCauses["type"],
		answer + "/properties/operateCode/minLength":      answerCauses["minLength"],
		"/paths/~1a/get/responses/200/headers/request_id": answerCauses["headers"],
		request + "/properties/payAmount/maxLength":       requestCauses["maxLength"],
		answer + "/properties/data":                       byClause["envelope/data-on-success"],
		request + "/required/payAmount":                   requestCauses["required"],
		"/paths/~1a/get/parameters/sign":                  requestCauses[""],
		"signature/upper-case-sign-refused":               byClause["signature/upper-case-sign-refused"],
		"signature/no-secret":                             byClause["signature"],
	} {
		if got := OfClause(clause); got != want || got == "" {
			t.Errorf("%s: got %q, want %q", clause, got, want)
		}
	}
}
