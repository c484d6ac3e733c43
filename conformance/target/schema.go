package target

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/openapi"
)

//go:generate go test -run TestSchemaIsGenerated -update .

// SchemaURL is where the JSON Schema of the file of targets is published.
const SchemaURL = "https://raw.githubusercontent.com/mallcheck/mallcheck/main/conformance/target/schema/mallcheck.schema.json"

//go:embed starter.yaml
var starter []byte

// Starter returns a sample file of targets, with a comment for each setting.
func Starter() []byte { return append([]byte(nil), starter...) }

// schema is one JSON Schema, without empty members.
type schema struct {
	Schema      string            `json:"$schema,omitempty"`
	ID          string            `json:"$id,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Type        any               `json:"type,omitempty"`
	Enum        []string          `json:"enum,omitempty"`
	Const       any               `json:"const,omitempty"`
	Default     any               `json:"default,omitempty"`
	Pattern     string            `json:"pattern,omitempty"`
	AnyOf       []schema          `json:"anyOf,omitempty"`
	Items       *schema           `json:"items,omitempty"`
	Properties  map[string]schema `json:"properties,omitempty"`
	Names       *schema           `json:"propertyNames,omitempty"`
	Additional  any               `json:"additionalProperties,omitempty"`
	Required    []string          `json:"required,omitempty"`
}

// Schema returns the JSON Schema (2020-12) of the file of targets, made from the
// fields of Settings and their tags.
func Schema() ([]byte, error) {
	name := schema{Type: "string", Pattern: targetName.String()}
	file := schema{
		Schema: "https://json-schema.org/draft/2020-12/schema", ID: SchemaURL,
		Title: "Targets of mallcheck", Type: "object", Additional: false, Required: []string{"targets"},
		Properties: map[string]schema{
			"default": {Type: "string", Pattern: targetName.String(), Description: "Target that is used when none is named."},
			"targets": {Type: "object", Names: &name, Additional: schemaOfTarget(), Description: "The targets, by name."},
		},
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema of %s: %w", FileName, err)
	}
	return append(text, '\n'), nil
}

func schemaOfTarget() schema {
	target := schema{Type: "object", Additional: false, Properties: map[string]schema{expectationsKey: schemaOfExpectations()}}
	for _, key := range keysFrom(fromFile) {
		target.Properties[key] = schemaOf(key)
	}
	return target
}

// helpDefault matches the placeholder of a default in a help text.
var helpDefault = regexp.MustCompile(`\$\{default_([a-z0-9_]+)\}`)

func schemaOf(key string) schema {
	field, _ := fieldOf(key)
	about := helpDefault.ReplaceAllStringFunc(field.Tag.Get("help"), func(found string) string {
		return Defaults()[strings.ReplaceAll(helpDefault.FindStringSubmatch(found)[1], "_", "-")]
	})
	one := schema{Type: []string{"string", "number"}}
	if choices := choicesOf(key); choices != nil {
		one = schema{AnyOf: []schema{{Enum: choices}, {Type: "string", Pattern: `\$\{.*\}`}}}
		if key == "tls-min-version" {
			one.AnyOf = append(one.AnyOf, schema{Type: "number"})
		}
	}
	switch {
	case field.Type.Kind() == reflect.Bool:
		one = schema{Type: "boolean"}
	case joinedBy[key] != "":
		one = schema{Type: "object", Additional: schema{Type: []string{"string", "number"}}}
		if key == "path" {
			one.Names = &schema{Enum: unknownPaths()}
		}
	case isList(key):
		item := one
		one = schema{AnyOf: []schema{{Type: "array", Items: &item}, {Type: []string{"string", "number"}}}}
	}
	one.Description = about
	if text := Defaults()[key]; text != "" {
		one.Default = text
		if isList(key) {
			one.Default = strings.Split(text, ",")
		}
	}
	return one
}

func schemaOfExpectations() schema {
	return schema{
		Description: "What the target does with a kind of case, where it is more lenient or stricter than the contract and is meant to be.",
		Type:        "array",
		Items: &schema{Type: "object", Additional: false, Required: []string{"expect"}, Properties: map[string]schema{
			"operation": {
				AnyOf:       []schema{{Enum: operationIDs(func(openapi.Operation) bool { return true })}, {Type: "string", Pattern: `[*?\[]`}},
				Description: "Operation of the cases, or a glob. Default all.",
			},
			"mutation": {Type: "string", Description: "Mutation, as it ends the names of the cases, or a glob. Default all."},
			"expect":   {Enum: slices.Sorted(maps.Keys(expectWords)), Description: "What the target does with them."},
		}},
	}
}
