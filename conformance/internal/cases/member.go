package cases

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
)

// overLong is the length of an over-long text in characters. In the query and in a header it must stay
// below what servers accept.
const (
	overLong      = 10_000
	overLongShort = 1_500
)

// manyItems is the number of items in a large array if the contract sets no limit.
const manyItems = 100

// where names a field in a sentence.
func (f field) where() string {
	name := f.name
	for _, step := range f.path {
		if step == Items {
			name = "first item of " + name
		} else {
			name += "." + step
		}
	}
	switch f.in {
	case InBody:
		return name
	case InHeader:
		return "header " + name
	}
	return "parameter " + name
}

// stringCases derives the cases of a text.
func (d *deriver) stringCases(f field) {
	d.fields = append(d.fields, f)
	d.presence(f)
	if f.name == signMember {
		d.sign(f)
		return
	}
	if f.in == InBody {
		d.types(f, map[string]string{"boolean": "true", "object": "{}", "array": "[]"})
		d.add(f, famNumber, "", refused(f.pointer+"/type"), "whose "+f.where()+" is a number instead of a string", f.change(Number, ""))
	}
	empty := f.judge("")
	d.add(f, famEmpty, "", empty, "whose "+f.where()+" is an empty string", f.set(""))
	if f.in == InPath {
		d.late()
	}
	d.lengths(f)
	d.pattern(f)
	d.values(f)
	d.characters(f)
	d.repeated(f)
}

// sign derives the cases of the sign. Any change makes it wrong, which the checks of the signature
// cover, so only its form is tested here.
func (d *deriver) sign(f field) {
	d.add(f, famEmpty, "", f.judge(""), "whose "+f.where()+" is an empty string", f.set(""))
	if f.in == InBody {
		d.add(f, famNull, "", refused(f.pointer+"/type"), "whose "+f.where()+" is null", f.change(Set, "null"))
	}
	d.pattern(f)
	d.repeated(f)
}

// presence leaves a field out, and sends an optional one.
func (d *deriver) presence(f field) {
	dropped := f.change(Drop, "")
	switch {
	case f.presence == "", f.in == InPath: // an item, or a part of the path that cannot be left out
	case f.required:
		d.add(f, famMissing, "", refused(f.presence), "without "+f.where(), dropped)
	default:
		d.add(f, famLeftOut, "", accepted, "without "+f.where(), dropped)
		d.putIn(f)
	}
}

// putIn sends an optional field with a documented value or the first that fits.
func (d *deriver) putIn(f field) {
	if value, isString := f.documented(); isString {
		d.add(f, famPutIn, "", f.judge(value), "with "+f.where()+" "+strconv.Quote(value), f.set(value))
	}
}

// documented returns a documented text for a field, or one that fits. isString is false if the field is
// not a string.
func (f field) documented() (value string, isString bool) {
	if value, isString = f.example.(string); isString {
		return value, true
	}
	return f.sample(), f.schema.Type.Is(openapi3.TypeString)
}

// jsonType gives the JSON types by their names in ids.
var jsonType = map[string]string{
	"boolean": "boolean", "object": "object", "array": "array", "text": "string", "number": "number",
}

// types sends values of other JSON types, and null.
func (d *deriver) types(f field, values map[string]string) {
	for _, name := range []string{"boolean", "object", "array", "text", "number"} {
		if value, wrong := values[name]; wrong {
			d.add(f, famType, name, refused(f.pointer+"/type"),
				"whose "+f.where()+" has the type "+jsonType[name], f.change(Set, value))
		}
	}
	if !f.schema.Nullable {
		d.add(f, famNull, "", refused(f.pointer+"/type"), "whose "+f.where()+" is null", f.change(Set, "null"))
	}
}

// lengths violate each length limit of a text by one, and meet it exactly.
func (d *deriver) lengths(f field) {
	try := func(family, detail string, length uint64) {
		value := f.filler(int(min(length, overLong)))
		o := f.judge(value)
		if strings.HasSuffix(o.clause, "/pattern") {
			return // the pattern has its own edge cases
		}
		d.add(f, family, detail, o, fmt.Sprintf("whose %s has %d characters", f.where(), length), f.set(value))
	}
	if shortest := f.schema.MinLength; shortest > 0 {
		try(famMinLength, "met", shortest)
		if shortest > 1 { // the empty text is a separate case
			try(famMinLength, "crossed", shortest-1)
		}
	}
	if longest := f.schema.MaxLength; longest != nil {
		try(famMaxLength, "met", *longest)
		try(famMaxLength, "crossed", *longest+1)
	} else if f.schema.Pattern == "" && len(f.schema.Enum) == 0 {
		length := overLong
		if f.in != InBody {
			length = overLongShort
		}
		d.add(f, famOverLong, "", either, fmt.Sprintf("whose %s has %d characters", f.where(), length), f.set(f.filler(length)))
	}
}

// pattern breaks a pattern in several ways and matches it in edge cases.
func (d *deriver) pattern(f field) {
	for _, breach := range breaches(f.schema.Pattern) {
		d.add(f, famPattern, breach.name, f.judge(breach.text), fmt.Sprintf("whose %s breaks its pattern (%s)", f.where(), breach.name), f.set(breach.text))
	}
	for _, edge := range edges(f.schema.Pattern) {
		if edge.text == "" {
			continue // the empty text is a separate case
		}
		d.add(f, famEdge, edge.name, f.judge(edge.text), fmt.Sprintf("whose %s is %q", f.where(), edge.text), f.set(edge.text))
	}
}

// values sends the values of an enum, the documented values, and others.
func (d *deriver) values(f field) {
	var members []string
	for _, member := range f.schema.Enum {
		if value, isString := member.(string); isString {
			members = append(members, value)
		}
	}
	try := func(family, value string) {
		d.add(f, family, token(value), f.judge(value), fmt.Sprintf("whose %s is %q", f.where(), value), f.set(value))
	}
	for _, value := range members {
		try(famEnum, value)
	}
	if len(members) > 0 {
		d.add(f, famEnum, "outside", f.judge("mallcheck"), fmt.Sprintf("whose %s is not one of the allowed values", f.where()), f.set("mallcheck"))
	}
	for _, value := range f.known {
		try(famKnown, value)
	}
	for _, value := range slices.Concat(members, f.known) {
		if swapped := strings.Map(swapped, value); swapped != value {
			d.add(f, famLetterCase, token(value), f.judge(swapped), fmt.Sprintf("whose %s is %q", f.where(), swapped), f.set(swapped))
		}
	}
	if (f.refers || len(f.known) > 0) && f.schema.Pattern == "" && len(members) == 0 {
		const other = "mallcheck-other"
		d.add(f, famOther, "", f.judge(other), fmt.Sprintf("whose %s is %q", f.where(), other), f.set(other))
	}
}

// token writes a value in a form that fits into an id.
func token(value string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, value)
}

// characters adds characters before and after a text. A header cannot contain them.
func (d *deriver) characters(f field) {
	if f.in == InHeader {
		return
	}
	inner := f.sample()
	for _, one := range []struct{ family, detail, before, after, words string }{
		{famSpace, "before", " ", "", "starts with a space"},
		{famSpace, "behind", "", " ", "ends with a space"},
		{famControl, "", "", "\x01", "ends with a control character"},
		{famNonASCII, "", "", "\u00e9\u6b27", "ends with non-ASCII characters"},
	} {
		o := f.judge(one.before + inner + one.after)
		if o.expect == Accepted && (one.family == famSpace || one.family == famControl) {
			o = either
		}
		change := f.change(Wrap, "")
		change.Before, change.After = one.before, one.after
		d.add(f, one.family, one.detail, o, "whose "+f.where()+" "+one.words, change)
	}
}

// sample returns a text that meets the constraints of a field.
func (f field) sample() string {
	if e := edges(f.schema.Pattern); len(e) > 0 {
		return e[0].text
	}
	return f.filler(int(min(max(f.schema.MinLength, 1), overLong)))
}

// filler returns a text of the given length.
func (f field) filler(length int) string { return strings.Repeat(f.letter, length) }

// repeated sends a field twice, if that makes a request ambiguous.
func (d *deriver) repeated(f field) {
	if f.presence == "" || len(f.path) > 0 || f.in != InBody && f.in != InQuery {
		return
	}
	changes := []Change{{Kind: Repeat, Name: f.name, Late: true}}
	if value, isString := f.documented(); !f.required && isString {
		changes = slices.Insert(changes, 0, f.set(value)) // a valid request may not have it
	}
	d.add(f, famDuplicate, "", refused("signature/ambiguous-request-refused"), "whose "+f.where()+" is sent twice", changes...)
}

// array derives the cases of an array and of its first item.
func (d *deriver) array(f field) {
	d.presence(f)
	d.types(f, map[string]string{"boolean": "true", "object": "{}", "text": `"mallcheck"`, "number": "1"})
	d.repeated(f)
	try := func(detail string, count int, o outcome) {
		change := f.change(Copies, "")
		change.Count = count
		d.add(f, famItems, detail, o, fmt.Sprintf("whose %s has %d items", f.where(), count), change)
	}
	fewest := int(min(f.schema.MinItems, overLong))
	if fewest > 0 {
		try("too-few", fewest-1, refused(f.pointer+"/minItems"))
	} else {
		try("none", 0, accepted)
	}
	several := accepted
	if f.schema.UniqueItems {
		several = refused(f.pointer + "/uniqueItems")
	}
	count := func(n int) outcome {
		if n < 2 {
			return accepted
		}
		return several
	}
	if most := f.schema.MaxItems; most != nil {
		n := int(min(*most, overLong))
		try("most", n, count(n))
		try("too-many", n+1, refused(f.pointer+"/maxItems"))
	} else {
		try("many", manyItems, several)
	}
	try("fewest", max(fewest, 1), count(max(fewest, 1)))
	twice := f.change(Copies, "")
	twice.Count = 2
	d.add(f, famRepeated, "", several, "whose "+f.where()+" contains the same item twice", twice)

	item := d.field(f.in, f.name, append(slices.Clone(f.path), Items), f.pointer+"/items", f.schema.Items.Value)
	d.member(item)
}

// object derives the cases of an object and of its members.
func (d *deriver) object(f field) {
	d.presence(f)
	d.types(f, map[string]string{"boolean": "true", "array": "[]", "text": `"mallcheck"`, "number": "1"})
	d.repeated(f)
	for _, name := range slices.Sorted(maps.Keys(f.schema.Properties)) {
		inner := d.field(f.in, f.name, append(slices.Clone(f.path), name),
			f.pointer+"/properties/"+openapi.EscapeToken(name), f.schema.Properties[name].Value)
		inner.required, inner.presence = slices.Contains(f.schema.Required, name), f.pointer+"/required/"+openapi.EscapeToken(name)
		d.member(inner)
	}
}

// scalar derives the cases of a number or a boolean.
func (d *deriver) scalar(f field) {
	d.presence(f)
	isNumber := f.schema.Type.Is(openapi3.TypeNumber) || f.schema.Type.Is(openapi3.TypeInteger)
	others := map[string]string{"object": "{}", "array": "[]", "text": `"mallcheck"`}
	if isNumber {
		others["boolean"] = "true"
	} else {
		others["number"] = "1"
	}
	d.types(f, others)
	d.repeated(f)
	bound := func(detail string, limit *float64, step float64, keyword string) {
		if limit == nil || !isNumber {
			return
		}
		write := func(value float64) string {
			written, _ := json.Marshal(value) // bounds in a document are finite
			return string(written)
		}
		met := accepted
		if f.refers {
			met = either
		}
		d.add(f, famNumberBound, detail+"-met", met, "whose "+f.where()+" is "+write(*limit), f.change(Set, write(*limit)))
		d.add(f, famNumberBound, detail+"-crossed", refused(f.pointer+keyword),
			"whose "+f.where()+" is "+write(*limit+step), f.change(Set, write(*limit+step)))
	}
	bound("smallest", f.schema.Min, -1, "/minimum")
	bound("largest", f.schema.Max, 1, "/maximum")
}
