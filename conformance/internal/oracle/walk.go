package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// schema judges an object by the schema of a response and notes undocumented members and values.
func (j *judgement) schema(object map[string]any, body *node) {
	if body != nil {
		(&walker{judgement: j, body: body, told: map[[2]string]bool{}}).judge(object, body)
	}
}

// walker goes through a value and the nodes of its schema side by side. A list is judged element by
// element: only the errors of one element are in memory at a time, however long the list is.
type walker struct {
	*judgement
	body   *node
	at     path
	told   map[[2]string]bool // clause and value of undocumented values
	broken int                // the number of values that did not match their schema
}

// maxBroken is the number of list elements that may break the contract before the rest is not judged. A
// broken one takes much longer than one that keeps it, and an answer may have millions.
const maxBroken = 100_000

// options make the validator report all errors.
var options = []openapi3.SchemaValidationOption{openapi3.MultiErrors(), openapi3.VisitAsResponse()}

// judge judges the body, or an element of a list, by its schema.
func (w *walker) judge(value any, n *node) {
	found := flatten(n.shallow.VisitJSON(value, options...))
	for _, err := range found {
		w.addSchemaError(err, n)
	}
	if len(found) > 0 {
		w.broken++
	}
	w.walk(value, n)
}

// addSchemaError adds a deviation for a value that does not match its schema. In a refusal, data has no
// known form, and the other members are judged by the rule for refusals.
func (w *walker) addSchemaError(err *openapi3.SchemaError, n *node) {
	below := err.JSONPointer()
	if w.body == w.operation.refusal {
		first := below
		if len(w.at) > 0 {
			first = []string{w.at[0].name}
		}
		if len(first) > 0 && slices.Contains([]string{"data", "operateCode", "message"}, first[0]) {
			return
		}
	}
	clause := n.clause(err, below)
	if !w.room(clause, false) {
		return
	}
	full := append(w.at.names(), below...)
	actual := brief(err.Value)
	if isNull(err) {
		actual = "null"
	}
	found := w.add(clause, pointer(full), inWords(err, full), describeSchema(err.Schema), actual)
	if isNull(err) {
		found.Grade = w.nullability(n.at(below))
	}
}

// walk continues below a value and notes undocumented members and values.
func (w *walker) walk(value any, n *node) {
	switch value := value.(type) {
	case map[string]any:
		w.unknown(value, n)
		for _, name := range n.names {
			if member, there := value[name]; there {
				w.at.push(name)
				w.walk(member, n.properties[name])
				w.at.pop()
			}
		}
	case []any:
		for i, element := range value {
			if w.broken > maxBroken {
				w.endedEarly = true
			}
			if n.items == nil || w.endedEarly {
				return
			}
			w.at.pushIndex(i)
			w.judge(element, n.items)
			w.at.pop()
		}
	case string:
		if len(n.known) > 0 && !slices.Contains(n.known, value) {
			w.undocumented(n.pointer, "the value is undocumented", n.known, value)
		}
	}
}

// unknown notes the undocumented members of an object.
func (w *walker) unknown(object map[string]any, n *node) {
	known := 0
	for _, name := range n.names {
		if _, there := object[name]; there {
			known++
		}
	}
	if len(n.names) == 0 || known == len(object) {
		return
	}
	if full := (key{n.pointer, true}); w.times[full] > maxTold {
		w.times[full] += len(object) - known
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if n.properties[name] == nil {
			w.at.push(name)
			w.undocumented(n.pointer, "the member "+clipped(name)+" is not in the contract", n.names, name)
			w.at.pop()
		}
	}
}

func (w *walker) undocumented(clause, summary string, expected []string, actual string) {
	key := [2]string{clause, actual}
	if w.told[key] || !w.room(clause, true) {
		return
	}
	w.told[key] = true
	w.add(clause, w.at.String(), summary, strings.Join(expected, ", "), actual).Undocumented = true
}

// brief formats a value as JSON, shortened, and a missing value as "none".
func brief(value any) string {
	if value == nil {
		return "none"
	}
	var out strings.Builder
	writeBrief(&out, value)
	return out.String()
}

func writeBrief(out *strings.Builder, value any) {
	if out.Len() > maxText {
		return
	}
	between := func(i int) {
		if i > 0 {
			out.WriteString(",")
		}
	}
	switch value := value.(type) {
	case map[string]any:
		out.WriteString("{")
		for i, name := range slices.Sorted(maps.Keys(value)) {
			between(i)
			writeBrief(out, name)
			out.WriteString(":")
			writeBrief(out, value[name])
		}
		out.WriteString("}")
	case []any:
		out.WriteString("[")
		for i, element := range value[:min(len(value), maxText)] {
			between(i)
			writeBrief(out, element)
		}
		out.WriteString("]")
	default:
		if text, err := json.Marshal(value); err == nil {
			out.Write(text)
		} else {
			fmt.Fprint(out, value)
		}
	}
}
