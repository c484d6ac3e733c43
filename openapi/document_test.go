package openapi

import (
	"encoding/json"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// The returned document equals the one that the loader reads from the file.
func TestDocumentIsTheFile(t *testing.T) {
	for name, read := range map[string]func() (*Contract, error){"mall": Mall, "push": Push} {
		contract, err := read()
		if err != nil {
			t.Fatal(err)
		}
		got, err := contract.Document()
		if err != nil {
			t.Fatal(err)
		}
		want, err := openapi3.NewLoader().LoadFromData(contract.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		gotJSON, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		wantJSON, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if string(gotJSON) != string(wantJSON) {
			t.Errorf("%s: %d bytes as JSON differ from the %d of the file", name, len(gotJSON), len(wantJSON))
		}
	}
}
