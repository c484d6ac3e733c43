package doctor

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// The chosen rule fits the empty values that the target signs.
func TestChooseEmpty(t *testing.T) {
	for _, test := range []struct {
		text, null, list keeps
		want             string
	}{
		{leftOut, leftOut, kept, "string-or-null"},
		{leftOut, kept, kept, "string"},
		{leftOut, leftOut, leftOut, "containers-too"},
		{kept, kept, kept, "nothing"},
		{leftOut, unclear, unclear, "string-or-null"},
		{unclear, unclear, unclear, "string-or-null"},
		{eitherWay, eitherWay, eitherWay, "string-or-null"},
		{kept, unclear, unclear, "nothing"},
	} {
		d := &doctor{rules: signing.Default()}
		if d.chooseEmpty(test.text, test.null, test.list); d.rules.Empty.String() != test.want {
			t.Errorf("%v: %s, want %s", test, d.rules.Empty, test.want)
		}
	}
}

// Headers are tried in order of likelihood, and common ones are not tried.
func TestCandidates(t *testing.T) {
	header := http.Header{
		"Date": {"x"}, "Content-Type": {"x"}, "X-Zone": {"x"}, "X-Trace-Id": {"x"}, "X-Request-Id": {"x"}, "Request_id": {"x"}, "X-Empty": {""},
		"Access-Control-Allow-Origin": {"*"},
	}
	if got := strings.Join(candidates(header, "request_id"), " "); got != "Request_id X-Request-Id X-Trace-Id X-Zone" {
		t.Errorf("candidates %s", got)
	}
}

// Every suggested line can be pasted into the settings file and has the right value there.
func TestLines(t *testing.T) {
	report := Report{}
	values := []string{"G1", "1001", "true", "null", "a, b", "- x", "x: y", "# c", "${HOME}", "007", `"q"`, "[a]", "a\nb"}
	for _, value := range values {
		report.Settings = []Setting{{Key: "group", Values: []string{value}}}
		var file struct{ Targets map[string]map[string]string }
		text := "targets:\n  uat:\n" + report.Lines()
		if err := yaml.Unmarshal([]byte(text), &file); err != nil {
			t.Errorf("%q: %v\n%s", value, err, text)
		}
		if got := strings.ReplaceAll(file.Targets["uat"]["group"], "$${", "${"); got != value {
			t.Errorf("%q becomes %q", value, got)
		}
	}
	report.Settings = []Setting{{Key: "sign-parts", Values: []string{"query", "body"}}}
	if got := report.Lines(); got != "    sign-parts: [query, body]\n" {
		t.Errorf("a list: %s", got)
	}
}

// The clock offset is computed from the Date of answers.
func TestClock(t *testing.T) {
	started := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(date string) reports.Exchange {
		return reports.Exchange{Started: started, Duration: time.Second, Response: &reports.Response{Header: []reports.Header{{Name: "date", Value: date}}}}
	}
	if ahead, known := clockOf(at("Fri, 02 Jan 2026 03:05:05 GMT")); !known || ahead != time.Minute {
		t.Errorf("%s, %t", ahead, known)
	}
	if _, known := clockOf(at("today")); known {
		t.Error("a malformed Date tells the time")
	}
	if median(nil) != 0 || median([]time.Duration{5, 1, 3}) != 3 {
		t.Error("median")
	}
}

// A secret that the target echoes is redacted.
func TestSecretsAreCleaned(t *testing.T) {
	const secret = "5ec2e7c0ffee"
	d := &doctor{session: &session.Session{}, target: &target.Target{Header: http.Header{"X-Token": {"Bearer " + secret}}}}
	d.tell("envelope", "q", "told "+secret)
	d.open("envelope", "q", "told "+secret)
	if slices.ContainsFunc(d.report.Answers, func(a Answer) bool { return strings.Contains(a.Answer+a.Open, secret) }) {
		t.Errorf("told: %+v", d.report.Answers)
	}
}
