package coverage

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// request is the part of the contract about the requests of an operation.
type request struct {
	operation  openapi.Operation
	parameters []*field
	body       *field // nil if there is none
	bodyNeeded *constraint
	all        []*part
	done       bool // every part was reached
}

// field is a parameter, a body, a member of a body, or an element.
type field struct {
	name, in    string // in: path, query, header; empty in a body
	sent        *part  // nil for bodies and elements
	omitted     *part  // nil if it cannot be left out
	required    *constraint
	constraints []constraint
	values      map[string]*part
	fields      []*field // the members
	items       *field
}

// constraint is one constraint of the contract, with both outcomes.
type constraint struct {
	kept, broken *part
	keyword      keyword
}

// newRequest makes the parts of the requests of an operation.
func (b builder) newRequest(parameters openapi3.Parameters, body *openapi3.RequestBodyRef) *request {
	r := &request{operation: b.Operation}
	for _, parameter := range parameters {
		p := parameter.Value
		at := b.Pointer + "/parameters/" + openapi.EscapeToken(p.Name)
		f := b.field(at+"/schema", p.Schema.Value, p.In)
		f.name, f.in = p.Name, p.In
		f.sent = b.add(Sent, at)
		if p.In != openapi3.ParameterInPath {
			f.omitted = b.add(Omitted, at)
			if p.Required {
				f.required = b.constraint(at+"/required", keyword{})
			}
		}
		r.parameters = append(r.parameters, f)
	}
	if body != nil && body.Value.Content.Get(mediaType) != nil {
		if body.Value.Required {
			r.bodyNeeded = b.constraint(b.Pointer+"/requestBody/required", keyword{})
		}
		r.body = b.field(b.BodySchema(), body.Value.Content.Get(mediaType).Schema.Value, "")
	}
	for _, kind := range []string{Sent, Omitted, Kept, Broken, Values} {
		r.all = append(r.all, b.parts[kind]...)
	}
	return r
}

// field makes the parts of a schema and of everything below it.
func (b builder) field(at string, schema *openapi3.Schema, in string) *field {
	f := &field{values: b.values(Values, at, schema)}
	for _, k := range keywords(schema, in) {
		f.constraints = append(f.constraints, *b.constraint(at+"/"+k.name, k))
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		pointer := at + "/properties/" + openapi.EscapeToken(name)
		member := b.field(pointer, schema.Properties[name].Value, "")
		member.name, member.sent, member.omitted = name, b.add(Sent, pointer), b.add(Omitted, pointer)
		if slices.Contains(schema.Required, name) {
			member.required = b.constraint(at+"/required/"+openapi.EscapeToken(name), keyword{})
		}
		f.fields = append(f.fields, member)
	}
	if schema.Items != nil {
		f.items = b.field(at+"/items", schema.Items.Value, "")
	}
	return f
}

func (b builder) constraint(at string, k keyword) *constraint {
	return &constraint{kept: b.add(Kept, at), broken: b.add(Broken, at), keyword: k}
}

// count counts what a request exercised.
func (r *request) count(sent *reports.Request) {
	if r.done || sent.Method != r.operation.Method || sent.Cut > 0 {
		return
	}
	var l look
	address, err := url.Parse(sent.URL)
	if err != nil {
		return
	}
	inPath, matched := pathValues(r.operation, address)
	if !matched {
		return
	}
	query := address.Query()
	for _, f := range r.parameters {
		text, there := inPath[f.name]
		switch f.in {
		case openapi3.ParameterInQuery:
			text, there = query.Get(f.name), query.Has(f.name)
		case openapi3.ParameterInHeader:
			for _, header := range sent.Header {
				if strings.EqualFold(header.Name, f.name) {
					text, there = header.Value, true
				}
			}
		}
		l.member(f, f.read(text), there)
	}
	if r.body != nil && !r.lookAtBody(&l, sent.Body) {
		return
	}
	l.markReached()
	r.done = !slices.ContainsFunc(r.all, func(p *part) bool { return !p.reached })
}

// lookAtBody examines the body of a request; it reports false if it is not JSON.
func (r *request) lookAtBody(l *look, body []byte) bool {
	if len(body) == 0 {
		if r.bodyNeeded != nil {
			l.breaks(r.body, r.bodyNeeded.broken)
		}
		return true
	}
	value, isJSON := parse(body)
	if !isJSON {
		return false
	}
	if r.bodyNeeded != nil {
		l.met = append(l.met, r.bodyNeeded.kept)
	}
	l.value(r.body, value)
	return true
}

// read returns the value of a parameter's text: the text itself, unless the contract requires another
// type.
func (f *field) read(text string) any {
	for _, c := range f.constraints {
		var value any
		if c.keyword.name == "type" && json.Unmarshal([]byte(text), &value) == nil {
			return value
		}
	}
	return text
}

// look is the examination of one request: what it keeps and what it breaks.
type look struct {
	met       []*part // reached if the request breaks nothing
	wrong     []*part // reached if all of them belong to one field
	at        *field  // the first field that breaks a constraint
	elsewhere bool
}

// member examines a parameter or a member of an object.
func (l *look) member(f *field, value any, there bool) {
	switch {
	case there:
		l.met = append(l.met, f.sent)
		if f.required != nil {
			l.met = append(l.met, f.required.kept)
		}
		l.value(f, value)
	case f.required != nil:
		l.breaks(f, f.required.broken, f.omitted)
	case f.omitted != nil:
		l.met = append(l.met, f.omitted)
	}
}

// value examines a value.
func (l *look) value(f *field, value any) {
	for i := range f.constraints {
		c := &f.constraints[i]
		switch applies, holds := c.keyword.judge(value); {
		case !applies:
		case holds:
			l.met = append(l.met, c.kept)
		default:
			l.breaks(f, c.broken)
		}
	}
	switch value := value.(type) {
	case map[string]any:
		for _, member := range f.fields {
			given, there := value[member.name]
			l.member(member, given, there)
		}
	case []any:
		for _, element := range value {
			if f.items != nil {
				l.value(f.items, element)
			}
		}
	case string:
		if p := f.values[value]; p != nil {
			l.met = append(l.met, p)
		}
	}
}

func (l *look) breaks(f *field, parts ...*part) {
	if l.at == nil {
		l.at = f
	}
	l.elsewhere = l.elsewhere || l.at != f
	l.wrong = append(l.wrong, parts...)
}

// markReached marks the parts that the request as a whole exercised.
func (l *look) markReached() {
	reached := l.met
	if l.at != nil {
		reached = l.wrong
	}
	for _, p := range reached {
		if l.elsewhere {
			p.beside = true
		} else {
			p.reached = true
		}
	}
}

// pathValues returns the path parameters of a request by name; matched is false if the path is not the
// operation's. If the path of an operation is undocumented, each path matches.
func pathValues(operation openapi.Operation, address *url.URL) (values map[string]string, matched bool) {
	template := strings.Split(operation.Path, "/")
	segments := strings.Split(address.EscapedPath(), "/")
	if !operation.PathKnown {
		return nil, true
	}
	// Segments before the template belong to the service's address.
	if len(segments) < len(template) {
		return nil, false
	}
	values = map[string]string{}
	for i, segment := range segments[len(segments)-len(template)+1:] {
		wanted := template[i+1]
		name, isParameter := strings.CutPrefix(wanted, "{")
		if !isParameter {
			if segment != wanted {
				return nil, false
			}
			continue
		}
		text, err := url.PathUnescape(segment)
		if err != nil {
			return nil, false
		}
		values[strings.TrimSuffix(name, "}")] = text
	}
	return values, true
}
