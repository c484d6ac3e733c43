package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/explained"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// Each requested format is written to its place, and no other file is.
func TestFormats(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--format=markdown,sarif,github", "--only=SIG-022/addSims,SIG-003/addSims", "--fault=sign-wrong-accepted"}, dir: dir}.run(t)
	if got.code != 1 {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	annotation := regexp.MustCompile(`(?m)^::error file=openapi/mall\.yaml,line=[1-9][0-9]*,title=mallcheck SIG-022/addSims::`)
	if !annotation.MatchString(got.out) {
		t.Errorf("no annotation in:\n%s", got.out)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "mallcheck-report"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{"report.md", "report.sarif"}) {
		t.Errorf("the folder has %s", strings.Join(names, ", "))
	}
	quiet := process{arguments: []string{"run", "--format=json", "--only=SIG-022/addSims", "--fault=sign-wrong-accepted"}}.run(t)
	if strings.Contains(quiet.out, "::error") {
		t.Errorf("annotations that nobody asked for:\n%s", quiet.out)
	}
}

// A check is explained offline, and the nearest id is suggested for an unknown one.
func TestExplain(t *testing.T) {
	got := process{arguments: []string{"explain", "SIG-022/addSims"}}.run(t)
	for _, want := range []string{
		"addSims refuses a request whose sign has one wrong digit", "signature/wrong-sign-refused", "openapi/mall.yaml, line ", "documented, source page doc-1486828",
		"mallcheck run --only SIG-022/addSims --fault sign-half-compared", "catches      sign-half-compared, sign-wrong-accepted\n",
	} {
		if got.code != 0 || !strings.Contains(got.out, want) {
			t.Errorf("exit code %d, no %q in:\n%s%s", got.code, want, got.out, got.err)
		}
	}
	for _, line := range strings.Split(got.out, "\n")[1:] {
		if len(line) > explained.MaxLine && strings.Contains(line[13:], " ") {
			t.Errorf("a line of %d characters: %s", len(line), line)
		}
	}
	got = process{arguments: []string{"explain", "--json", "SIG-022"}}.run(t)
	if got.code != 0 || !json.Valid([]byte(got.out)) || !strings.Contains(got.out, `"SIG-022/asyncResult"`) {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	got = process{arguments: []string{"explain", "SIG-O22"}}.run(t)
	if got.code != 2 || got.err != "mallcheck: explain: \"SIG-O22\" is not a check; did you mean SIG-022?\n" {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
	}
}

// A comparison exits with the right code and starts with the most important change.
func TestCompare(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	for name, fault := range map[string]string{"good": "", "bad": "sign-wrong-accepted"} {
		arguments := []string{"run", "--format=json", "--only=SIG-022/addSims,SIG-003/addSims", "--report-dir=" + name}
		if fault != "" {
			arguments = append(arguments, "--fault="+fault)
		}
		if got := (process{arguments: arguments, dir: dir}).run(t); got.code > 1 {
			t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
		}
	}
	good, bad := filepath.Join("good", "run.json"), filepath.Join("bad", "run.json")
	dead := []string{"run", "--format=json", "--only=SIG-022/addSims,SIG-003/addSims", "--report-dir=dead", "--topup-url=http://127.0.0.1:1", "--partner-code=P1", "--allow=read,write"}
	if got := (process{arguments: dead, dir: dir}).run(t); got.code != 3 {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	if err := os.WriteFile(filepath.Join(dir, "no.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		arguments []string
		code      int
		want      string
	}{
		{[]string{good, bad}, 1, "1 new violation, 0 resolved\n"},
		{[]string{bad, good}, 0, "no new violation, 1 resolved\n"},
		{[]string{bad, bad}, 0, "no new violation, 0 resolved\n"},
		{[]string{good, bad, "--format=markdown"}, 1, "## mallcheck compare: 1 new violation, 0 resolved\n"},
		{[]string{good, bad, "--format=json"}, 1, "{\n  \"before\""},
		{[]string{good, "missing.json"}, 2, "mallcheck: missing.json does not exist; name the run.json of a run\n"},
		{[]string{"no.json", good}, 2, "mallcheck: no.json: reading a run: unexpected EOF; name the run.json of a run\n"},
		{[]string{good, "dead/run.json"}, 3, "inconclusive: the later run is incomplete; no new violation, 0 resolved\n"},
		{[]string{good}, 2, "mallcheck: expected \"<after>\""},
	} {
		got := process{arguments: append([]string{"compare"}, test.arguments...), dir: dir}.run(t)
		if got.code != test.code || !strings.HasPrefix(got.out+got.err, test.want) {
			t.Errorf("%v: exit code %d, want %d:\n%s%s", test.arguments, got.code, test.code, got.out, got.err)
		}
	}
}

// Waivers change verdicts as written, and a mistake in their file is reported before anything is
// sent.
func TestWaivers(t *testing.T) {
	testlevel.Plain(t)
	for name, test := range map[string]struct {
		check, target, expiry, fault string
		code                         int
		want                         string
	}{
		"a failure":       {"SIG-022/addSims", "sandbox", "2999-12-31", "sign-wrong-accepted", 0, "until 2999-12-31, payments (MALL-1): being mended (1): SIG-022/addSims"},
		"a pattern":       {"SIG-02*", "*", "2999-12-31", "sign-wrong-accepted", 0, "1 waived"},
		"expired":         {"SIG-022/addSims", "sandbox", "2020-01-31", "sign-wrong-accepted", 1, "the waiver of SIG-022/addSims (MALL-1, payments) expired on 2020-01-31"},
		"expired, passed": {"SIG-003/addSims", "sandbox", "2020-01-31", "", 1, "failed: no violation, but 1 waiver expired or stale."},
		"stale":           {"SIG-022/addSims", "sandbox", "2999-12-31", "", 1, "no longer covers a failure: remove it"},
		"not all judged":  {"SIG-022", "sandbox", "2999-12-31", "", 0, "passed: no violation in 2 checks."},
		"other target":    {"SIG-022/addSims", "uat", "2999-12-31", "sign-wrong-accepted", 1, "failed: 1 of 2 checks found a violation."},
		"unknown check":   {"SIG-O22", "uat", "2999-12-31", "", 2, `waivers.yaml:2: check: "SIG-O22" matches no check; did you mean SIG-022?`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := fmt.Sprintf("waivers:\n  - check: %s\n    target: %q\n    reason: being mended\n    owner: payments\n    ticket: MALL-1\n    expiry: %s\n",
				test.check, test.target, test.expiry)
			if err := os.WriteFile(filepath.Join(dir, "waivers.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			arguments := []string{"run", "--waivers=waivers.yaml", "--only=SIG-022/addSims,SIG-003/addSims"}
			if test.fault != "" {
				arguments = append(arguments, "--fault="+test.fault)
			}
			got := process{arguments: arguments, dir: dir}.run(t)
			if got.code != test.code || !strings.Contains(got.out+got.err, test.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", got.code, test.code, test.want, got.out, got.err)
			}
			if test.code == 2 {
				return
			}
			// What CI systems read agrees with the exit code.
			if counts := readJUnit(t, dir); (counts.Failures > 0) != (test.code == 1) || counts.Errors > 0 {
				t.Errorf("JUnit has %+v", counts)
			}
		})
	}
}
