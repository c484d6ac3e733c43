package checks

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

var idForm = regexp.MustCompile(`^((SIG|ENV|RID|ASY|GRP|ORD|VSH|PAY|NTF|ERR)-[0-9]{3}(/[A-Za-z0-9]+)?|GEN/[A-Za-z]+/(path|query|header|body|request)/[A-Za-z0-9_.-]+/[a-z][A-Za-z0-9._-]*)$`)

// Every check has what a reader of a report relies on.
func TestChecksAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, check := range All() {
		t.Run(check.ID, func(t *testing.T) {
			if !idForm.MatchString(check.ID) {
				t.Error("the id has neither the form AREA-000 or AREA-000/case nor that of a generated case")
			}
			if seen[check.ID] {
				t.Error("the id stands twice")
			}
			seen[check.ID] = true
			if _, known := openapi.ClauseFor(check.Clause, ""); !known {
				t.Errorf("the contract has no clause %q", check.Clause)
			}
			if check.Run == nil || check.Level != reports.Must && check.Level != reports.Should {
				t.Error("it has no function, or no level")
			}
			if r := check.Requirement; len(r) < 20 || len(r) > 160 || strings.ContainsAny(r, "{}\n") || strings.HasSuffix(r, ".") {
				t.Errorf("the requirement is not one sentence without its full stop: %q", r)
			}
			if len(check.Operations) == 0 {
				t.Error("it names no operation")
			}
			for _, id := range check.Operations {
				operation, known := openapi.OperationOf(id)
				if !known {
					t.Errorf("the contract has no operation %q", id)
				}
				if needs := operation.Does; needs == "write" && check.Does == reports.Read {
					t.Errorf("it calls %s, which writes, and says that it reads", id)
				}
			}
		})
	}
}

// No two checks state the same requirement.
func TestRequirementsDiffer(t *testing.T) {
	said := map[string]string{}
	for _, check := range All() {
		if other, twice := said[check.Requirement]; twice {
			t.Errorf("%s and %s have the same requirement: %s", other, check.ID, check.Requirement)
		}
		said[check.Requirement] = check.ID
	}
}
