package habits

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// additionalMembers is the habit of undocumented members, reported with their names.
const additionalMembers = "additional-members"

// sentences describe the habits that package provoke does not know, or knows under another name.
var sentences = map[string]string{
	"repeated-parameters":  "accepts parameters that are sent twice, and other ambiguous requests",
	"parameters-elsewhere": "accepts the global parameters in another part of the request",
	"bare-answers":         "answers without the envelope",
	additionalMembers:      "adds undocumented members to its answers",
}

// byRule are the habits for rules that have no JSON pointer.
var byRule = map[string]string{
	"globals/version-default":             "missing-parameters",
	"globals/place-of-parameters":         "parameters-elsewhere",
	"signature/upper-case-sign-refused":   "upper-case-signs",
	"signature/ambiguous-request-refused": "repeated-parameters",
	"errors/malformed-json-refused":       "malformed-json",
	"errors/missing-body-refused":         "missing-body",
	"errors/other-media-type-refused":     "other-media-types",
	"errors/other-method-refused":         "other-methods",
	"errors/refusals-in-the-envelope":     "refusals-in-another-form",
	"errors/unknown-path-refused":         "refusals-in-another-form",
	"errors/oversized-refused":            "refusals-in-another-form",
	"envelope/refusal":                    "refusals-in-another-form",
	"envelope/present":                    "bare-answers",
	"envelope/data-on-success":            "bare-answers",
	"payments/empty-strings-refused":      "empty-values",
	"async/malformed-sim-refused":         "malformed-values",
	"async/empty-batch-refused":           "empty-values",
	"orders/malformed-amount-refused":     "malformed-values",
	"order-lookup/no-key-refused":         "missing-parameters",
}

// kindOf returns the habit that a deviation shows and the parameter or member that shows it; "" for
// none.
func kindOf(result *reports.Result, d reports.Deviation) (name, subject string) {
	if !strings.HasPrefix(d.Clause, "/") {
		name = byRule[d.Clause]
		if name == "missing-parameters" {
			subject = "version"
		}
		if d.Clause == "errors/malformed-json-refused" && strings.Contains(mutation(result), "trailing-data") {
			name = "trailing-data"
		}
		return name, subject
	}
	if inAnswer(d.Clause) {
		if d.Undocumented && strings.HasPrefix(d.Summary, "the member ") {
			return additionalMembers, d.Actual
		}
		return "", ""
	}
	return requestHabit(result, d), member(d.Clause)
}

// requestHabit is the habit of accepting requests that break a constraint.
func requestHabit(result *reports.Result, d reports.Deviation) string {
	change := mutation(result)
	switch keyword(d.Clause) {
	case "required":
		return "missing-parameters"
	case "type":
		switch {
		case change == "null" || strings.Contains(d.Summary, " null"):
			return "null-for-strings"
		case change == "number" || change == "":
			return "numbers-for-strings"
		}
		return "other-types"
	}
	switch {
	case change == "empty":
		return "empty-values"
	case strings.HasPrefix(change, "space"):
		return "spaces-around-values"
	case slices.Contains([]string{"pattern", "minLength", "maxLength", "enum", "minItems", "maxItems", "uniqueItems", "minimum", "maximum"}, keyword(d.Clause)):
		return "malformed-values"
	}
	return ""
}

// mutation is the mutation of a derived case; "" for a handwritten check.
func mutation(result *reports.Result) string {
	if result.Area != "GEN" {
		return ""
	}
	return result.ID[strings.LastIndex(result.ID, "/")+1:]
}

// inAnswer reports whether a clause is about an answer of the target.
func inAnswer(clause string) bool { return strings.Contains(clause, "/responses/") }

// keyword is the keyword that a pointer ends in: "type", "pattern", "required".
func keyword(clause string) string {
	tokens := strings.Split(clause, "/")
	if len(tokens) > 1 && tokens[len(tokens)-2] == "required" {
		return "required"
	}
	return tokens[len(tokens)-1]
}

// member is the parameter or member that a pointer is about.
func member(clause string) string {
	tokens := strings.Split(clause, "/")
	for i := len(tokens) - 2; i >= 0; i-- {
		if slices.Contains([]string{"properties", "parameters", "required"}, tokens[i]) {
			return tokens[i+1]
		}
	}
	return ""
}
