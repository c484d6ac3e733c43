package cases

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Derive returns the cases of a contract, in the order of its operations and of their parameters;
// members of a body are in the order of their names. The same contract always gives the same cases. An
// error means that the document is invalid.
func Derive(contract *openapi.Contract) ([]Case, error) {
	walked, err := walk(contract)
	return casesOf(walked), err
}

func casesOf(walked []*deriver) []Case {
	var derived []Case
	for _, d := range walked {
		derived = append(derived, d.cases...)
	}
	return derived
}

// walk derives the cases of each operation.
func walk(contract *openapi.Contract) ([]*deriver, error) {
	document, err := contract.SharedDocument()
	if err != nil {
		return nil, err
	}
	var walked []*deriver
	var services []string // with an operation that has a body
	for i, operation := range contract.Operations() {
		item := document.Paths.Value(operation.Path)
		described := item.GetOperation(operation.Method)
		d := &deriver{contract: contract, operation: operation, item: item, letter: string(letters[i%len(letters)])}
		for _, parameter := range described.Parameters {
			d.parameter(parameter.Value)
		}
		if described.RequestBody != nil {
			media := described.RequestBody.Value.Content.Get("application/json")
			if media == nil || media.Schema == nil {
				return nil, fmt.Errorf("deriving cases of %s: its body has no schema of application/json", operation.ID)
			}
			d.first = !slices.Contains(services, operation.Service)
			services = append(services, operation.Service)
			d.body(media)
		}
		d.request(described.RequestBody != nil)
		walked = append(walked, d)
	}
	return walked, nil
}

// letters fill texts of which only the length matters. Each operation has its own letter: a subscription
// must not name the payment of an order that an earlier run, or another shard, placed under a text of
// the same length.
const letters = "abcdefghijklmnopqrstuvwxyz"

// deriver collects the cases of one operation.
type deriver struct {
	contract  *openapi.Contract
	operation openapi.Operation
	item      *openapi3.PathItem
	letter    string // fills the texts of the operation
	first     bool   // the first operation of its service with a body
	fields    []field
	cases     []Case
}

// field is one parameter or member of a request.
type field struct {
	in       string
	name     string   // of the parameter or top-level member
	path     []string // from there to a nested member
	pointer  string   // of the schema
	presence string   // pointer of the statement that it is required or optional
	schema   *openapi3.Schema
	known    []string // values that the documentation names, in order
	refers   bool     // the value names an object, so acceptance depends on the server's data
	required bool
	mayEmpty bool // an empty value counts as not sent, by the contract
	example  any  // a documented value, nil if there is none
	letter   string
}

// signMember is the parameter that is computed from all others.
const signMember = "sign"

// refersTo is the extension of the document that says what object a value names.
const refersTo = "x-refers-to"

func (d *deriver) parameter(p *openapi3.Parameter) {
	at := d.operation.Pointer + "/parameters/" + openapi.EscapeToken(p.Name)
	f := d.field(p.In, p.Name, nil, at+"/schema", p.Schema.Value)
	f.presence, f.required = at+"/required", p.Required
	f.mayEmpty, f.example = p.AllowEmptyValue, p.Example
	if f.mayEmpty {
		f.presence = at + "/allowEmptyValue"
	}
	d.stringCases(f)
}

// body derives the cases of each member of a body, and of its examples.
func (d *deriver) body(media *openapi3.MediaType) {
	at := d.operation.BodySchema()
	examples := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		members, isObject := media.Examples[name].Value.Value.(map[string]any)
		if isObject {
			maps.Copy(examples, members)
			d.example(name, members, media.Schema.Value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(media.Schema.Value.Properties)) {
		f := d.field(InBody, name, nil, at+"/properties/"+openapi.EscapeToken(name), media.Schema.Value.Properties[name].Value)
		f.required, f.presence = slices.Contains(media.Schema.Value.Required, name), at+"/required/"+openapi.EscapeToken(name)
		f.example = examples[name]
		d.member(f)
	}
}

// field describes a schema at a location in the request.
func (d *deriver) field(in, name string, path []string, pointer string, schema *openapi3.Schema) field {
	_, refers := schema.Extensions[refersTo]
	return field{
		in: in, name: name, path: path, pointer: pointer, schema: schema, refers: refers, letter: d.letter,
		known: slices.Sorted(maps.Keys(d.contract.KnownValues(pointer))),
	}
}

// member derives the cases of a body value of any type.
func (d *deriver) member(f field) {
	switch {
	case f.schema.Type.Is(openapi3.TypeArray):
		d.array(f)
	case f.schema.Type.Is(openapi3.TypeObject):
		d.object(f)
	case f.schema.Type.Is(openapi3.TypeString):
		d.stringCases(f)
	default:
		d.scalar(f)
	}
}

// title is the field's name within an id.
func (f field) title() string { return strings.Join(append([]string{f.name}, f.path...), ".") }

func (f field) change(kind Kind, value string) Change {
	if f.in == InHeader {
		return Change{Kind: Header, Name: f.name, Value: value}
	}
	return Change{Kind: kind, Name: f.name, Path: f.path, Value: value}
}

func (f field) set(value string) Change {
	if f.in == InHeader {
		return f.change(Header, value)
	}
	return f.change(Set, string(quoted(value)))
}

// outcome is an expected outcome and its clause.
type outcome struct {
	expect reports.Expect
	clause string
}

func refused(clause string) outcome { return outcome{Refused, clause} }

var (
	accepted = outcome{Accepted, validAccepted}
	either   = outcome{Either, inEnvelope}
)

// judge returns the outcome of sending a string in a field, by the contract.
func (f field) judge(value string) outcome {
	length, s := uint64(len([]rune(value))), f.schema
	expression := compiled(s.Pattern)
	switch {
	case length < s.MinLength:
		return refused(f.pointer + "/minLength")
	case s.MaxLength != nil && length > *s.MaxLength:
		return refused(f.pointer + "/maxLength")
	case expression != nil && !expression.MatchString(value):
		return refused(f.pointer + "/pattern")
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, any(value)):
		return refused(f.pointer + "/enum")
	case f.name == signMember:
		return refused("signature/wrong-sign-refused")
	case value == "" && f.mayEmpty:
		return outcome{Accepted, f.presence}
	case f.refers, len(f.known) > 0 && !slices.Contains(f.known, value):
		return either
	case f.in == InHeader && len(f.known) > 0:
		return outcome{Accepted, "globals/accept-language"}
	}
	return accepted
}

// add adds a case. words follow "a request" in its requirement.
func (d *deriver) add(f field, family, detail string, o outcome, words string, changes ...Change) {
	one := Case{
		Operation: d.operation.ID, In: f.in, Field: f.title(), Mutation: family, Family: family,
		Clause: o.clause, Expect: o.expect, Changes: changes,
	}
	if detail != "" {
		one.Mutation += "." + detail
	}
	one.ID = strings.Join([]string{"GEN", one.Operation, one.In, one.Field, one.Mutation}, "/")
	verb := map[reports.Expect]string{
		Refused: "%s refuses a request %s", Accepted: "%s accepts a request %s",
		Either: "%s may accept or refuse a request %s, but answers in the envelope",
	}[o.expect]
	one.Request, one.Requirement = words, fmt.Sprintf(verb, one.Operation, words)
	d.cases = append(d.cases, one)
	if f.name == signMember {
		d.late()
	}
}

// late moves the changes of the last added case after signing.
func (d *deriver) late() {
	for i := range d.cases[len(d.cases)-1].Changes {
		d.cases[len(d.cases)-1].Changes[i].Late = true
	}
}
