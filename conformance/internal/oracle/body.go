package oracle

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// text judges the body as a text and returns the value in it; whole is false
// when there is none to judge.
func (j *judgement) text(broken string) (value any, whole bool) {
	body := j.response.Body
	switch announced := j.response.Announced; {
	case broken != "":
		j.add(clauseJSON, "body", broken, "a whole answer", fmt.Sprintf("%d bytes", len(body)))
		return nil, false
	case announced >= 0 && announced != int64(len(body))+j.response.Cut:
		j.add(clauseJSON, "body", "the body is not as long as it was announced", fmt.Sprintf("%d bytes", announced), fmt.Sprintf("%d bytes", len(body)))
	}
	if len(body) == 0 {
		j.add(j.asked(clausePresent), "body", "the answer has no body", "the envelope", "an empty body")
		return nil, false
	}
	return decode(body, func(p problem) {
		clause, expected, actual := clauseJSON, "one JSON text in UTF-8 with each member once", p.number
		if p.number != "" {
			clause, expected = clauseNumbers, fmt.Sprintf("an integer from -%d to %[1]d, or a text", maxInteger)
		} else {
			actual = j.excerpt()
		}
		if !j.room(clause, false) {
			return
		}
		j.add(clause, p.pointer, p.summary, expected, actual)
	})
}

// asked returns the clause that asks for the envelope or its media type: the given
// one, but for an answer with a 4xx status. That is a refusal, which no page prints,
// and often that of a framework: nobody wrote that it has the form of an answer.
func (j *judgement) asked(clause string) string {
	if status := j.response.Status; status >= 400 && status < 500 {
		return clauseRefusals
	}
	return clause
}

// excerpt is the beginning of the body, for messages.
func (j *judgement) excerpt() string {
	return string(j.response.Body[:min(len(j.response.Body), maxText+1)])
}

// envelope judges the body as the envelope, and what depends on operateCode.
func (j *judgement) envelope(value any) {
	object, isObject := value.(map[string]any)
	if !isObject {
		j.add(j.asked(clausePresent), "body", "the answer is not wrapped in the envelope", "an object with operateCode and message", j.excerpt())
		return
	}
	if _, wrapped := object["operateCode"]; !wrapped {
		j.add(j.asked(clausePresent), "/operateCode", "the answer is not wrapped in the envelope", "a member operateCode", j.excerpt())
		return
	}
	j.code, _ = object["operateCode"].(string)
	if j.code == reports.CodeSuccess {
		j.schema(object, j.operation.success)
		j.onSuccess(object)
		return
	}
	j.refused(object)
	j.schema(object, j.operation.refusal)
}

// refused judges what every refusal has.
func (j *judgement) refused(object map[string]any) {
	if j.code == "" {
		j.add(clauseRefusal, "/operateCode", "operateCode is no code", "a non-empty string", brief(object["operateCode"]))
	}
	if message, isText := object["message"].(string); !isText || message == "" {
		j.add(clauseRefusal, "/message", "a refusal says nothing", "a message that is a non-empty string", brief(object["message"]))
	}
}

// onSuccess judges what is required only when the operation succeeded, and the
// headers that a success has.
func (j *judgement) onSuccess(object map[string]any) {
	for _, required := range j.operation.required {
		switch {
		case required.Header:
			if clause, sent := j.headerOf(required.Name); len(j.header(sent)) == 0 {
				j.add(clause, "header "+sent, "a success lacks the header "+sent, "a response header "+sent, "none")
			}
		case object[required.Name] == nil:
			j.add(required.Clause, "/"+required.Name, "a success lacks "+required.Name, "a member "+required.Name, brief(object[required.Name]))
		}
	}
	for _, name := range j.operation.headerNames {
		j.headerForm(name)
	}
}

// headerOf returns the clause by which the contract wants a response header, and
// the name under which the target sends it.
func (j *judgement) headerOf(name string) (clause, sent string) {
	if name == requestIDHeader {
		return clauseRequestID, j.oracle.header
	}
	return j.operation.pointer + "/responses/200/headers/" + openapi.EscapeToken(name), name
}

// headerForm judges a header of a success that was sent: its one value by its schema.
func (j *judgement) headerForm(name string) {
	clause, sent := j.headerOf(name)
	values := j.header(sent)
	if different := slices.Compact(slices.Sorted(slices.Values(values))); len(different) > 1 {
		j.add(clause, "header "+sent, "the header "+sent+" stands in the answer more than once, with different values", "one value", strings.Join(different, ", "))
	}
	header := j.operation.headers[name]
	if len(values) == 0 || header.Value.Schema == nil {
		return
	}
	schema := header.Value.Schema.Value
	if err := schema.VisitJSON(values[0]); err != nil {
		j.add(j.operation.pointer+"/responses/200/headers/"+openapi.EscapeToken(name), "header "+sent,
			"the header "+sent+" does not have its form", describeSchema(schema), strconv.Quote(values[0]))
	}
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
func (n *node) clause(err *openapi3.SchemaError, path []string) string {
	if err.SchemaField == "required" && len(path) > 0 {
		last := len(path) - 1
		return n.at(path[:last]) + "/required/" + openapi.EscapeToken(path[last])
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
		joined.WriteString("/" + openapi.EscapeToken(name))
	}
	return joined.String()
}
