package observe

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// globals are the parameters of every request.
var globals = []string{"partnerCode", "sign", "version"}

// readQuery reads the query and reports whether its parameters are unambiguous.
func (j *judgement) readQuery() bool {
	certain := true
	seen := map[string]bool{}
	for part := range strings.SplitSeq(j.request.RawQuery, "&") {
		if part == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(rawName)
		value, valueErr := url.QueryUnescape(rawValue)
		if err = errors.Join(err, valueErr); err != nil || !utf8.ValidString(name+value) {
			j.add(Mistake{Check: JSONObject, Key: "query", Part: "query", Summary: "the query is not percent-encoded UTF-8",
				Expected: "percent-encoded UTF-8", Actual: part})
			certain = false
			continue
		}
		if seen[name] {
			j.add(Mistake{Check: Once, Key: "query " + name, Part: "query " + name, Summary: "the query has " + name + " twice",
				Expected: "each parameter once", Actual: j.request.RawQuery})
			certain = false
		}
		seen[name] = true
		j.observed.Query = append(j.observed.Query, signing.StringMember(name, value))
	}
	return certain
}

// readBody judges media type and JSON text and reports whether the parameters of the body are
// unambiguous.
func (j *judgement) readBody() bool {
	body := j.request.Body
	if j.inQuery() {
		if len(body) > 0 {
			j.add(Mistake{Check: JSONObject, Key: "body of a GET", Part: "body", Summary: "a GET has a body",
				Expected: "no body: its parameters belong in the query", Actual: fmt.Sprintf("%d bytes", len(body))})
		}
		return true
	}
	j.mediaType()
	members, err := signing.ParseMembers(body)
	if err == nil {
		j.observed.Body = members
		return true
	}
	check, summary := JSONObject, "the body is not one JSON object in UTF-8"
	if syntax, ok := errors.AsType[*signing.SyntaxError](err); ok {
		summary += ": " + syntax.Reason
		if strings.Contains(syntax.Reason, "duplicate") || strings.Contains(syntax.Reason, "twice") {
			check, summary = Once, "the body has a member twice: "+syntax.Reason
		}
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		summary = "the body is empty"
	}
	j.add(Mistake{Check: check, Key: summary, Part: "body", Summary: summary,
		Expected: "one JSON object in UTF-8 with each member once", Actual: strings.ToValidUTF8(string(body[:min(len(body), maxText)]), "�")})
	return false
}

func (j *judgement) mediaType() {
	const part = "header Content-Type"
	sent := j.request.Header.Values("Content-Type")
	if coding := j.request.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		j.add(Mistake{Check: MediaType, Key: "coding " + coding, Part: "header Content-Encoding", Summary: "the body is compressed",
			Expected: "no Content-Encoding", Actual: coding})
	}
	media, parameters, err := mime.ParseMediaType(strings.Join(sent, ", "))
	charset := parameters["charset"]
	delete(parameters, "charset")
	if len(sent) == 1 && err == nil && media == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8")) && len(parameters) == 0 {
		return
	}
	actual := cmp.Or(strings.Join(sent, ", "), "none")
	j.add(Mistake{Check: MediaType, Key: actual, Part: part, Summary: "the Content-Type of the body is not JSON in UTF-8",
		Expected: "Content-Type: application/json", Actual: actual})
}

// parameters judges the parameters by the schemas of the contract.
func (j *judgement) parameters() {
	sent, required, schemas := j.observed.Query, []string{}, map[string]*openapi3.Schema{}
	if j.inQuery() {
		for name, parameter := range j.op.parameters {
			schemas[name] = parameter.Schema.Value
			if parameter.Required {
				required = append(required, name)
			}
		}
	} else {
		sent, required = j.observed.Body, slices.Clone(j.op.body.Required) // sorted below; the contract is shared
		for name, schema := range j.op.body.Properties {
			schemas[name] = schema.Value
		}
	}
	slices.Sort(required)
	has := map[string]bool{}
	for i := range sent {
		has[sent[i].Name] = true
		j.parameter(&sent[i], schemas)
	}
	for _, name := range required {
		if !has[name] {
			j.missing(name)
		}
	}
	if j.inQuery() {
		return
	}
	for i := range j.observed.Query {
		if name := j.observed.Query[i].Name; !slices.Contains(globals, name) || has[name] {
			j.unknown("query", name, nil)
		}
	}
	j.header()
}

// header judges Accept-Language, the only header that is a parameter.
func (j *judgement) header() {
	if values := j.request.Header.Values("Accept-Language"); len(values) > 1 {
		j.add(Mistake{Check: Once, Key: "Accept-Language", Part: "header Accept-Language", Summary: "the header Accept-Language is sent twice",
			Expected: "one header Accept-Language", Actual: strings.Join(values, " and ")})
	}
}

// missing reports a required parameter that was not sent, or a global one in the wrong part.
func (j *judgement) missing(name string) {
	in := j.parametersIn()
	if slices.Contains(globals, name) && !j.inQuery() && slices.ContainsFunc(j.observed.Query, named(name)) {
		j.add(Mistake{Check: GlobalsPart, Key: name, Part: "query " + name, Summary: fmt.Sprintf("%s is in the query of a %s", name, j.op.Method),
			Expected: name + " in the body", Actual: name + " in the query"})
		return
	}
	if name == "sign" {
		j.add(Mistake{Check: Sign, Key: "missing", Part: in + " sign", Summary: "the request has no sign", Expected: "a sign in the " + in, Actual: "none"})
		return
	}
	clause := j.clause(name, "required")
	j.add(j.graded(Mistake{Check: Required, Key: j.op.ID + " " + name, Part: in + " " + name, Summary: fmt.Sprintf("%s lacks %s", j.op.ID, name),
		Expected: "a parameter " + name, Actual: "none"}, clause))
}

func named(name string) func(signing.Member) bool {
	return func(m signing.Member) bool { return m.Name == name }
}

// parameter judges one parameter by its schema. The sign has its own checks.
func (j *judgement) parameter(m *signing.Member, schemas map[string]*openapi3.Schema) {
	schema, known := schemas[m.Name]
	switch {
	case !known:
		j.unknown(j.parametersIn(), m.Name, slices.Sorted(maps.Keys(schemas)))
		return
	case m.Name == "sign":
		return
	}
	var value any
	if json.Unmarshal(m.Value, &value) != nil {
		return // not possible after parsing
	}
	for _, err := range leaves(schema.VisitJSON(value, openapi3.MultiErrors())) {
		j.addSchemaError(m, err)
	}
	if text, ok := value.(string); ok && m.Name == "partnerCode" && text != "" {
		j.partner(text)
	}
}

func (j *judgement) partner(code string) {
	own := j.observer.options.PartnerCodes
	if len(own) > 0 && !slices.Contains(own, code) {
		j.add(Mistake{Check: OwnPartner, Key: code, Part: j.parametersIn() + " partnerCode", Summary: "the partner code is not the client's own",
			Expected: strings.Join(own, " or "), Actual: code})
	}
}

// leaves returns the individual errors of a validation.
func leaves(err error) []*openapi3.SchemaError {
	var all []*openapi3.SchemaError
	var several openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case errors.As(err, &several):
		for _, inner := range several {
			all = append(all, leaves(inner)...)
		}
	case errors.As(err, &one):
		all = append(all, one)
	}
	return all
}

// addSchemaError adds a mistake for a parameter that does not match its schema.
func (j *judgement) addSchemaError(m *signing.Member, err *openapi3.SchemaError) {
	check, keyword := Forms, err.SchemaField
	where := m.Name
	if pointer := err.JSONPointer(); len(pointer) > 0 {
		where += "[" + strings.Join(pointer, "][") + "]"
	}
	summary := fmt.Sprintf("%s of %s does not have the documented form", where, j.op.ID)
	expected := words(err)
	if keyword == "type" || keyword == "nullable" {
		check, keyword = Strings, "type"
		summary = fmt.Sprintf("%s of %s has the wrong type", where, j.op.ID)
	}
	clause := j.clause(m.Name, keyword)
	if strings.Contains(where, "[") {
		clause = j.clause(m.Name, "items/"+keyword)
	}
	if text, _ := m.StringValue(); text == "" && keyword != "type" {
		summary = fmt.Sprintf("%s of %s is empty", where, j.op.ID)
	}
	j.add(j.graded(Mistake{Check: check, Key: j.op.ID + " " + m.Name + " " + keyword, Part: j.parametersIn() + " " + where,
		Summary: summary, Expected: expected, Actual: string(m.Value)}, clause))
}

// words describes what a schema expects.
func words(err *openapi3.SchemaError) string {
	schema := err.Schema
	switch err.SchemaField {
	case "type", "nullable":
		return "a JSON " + strings.Join(schema.Type.Slice(), " or ")
	case "pattern":
		return "a string that matches " + schema.Pattern
	case "minLength":
		return "a string that is not empty"
	case "maxLength":
		return fmt.Sprintf("at most %d characters", *schema.MaxLength)
	case "minItems":
		return "at least one item"
	}
	return err.Reason
}

// unknown reports an undocumented parameter.
func (j *judgement) unknown(in, name string, known []string) {
	expected := "the parameters of " + j.op.ID
	for _, other := range known {
		if plain(other) == plain(name) {
			expected = other
		}
	}
	j.add(Mistake{Check: Known, Key: j.op.ID + " " + name, Part: in + " " + name,
		Summary: fmt.Sprintf("%s has no parameter %q in the %s", j.op.ID, name, in), Expected: expected, Actual: name})
}

// plain returns a name without letter case, separators and a plural s, which are easily confused.
func plain(name string) string {
	return strings.TrimSuffix(strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name)), "s")
}

// clause returns the JSON pointer of a keyword of a parameter.
func (j *judgement) clause(name, keyword string) string {
	if j.inQuery() {
		at := j.op.Pointer + "/parameters/" + name
		if keyword == "required" {
			return at + "/required"
		}
		return at + "/schema/" + keyword
	}
	if keyword == "required" {
		return j.op.BodySchema() + "/required/" + name
	}
	return j.op.BodySchema() + "/properties/" + name + "/" + keyword
}

// graded adds the evidence of a clause.
func (j *judgement) graded(m Mistake, clause string) Mistake {
	if found, ok := j.observer.contract.ClauseFor(clause, j.op.ID); ok {
		m.Clause, m.Grade, m.Source = clause, reports.Grade(found.Evidence.Grade), found.Evidence.Source
	}
	return m
}
