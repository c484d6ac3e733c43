package checks

import (
	"net/http"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// A failure says what the operation did with the request. An answer in an unknown form
// deviates from the clause about forms: the operation may well have refused.
func TestOutcomesAreReported(t *testing.T) {
	for _, test := range []struct {
		name    string
		answer  wire.Answer
		summary string
		clause  string
	}{
		{"accepted", wire.Answer{Status: http.StatusOK, OperateCode: "S"}, "addSims accepted a request without a sign", ""},
		{"another form", wire.Answer{Status: http.StatusOK, Body: []byte(`{"error":1}`)},
			"addSims neither accepted nor refused a request without a sign", "errors/refusals-in-the-envelope"},
		{"server error", wire.Answer{Status: http.StatusBadGateway, OperateCode: "F"},
			"addSims failed on a request without a sign", "errors/no-server-error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.answer.Operation = "addSims"
			matcher := beRefused()
			if refused, err := matcher.Match(&test.answer); refused || err != nil {
				t.Fatalf("it counts as refused (%v)", err)
			}
			failure := matcher.(outcomeMatcher).Tell(&test.answer, "a request without a sign")
			if failure.Summary != test.summary || failure.Clause != test.clause {
				t.Errorf("told as %q, clause %q", failure.Summary, failure.Clause)
			}
		})
	}
}
