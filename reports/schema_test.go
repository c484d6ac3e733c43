package reports_test

import (
	"github.com/mallcheck/mallcheck/reports"

	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(reports.RunSchema()))
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
