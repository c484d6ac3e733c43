package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The loader ignores a keyword that it does not know, and a misspelt constraint
// would constrain nothing. So every key of the document is compared with the
// keys that its kind of object may have, our own extensions included.

// shape is what one kind of object may hold: each key with the kind of its
// value, or "" for a value that is looked into no further. A kind with a suffix
// is a list ("[]") or a map ("{}") of that kind.
type shape map[string]string

var shapes = map[string]shape{
	"document": keys("openapi security", "info:info", "tags:tag[]", "paths:pathItem{}", "components:components",
		"x-services:service{}", "x-clauses:clause{}"),
	"info":     keys("title version description termsOfService", "contact:contact", "license:license"),
	"contact":  keys("name url email"),
	"license":  keys("name url"),
	"tag":      keys("name description"),
	"service":  keys("description", "servers:server[]", "x-evidence:evidence"),
	"server":   keys("url description x-environment"),
	"pathItem": keys("x-service x-path-unknown", "servers:server[]", "get:operation", "put:operation", "post:operation", "delete:operation"),
	"operation": keys("tags operationId summary description x-does x-bare-success x-needs-one-of", "x-printed-example:printed", "parameters:parameter[]",
		"requestBody:requestBody", "responses:response{}"),
	"parameter":   keys("name in required allowEmptyValue description example x-go-name", "schema:schema"),
	"header":      keys("description", "schema:schema"),
	"requestBody": keys("description required", "content:mediaType{}"),
	"response":    keys("description", "headers:header{}", "content:mediaType{}", "x-required-on-success:onSuccess"),
	"mediaType":   keys("", "schema:schema", "examples:example{}"),
	"example":     keys("summary description value"),
	"onSuccess":   keys("members headers"),
	"printed":     keys("source reason value"),
	"evidence":    keys("grade source note restricts"),
	"clause":      keys("statement operations", "x-evidence:evidence", "raised:raised[]"),
	"raised":      keys("operations", "x-evidence:evidence"),
	"components": keys("", "parameters:parameter{}", "headers:header{}", "responses:response{}", "schemas:schema{}",
		"requestBodies:requestBody{}"),
	"schema": keys("type description nullable default required enum pattern minLength maxLength minItems maxItems "+
		"uniqueItems minimum maximum x-known-values x-refers-to x-go-type x-go-type-skip-optional-pointer",
		"properties:schema{}", "x-evidence-of", "items:schema", "not:schema"),
}

// graded are the kinds that evidence may stand in, and whose place a reference may take.
var graded = []string{"operation", "parameter", "header", "requestBody", "response", "mediaType", "schema"}

func keys(plain string, typed ...string) shape {
	all := shape{}
	for key := range strings.FieldsSeq(plain) {
		all[key] = ""
	}
	for _, one := range typed {
		key, kind, _ := strings.Cut(one, ":")
		all[key] = kind
	}
	return all
}

// misplaced returns every key below a node that its kind of object may not have.
func (c *Contract) misplaced(node *yaml.Node, kind, at string) []string {
	var wrong []string
	inner, isMap := strings.CutSuffix(kind, "{}")
	if list, isList := strings.CutSuffix(kind, "[]"); isList {
		if node.Kind != yaml.SequenceNode {
			return []string{at + ": not a list"}
		}
		for i, item := range node.Content {
			wrong = append(wrong, c.misplaced(item, list, fmt.Sprint(at, "/", i))...)
		}
		return wrong
	}
	if node.Kind != yaml.MappingNode {
		return []string{at + ": not a mapping"}
	}
	if member(node, "$ref") != nil && len(node.Content) > 2 {
		return []string{at + ": something stands beside a $ref, where OpenAPI 3.0 tools ignore it"}
	}
	allowed := allowedIn(kind)
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i].Value, node.Content[i+1]
		below := at + "/" + EscapeToken(key)
		valueKind, known := allowed[key]
		if isMap {
			valueKind, known = inner, true
		}
		switch {
		case seen[key]:
			wrong = append(wrong, below+": twice")
		case !known:
			wrong = append(wrong, below+": unknown")
		case key == "x-evidence-for" && !isMap:
			wrong = append(wrong, c.misgraded(node, value, below)...)
		case key == "x-evidence-of" && !isMap:
			wrong = append(wrong, c.misgradedMembers(member(node, "properties"), value, below)...)
		case valueKind != "":
			wrong = append(wrong, c.misplaced(value, valueKind, below)...)
		}
		seen[key] = true
	}
	return wrong
}

func allowedIn(kind string) shape {
	allowed := maps.Clone(shapes[kind])
	if slices.Contains(graded, kind) {
		maps.Copy(allowed, shape{"$ref": "", "x-evidence": "evidence", "x-evidence-for": ""})
	}
	return allowed
}

// misgraded returns every keyword that is graded and does not stand in the
// object, or in what it refers to. "required" also grades the presence of a
// member where it is declared.
func (c *Contract) misgraded(object, grades *yaml.Node, at string) []string {
	wrong := c.misplaced(grades, "evidence{}", at)
	_ = each(grades, func(keyword string, _ *yaml.Node) error {
		if c.inline(object).get(keyword) == nil && keyword != "required" {
			wrong = append(wrong, at+"/"+keyword+": grades a keyword that is not there")
		}
		return nil
	})
	return wrong
}

// misgradedMembers returns what is wrong in x-evidence-of: a member that the object
// does not have, or a keyword that the member does not have.
func (c *Contract) misgradedMembers(properties, evidence *yaml.Node, at string) []string {
	var wrong []string
	_ = each(evidence, func(name string, grades *yaml.Node) error {
		below := at + "/" + EscapeToken(name)
		property := member(properties, name)
		if property == nil {
			wrong = append(wrong, below+": there is no such member")
		}
		for i := 0; i+1 < len(grades.Content); i += 2 {
			switch key, value := grades.Content[i].Value, grades.Content[i+1]; key {
			case "x-evidence":
				wrong = append(wrong, c.misplaced(value, "evidence", below+"/"+key)...)
			case "x-evidence-for":
				wrong = append(wrong, c.misgraded(property, value, below+"/"+key)...)
			default:
				wrong = append(wrong, below+"/"+key+": unknown")
			}
		}
		return nil
	})
	return wrong
}

func misplacedIn(t testing.TB, data []byte) []string {
	t.Helper()
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	document := &Contract{root: file.Content[0]}
	return document.misplaced(document.root, "document", "")
}

func TestEveryKeyIsKnown(t *testing.T) {
	for name, data := range documents {
		for _, wrong := range misplacedIn(t, data) {
			t.Errorf("%s%s", name, wrong)
		}
	}
}

func TestAMisspeltKeyIsFound(t *testing.T) {
	for _, change := range [][2]string{
		{"$ref: '#/components/schemas/Iccid'\n", "$ref: '#/components/schemas/Iccid'\n          x-evidence: {grade: assumed}\n"},
		{"pattern: '^[0-9a-f]{32}$'", "patern: '^[0-9a-f]{32}$'"},
		{"minItems: 1\n", "minItem: 1\n"},
		{"x-evidence: {grade", "x-evidnece: {grade"},
		{"grade: derived", "graed: derived"},
		{"        pattern: {grade", "        patern: {grade"},
		{"nullable: true", "nulable: true"},
		{"      default: '3.0'\n", "      default: '3.0'\n      default: '3.1'\n"},
		{"x-required-on-success:\n            members", "x-required-on-success:\n            member"},
		{"x-environment", "x-envrnment"},
		{"operationId", "operationID"},
		{"allowEmptyValue: true\n", "allowEmptyValues: true\n"},
		{"    x-path-unknown: true\n", "    x-unknown-path: true\n"},
		{"            minLength: {grade: documented, source: api-12135037", "            minItems: {grade: documented, source: api-12135037"},
	} {
		if len(misplacedIn(t, changed(t, change[0], change[1]))) == 0 {
			t.Errorf("%q instead of %q is not found", change[1], change[0])
		}
	}
}
