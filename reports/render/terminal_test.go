package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// show runs a whole run through a Terminal.
func show(t *testing.T, run *reports.Run, options TerminalOptions) string {
	t.Helper()
	var out bytes.Buffer
	terminal := NewTerminal(&out, options)
	terminal.Begin(run, len(run.Results))
	for i := range run.Results {
		terminal.Result(&run.Results[i])
	}
	if err := terminal.End(run, []string{"mallcheck-report/junit.xml", "mallcheck-report/run.json"}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTerminalGolden(t *testing.T) {
	run := redact.Run(fixture.Run(), secrets)
	fixture.Golden(t, "terminal.txt", []byte(show(t, run, TerminalOptions{})))
	fixture.Golden(t, "terminal-verbose.txt", []byte(show(t, run, TerminalOptions{Verbose: true})))
	fixture.Golden(t, "terminal-live-color-60.txt", []byte(show(t, run, TerminalOptions{Live: true, Color: true, Width: 60})))

	strict := fixture.Run()
	strict.Policy.FailOnFinding, strict.Stopped = true, reports.Interrupted
	fixture.Golden(t, "terminal-fail-on-finding.txt", []byte(show(t, redact.Run(strict, secrets), TerminalOptions{Width: 100})))
}

func TestTerminalPlain(t *testing.T) {
	if out := show(t, fixture.Run(), TerminalOptions{Width: 80}); strings.ContainsAny(out, "\x1b\r") {
		t.Errorf("control characters where no terminal was named:\n%q", out)
	}
}

func TestTerminalBegin(t *testing.T) {
	var out bytes.Buffer
	NewTerminal(&out, TerminalOptions{}).Begin(redact.Run(fixture.Run(), secrets), 61)
	for _, want := range []string{"mallcheck v0.1.0", "61 checks", "uat", "P012345", "read,write", "documented", "42",
		"http://%3Credacted:userinfo%3E@127.0.0.1:8642/topup", "async-wrong-id", "slow-tasks"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not reported:\n%s", want, out.String())
		}
	}
}

// TestTerminalResult writes what is neither passed nor skipped, and nothing that the
// target said.
func TestTerminalResult(t *testing.T) {
	run := fixture.Run()
	var out bytes.Buffer
	terminal := NewTerminal(&out, TerminalOptions{Verbose: true})
	for i := range run.Results {
		run.Results[i].Reason = "the target said this"
		terminal.Result(&run.Results[i])
	}
	var ids []string
	for line := range strings.Lines(out.String()) {
		ids = append(ids, strings.Fields(line)[1])
	}
	if got := strings.Join(ids, " "); got != "ASY-002 ENV-001 ENV-002 RID-001" {
		t.Errorf("lines for %s", got)
	}
	if strings.Contains(out.String(), "said this") || strings.Contains(out.String(), "RQ-2") {
		t.Errorf("the target's words, which may be secret:\n%s", out.String())
	}
}

func TestTerminalLive(t *testing.T) {
	var out bytes.Buffer
	terminal := NewTerminal(&out, TerminalOptions{Live: true, Width: 40})
	terminal.Begin(&reports.Run{}, 2)
	out.Reset()
	long := fixture.Result("GEN/singleOrder/body/payAmount/missing", "is refused", reports.Failed, reports.Purchase)
	terminal.Result(&long)
	if got, want := out.String(), "\r\x1b[K1 of 2 checks, 1 failed  GEN/singleOrde"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	terminal.Note("undoing what was done")
	if got, want := out.String(), "\r\x1b[Kundoing what was done\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// failingRun has many failures of each of n clauses, in every area, and everything else that a
// summary shows.
func failingRun(n int) *reports.Run {
	run := coveredRun()
	run.Limited = &reports.Limited{Times: 3, Waited: time.Second}
	for i := range 20 {
		run.Habits = append(run.Habits, reports.Habit{Name: fmt.Sprint(i), Sentence: fmt.Sprint("accepts numbers ", i), Evidence: "14 parameters"})
		run.Left = append(run.Left, fmt.Sprint("SIM card ", i))
	}
	for _, area := range []string{"SIG", "ENV", "RID", "ASY", "GRP", "ORD", "VSH", "PAY", "NTF", "ERR", "GEN"} {
		for i := range 5 * n {
			result := fixture.Run().Results[6]
			result.ID, result.Area = fmt.Sprintf("%s-%03d", area, i), area
			clause := fmt.Sprintf("clause/%d", i%n)
			result.Deviations = []reports.Deviation{{
				Clause: clause, Grade: reports.Documented, Source: "api-1", Level: reports.Must, Verdict: reports.Failed, Exchange: 0,
				Summary: "it broke " + clause + strings.Repeat(" and said a lot about it", 20), Expected: strings.Repeat("expected ", 50), Actual: strings.Repeat("actual ", 50),
			}}
			run.Results = append(run.Results, result)
		}
	}
	return run
}

// TestTerminalSummaryIsShort bounds what a run prints, however much went wrong.
func TestTerminalSummaryIsShort(t *testing.T) {
	for _, test := range []struct{ clauses, width, most int }{{1, 0, 50}, {30, 0, 56}, {1, 100, 58}} {
		run := failingRun(test.clauses)
		out := show(t, run, TerminalOptions{Width: test.width})
		if lines := strings.Count(out, "\n"); lines > test.most {
			t.Errorf("%d clauses, %d columns: %d lines\n%s", test.clauses, test.width, lines, out)
		}
	}
}

// TestTerminalSummaryOfOneFault prints at most 40 lines for a fault that fails checks
// of three areas.
func TestTerminalSummaryOfOneFault(t *testing.T) {
	run := failingRun(12)
	run.Habits, run.Left, run.Limited, run.Waivers = nil, nil, nil, nil
	run.Services[1].Reached = true
	run.Results = slices.DeleteFunc(run.Results, func(r reports.Result) bool {
		return r.Verdict == reports.Failed && !slices.Contains([]string{"SIG", "ERR", "GEN"}, r.Area)
	})
	out := show(t, run, TerminalOptions{})
	if lines := strings.Count(out, "\n"); lines > 40 {
		t.Errorf("%d lines:\n%s", lines, out)
	}
	for _, want := range []string{"\ncauses\n  1. it broke", "[15 of 180 failures]", "evidence     documented, page api-1: clause/", "curl -sS", "and 9 more causes of 135 checks",
		"Signature (SIG)", "reports in mallcheck-report: junit.xml, run.json\nfailed: 180 of "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not reported:\n%s", want, out)
		}
	}
}

func TestTerminalVerboseHasEverything(t *testing.T) {
	run := failingRun(3)
	out := show(t, run, TerminalOptions{Verbose: true})
	for i := range run.Results {
		if result := &run.Results[i]; result.Verdict == reports.Failed && !strings.Contains(out, "\nfailed "+result.ID+"\n") {
			t.Fatalf("%s is not reported", result.ID)
		}
	}
	for _, left := range run.Left {
		if !strings.Contains(out, left) {
			t.Errorf("%q is not reported", left)
		}
	}
}

func TestTerminalLeadsWithCauses(t *testing.T) {
	run := failingRun(2)
	run.Causes = []reports.Cause{{
		Name: "sign-not-checked", Verdict: reports.Failed, Sentence: "The sign is not checked on any operation", Evidence: "189 of 191 failures",
		Checks: []string{"SIG-000", "SIG-001"}, Grade: reports.Documented, Source: "doc-1486828", Clause: "signature/refused",
		Expected: "a refusal", Actual: `operateCode "S"`, Advice: "Compare the sign before you work on a request.",
	}}
	out := show(t, run, TerminalOptions{})
	want := `causes
  1. The sign is not checked on any operation [189 of 191 failures]
     expected     a refusal
     actual       operateCode "S"
     evidence     documented, page doc-1486828: signature/refused
     checks       SIG-000, SIG-001
     look at      Compare the sign before you work on a request.
     curl `
	if !strings.Contains(out, want) {
		t.Errorf("not told as %s\nin %s", want, out)
	}
}

// A passing run shows the critical findings first.
func TestCriticalFindingsComeFirst(t *testing.T) {
	critical := reports.Deviation{
		Clause: "payments/partner-isolation", Grade: reports.Derived, Severity: reports.Critical, Level: reports.Must, Verdict: reports.Finding,
		Summary: "queryOrder showed an order of another partner", Expected: "a refusal", Actual: `operateCode "S"`, Exchange: -1,
	}
	minor := critical
	minor.Severity, minor.Summary = reports.Minor, "a message is not in the language asked for"
	run := &reports.Run{Policy: reports.Policy{Strict: reports.Documented}, Results: []reports.Result{
		{ID: "ORD-060", Area: "ORD", Verdict: reports.Finding, Deviations: []reports.Deviation{critical}},
		{ID: "ENV-001", Area: "ENV", Verdict: reports.Finding, Deviations: []reports.Deviation{minor}},
	}}
	want := `critical findings
  1. queryOrder showed an order of another partner [1 of 1 critical finding]
     expected     a refusal
     actual       operateCode "S"
     evidence     derived: payments/partner-isolation
     checks       ORD-060`
	if out := show(t, run, TerminalOptions{}); !strings.Contains(out, want) {
		t.Errorf("not told as %s\nin %s", want, out)
	}
	page := string(writeHTML(t, run))
	if at := strings.Index(page, `<section id="critical">`); at < 0 || at > strings.Index(page, `<section id="summary"`) {
		t.Error("the page does not begin with the critical findings")
	}
	if text := string(writeMarkdown(t, run)); !strings.Contains(text, "### Critical findings") {
		t.Errorf("no critical findings in %s", text)
	}
	run.Policy.FailOnCritical = true
	run.Results[0].Verdict, run.Results[0].Deviations[0].Verdict = reports.Failed, reports.Failed
	if out := show(t, run, TerminalOptions{}); strings.Contains(out, "critical findings\n") || !strings.Contains(out, "causes\n") {
		t.Errorf("a critical failure is no cause:\n%s", out)
	}
}

// Findings of one habit are grouped whatever their clauses, as are checks skipped for one reason,
// the largest group first.
func TestTerminalGroups(t *testing.T) {
	run := &reports.Run{}
	for i := range 30 {
		skipped := reports.Result{ID: fmt.Sprintf("ASY-%03d", i), Verdict: reports.Skipped, Reason: "the target allows no writes"}
		if i == 0 {
			skipped.Reason = "the target has no group"
		}
		finding := reports.Result{ID: fmt.Sprintf("ENV-%03d", i), Verdict: reports.Finding, Deviations: []reports.Deviation{{
			Clause: fmt.Sprintf("/paths/%d", i), Grade: reports.Assumed, Level: reports.Must, Verdict: reports.Finding, Summary: "the member traceId is not in the contract"}}}
		run.Results = append(run.Results, skipped, finding)
	}
	out := show(t, run, TerminalOptions{Verbose: true})
	for _, want := range []string{
		"\nfinding\n  the member traceId is not in the contract [/paths/0 (MUST, assumed) and 29 more clauses] (30): ENV-000, ENV-001,",
		"\nskipped\n  the target allows no writes (29): ASY-001, ASY-002, ASY-003 and 26 more\n  the target has no group (1): ASY-000\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not reported:\n%s", want, out)
		}
	}
}

// A target cannot act on the terminal.
func TestTerminalHasNoCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := fixture.AnyRun().Draw(t, "run")
		var out bytes.Buffer
		terminal := NewTerminal(&out, TerminalOptions{Width: rapid.IntRange(-1, 120).Draw(t, "width")})
		terminal.Begin(run, len(run.Results))
		for i := range run.Results {
			terminal.Result(&run.Results[i])
		}
		if err := terminal.End(run, nil); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(out.String(), func(c rune) bool { return c != '\n' && c != '\t' && !unicode.IsPrint(c) }); i >= 0 {
			t.Fatalf("%q is written out", out.String()[i:min(i+10, out.Len())])
		}
	})
}

// Findings are not counted while a run goes on: most of them turn out to be habits.
func TestProgressCountsNoFindings(t *testing.T) {
	terminal := NewTerminal(io.Discard, TerminalOptions{})
	terminal.Begin(&reports.Run{}, 3)
	for _, verdict := range []reports.Verdict{reports.Finding, reports.Inconclusive} {
		result := fixture.Result("RID-001", "finds", verdict, reports.Read)
		terminal.Result(&result)
	}
	if got, want := terminal.soFar(), "2 of 3 checks, 1 inconclusive"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The settings in the first lines say everything that fails the run.
func TestStrictness(t *testing.T) {
	var out bytes.Buffer
	NewTerminal(&out, TerminalOptions{}).Begin(&reports.Run{Policy: reports.Policy{Strict: reports.Documented, FailOnCritical: true, FailOnHabit: true}}, 1)
	if want := "strict documented, fail on critical, fail on habit; "; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in %s", want, out.String())
	}
}

func TestConclusion(t *testing.T) {
	count := func(verdicts ...reports.Verdict) []reports.Result {
		var results []reports.Result
		for _, v := range verdicts {
			results = append(results, fixture.Result("RID-001", "finds", v, reports.Read))
		}
		return results
	}
	for _, test := range []struct {
		run     reports.Run
		verdict reports.Verdict
		want    string
	}{
		{reports.Run{Results: count(reports.Passed)}, reports.Passed, "passed: no violation in 1 check."},
		{reports.Run{Results: count(reports.Passed, reports.Passed, reports.Finding, reports.Waived, reports.Skipped)}, reports.Passed,
			"passed: no violation in 3 checks, 1 of them with findings, 1 waived, 1 skipped."},
		{reports.Run{Results: count(reports.Passed, reports.Failed, reports.Inconclusive, reports.Skipped)}, reports.Failed, "failed: 1 of 3 checks found a violation, 1 inconclusive."},
		{reports.Run{Results: count(reports.Passed, reports.Failed), Policy: reports.Policy{FailOnCritical: true}}, reports.Failed,
			"failed: 1 of 2 checks found a violation or a critical finding."},
		{reports.Run{Results: count(reports.Passed, reports.Finding), Policy: reports.Policy{FailOnFinding: true}}, reports.Failed,
			"failed: no violation, but findings in 1 of 2 checks, and findings fail this run."},
		{reports.Run{Results: count(reports.Passed, reports.Inconclusive)}, reports.Inconclusive,
			"inconclusive: 1 check could not be judged; no violation in 1 other check."},
		{reports.Run{Results: count(reports.Skipped), Services: []reports.Service{{Name: "topup"}}}, reports.Inconclusive, "inconclusive: 1 service could not be tested."},
		{reports.Run{Results: count(reports.Passed, reports.Skipped), Services: []reports.Service{{Name: "topup"}}}, reports.Inconclusive,
			"inconclusive: 1 service could not be tested; no violation in 1 other check."},
		{reports.Run{Results: count(reports.Passed, "nonsense")}, reports.Inconclusive,
			"inconclusive: 1 check could not be judged; no violation in 1 other check."},
		{reports.Run{Results: []reports.Result{
			{ID: "A", Verdict: reports.Inconclusive, Reason: "a"}, {ID: "B", Verdict: reports.Inconclusive, Reason: "the key is\x1b wrong"},
			{ID: "C", Verdict: reports.Inconclusive, Reason: "the key is\x1b wrong"},
		}}, reports.Inconclusive, `inconclusive: 3 checks could not be judged. Reason: the key is\x1b wrong.`},
		{reports.Run{Results: []reports.Result{{ID: "A", Verdict: reports.Inconclusive, Reason: "a"}, {ID: "B", Verdict: reports.Inconclusive, Reason: "b"}}},
			reports.Inconclusive, "inconclusive: 2 checks could not be judged."},
		{reports.Run{Results: count(reports.Skipped, reports.Skipped)}, reports.Inconclusive, "nothing was tested: 2 checks skipped."},
		{reports.Run{Results: count(reports.Passed), Stopped: reports.TimedOut}, reports.Inconclusive,
			"inconclusive: the run ended before its last check (time limit); until then no violation in 1 check."},
		{reports.Run{Results: count(reports.Failed), Stopped: reports.Interrupted}, reports.Failed,
			"failed: 1 of 1 check found a violation; the run ended before its last check (interrupted)."},
	} {
		verdict, words := digest.Conclusion(&test.run, reports.Summarize(&test.run))
		if verdict != test.verdict || words != test.want {
			t.Errorf("got  %s: %s\nwant %s: %s", verdict, words, test.verdict, test.want)
		}
	}
}

func TestTerminalReportsWriteError(t *testing.T) {
	terminal := NewTerminal(brokenPipe{}, TerminalOptions{})
	terminal.Note("lost")
	if err := terminal.End(&reports.Run{}, nil); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the error of the first write", err)
	}
}

var errBroken = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zé欧]{1,12} ){0,30}[a-z]{1,40}`).Draw(t, "text")
		width := rapid.IntRange(20, 60).Draw(t, "width")
		lines := wrap(text, width)
		if got := strings.Join(lines, " "); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > width && strings.Contains(line, " ") {
				t.Fatalf("%q is longer than %d", line, width)
			}
		}
	})
	if got := wrap("a b c", 19); len(got) != 1 {
		t.Errorf("too narrow a width wraps: %q", got)
	}
}

func TestShownDurationIsReadable(t *testing.T) {
	res := fixture.Run().Results[6]
	res.Exchanges[1].Duration = 1234567 * time.Nanosecond
	if text := junitForm.result(&res); !strings.Contains(text, "1.2ms") {
		t.Errorf("no rounded duration in\n%s", text)
	}
}

func TestCoverageInTerminal(t *testing.T) {
	run := fixture.Run()
	run.Coverage = nil
	if text := show(t, run, TerminalOptions{Verbose: true}); strings.Contains(text, "exercised") {
		t.Errorf("coverage is told that was not counted:\n%s", text)
	}
	run.Coverage = fixture.Coverage()
	want := "parts of the contract exercised\n  constraints kept 2 of 5, codes 1 of 1\n"
	if text := show(t, run, TerminalOptions{Verbose: true}); !strings.Contains(text, want) {
		t.Errorf("not told as %q:\n%s", want, text)
	}
}
