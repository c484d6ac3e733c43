package render

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestBoundOffAndShown(t *testing.T) {
	run := fixture.Run()
	if got := reports.Bound(run, 0); !reflect.DeepEqual(got, run) {
		t.Error("a limit of 0 changes something")
	}
	result := reports.Bound(run, 10).Results[6]
	result.Deviations[0].Exchange = 0
	text := junitForm.result(&result)
	for _, want := range []string{`> {"sim_ids"… (108 bytes left out)`, "# the last 108 bytes of the body are left out"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q:\n%s", want, text)
		}
	}
}
