package openapi

import (
	"os"
	"strings"
	"testing"
)

// The line of a clause is a line that states it.
func TestLocations(t *testing.T) {
	const verify = "/paths/~1singleVerify/post/requestBody/content/application~1json/schema"
	for id, want := range map[string]struct{ file, text string }{
		"signature/missing-sign-refused":    {"openapi/mall.yaml", "signature/missing-sign-refused:"},
		verify + "/required/deviceCode":     {"openapi/mall.yaml", "deviceCode"},
		"#" + verify + "/properties/sign":   {"openapi/mall.yaml", "type: string"},
		"/paths/~1singleVerify/post":        {"openapi/mall.yaml", "tags: [Vshop]"},
		firstRule(t, Push):                  {"openapi/push.yaml", firstRule(t, Push) + ":"},
		"no/such-clause":                    {},
		"/paths/~1nowhere/post/requestBody": {},
	} {
		at, found := LocationOf(id)
		if found != (want.file != "") || at.File != want.file {
			t.Errorf("%s: got %+v, %v", id, at, found)
			continue
		}
		if found {
			if line := lineOfFile(t, at); !strings.Contains(line, want.text) {
				t.Errorf("%s: line %d is %q, want it to have %q", id, at.Line, line, want.text)
			}
		}
	}
}

// Every clause of a list has a line.
func TestEveryRuleHasALocation(t *testing.T) {
	for _, parse := range []func() (*Contract, error){Mall, Push} {
		contract, err := parse()
		if err != nil {
			t.Fatal(err)
		}
		for _, clause := range contract.Clauses() {
			if _, found := LocationOf(clause.ID); !found {
				t.Errorf("%s stands nowhere", clause.ID)
			}
		}
	}
}

func firstRule(t *testing.T, parse func() (*Contract, error)) string {
	t.Helper()
	contract, err := parse()
	if err != nil {
		t.Fatal(err)
	}
	return contract.Clauses()[0].ID
}

func lineOfFile(t *testing.T, at Location) string {
	t.Helper()
	data, err := os.ReadFile(strings.TrimPrefix(at.File, "openapi/"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(data), "\n")[at.Line-1]
}
