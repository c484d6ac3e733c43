package conformance

import (
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
)

// TestEveryRuleIsChecked requires for each rule of the contracts a check that is
// about it, or the reason why there is none.
func TestEveryRuleIsChecked(t *testing.T) {
	about := map[string]bool{}
	for _, check := range AllChecks() {
		about[check.Clause] = true
	}
	reasons := Unchecked()
	for _, read := range []func() (*openapi.Contract, error){openapi.Mall, openapi.Push} {
		contract, err := read()
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range contract.Clauses() {
			switch reason := reasons[rule.ID]; {
			case !about[rule.ID] && reason == "":
				t.Errorf("no check is about %s, and nothing says why: %s", rule.ID, rule.Statement)
			case about[rule.ID] && reason != "":
				t.Errorf("a check is about %s, but there is a reason why none is: %s", rule.ID, reason)
			}
			delete(reasons, rule.ID)
		}
	}
	for id := range reasons {
		t.Errorf("%s is no rule of a contract", id)
	}
}
