package learn

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
	for _, test := range habits[:testlevel.Pick(1, 1, len(habits))] {
		t.Run(test.variant, func(t *testing.T) {
			t.Parallel()
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
			run := runOn(t, box)
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

// others are habits that no variant has, as changes of the base run,.
var others = []struct {
	name   string
	change func(*reports.Exchange, int)
}{
	{"groups with numbers", groupsAs("$1")},
	{"groups with UUIDs", groupsAs("0b6d0c2e-0f9b-4a6e-8a11-0d7c$1")},
	{"groups with letters", func(e *reports.Exchange, _ int) {
		e.Response.Body = regexp.MustCompile(`"group_id":"G\d{8}"`).ReplaceAllFunc(e.Response.Body, func(member []byte) []byte {
			return bytes.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + 'Q'
				}
				return r
			}, member)
		})
	}},
	{"very large bodies are accepted", func(e *reports.Exchange, _ int) {
		if len(e.Request.Body)+int(e.Request.Cut) > 128<<10 {
			e.Response.Status, e.Response.Body = 200, []byte(`{"data":{"deviceCode":"89852420180910340793"},"operateCode":"S","message":"success"}`)
		}
	}},
	{"data behind the body is overlooked", func(e *reports.Exchange, _ int) {
		decoder := json.NewDecoder(bytes.NewReader(e.Request.Body))
		if decoder.Decode(new(map[string]any)) == nil && decoder.InputOffset() < int64(len(bytes.TrimSpace(e.Request.Body))) && e.Operation == "singleVerify" {
			e.Response.Status, e.Response.Body = 200, []byte(`{"data":{"deviceCode":"89852420180910340793"},"operateCode":"S","message":"success"}`)
		}
	}},
}

func groupsAs(written string) func(*reports.Exchange, int) {
	return func(e *reports.Exchange, _ int) {
		e.Response.Body = regexp.MustCompile(`"group_id":"G(\d{8})"`).ReplaceAll(e.Response.Body, []byte(`"group_id":"`+written+`"`))
	}
}

// TestImitationOfOtherHabits has a sandbox answer as targets do that differ in what no variant changes. The plain sandbox can be told from them.
func TestImitationOfOtherHabits(t *testing.T) {
	for _, test := range others[:testlevel.Pick(1, 1, len(others))] {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			learned := learnt(t, changing(test.change))
			if len(Drift(learned, learnt(t, base()))) == 0 {
				t.Fatal("the plain sandbox cannot be told from the target")
			}
			if run := imitation(t, learned); len(Drift(learned, learnt(t, run))) > 0 {
				t.Errorf("the imitation differs: %s", summaries(Drift(learned, learnt(t, run))))
			}
		})
	}
}

// imitation runs the suite against a sandbox that answers by what was learnt.
func imitation(t *testing.T, learned *Learned) *reports.Run {
	t.Helper()
	whole, _ := written(t, learned)
	read, err := Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	box, err := embedded.StartAs(read, target.Flags(target.Settings{Seed: "2", Strict: "documented"}))
	if err != nil {
		t.Fatal(err)
	}
	run := runOn(t, box)
	for _, result := range run.Results {
		if result.Verdict == reports.Failed || result.Verdict == reports.Inconclusive {
			t.Errorf("%s is %s: %s %v", result.ID, result.Verdict, result.Reason, result.Deviations)
		}
	}
	return run
}
