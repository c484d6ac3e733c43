package oracle

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// text judges the body as a text and returns the value in it; whole is false
// when there is none to judge.
func (j *judgement) text(problem string) (value any, whole bool) {
	body := j.response.Body
	switch {
	case problem != "":
		j.add(clauseJSON, "body", problem, "a whole answer", fmt.Sprintf("%d bytes", len(body)))
		return nil, false
	case len(body) == 0:
		j.add(clausePresent, "body", "the answer has no body", "the envelope", "an empty body")
		return nil, false
	}
	value, err := decode(body)
	if err != nil {
		j.add(clauseJSON, "body", err.Error(), "one JSON text", string(body))
	}
	return value, value != nil || err == nil
}

// envelope judges the body as the envelope, and what depends on operateCode.
func (j *judgement) envelope(value any) {
	object, isObject := value.(map[string]any)
	if !isObject {
		j.add(clausePresent, "body", "the answer is not wrapped in the envelope", "an object with operateCode and message", string(j.response.Body))
		return
	}
	if _, wrapped := object["operateCode"]; !wrapped {
		j.add(clausePresent, "/operateCode", "the answer is not wrapped in the envelope", "a member operateCode", string(j.response.Body))
		return
	}
	j.code, _ = object["operateCode"].(string)
	if j.code == "S" {
		j.schema(object, j.operation.success, false)
		j.onSuccess(object)
		return
	}
	j.refused(object)
	j.schema(object, j.operation.refusal, true)
}

// refused judges what every refusal has.
func (j *judgement) refused(object map[string]any) {
	if j.code == "" {
		j.add(clauseRefusal, "/operateCode", "operateCode is no code", "a non-empty string", compact(object["operateCode"]))
	}
	if message, isText := object["message"].(string); !isText || message == "" {
		j.add(clauseRefusal, "/message", "a refusal says nothing", "a message that is a non-empty string", compact(object["message"]))
	}
}

// onSuccess judges what is required only when the operation succeeded.
func (j *judgement) onSuccess(object map[string]any) {
	for _, required := range j.operation.required {
		switch {
		case required.Header:
			j.requiredHeader(required.Name)
		case object[required.Name] == nil:
			j.add(required.Clause, "/"+required.Name, "a success lacks "+required.Name, "a member "+required.Name, compact(object[required.Name]))
		}
	}
}

// requiredHeader judges a response header that a success carries.
func (j *judgement) requiredHeader(name string) {
	clause, sent := j.operation.pointer+"/responses/200/headers/"+escape(name), name
	if name == requestIDHeader {
		clause, sent = clauseRequestID, j.oracle.header
	}
	value, found := j.header(sent)
	if !found {
		j.add(clause, "header "+sent, "a success lacks the header "+sent, "a response header "+sent, "none")
		return
	}
	header := j.operation.headers[name]
	if header == nil || header.Value.Schema == nil {
		return
	}
	if err := header.Value.Schema.Value.VisitJSON(value); err != nil {
		j.add(j.operation.pointer+"/responses/200/headers/"+escape(name), "header "+sent,
			"the header "+sent+" does not have its form", describeSchema(header.Value.Schema.Value), strconv.Quote(value))
	}
}

// schema judges an object by the schema of a response and notes members and
// values that no page names. On a refusal nothing is known of data.
func (j *judgement) schema(object map[string]any, body *node, refusal bool) {
	if body == nil {
		return
	}
	for _, err := range flatten(body.schema.VisitJSON(object, openapi3.MultiErrors(), openapi3.VisitAsResponse())) {
		path := err.JSONPointer()
		if refusal && len(path) > 0 && (path[0] == "data" || path[0] == "operateCode" || path[0] == "message") {
			continue // judged by the rule for refusals
		}
		j.add(body.clause(err), pointer(path), inWords(err, path), describeSchema(err.Schema), compact(err.Value))
	}
	(&walker{judgement: j, seen: map[string]bool{}}).walk(object, body, "")
}

// flatten returns the schema errors inside an error.
func flatten(err error) []*openapi3.SchemaError {
	var several openapi3.MultiError
	if errors.As(err, &several) {
		var all []*openapi3.SchemaError
		for _, one := range several {
			all = append(all, flatten(one)...)
		}
		return all
	}
	var one *openapi3.SchemaError
	if errors.As(err, &one) {
		return []*openapi3.SchemaError{one}
	}
	return nil
}

// clause returns the clause that an error breaks: where its rule stands below the
// body, and the rule. A missing member is named by the object that lacks it.
func (n *node) clause(err *openapi3.SchemaError) string {
	path := err.JSONPointer()
	if err.SchemaField == "required" && len(path) > 0 {
		last := len(path) - 1
		return n.at(path[:last]) + "/required/" + escape(path[last])
	}
	return n.at(path) + "/" + field(err)
}

// field returns the keyword that a value breaks. A value of the wrong type is
// outside an enum, too: what is wrong with it is its type.
func field(err *openapi3.SchemaError) string {
	if _, isText := err.Value.(string); err.SchemaField == "enum" && err.Schema.Type.Is("string") && !isText {
		return "type"
	}
	return err.SchemaField
}

// pointer joins a path to a JSON pointer.
func pointer(path []string) string {
	var joined strings.Builder
	for _, name := range path {
		joined.WriteString("/" + escape(name))
	}
	return joined.String()
}

var escaper = strings.NewReplacer("~", "~0", "/", "~1")

// escape writes a name as a part of a JSON pointer.
func escape(name string) string { return escaper.Replace(name) }

// compact writes a value as JSON, and a missing one as "none".
func compact(value any) string {
	if value == nil {
		return "none"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// walker looks for members and values that no page names.
type walker struct {
	*judgement
	seen map[string]bool // clause and value told already
}

// walk goes through a value and its node side by side.
func (w *walker) walk(value any, n *node, at string) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			switch known := n.properties[name]; {
			case known != nil:
				w.walk(member, known, at+"/"+escape(name))
			case len(n.properties) > 0:
				w.undocumented(n.place, at+"/"+escape(name), "the member "+name+" is not in the contract", strings.Join(n.names, ", "), name)
			}
		}
	case []any:
		if n.items == nil {
			return
		}
		for i, element := range value {
			w.walk(element, n.items, at+"/"+strconv.Itoa(i))
		}
	case string:
		if len(n.known) > 0 && !slices.Contains(n.known, value) {
			w.undocumented(n.place, at, "the value is not one that any page names", strings.Join(n.known, ", "), value)
		}
	}
}

func (w *walker) undocumented(clause, at, summary, expected, actual string) {
	key := clause + "\n" + actual
	if w.seen[key] {
		return
	}
	w.seen[key] = true
	w.add(clause, at, summary, expected, actual).Undocumented = true
}
