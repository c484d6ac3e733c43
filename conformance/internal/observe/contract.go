package observe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
)

// gradeOf returns the grade of a keyword in the schema of a node.
func gradeOf(contract *openapi.Contract, n *node, keyword string) string {
	if keyword == "nullable" {
		return contract.Nullability(n.clause).Grade
	}
	clause, _ := contract.ClauseFor(n.clause+"/"+keyword, "")
	return clause.Enforced.Grade
}

// presenceGrade returns the grade of the statement that a member is required.
func presenceGrade(contract *openapi.Contract, n *node) string {
	if n.parent == nil {
		return ""
	}
	clause, _ := contract.ClauseFor(n.parent.clause+"/required/"+openapi.EscapeToken(n.name), "")
	return clause.Enforced.Grade
}

// contradictions lists the documented clauses that the claims of a member contradict, a sentence each.
// The documented statement stays in place: people must find out which of the two is wrong.
func contradictions(contract *openapi.Contract, m *Member) []string {
	n := m.node
	if n.schema == nil {
		return nil
	}
	var all []string
	add := func(grade, format string, values ...any) {
		if grade == openapi.Documented {
			all = append(all, fmt.Sprintf(format, values...))
		}
	}
	if m.Presence == Sometimes || m.Presence == Never {
		if n.required {
			add(presenceGrade(contract, n), "documented as required, %s seen", m.Presence)
		}
	}
	if len(m.Types) > 0 && !typesFit(n.schema, m.Types) {
		add(gradeOf(contract, n, "type"), "documented as %s, seen as %s", typeNames(n.schema), strings.Join(m.Types, " and "))
	}
	if (m.Null == Sometimes || m.Null == Always) && !nullable(n) {
		add(gradeOf(contract, n, "nullable"), "documented as not null, %s null", m.Null)
	}
	if m.OffPattern {
		add(gradeOf(contract, n, "pattern"), "texts do not match the documented pattern %s", n.schema.Pattern)
	}
	if m.Empty && n.schema.MinLength > 0 {
		add(gradeOf(contract, n, "minLength"), "documented as not empty, empty texts seen")
	}
	if others := beyond(n.schema, m.Values); len(others) > 0 {
		add(gradeOf(contract, n, "enum"), "values other than the documented ones: %s", strings.Join(others, ", "))
	}
	return all
}

// typesFit reports whether the types seen are those of a schema.
func typesFit(schema *openapi3.Schema, types []string) bool {
	if schema.Type == nil || len(schema.Type.Slice()) == 0 {
		return true
	}
	for _, seen := range types {
		if !schema.Type.Includes(seen) && (seen != "number" || !schema.Type.Includes("integer")) {
			return false
		}
	}
	return true
}

func typeNames(schema *openapi3.Schema) string { return strings.Join(schema.Type.Slice(), " or ") }

func nullable(n *node) bool {
	return n.schema.Nullable || n.content.schema != nil && n.content.schema.Nullable
}

// beyond returns the values that are not in a schema's enumeration.
func beyond(schema *openapi3.Schema, values []string) []string {
	if len(schema.Enum) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(values), func(value string) bool { return slices.Contains(schema.Enum, any(value)) })
}
