package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// parse judges the body as text and returns its value; whole is false if there is none to judge.
func (j *judgement) parse(interrupted string) (value any, whole bool) {
	body := j.response.Body
	switch announced := j.response.Announced; {
	case interrupted != "":
		j.add(clauseJSON, "body", interrupted, "a complete answer", fmt.Sprintf("%d bytes", len(body)))
		return nil, false
	case announced >= 0 && announced != int64(len(body))+j.response.Cut:
		j.add(clauseJSON, "body", "the length of the body differs from Content-Length", fmt.Sprintf("%d bytes", announced), fmt.Sprintf("%d bytes", len(body)))
	}
	if len(body) == 0 {
		j.add(j.formOf(nil), "body", "the answer has no body", "the envelope", "an empty body")
		return nil, false
	}
	numbers := 0
	return decode(body, func(p problem) {
		clause, expected, actual := clauseJSON, "one JSON text in UTF-8 with each member once", p.number
		if p.fatal && j.response.Status >= 400 {
			clause = clauseRefusals // a framework's error page, whatever its form
		}
		if numbers++; p.number != "" && numbers <= mostQuoted && containsNumber(j.sent, p.number) {
			return // the answer quotes the request, as a framework does that says which value it refuses
		}
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

// mostQuoted is how many problems of an answer are looked up in the request: a hostile answer has very many.
const mostQuoted = 100

// containsNumber reports whether a body contains a number as such, not as part of a text or of another number.
func containsNumber(body []byte, number string) bool {
	for rest := body; ; {
		before, after, found := bytes.Cut(rest, []byte(number))
		if !found {
			return false
		}
		const bare = " \n,:[]}" // what may stand beside a number
		if len(before) > 0 && len(after) > 0 && strings.IndexByte(bare, before[len(before)-1]) >= 0 &&
			strings.IndexByte(bare, after[0]) >= 0 {
			return true
		}
		rest = after
	}
}

// formOf returns the clause that requires the form of an answer. No page prints a refusal, so an answer
// that may be either violates the weaker statement. It is a success without the envelope if it has HTTP
// 200 and all members of the operation's data.
func (j *judgement) formOf(value any) string {
	object, _ := value.(map[string]any)
	if code, wrapped := object["operateCode"]; wrapped {
		if code == reports.CodeSuccess {
			return clausePresent
		}
		return clauseRefusals
	}
	if j.response.Status != http.StatusOK {
		return clauseRefusals
	}
	for _, name := range j.operation.data {
		if _, there := object[name]; !there && j.gradeOf(clausePresent) != reports.Assumed {
			return clauseRefusals
		}
	}
	return clausePresent
}

// gradeOf returns how certain it is that a server must keep the clause for the operation.
func (j *judgement) gradeOf(clause string) reports.Grade {
	found, _ := j.oracle.contract.ClauseFor(clause, j.id)
	return reports.Grade(found.Enforced.Grade)
}

// excerpt returns the beginning of the body, for messages.
func (j *judgement) excerpt() string {
	return string(j.response.Body[:min(len(j.response.Body), maxText+1)])
}

// envelope judges the envelope and everything that depends on operateCode.
func (j *judgement) envelope(value any) {
	object, isObject := value.(map[string]any)
	if !isObject {
		j.add(j.form, "body", "the answer is not wrapped in the envelope", "an object with operateCode and message", j.excerpt())
		return
	}
	if _, wrapped := object["operateCode"]; !wrapped {
		j.add(j.form, "/operateCode", "the answer is not wrapped in the envelope", "a member operateCode", j.excerpt())
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

// refused judges what every refusal must have.
func (j *judgement) refused(object map[string]any) {
	if j.code == "" {
		j.add(clauseRefusal, "/operateCode", "operateCode is empty or not a string", "a non-empty string", brief(object["operateCode"]))
	}
	if message, isText := object["message"].(string); !isText || message == "" {
		j.add(clauseRefusal, "/message", "a refusal has no message", "a message that is a non-empty string", brief(object["message"]))
	}
}

// onSuccess judges what is required only of a success: members and headers.
func (j *judgement) onSuccess(object map[string]any) {
	for _, required := range j.operation.required {
		switch {
		case required.Header:
			if clause, sent := j.headerOf(required.Name); len(j.header(sent)) == 0 {
				j.add(clause, "header "+sent, "a success lacks the header "+sent, "a response header "+sent, "none")
			}
		default:
			j.requiredMember(required, object)
		}
	}
	for _, name := range j.operation.headerNames {
		j.headerForm(name)
	}
}

// requiredMember judges a member that a success must have. Null is graded as null in any other member.
func (j *judgement) requiredMember(required openapi.Required, object map[string]any) {
	value, there := object[required.Name]
	switch {
	case !there:
		j.add(required.Clause, "/"+required.Name, "a success lacks "+required.Name, "a member "+required.Name, "none")
	case value == nil:
		j.add(required.Clause+"/type", "/"+required.Name, required.Name+" of a success is null", "a value that is not null", "null").Grade = j.nullability(required.Clause)
	}
}

// nullability returns the grade of the statement that a value is not null.
func (j *judgement) nullability(schema string) reports.Grade {
	return reports.Grade(j.oracle.contract.Nullability(schema).Grade)
}

// headerOf returns the clause by which the contract requires a response header, and the name under which
// the target sends it.
func (j *judgement) headerOf(name string) (clause, sent string) {
	if name == requestIDHeader {
		return clauseRequestID, j.oracle.header
	}
	return j.operation.pointer + "/responses/200/headers/" + openapi.EscapeToken(name), name
}

// headerForm judges a header of a success by its schema.
func (j *judgement) headerForm(name string) {
	clause, sent := j.headerOf(name)
	values := j.header(sent)
	if different := slices.Compact(slices.Sorted(slices.Values(values))); len(different) > 1 {
		j.add(clause, "header "+sent, "the header "+sent+" occurs more than once, with different values", "one value", strings.Join(different, ", "))
	}
	header := j.operation.headers[name]
	if len(values) == 0 || header.Value.Schema == nil {
		return
	}
	schema := header.Value.Schema.Value
	if err := schema.VisitJSON(values[0]); err != nil {
		j.add(j.operation.pointer+"/responses/200/headers/"+openapi.EscapeToken(name), "header "+sent,
			"the header "+sent+" has the wrong form", describeSchema(schema), strconv.Quote(values[0]))
	}
}

// flatten returns the schema errors inside an error.
func flatten(err error) []*openapi3.SchemaError {
	if several, ok := errors.AsType[openapi3.MultiError](err); ok {
		var all []*openapi3.SchemaError
		for _, one := range several {
			all = append(all, flatten(one)...)
		}
		return all
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{one}
	}
	return nil
}

// clause returns the clause that an error breaks: the location of the rule below the body, and the rule.
// A missing member is named by the object that lacks it.
func (n *node) clause(err *openapi3.SchemaError, path []string) string {
	if err.SchemaField == "required" && len(path) > 0 {
		last := len(path) - 1
		return n.at(path[:last]) + "/required/" + openapi.EscapeToken(path[last])
	}
	return n.at(path) + "/" + field(err)
}

// field returns the keyword that a value breaks. A value of the wrong type also fails an enum, but its
// type is what is wrong.
func field(err *openapi3.SchemaError) string {
	if _, isText := err.Value.(string); err.SchemaField == "enum" && err.Schema.Type.Is("string") && !isText {
		return "type"
	}
	if isNull(err) {
		return "type"
	}
	return err.SchemaField
}

// isNull reports whether an error says that a value must not be null.
func isNull(err *openapi3.SchemaError) bool { return err.Value == nil && err.SchemaField != "required" }

// pointer joins a path to a JSON pointer.
func pointer(path []string) string {
	var joined strings.Builder
	for _, name := range path {
		joined.WriteString("/" + openapi.EscapeToken(name))
	}
	return joined.String()
}
