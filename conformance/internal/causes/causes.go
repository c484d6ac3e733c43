// Package causes names the usual cause of a deviation from a clause, as a hint for the engineer who has
// to fix it.
package causes

import (
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// OfClause returns the usual cause of a deviation from a clause, in one or two sentences for the
// engineer who has to fix it. It is a hint from experience with similar services, not a statement about
// the target. clause is an id as in Deviation.Clause. A clause without its own cause has that of its
// topic or of its schema keyword; an unknown topic has none ("").
func OfClause(clause string) string {
	pointer := strings.TrimPrefix(clause, "#")
	if strings.HasPrefix(pointer, "/") {
		return causeOfKeyword(pointer)
	}
	for topic := clause; topic != ""; topic = parent(topic) {
		if cause := byClause[topic]; cause != "" {
			return cause
		}
	}
	return ""
}

// parent returns the part before the last slash; "" if there is none.
func parent(id string) string { return id[:max(strings.LastIndexByte(id, '/'), 0)] }

// causeOfKeyword returns the cause for a schema statement: why an answer breaks it, or why a server
// accepts a request that breaks it.
func causeOfKeyword(pointer string) string {
	if strings.HasSuffix(pointer, "/properties/data") {
		return byClause["envelope/data-on-success"]
	}
	table := requestCauses
	if strings.Contains(pointer, "/responses/") {
		table = answerCauses
	}
	for at := pointer; at != ""; at = parent(at) {
		if cause := table[at[strings.LastIndexByte(at, '/')+1:]]; cause != "" {
			return cause
		}
	}
	return table[""]
}

// Of returns the cause of the worst deviation of a result.
func Of(result *reports.Result) string {
	if len(result.Deviations) == 0 {
		return ""
	}
	worst := &result.Deviations[0]
	if worst.Undocumented {
		return undocumentedCause
	}
	return OfClause(worst.Clause)
}

const undocumentedCause = "The service has changed since its documentation was written. " +
	"Do not rely on the new value until the provider documents it."

// answerCauses are by the schema keyword of an answer; "" is for all others.
var answerCauses = map[string]string{
	"": "The deployed version of the service is not the one that the page describes.",
	"type": "The serializer uses the type of the field in the code or database: numeric " +
		"codes and amounts become numbers unless they are mapped to strings.",
	"required": "The serializer omits null or empty members, or the record behind the member does not exist yet. " +
		"Always write the member, or document when it may be absent.",
	"enum": "The service has an undocumented value, or spells a documented one differently.",
	"pattern": "The value comes from a source that formats it differently: another number " +
		"format, a prefix, surrounding white space.",
	"maxLength": "The value comes from a source that allows longer values. A client that stores it " +
		"in a column of the documented length truncates it.",
	"minLength":            "The serializer writes an empty string instead of omitting a missing value.",
	"format":               "The value has the format of a locale or of a library's default instead of the documented one.",
	"minItems":             "The record behind the promised element does not exist yet.",
	"maxItems":             "The query behind the list has no limit or page size.",
	"additionalProperties": "The serializer exposes a member of an internal object.",
	"headers": "Only one code path sets the header, or a proxy removes or renames it: compare it " +
		"with a response that does not pass through the proxy.",
}

// requestCauses are by the schema keyword of a request; "" is for all others.
var requestCauses = map[string]string{
	"":     "The server does not validate requests against the document: it reads the members that it needs and ignores the rest.",
	"type": "The parser is lenient and converts a number, a list or null to a string, or the server never looks at the value.",
	"required": "The server does not check that the member is present: it uses a zero value or a default, " +
		"or only a later step needs the member and fails on its own.",
	"enum":                 "The server handles some values specially and treats all others as the normal case.",
	"pattern":              "The server checks only the length, or passes the value on to a system that does not check it either.",
	"maxLength":            "The server does not limit the length before it stores the value: the database truncates it or fails.",
	"minLength":            "The server treats an empty value like a missing one, or does not look at it.",
	"format":               "The server parses the value leniently, or not until it uses it.",
	"minimum":              "The server does not check the bound and relies on the client.",
	"maximum":              "The server does not check the bound and relies on the client.",
	"minItems":             "The server treats an empty list as a request without work, which succeeds at once.",
	"maxItems":             "The server processes the list without a limit.",
	"additionalProperties": "The parser ignores unknown members, so a client never learns that it misspelt a name.",
}
