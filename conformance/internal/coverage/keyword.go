package coverage

import (
	"math"
	"regexp"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// keyword is one constraint of a schema, as a schema with no other constraint.
type keyword struct {
	name   string
	on     func(any) bool // selects the values that it applies to; nil for all
	schema *openapi3.Schema
	surely func(any) bool // a fast test that may miss valid values; may be nil
}

// judge reports whether a constraint applies to a value, and whether the value keeps it.
func (k keyword) judge(value any) (applies, holds bool) {
	if k.on != nil && !k.on(value) {
		return false, false
	}
	if k.surely != nil && k.surely(value) {
		return true, true
	}
	return true, k.schema.VisitJSON(value, openapi3.FailFast()) == nil
}

// quick returns the fast test for the keywords of strings, which are the most common.
func quick(name string, s *openapi3.Schema) func(any) bool {
	switch name {
	case "type":
		if s.Type.Is("string") {
			return isString
		}
	case "minLength":
		return func(value any) bool {
			return utf8.RuneCountInString(stringOf(value)) >= int(min(s.MinLength, math.MaxInt))
		}
	case "maxLength":
		return func(value any) bool { return len(stringOf(value)) <= int(min(*s.MaxLength, math.MaxInt)) }
	case "pattern":
		if pattern, err := regexp.Compile(s.Pattern); err == nil {
			return func(value any) bool { return pattern.MatchString(stringOf(value)) }
		}
	}
	return nil
}

// stringOf returns a string value, "" for any other.
func stringOf(value any) string {
	is, _ := value.(string)
	return is
}

func isString(value any) bool { _, is := value.(string); return is }
func isNumber(value any) bool { _, is := value.(float64); return is }
func isList(value any) bool   { _, is := value.([]any); return is }
func isObject(value any) bool { _, is := value.(map[string]any); return is }
func isThere(value any) bool  { return value != nil }

// keywords returns the constraints of a schema, without those of its members and elements. Outside a
// JSON body (in is not empty), every value is text, so its type cannot be wrong.
func keywords(s *openapi3.Schema, in string) []keyword {
	var found []keyword
	add := func(there bool, name string, on func(any) bool, schema openapi3.Schema) {
		if there {
			found = append(found, keyword{name, on, &schema, quick(name, &schema)})
		}
	}
	add(s.Type != nil && (in == "" || !s.Type.Is("string")), "type", nil, openapi3.Schema{Type: s.Type, Nullable: s.Nullable})
	add(len(s.Enum) > 0, "enum", isThere, openapi3.Schema{Enum: s.Enum})
	add(s.Not != nil, "not", isThere, openapi3.Schema{Not: s.Not})
	add(len(s.AllOf) > 0, "allOf", isThere, openapi3.Schema{AllOf: s.AllOf})
	add(len(s.AnyOf) > 0, "anyOf", isThere, openapi3.Schema{AnyOf: s.AnyOf})
	add(len(s.OneOf) > 0, "oneOf", isThere, openapi3.Schema{OneOf: s.OneOf, Discriminator: s.Discriminator})
	add(s.Pattern != "", "pattern", isString, openapi3.Schema{Pattern: s.Pattern})
	add(s.MinLength > 0, "minLength", isString, openapi3.Schema{MinLength: s.MinLength})
	add(s.MaxLength != nil, "maxLength", isString, openapi3.Schema{MaxLength: s.MaxLength})
	add(s.Format != "", "format", isThere, openapi3.Schema{Format: s.Format, Type: s.Type})
	add(s.Min != nil, "minimum", isNumber, openapi3.Schema{Min: s.Min, ExclusiveMin: s.ExclusiveMin})
	add(s.Max != nil, "maximum", isNumber, openapi3.Schema{Max: s.Max, ExclusiveMax: s.ExclusiveMax})
	add(s.MultipleOf != nil, "multipleOf", isNumber, openapi3.Schema{MultipleOf: s.MultipleOf})
	add(s.MinItems > 0, "minItems", isList, openapi3.Schema{MinItems: s.MinItems})
	add(s.MaxItems != nil, "maxItems", isList, openapi3.Schema{MaxItems: s.MaxItems})
	add(s.UniqueItems, "uniqueItems", isList, openapi3.Schema{UniqueItems: true})
	add(s.MinProps > 0, "minProperties", isObject, openapi3.Schema{MinProps: s.MinProps})
	add(s.MaxProps != nil, "maxProperties", isObject, openapi3.Schema{MaxProps: s.MaxProps})
	return found
}
