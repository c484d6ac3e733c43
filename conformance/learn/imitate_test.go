package learn

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// habits are variants of the sandbox, each with what the overlay says of it.
var habits = []struct{ variant, said string }{
	{"unknown-members", "traceId: not in the contract; always present"},
	{"data-everywhere", "accepted: not in the contract; always present; of type string"},
	{"acceptance-without-data", "data: never present"},
	{"acceptance-with-null", "data: always present; always null"},
	{"refusals-as-4xx", "A wrong sign is refused with HTTP 401, operateCode E401"},
	{"refusals-in-many-codes", "A wrong sign is refused with HTTP 200, operateCode sign wrong"},
	{"messages-in-chinese", "values 操作成功"},
	{"bare-bodies", "The target answers without the envelope"},
	{"version-defaulted", "The target accepts requests without documented parameters (version)"},
	{"slow-tasks", "values QUEUED, RUNNING, completed"},
	{"request-id-as-uuid", "A request-id has the form: uuid"},
	{"request-id-as-long-digits", "A request-id has the form: more than 22 digits"},
	{"request-id-with-dots-and-colons", "A request-id has the form: letters, digits, hyphens, underscores, dots and colons"},
	{"path-not-signed", "The setting sign-parts is query,body"},
	{"null-signed", "The setting sign-empty is string."},
	{"request-id-header", "The setting request-id-header is X-Request-Id"},
	{"cancellation-without-data", "data: never present"},
	{"amounts-with-more-zeros", "payAmount: always present; of type string; never null; in the form three decimals"},
	{"currencies-in-lower-case", "payCurrency: always present; of type string; never null; in the form lower-case letters"},
	{"pay-result-date-left-out", "payResultDate: never present"},
	{"media-type-with-charset", "Answers have the media type application/json;charset=UTF-8"},
	{"chunked", "The target sends answers without a Content-Length"},
	{"white-space", "The target indents its answers"},
}

// TestTheOverlayNamesTheHabit learns from conforming sandboxes with other habits: the overlay
// names the habit, a run that is held to it finds nothing, and a sandbox that answers by
// the overlay cannot be told from the one it was learnt from.
func TestTheOverlayNamesTheHabit(t *testing.T) {
	step := testlevel.Pick(len(habits), len(habits), 3) // all of them take 137 s
	for i := 0; i < len(habits); i += step {
		test := habits[i]
		t.Run(test.variant, func(t *testing.T) {
			learned := learnt(t, record(t, target.Settings{Seed: "1", Variant: []string{test.variant}}))
			whole, _ := written(t, learned)
			if !strings.Contains(strings.ReplaceAll(string(whole), "'", ""), test.said) {
				t.Errorf("the overlay does not say %q", test.said)
			}
			read, err := Read(whole)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "uat.overlay.yaml")
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			box, err := embedded.StartAs(read, target.Flags(target.Settings{Seed: "2", Overlay: file, Strict: "observed"}))
			if err != nil {
				t.Fatal(err)
			}
			defer box.Close()
			run, err := conformance.Run(context.Background(), box.Target, nil)
			if err != nil {
				t.Fatal(err)
			}
			if found := Drift(read, learnt(t, run)); len(found) > 0 {
				t.Errorf("the imitation differs: %s", summaries(found))
			}
			for _, result := range run.Results {
				if result.Verdict != reports.Passed && result.Verdict != reports.Skipped {
					t.Errorf("%s is %s in a run with the overlay: %v", result.ID, result.Verdict, result.Deviations)
				}
			}
		})
	}
}
