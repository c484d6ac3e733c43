package reports_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestCoverageTotals(t *testing.T) {
	want := []reports.CoveredParts{{Kind: "constraints kept", Total: 5, Reached: 2}, {Kind: "codes", Total: 1, Reached: 1}}
	if got := fixture.Coverage().Totals(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var none *reports.Coverage
	if got := none.Totals(); got != nil {
		t.Errorf("of no coverage: %+v", got)
	}
}

// The counts match the schema and survive a round trip.
func TestCoverageInJSON(t *testing.T) {
	run := fixture.Run()
	run.Coverage = fixture.Coverage()
	data := fixture.JSON(t, run)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := compileSchema(t).Validate(document); err != nil {
		t.Error(err)
	}
	again, err := reports.ReadJSON(bytes.NewReader(data))
	if err != nil || !reflect.DeepEqual(again.Coverage, fixture.Coverage()) {
		t.Errorf("read as %+v, %v", again, err)
	}
}
