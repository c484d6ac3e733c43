package oracle

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// inWords describes a schema error in one line, without the schema.
func inWords(err *openapi3.SchemaError, path []string) string {
	name := "the body"
	if len(path) > 0 {
		name = pointer(path)
	}
	switch field(err) {
	case "required":
		return name + " is missing"
	case "type":
		if isNull(err) {
			return name + " is null"
		}
		return name + " is of the wrong type"
	case "enum":
		return name + " is not one of the allowed values"
	case "pattern":
		return name + " has the wrong form"
	case "minLength":
		return name + " is too short"
	case "maxLength":
		return name + " is too long"
	case "minItems":
		return name + " has too few elements"
	case "maxItems":
		return name + " has too many elements"
	}
	return fmt.Sprintf("%s breaks its rule %q", name, err.SchemaField)
}

// describeSchema briefly describes what a schema requires.
func describeSchema(schema *openapi3.Schema) string {
	var parts []string
	if schema.Type != nil {
		parts = append(parts, strings.Join(schema.Type.Slice(), " or "))
	}
	if len(schema.Enum) > 0 {
		values := make([]string, len(schema.Enum))
		for i, value := range schema.Enum {
			values[i] = brief(value)
		}
		parts = append(parts, "one of "+strings.Join(values, ", "))
	}
	if schema.Pattern != "" {
		parts = append(parts, "matching "+schema.Pattern)
	}
	if schema.MinLength > 0 {
		parts = append(parts, fmt.Sprintf("at least %d characters", schema.MinLength))
	}
	if schema.MaxLength != nil {
		parts = append(parts, fmt.Sprintf("at most %d characters", *schema.MaxLength))
	}
	if schema.MinItems > 0 {
		parts = append(parts, fmt.Sprintf("at least %d elements", schema.MinItems))
	}
	if len(schema.Required) > 0 {
		parts = append(parts, "with "+strings.Join(schema.Required, ", "))
	}
	return strings.Join(parts, ", ")
}
