package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// binary is the built tool: these tests drive it as its users do.
var binary string

// tool has the test binary contain all of the tool. The tests run a binary that they
// build, which the cache of go test does not see: without it they would repeat a
// pass although the tool has changed.
var tool func()

func TestMain(m *testing.M) {
	tool = main
	code, err := withBinary(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withBinary(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "mallcheck-test")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "mallcheck")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.Command("go", "build", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("building the tool: %w\n%s", err, out)
	}
	return m.Run(), nil
}

// outcome is what a process left.
type outcome struct {
	code     int
	out, err string
}

// process is a run of the tool.
type process struct {
	arguments []string
	environ   []string
	input     string
	dir       string
}

// command returns the process, not started. It sees nothing of our environment but PATH.
func (p process) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, p.arguments...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, p.environ...)
	cmd.Stdin = strings.NewReader(p.input)
	cmd.Dir = p.dir
	return cmd
}

// run runs the process to its end, at most a minute.
func (p process) run(t *testing.T) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if p.dir == "" {
		p.dir = t.TempDir()
	}
	var out, err bytes.Buffer
	cmd := p.command(ctx)
	cmd.Stdout, cmd.Stderr = &out, &err
	failed := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("mallcheck %q hangs", p.arguments)
	}
	var exited *exec.ExitError
	if failed != nil && !errors.As(failed, &exited) {
		t.Fatal(failed)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), err.String()}
}

// Wrong usage prints one clear line to standard error and exits with code 2.
func TestMisuse(t *testing.T) {
	const url = "--topup-url=http://127.0.0.1:1/topup"
	for i, test := range []struct {
		name string
		process
		want string // standard error
	}{
		{"no command", process{}, `mallcheck: expected one of "run", "serve", "call", "contract", "sign", ... (mallcheck --help shows the usage)`},
		{"an unknown flag", process{arguments: []string{"run", "--partnercode=1"}}, `mallcheck: unknown flag --partnercode, did you mean "--partner-code"? (mallcheck run --help shows the usage)`},
		{"an unknown variable", process{arguments: []string{"run"}, environ: []string{"MALLCHECK_SED=1"}}, `mallcheck: MALLCHECK_SED is not a setting; did you mean MALLCHECK_SEED?`},
		{"a malformed value", process{arguments: []string{"run", "--seed=x"}}, `mallcheck: --seed: "x" is not a valid seed; write a whole number from 0 to 9223372036854775807`},
		{"a malformed variable", process{arguments: []string{"run"}, environ: []string{"MALLCHECK_TIMEOUT=1"}}, `mallcheck: MALLCHECK_TIMEOUT: "1" is not a valid duration; write a positive duration with its unit, such as 500ms, 10s or 5m`},
		{"an empty target", process{arguments: []string{"run", "--target", ""}}, `mallcheck: --target is empty; give it a value, or leave the flag out`},
		{"an empty selection", process{arguments: []string{"run", "--only", ""}}, `mallcheck: --only is empty; give it a value, or leave the flag out`},
		{"a selection of commas", process{arguments: []string{"list", "--only=,"}}, `mallcheck: --only is empty; give it a value, or leave the flag out`},
		{"an empty address", process{arguments: []string{"run", "--topup-url="}}, `mallcheck: --topup-url is empty; give it a value, or leave the flag out`},
		{"an empty member", process{arguments: []string{"call", "singleVerify", "--set", ""}}, `mallcheck: --set is empty; give it a value, or leave the flag out`},
		{"an empty sign", process{arguments: []string{"sign", "--check", ""}, input: `{}`}, `mallcheck: --check is empty; give the sign that was sent`},
		{"an empty journal", process{arguments: []string{"sweep", url, "--partner-code=P1", "--journal="}}, `mallcheck: --journal is empty; give it a value, or leave the flag out`},
		{"no SIM number", process{arguments: []string{"run", "--sim", "123"}}, `mallcheck: --sim: "123" is not an ICCID; write 18 to 22 digits, such as 89852000000000000001`},
		{"an address with a query", process{arguments: []string{"run", "--topup-url=https://host/topup?token=hush"}}, `mallcheck: --topup-url has a query or a fragment; write the base address alone, such as https://host/path`},
		{"the sandbox as an argument", process{arguments: []string{"run", "sandbox"}}, `mallcheck: unexpected argument sandbox; did you mean --target sandbox?`},
		{"a target as an argument", process{arguments: []string{"doctor", "uat"}}, `mallcheck: unexpected argument uat; did you mean --target uat?`},
		{"a format of JUnit", process{arguments: []string{"run", "--format=xml"}}, `mallcheck: --format: "xml" is not a known report format; did you mean junit?`},
		{"a file name as a format", process{arguments: []string{"run", "--format=run.json"}}, `mallcheck: --format: "run.json" is not a known report format; did you mean json?`},
		{"an unknown id", process{arguments: []string{"run", "--only=SIG-9999"}}, `mallcheck: --only: "SIG-9999" matches no check; did you mean SIG-0`},
		{"a malformed address", process{arguments: []string{"run", "--topup-url=127.0.0.1"}}, `mallcheck: --topup-url: "127.0.0.1" is not a valid address; write it as https://host/path`},
		{"an address without a partner", process{arguments: []string{"run", url}}, `mallcheck: --partner-code is missing; give the partner code to call this address with: --partner-code CODE or MALLCHECK_PARTNER_CODE`},
		{"a production address", process{arguments: []string{"run", "--topup-url=https://wx.linksfield.net/topup", "--partner-code=P1"}}, `mallcheck: --topup-url: "https://wx.linksfield.net/topup" is a production address; a conformance run sends requests that a faulty target may execute: use the test address`},
		{"an unknown fault", process{arguments: []string{"run", "--fault=sign-wrong-acepted"}}, `mallcheck: --fault: "sign-wrong-acepted" is not a known fault; did you mean sign-wrong-accepted?`},
		{"an unknown variant", process{arguments: []string{"run", "--variant=xyz"}}, `mallcheck: --variant: "xyz" is not a known variant; `},
		{"a fault of another target", process{arguments: []string{"run", url, "--partner-code=P1", "--fault=x"}}, `mallcheck: --fault: "x" is for the embedded sandbox only; leave it out, or leave out the addresses`},
		{"an unknown format", process{arguments: []string{"run", "--format=junti"}}, `mallcheck: --format: "junti" is not a known report format; did you mean junit?`},
		{"a folder that cannot be written", process{arguments: []string{"run", "--report-dir=/dev/null/reports"}}, `mallcheck: --report-dir: `},
		{"a taken port", process{arguments: []string{"serve", "--listen=127.0.0.1:99999"}}, `mallcheck: --listen: `},
		{"a folder that is not there", process{arguments: []string{"serve", "--listen=127.0.0.1:0", "--env-file=/nowhere/env"}}, `mallcheck: --env-file: /nowhere/env cannot be written: `},
		{"sweep: no address", process{arguments: []string{"sweep"}}, `mallcheck: no address is given: a sweep needs the settings of the run that wrote the journal; name its target with --target NAME, or give its addresses`},
		{"sweep: no journal", process{arguments: []string{"sweep", url, "--partner-code=P1"}}, `mallcheck: there is no journal mallcheck-report/journal.jsonl; name the folder of the run's reports with --report-dir, or the file with --journal`},
		{"list: a pattern of nothing", process{arguments: []string{"list", "--only=area:XYZ"}}, `mallcheck: --only: "area:XYZ" matches no check; `},
		{"list: a word too many", process{arguments: []string{"list", "checks"}}, `mallcheck: unexpected argument checks (mallcheck list --help shows the usage)`},
		{"faults: an unknown flag", process{arguments: []string{"faults", "--jsn"}}, `mallcheck: unknown flag --jsn, did you mean "--json"? (mallcheck faults --help shows the usage)`},
		{"variants: a word too many", process{arguments: []string{"variants", "all"}}, `mallcheck: unexpected argument all (mallcheck variants --help shows the usage)`},
		{"contract: an unknown flag", process{arguments: []string{"contract", "--pusch"}}, `mallcheck: unknown flag --pusch, did you mean "--push"? (mallcheck contract --help shows the usage)`},
		{"version: a value for a switch", process{arguments: []string{"version", "--json=2"}}, `mallcheck: --json: `},
		{"completion: no shell", process{arguments: []string{"completion"}}, `mallcheck: expected "<shell>" (mallcheck completion --help shows the usage)`},
		{"completion: an unknown shell", process{arguments: []string{"completion", "tcsh"}}, `mallcheck: <shell> must be one of "bash","zsh","fish" but got "tcsh" (mallcheck completion --help shows the usage)`},
		{"man: a word too many", process{arguments: []string{"man", "run"}}, `mallcheck: unexpected argument run (mallcheck man --help shows the usage)`},
		{"an unknown command", process{arguments: []string{"rn"}}, `mallcheck: unexpected argument rn, did you mean one of "run", "man"? (mallcheck --help shows the usage)`},
		{"serve: a wrong duration", process{arguments: []string{"serve", "--task-delay=1"}}, `mallcheck: --task-delay: `},
		{"serve: no duration", process{arguments: []string{"serve", "--task-delay=x"}}, `mallcheck: --task-delay: "x" is not a valid duration; write a positive duration with its unit, `},
		{"serve: a negative delay", process{arguments: []string{"serve", "--task-delay=-1s"}}, `mallcheck: --task-delay: -1s is negative; `},
		{"serve: no push address", process{arguments: []string{"serve", "--push-to=foo", "--listen=127.0.0.1:0"}}, `mallcheck: --push-to: `},
		{"serve: no backoff", process{arguments: []string{"serve", "--push-to=http://127.0.0.1/", "--push-backoff=0s"}}, `mallcheck: --push-backoff: 0s is not a valid duration; `},
		{"serve: an empty overlay", process{arguments: []string{"serve", "--overlay=/dev/null"}}, `mallcheck: --overlay: /dev/null: reading the overlay: it is empty; mallcheck learn writes an overlay`},
		{"learn: no file", process{arguments: []string{"learn", "/none"}}, `mallcheck: /none does not exist; name the run.json or report.har of a run or of mallcheck proxy, or an HTTP Archive of another program`},
		{"learn: a folder", process{arguments: []string{"learn", "/"}}, `mallcheck: /: is a directory; name the run.json or report.har of a run`},
		{"learn: an empty file", process{arguments: []string{"learn", "/dev/null"}}, `mallcheck: /dev/null: reading a run: unexpected EOF; name the run.json or report.har of a run`},
		{"drift: no file", process{arguments: []string{"drift", "/none", "/none"}}, `mallcheck: /none does not exist; name an overlay that mallcheck learn wrote, or the run.json of a run`},
		{"drift: an empty file", process{arguments: []string{"drift", "/dev/null", "/dev/null"}}, `mallcheck: /dev/null: the file is empty; name an overlay that mallcheck learn wrote, or the run.json of a run`},
		{"judge: no address", process{arguments: []string{"judge", "--listen=x"}}, `mallcheck: --listen: listen tcp: address x: missing port in address; name an address of this machine`},
		{"judge: an address and a command", process{arguments: []string{"judge", "--listen=127.0.0.1:0", "--", "go"}}, `mallcheck: --listen is for a client that is started by hand; `},
		{"judge: a sample and a command", process{arguments: []string{"judge", "--init=python", "--", "go"}}, `mallcheck: --init writes a test and runs no command; `},
		{"serve: no seed", process{arguments: []string{"serve", "--seed=x"}}, `mallcheck: --seed: "x" is not a valid number; write a whole number, such as 1`},
		{"serve: a folder for a file", process{arguments: []string{"serve", "--listen=127.0.0.1:0", "--env-file=."}}, `mallcheck: --env-file: . is a folder; name a file, such as sandbox.env`},
		{"judge: drift", process{arguments: []string{"judge", "--fail-on=drift", "--", "go"}}, `mallcheck: --fail-on: "drift" is not known here; write critical, finding or unnoticed`},
		{"judge: no scenario", process{arguments: []string{"judge", "--scenarios=foo", "--", "go"}}, `mallcheck: --scenarios: "foo" is not known; write all, habits, outages, faults or the id of a scenario, such as slow-answer; `},
		{"signer: no word of --fail-on", process{arguments: []string{"signer", "--fail-on=unnoticed", "--", "go"}}, `mallcheck: --fail-on: "unnoticed" is not known here; write critical or finding`},
		{"signer: drift in a variable", process{arguments: []string{"signer", "--", "go"}, environ: []string{"MALLCHECK_FAIL_ON=drift"}}, `mallcheck: MALLCHECK_FAIL_ON: "drift" is for mallcheck drift; `},
		{"proxy: an unknown check", process{arguments: []string{"proxy", "--listen=127.0.0.1:0", "--only=x"}}, `mallcheck: --only: "x" matches no check; `},
		{"proxy: no host name", process{arguments: []string{"proxy", "--listen=127.0.0.1:0", "--allow-host=a b"}}, `mallcheck: --allow-host: "a b" is not a host name; write it without scheme and port, `},
		{"proxy: drift", process{arguments: []string{"proxy", "--listen=127.0.0.1:0", "--fail-on=drift"}}, `mallcheck: --fail-on: "drift" is for mallcheck drift; `},
		{"judge: no time limit", process{arguments: []string{"judge", "--timeout=0", "--", "go"}}, `mallcheck: --timeout: "0" is not a valid duration; `},
		{"signer: no time limit", process{arguments: []string{"signer", "--timeout=x", "--", "go"}}, `mallcheck: --timeout: "x" is not a valid duration; `},
		{"receiver: no SIM number", process{arguments: []string{"receiver", "http://127.0.0.1:1/", "--push-key=k:00", "--sim=1"}}, `mallcheck: --sim: "1" is not an ICCID; `},
		{"an unknown rule", process{arguments: []string{"run", "--sign-hex=foo"}}, `mallcheck: --sign-hex: "foo" is not known here; write lower or upper`},
		{"an unknown part", process{arguments: []string{"run", "--sign-parts=foo"}}, `mallcheck: --sign-parts: "foo" is not known here; write one or more of query, path, body, `},
		{"an empty argument", process{arguments: []string{"explain", ""}}, `mallcheck: <id> is empty; `},
		{"an empty file name", process{arguments: []string{"init", ""}}, `mallcheck: <file> is empty; `},
		{"sign: no URL", process{arguments: []string{"sign", "--url=foo"}, input: `{}`}, `mallcheck: --url "foo" is not the URL of a request; `},
		{"sign: no input", process{arguments: []string{"sign"}}, `mallcheck: standard input: `},
		{"sign: two objects", process{arguments: []string{"sign"}, input: `{}{}`}, `mallcheck: standard input: `},
		{"sign: a member twice", process{arguments: []string{"sign"}, input: `{"a":"1","a":"2"}`}, `mallcheck: standard input: `},
		{"sign: an array", process{arguments: []string{"sign"}, input: `[]`}, `mallcheck: standard input: `},
		{"sign: not UTF-8", process{arguments: []string{"sign"}, input: "{\"a\":\"\xff\"}"}, `mallcheck: standard input: `},
		{"sign: two purposes", process{arguments: []string{"sign", "--explain", "--check=x"}, input: `{}`}, `mallcheck: --explain and --check can't be used together`},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			got := test.run(t)
			if got.code != 2 {
				t.Errorf("exit code %d, want 2", got.code)
			}
			if !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 {
				t.Errorf("standard error\n%s want one line that begins with\n%s", got.err, test.want)
			}
			if got.out != "" {
				t.Errorf("standard output: %s", got.out)
			}
		})
	}
}

// A run that is configured to do nothing is wrong usage.
func TestEverythingSkipped(t *testing.T) {
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--allow=purchase", "--only=ENV-001/listBundles"}, dir: dir}.run(t)
	if got.code != 2 || !strings.Contains(got.out, "the target allows no reads (--allow read)") {
		t.Errorf("exit code %d:\n%s", got.code, got.out)
	}
	if _, err := os.Stat(filepath.Join(dir, "mallcheck-report", "junit.xml")); err != nil {
		t.Error(err)
	}
}

// TestSign drives mallcheck sign.
func TestSign(t *testing.T) {
	const body = `{"version":"3.0","partnerCode":"P000818","payId":"","sign":"old","mark":"0"}`
	const content, sign = `{"mark":"0","partnerCode":"P000818","version":"3.0"}`, "bd55c1e9d1ff47db0cdb7b1cb2d4d2dc"
	wants := md5Hex(content)
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
		want      string
	}{
		{"the sign", []string{"sign"}, 0, wants + "\n"},
		{"explained", []string{"sign", "--explain"}, 0, content + "\n" + wants + "\n"},
		{"a right sign", []string{"sign", "--check=" + wants}, 0, "the sign is right\n"},
		{"a sign in upper case", []string{"sign", "--check=" + strings.ToUpper(wants)}, 1, ""},
		{"a wrong sign", []string{"sign", "--check=" + sign}, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: test.arguments, input: body}.run(t)
			if got.code != test.code || test.want != "" && got.out != test.want || got.err != "" || got.out == "" {
				t.Errorf("exit code %d, output %q, error %q; want %d and %q", got.code, got.out, got.err, test.code, test.want)
			}
		})
	}
}

// The lists are available as text and as JSON.
func TestLists(t *testing.T) {
	for _, command := range []string{"list", "faults", "variants"} {
		t.Run(command, func(t *testing.T) {
			text := process{arguments: []string{command}}.run(t)
			data := process{arguments: []string{command, "--json"}}.run(t)
			if text.code != 0 || strings.Count(text.out, "\n") < 8 {
				t.Errorf("exit code %d:\n%s", text.code, text.out)
			}
			var entries []struct{ ID string }
			if err := json.Unmarshal([]byte(data.out), &entries); err != nil || data.code != 0 || len(entries) < 8 {
				t.Errorf("exit code %d, %d entries as JSON: %v", data.code, len(entries), err)
			}
			listed := map[string]bool{}
			for line := range strings.SplitSeq(text.out, "\n") {
				if utf8.RuneCountInString(line) > 100 {
					t.Errorf("a line is too long: %s", line)
				}
				id, _, _ := strings.Cut(line, " ")
				listed[id] = true
			}
			for _, entry := range entries {
				if !listed[entry.ID] {
					t.Errorf("%s is not listed as text", entry.ID)
				}
			}
		})
	}
}

// A run cannot see drift: accepting the value would pass what nothing has compared.
func TestRunFailsOnNoDrift(t *testing.T) {
	got := process{arguments: []string{"run", "--fail-on=drift"}}.run(t)
	if want := "mallcheck: --fail-on: \"drift\" is for mallcheck drift; write critical, finding or habit\n"; got.code != 2 || got.err != want {
		t.Errorf("exit code %d, %q, want 2 and %q", got.code, got.err, want)
	}
}
