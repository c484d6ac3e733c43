package target

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the schema of the file of targets anew")

const schemaFile = "schema/mallcheck.schema.json"

// The published schema is generated from the fields of Settings.
func TestSchemaIsGenerated(t *testing.T) {
	made, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if published, err := os.ReadFile(schemaFile); err != nil || !bytes.Equal(published, made) {
		t.Errorf("%s is not what Schema returns (%v): go generate ./conformance/target", schemaFile, err)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	made, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(made))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(SchemaURL, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(SchemaURL)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate validates YAML text as an editor does.
func validate(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(document)
}

// commented matches a setting that stands in a comment.
var commented = regexp.MustCompile(`(?m)^( *)# ( *[a-z][a-z0-9-]*:(?: .*)?)$`)

// withAllSettings returns the starter with every setting that stands in a comment.
func withAllSettings() []byte {
	_, text, _ := bytes.Cut(starter, []byte("\n"))
	return commented.ReplaceAll(text, []byte("$1$2"))
}

// The initial settings file names the schema first, shows every setting, is valid with and without
// them, and is unusable until the partner code is given.
func TestStarter(t *testing.T) {
	if first, _, _ := strings.Cut(string(starter), "\n"); first != "# yaml-language-server: $schema="+SchemaURL {
		t.Errorf("the first line is %s", first)
	}
	schema := compiled(t)
	for name, text := range map[string][]byte{"as it is": starter, "with all settings": withAllSettings()} {
		if err := validate(t, schema, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := parseFile(FileName, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	file, err := parseFile(FileName, withAllSettings())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append(keysFrom(fromFile), expectationsKey) {
		shown := slices.ContainsFunc(file.targets, func(t fileTarget) bool {
			_, there := t.entries[key]
			return there || key == expectationsKey && len(t.expectations) > 0
		})
		if !shown {
			t.Errorf("%s is not shown", key)
		}
	}
	for _, name := range file.Names() {
		if _, err := file.Layer(name, nil); err == nil || !strings.HasSuffix(err.Error(), "is not set; set the variable MALL_PARTNER_CODE before you start mallcheck") && !strings.Contains(err.Error(), "GATEWAY_TOKEN") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// The schema refuses the same values as the tool.
func TestSchemaRefuses(t *testing.T) {
	schema := compiled(t)
	for _, settings := range []string{
		"partnercode: P1", "strict: asumed", "allow: [everything]", "sign-parts: [header]", "production: maybe", "http2: 2",
		"path: {singleOrder: /x}", "path: [a=b]", "expectations: [{operation: addSim, expect: accept}]", "expectations: [{expect: maybe}]",
		"expectations: [{operation: addSims}]", "yes-production: true", "target: uat", "environment: staging",
	} {
		text := []byte("targets:\n  uat:\n    " + settings + "\n")
		if err := validate(t, schema, text); err == nil {
			t.Errorf("the schema accepts %s", settings)
		}
		file, err := parseFile(FileName, text)
		if err == nil {
			var layer Layer
			if layer, err = file.Layer("uat", nil); err == nil {
				_, err = Resolve(Flags(Settings{TopupURL: "http://h", PartnerCode: "P1"}), layer)
			}
		}
		if err == nil {
			t.Errorf("the tool accepts %s", settings)
		}
	}
	for _, settings := range []string{"partner-code: 12", "sim: 89852000000000000001", "allow: read,write", "allow: [read]", "strict: ${S}", "rate: 5", "tls-min-version: 1.3"} {
		if err := validate(t, schema, []byte("targets:\n  uat:\n    "+settings+"\n")); err != nil {
			t.Errorf("%s: %v", settings, err)
		}
	}
}
