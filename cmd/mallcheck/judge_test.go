package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client/starter"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// listing is a correct client in a shell: one signed request by mallcheck itself. "$@" are further settings of it.
const listing = `list() { "$MALLCHECK" call listGroupSims --set group_id=$MALL_GROUP --topup-url=$MALL_TOPUP_URL --partner-code=$MALL_PARTNER_CODE "$@" >/dev/null; }; `

// confirming asks for a payment that does not exist, under a path of the target's own.
const confirming = `"$MALLCHECK" call confirmPaymentResult --path=confirmPaymentResult=/pay/confirm --set payId=P1 \
  --payment-url=$MALL_PAYMENT_URL --partner-code=$MALL_PARTNER_CODE >/dev/null; exit 0`

// judged runs mallcheck judge on a shell script.
func judged(t *testing.T, script string, flags ...string) (outcome, string) {
	t.Helper()
	dir := t.TempDir()
	arguments := append(append([]string{"judge"}, flags...), "--", "sh", "-c", listing+script)
	return process{arguments: arguments, dir: dir, environ: []string{"MALLCHECK=" + binary, "MALLCHECK_STRICT="}}.run(t), dir
}

func TestJudge(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the clients are scripts of a Unix shell")
	}
	waivers := filepath.Join(t.TempDir(), "waivers.yaml")
	text := "waivers: [{check: CLI-002, target: sh, reason: their rule, owner: us, ticket: T-1, expiry: 2099-01-01}, " +
		"{check: CLI-100, target: sh, reason: their rule, owner: us, ticket: T-1, expiry: 2099-01-01}]\n"
	if err := os.WriteFile(waivers, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		name, script string
		flags        []string
		code         int
		want         string
	}{
		{"a correct client", "list", nil, 0, "passed: no violation"},
		{"in every scenario that it can meet", "list", []string{"--scenarios=white-space,refused-connection"}, 0, "1 habit in 1 run: 0 without success"},
		{"a client that fails", "list; echo 'no disk' >&2; exit 7", nil, 1, "its last line: no disk"},
		{"a wrong sign", "list --sign-parts=query", nil, 1, "the sign leaves out the parameters of the path"},
		{"a wrong sign under another rule", "list --sign-parts=query", []string{"--sign-parts=query,body"}, 0, "passed"},
		{"a waived mistake", "list --sign-parts=query", []string{"--waivers=" + waivers}, 0, "2 waived"},
		{"an unmet requirement", "list", []string{"--require=addSims"}, 1, "the client did not do addSims"},
		{"a met requirement", "list", []string{"--require=listGroupSims"}, 0, "passed"},
		{"nothing sent", "exit 0", nil, 3, "the command sent no request to the addresses"},
		{"nothing sent, and failed", "echo 'no such module' >&2; exit 1", nil, 3, "its last line: no such module"},
		{"a client that hangs", "list; sleep 60", []string{"--timeout=2s"}, 3, "(--timeout) and was killed"},
		{"a child that is left", "list; sleep 60 & exit 0", nil, 0, "the command left processes behind; they were killed"},
		{"an undocumented path", confirming, []string{"--path=confirmPaymentResult=/pay/confirm"}, 0, "client 1 request client refusals"},
		{"an undocumented path without its operation", confirming, nil, 1, "no operation has this path"},
		{"a renamed variable", `test "$BASE" = "$MALL_TOPUP_URL/v1" && list`, []string{"--env=BASE={MALL_TOPUP_URL}/v1"}, 0, "passed"},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, dir := judged(t, test.script, test.flags...)
			flat := strings.Join(strings.Fields(got.out), " ")
			if got.code != test.code || !strings.Contains(flat, test.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", got.code, test.code, test.want, got.out, got.err)
			}
			if run := runFile(t, filepath.Join(dir, "mallcheck-report")); run.Client == nil || run.Coverage == nil {
				t.Error("the report lacks what the client did")
			}
		})
	}
}

func TestJudgeMisuse(t *testing.T) {
	for i, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"--scenarios=outage", "--", "true"}, `mallcheck: --scenarios: "outage" is not known; did you mean outages?`},
		{[]string{"--scenarios=all"}, "mallcheck: --scenarios runs the client again; name its command after --"},
		{[]string{"--require=flow:purchases", "--", "true"}, `mallcheck: --require: "flow:purchases" is not known; did you mean flow:purchase?`},
		{[]string{"--env=X={MALL_URLS}", "--", "true"}, `mallcheck: --env: "MALL_URLS" is not known; did you mean MALL_URL?`},
		{[]string{"--fail-on=unnoticed,nothing", "--", "true"}, `mallcheck: --fail-on: "nothing" is not`},
		{[]string{"--init=cobol"}, `mallcheck: --init: there is no sample for "cobol"; write python, node, java, php, go`},
		{[]string{"--only=CLI-999", "--", "true"}, `mallcheck: --only: "CLI-999" matches no check`},
		{[]string{"--", "no-such-client"}, `mallcheck: "no-such-client" is not a command: `},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		got := process{arguments: append([]string{"judge"}, test.arguments...)}.run(t)
		if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%v: exit code %d\n%s want one line that begins with\n%s", test.arguments, got.code, got.err, test.want)
		}
	}
}

// A sample is written once, is short, and passes where its language is installed.
func TestJudgeInit(t *testing.T) {
	runners := map[string][]string{"python": {"python3"}, "node": {"node"}, "java": {"java"}, "php": {"php"}}
	for _, sample := range starter.All() {
		t.Run(sample.Language, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			wrote := process{arguments: []string{"judge", "--init", sample.Language}, dir: dir}
			if got := wrote.run(t); got.code != 0 || !strings.Contains(got.out, "Wrote "+sample.File) {
				t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
			}
			if got := wrote.run(t); got.code != 2 || !strings.Contains(got.err, "already exists") {
				t.Errorf("the second time: exit code %d, %s", got.code, got.err)
			}
			text, err := os.ReadFile(filepath.Join(dir, sample.File))
			if err != nil || bytes.Count(text, []byte("\n")) > 22 {
				t.Errorf("%d lines, error %v", bytes.Count(text, []byte("\n")), err)
			}
			runner := runners[sample.Language]
			if runner == nil || testing.Short() {
				return
			}
			if _, err := exec.LookPath(runner[0]); err != nil {
				t.Skip(runner[0] + " is not installed")
			}
			client := []string{sample.File, "client"}
			got := process{dir: dir, arguments: append([]string{"judge", "--require=listBundles", "--", runner[0]}, client...)}.run(t)
			if got.code != 0 {
				t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
			}
		})
	}
}

// Without a command, judge serves the sandbox until Ctrl-C, which does not count as an
// interruption.
func TestJudgeUntilInterrupted(t *testing.T) {
	testlevel.Plain(t)
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGINT")
	}
	for _, test := range []struct {
		name  string
		calls bool
		code  int
	}{{"with requests", true, 0}, {"without", false, 3}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			command := process{arguments: []string{"judge"}, dir: dir}.command(t.Context())
			var printed bytes.Buffer
			command.Stderr = &printed
			out, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			environ := []string{"MALLCHECK=" + binary}
			lines := bufio.NewScanner(out)
			for len(environ) < 16 && lines.Scan() {
				if pair, exported := strings.CutPrefix(lines.Text(), "export "); exported {
					environ = append(environ, pair)
				}
			}
			if test.calls {
				client := exec.Command("sh", "-c", listing+"list")
				client.Env = append(os.Environ(), environ...)
				if text, err := client.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, text)
				}
			}
			if err := command.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			stopping := false
			for lines.Scan() { // to its end
				stopping = stopping || strings.HasPrefix(lines.Text(), "stopping: judging what the client sent")
			}
			if !stopping {
				t.Error("it does not say that it judges now")
			}
			_ = command.Wait()
			if code := command.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d:\n%s", code, test.code, printed.String())
			}
			if run := runFile(t, filepath.Join(dir, "mallcheck-report")); run.Stopped != "" || run.Client.Requests != map[bool]int{true: 1}[test.calls] {
				t.Errorf("stopped %q, %+v", run.Stopped, run.Client)
			}
		})
	}
}

// Ctrl-C ends the client and its children, with reports and exit code 130.
func TestJudgeInterrupted(t *testing.T) {
	testlevel.Plain(t)
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGINT")
	}
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	command := process{arguments: []string{"judge", "--", "sh", "-c", listing + "list; touch " + started + "; sleep 60 & sleep 60"},
		dir: dir, environ: []string{"MALLCHECK=" + binary}}.command(t.Context())
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(started); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the client does not start")
		}
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_ = command.Wait()
	if took := time.Since(began); command.ProcessState.ExitCode() != 130 || took > 20*time.Second {
		t.Errorf("exit code %d after %s", command.ProcessState.ExitCode(), took)
	}
	if run := runFile(t, filepath.Join(dir, "mallcheck-report")); run.Stopped != reports.Interrupted {
		t.Errorf("stopped %q", run.Stopped)
	}
}
