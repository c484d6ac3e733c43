package codequality

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func written(t interface{ Fatal(...any) }, run *reports.Run) (text []byte, issues []issue) {
	var out bytes.Buffer
	if err := Write(&out, run); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &issues); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), issues
}

func TestGolden(t *testing.T) {
	text, _ := written(t, fixture.Run())
	fixture.Golden(t, "gl-code-quality-report.json", text)
}

func TestSeverity(t *testing.T) {
	for _, test := range []struct {
		verdict  reports.Verdict
		severity reports.Severity
		want     string
	}{
		{reports.Failed, reports.Critical, "blocker"},
		{reports.Failed, reports.Major, "critical"},
		{reports.Failed, reports.Minor, "major"},
		{reports.Failed, "", "major"},
		{reports.Finding, reports.Critical, "minor"},
		{reports.Finding, reports.Minor, "info"},
	} {
		if got := severity(&reports.Deviation{Verdict: test.verdict, Severity: test.severity}); got != test.want {
			t.Errorf("a %s deviation that is %s has the severity %q, want %q", test.severity, test.verdict, got, test.want)
		}
	}
}

// Waived deviations are known: a merge request does not show them again.
func TestWaivedHasNoIssue(t *testing.T) {
	run := fixture.Run()
	for i := range run.Results {
		run.Results[i].Verdict = reports.Waived
	}
	if text, _ := written(t, run); strings.TrimSpace(string(text)) != "[]" {
		t.Errorf("waived results have the issues %s", text)
	}
}

func TestAnyRun(t *testing.T) {
	known := []string{"info", "minor", "major", "critical", "blocker"}
	rapid.Check(t, func(t *rapid.T) {
		_, issues := written(t, fixture.AnyRun().Draw(t, "run"))
		seen := map[string]bool{}
		for _, one := range issues {
			switch {
			case one.Description == "" || !utf8.ValidString(one.Description):
				t.Fatalf("the description is %q", one.Description)
			case !slices.Contains(known, one.Severity):
				t.Fatalf("the severity is %q", one.Severity)
			case one.Location.Path == "" || one.Location.Lines.Begin != 1:
				t.Fatalf("the location is %+v", one.Location)
			case seen[one.Fingerprint]:
				t.Fatalf("two issues have the fingerprint %s", one.Fingerprint)
			}
			seen[one.Fingerprint] = true
		}
	})
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("é", longest)
	if got := shorten(long); !utf8.ValidString(got) || len(got) > longest+len("…") {
		t.Errorf("shorten gives %d bytes, valid: %t", len(got), utf8.ValidString(got))
	}
	if got := shorten("short"); got != "short" {
		t.Errorf("shorten(short) = %q", got)
	}
}
