package coverage

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// reply is a part of an answer: a body, a member, an element or a header.
type reply struct {
	part       *part            // that it is present; nil for bodies and elements
	kind       *part            // for a body: that there is such an answer
	codes      map[string]*part // by the value
	properties map[string]*reply
	items      *reply
	done       bool // all of it was seen, including everything below
}

// newReply makes the parts of an answer; nil if its body is not described.
func (b builder) newReply(response *openapi3.ResponseRef, at string) *reply {
	if response == nil {
		return nil
	}
	media := response.Value.Content.Get(mediaType)
	if media == nil || media.Schema == nil {
		return nil
	}
	body := b.properties(at+schemaOf, media.Schema)
	body.kind = b.add(Responses, at)
	return body
}

// member makes the parts of a member or header at the location at, whose schema is at below. A schema
// that says nothing has no parts.
func (b builder) member(at string, schema *openapi3.SchemaRef, below string) *reply {
	if schema == nil || schema.Value.IsEmpty() {
		return &reply{}
	}
	r := b.properties(at+below, schema)
	r.part = b.add(Members, at)
	return r
}

// properties makes the parts below a schema, and those of its values.
func (b builder) properties(at string, schema *openapi3.SchemaRef) *reply {
	r := &reply{properties: map[string]*reply{}, codes: b.values(Codes, at, schema.Value)}
	for _, name := range slices.Sorted(maps.Keys(schema.Value.Properties)) {
		r.properties[name] = b.member(at+"/properties/"+openapi.EscapeToken(name), schema.Value.Properties[name], "")
	}
	if schema.Value.Items != nil {
		r.items = b.properties(at+"/items", schema.Value.Items)
	}
	return r
}

// values makes the parts of the values that the contract lists for a schema, by value.
func (b builder) values(kind, at string, schema *openapi3.Schema) map[string]*part {
	parts := map[string]*part{}
	listed := slices.Collect(maps.Keys(b.contract.KnownValues(at)))
	for _, value := range schema.Enum {
		listed = append(listed, fmt.Sprint(value))
	}
	slices.Sort(listed)
	for _, value := range slices.Compact(listed) {
		parts[value] = b.add(kind, at+" "+strconv.Quote(value))
	}
	return parts
}

// answered counts what an answer exercised.
func (o *operation) answered(response *reports.Response) {
	if (o.success == nil || o.success.done) && (o.refusal == nil || o.refusal.done) {
		return
	}
	value, isJSON := parse(response.Body)
	object, isObject := value.(map[string]any)
	if !isJSON || !isObject {
		return
	}
	code, _ := object["operateCode"].(string)
	body := o.refusal
	if code == reports.CodeSuccess {
		body = o.success
		seeHeaders(o.headers, response.Header)
	}
	if body != nil && code != "" {
		body.kind.reached = true
		body.see(object)
	}
}

// seeHeaders counts the headers that are present.
func seeHeaders(known map[string]*reply, sent []reports.Header) {
	for name, header := range known {
		for _, field := range sent {
			if strings.EqualFold(field.Name, name) {
				header.see(field.Value)
			}
		}
	}
}

// see counts the contents of a value. Parts that were seen entirely are skipped.
func (r *reply) see(value any) {
	if r == nil || r.done || value == nil {
		return
	}
	if r.part != nil {
		r.part.reached = true
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			r.properties[name].see(member)
		}
	case []any:
		for _, element := range value {
			r.items.see(element)
		}
	case string:
		if code := r.codes[value]; code != nil {
			code.reached = true
		}
	}
	r.done = r.all()
}

// all reports whether everything at and below a part was seen.
func (r *reply) all() bool {
	if r == nil || r.done {
		return true
	}
	if r.part != nil && !r.part.reached {
		return false
	}
	for _, code := range r.codes {
		if !code.reached {
			return false
		}
	}
	for _, property := range r.properties {
		if !property.all() {
			return false
		}
	}
	return r.items.all()
}

// parse reads a JSON text; isJSON is false if it is not JSON.
func parse(body []byte) (value any, isJSON bool) {
	err := json.Unmarshal(body, &value)
	return value, err == nil
}
