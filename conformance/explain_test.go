package conformance

import (
	"errors"
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// The explanation of every check is complete.
func TestEveryCheckIsExplained(t *testing.T) {
	for _, check := range checks.All() {
		e, err := Explain(check.ID)
		if err != nil {
			t.Error(err)
			continue
		}
		for what, text := range map[string]string{
			"requirement": e.Requirement, "level": e.Level, "clause": e.Clause, "statement": e.Statement, "grade": e.Grade, "file": e.File, "does": e.Does, "cause": e.Cause,
		} {
			if text == "" {
				t.Errorf("%s has no %s", check.ID, what)
			}
		}
		if e.Line == 0 || len(e.Operations) == 0 {
			t.Errorf("%s: line %d, operations %v", check.ID, e.Line, e.Operations)
		}
	}
}

func TestExplain(t *testing.T) {
	whole, err := Explain("SIG-022")
	if err != nil || len(whole.Cases) < 10 || whole.Cases[0] != "SIG-022/addSims" || !slices.Contains(whole.Faults, "sign-wrong-accepted") {
		t.Errorf("got %+v, %v", whole, err)
	}
	one, err := Explain("ASY-001")
	if err != nil || len(one.Cases) != 0 || !slices.Equal(one.Faults, []string{"action-code-of-add"}) {
		t.Errorf("got %+v, %v", one, err)
	}
	for id, instead := range map[string]string{"ASY-0O1": "did you mean ASY-001?", "something else": "mallcheck list shows them"} {
		var told *target.Error
		if _, err := Explain(id); !errors.As(err, &told) || told.Instead != instead {
			t.Errorf("%s: got %v", id, err)
		}
	}
}
