package reports_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(runSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.AssertContent()
	if err := compiler.AddResource("urn:mallcheck:run:1", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("urn:mallcheck:run:1")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func runSchema(t *testing.T) []byte {
	t.Helper()
	schema, err := os.ReadFile("schema/run.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
