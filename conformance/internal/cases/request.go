package cases

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// methods are the methods that a request is sent with instead of its own. The meaning of HEAD, OPTIONS
// and TRACE is up to the server.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// unknownName is the name of a member or parameter that no contract has.
const unknownName = "mallcheckUnknown"

// request derives the cases of a request as a whole.
func (d *deriver) request(hasBody bool) {
	whole := func(part string) field { return field{in: InRequest, name: part} }
	d.add(whole("all"), famValid, "", accepted, "that meets every constraint")
	for _, method := range methods {
		if d.item.GetOperation(method) != nil {
			continue // another operation on the same path
		}
		d.add(whole("method"), famMethod, method, refused("errors/other-method-refused"),
			"sent with the method "+method, Change{Kind: Method, Value: method})
		d.late()
	}
	d.add(whole("path"), famSlash, "", either, "with a trailing slash in its path", Change{Kind: Slash})
	d.add(whole("query"), famUnknownQuery, "", either, "with an undocumented query parameter",
		Change{Kind: Query, Name: unknownName, Value: "1"})
	if !hasBody {
		return
	}
	d.unknownMembers(whole("body"))
	d.mediaTypes(whole("media-type"))
	d.bytes(whole("body"))
}

func (d *deriver) unknownMembers(body field) {
	nested := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	for _, one := range []struct{ family, detail, value, words string }{
		{famUnknown, "text", `"mallcheck"`, "with an undocumented member"},
		{famUnknown, "null", "null", "with an undocumented null member"},
		{famUnknown, "object", `{"mallcheck":{"a":[1,null,true]}}`, "with an undocumented member that is an object"},
		{famDeep, "array", nested, "with an undocumented member that nests a thousand arrays"},
	} {
		d.add(body, one.family, one.detail, either, one.words, Change{Kind: Set, Name: unknownName, Value: one.value})
	}
}

func (d *deriver) mediaTypes(header field) {
	other := refused("errors/other-media-type-refused")
	for _, one := range []struct {
		family, detail, value string
		outcome
	}{
		{famMedia, "text", "text/plain", other},
		{famMedia, "form", "application/x-www-form-urlencoded", other},
		{famMedia, "xml", "application/xml", other},
		{famMedia, "multipart", "multipart/form-data; boundary=mallcheck", other},
		{famMedia, "missing", "", either},
		{famMedia, "capitals", "Application/JSON", accepted},
		{famCharset, "utf-8", "application/json; charset=utf-8", accepted},
		{famCharset, "capitals", "application/json; charset=UTF-8", accepted},
		{famCharset, "quoted", `application/json; charset="utf-8"`, accepted},
		{famCharset, "other", "application/json; charset=gbk", either},
		{famCharset, "parameter", "application/json; mallcheck=1", either},
	} {
		words := "with the Content-Type " + strings.ReplaceAll(one.value, `"`, "'")
		if one.value == "" {
			words = "without a Content-Type"
		}
		d.add(header, one.family, one.detail, one.outcome, words, Change{Kind: Header, Name: "Content-Type", Value: one.value})
	}
}

// bytes derives the cases that rewrite the bytes of a body.
func (d *deriver) bytes(body field) {
	typed := d.operation.BodySchema() + "/type"
	outcomes := map[string]outcome{
		famMalformed: refused("errors/malformed-json-refused"), famTrailing: refused("errors/malformed-json-refused"),
		famEmptyBody: refused("errors/missing-body-refused"), famTopLevel: refused(typed),
		famUTF8: refused("signature/ambiguous-request-refused"), famWhiteSpace: accepted, famLargeBody: either,
		famDeep: refused("errors/malformed-json-refused"),
	}
	for _, one := range rewritings {
		if one.family == famLargeBody && !d.first {
			continue
		}
		detail := strings.TrimPrefix(strings.TrimPrefix(one.name, one.family), "-")
		d.add(body, one.family, detail, outcomes[one.family], one.words, Change{Kind: Body, Value: one.name, Late: true})
		if marked := marks[one.name]; marked != "" {
			last := &d.cases[len(d.cases)-1]
			last.Changes = slices.Insert(last.Changes, 0, Change{Kind: Set, Name: unknownName, Value: string(quoted(marked))})
		}
	}
}

// marks are the texts that some rewritings replace in a body. They are signed as the text that a lenient
// server would read instead.
var marks = map[string]string{"malformed-line-feed": "a\nb", "invalid-utf-8": "\ufffd"}

// example sends an example of the document twice: as printed, except for the partner, and with the
// target's own values in the members that name objects.
func (d *deriver) example(name string, members map[string]any, schema *openapi3.Schema) {
	body := field{in: InRequest, name: "body"}
	var printed, own []Change
	own = []Change{}
	o := accepted
	for _, member := range slices.Sorted(maps.Keys(schema.Properties)) {
		value, isString := members[member].(string)
		property := schema.Properties[member].Value
		_, refers := property.Extensions[refersTo]
		switch {
		case member == signMember:
		case members[member] == nil:
			printed = append(printed, Change{Kind: Drop, Name: member})
			if !refers {
				own = append(own, Change{Kind: Drop, Name: member})
			}
		case !isString: // values that are not strings name SIM cards, which differ on the target
		default:
			change := Change{Kind: Set, Name: member, Value: string(quoted(value))}
			if !refers {
				own = append(own, change)
			}
			if member != "partnerCode" {
				printed = append(printed, change)
			}
		}
	}
	described := "equal to the contract's example " + name
	d.add(body, famExample, token(name)+"-as-it-stands", either, described+", except for the partner code", slices.Clone(printed)...)
	d.add(body, famExample, token(name), o, described+", with the SIM card and ids of the target", own...)
}
