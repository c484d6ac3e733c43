package conformance

import (
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// Cause returns what usually causes a deviation from a clause, in a sentence or
// two for the engineer who has to mend it, on whichever side. It is a hint from
// experience with services of this kind, never a statement about the target. A
// clause is an id as in Deviation.Clause; one without a cause of its own has that
// of its topic, or of the keyword of the schema, and "" is returned for a topic
// that is unknown.
func Cause(clause string) string {
	pointer := strings.TrimPrefix(clause, "#")
	if strings.HasPrefix(pointer, "/") {
		return causeOfKeyword(pointer)
	}
	for topic := clause; topic != ""; topic = parent(topic) {
		if cause := causes[topic]; cause != "" {
			return cause
		}
	}
	return ""
}

// parent is what stands before the last slash, "" when there is none.
func parent(id string) string { return id[:max(strings.LastIndexByte(id, '/'), 0)] }

// causeOfKeyword is the cause for a statement of a schema: what an answer has
// that it must not have, or what a server takes that it must refuse.
func causeOfKeyword(pointer string) string {
	if strings.HasSuffix(pointer, "/properties/data") {
		return causes["envelope/data-on-success"]
	}
	table := requestCauses
	if strings.Contains(pointer, "/responses/") {
		table = answerCauses
	}
	for place := pointer; place != ""; place = parent(place) {
		if cause := table[place[strings.LastIndexByte(place, '/')+1:]]; cause != "" {
			return cause
		}
	}
	return table[""]
}

// causeOf is the cause of the worst deviation of a result.
func causeOf(result *reports.Result) string {
	if len(result.Deviations) == 0 {
		return ""
	}
	worst := &result.Deviations[0]
	if worst.Undocumented {
		return undocumentedCause
	}
	return Cause(worst.Clause)
}

const undocumentedCause = "The service has grown since its pages were written. Ask the provider to document it, and do not build on it until then."

// answerCauses are by the keyword of the schema of an answer; "" is for any other.
var answerCauses = map[string]string{
	"":     "The answer is made by other code than the document describes: another version is deployed, or the page was written for an older one.",
	"type": "The value is written by a serializer that follows the type of the field in the code or the database: a code or an amount kept as a number is written as a number unless it is mapped to a string.",
	"required": "The serializer leaves out members that are null or empty, or the record that the member is read from does not exist yet. " +
		"Write the member always, or say in the document when it may be absent.",
	"enum":                 "The service has a value that the document does not name: a state of its own, or another spelling of a documented one.",
	"pattern":              "The value is passed on from a source that formats it otherwise: an own number format, a prefix, white space around it.",
	"maxLength":            "The value is passed on from a source that allows longer ones. A client that stores it in a column of that length cuts it.",
	"minLength":            "The value is empty where a record has none: an empty string is written instead of leaving the member out.",
	"format":               "The value is formatted by the locale or the default of a library rather than in the form of the document.",
	"minItems":             "The list is empty where the document promises an element: the record behind it was not written yet.",
	"maxItems":             "The list has more elements than the document allows: a limit or a page size is missing in the query behind it.",
	"additionalProperties": "A member of an internal object is written out with the rest.",
	"headers":              "The header is set by one path of the code only, or a proxy in front of the service removes or renames it: compare with an answer asked for behind the proxy.",
}

// requestCauses are by the keyword of the schema of a request; "" is for any other.
var requestCauses = map[string]string{
	"":     "The server does not validate the request against its document: it reads the members that it needs and ignores the rest.",
	"type": "The body is decoded leniently: the parser turns a number, a list or null into a string, or the value is never looked at.",
	"required": "The server reads the member without asking whether it is there: the zero value of the language, or a default, stands in for it, " +
		"or the member is needed by a later step only, which fails on its own.",
	"enum":                 "The server compares with the values that it handles specially and lets everything else through as the normal case.",
	"pattern":              "The server checks length at most, or passes the value on to a system that does not check it either.",
	"maxLength":            "The server does not bound the value before storing it: the database cuts it or answers with an error of its own.",
	"minLength":            "An empty value is taken for an absent one, or is not looked at.",
	"format":               "The server parses the value leniently, or not before it is used.",
	"minimum":              "The value is not compared with its bound before it is used; the bound is kept by the client alone.",
	"maximum":              "The value is not compared with its bound before it is used; the bound is kept by the client alone.",
	"minItems":             "An empty list is taken as a request that has nothing to do, and succeeds at once.",
	"maxItems":             "The list is worked through without a limit.",
	"additionalProperties": "Unknown members are ignored by the parser. A client with a misspelt name then believes that it was heard.",
}
