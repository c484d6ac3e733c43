package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Test runs the checks against a target as subtests of t, one for each check, and
// writes the reports of the target's settings.
//
// -run and -skip select checks before anything is sent: the elements behind the name
// of the test match the id and the case. So do -ginkgo.focus, -ginkgo.skip and
// -ginkgo.label-filter; -ginkgo.seed and -ginkgo.timeout set seed and time limit. A
// switch of Ginkgo that has no effect here is an error. Specs of the caller's own
// are left alone.
func Test(t *testing.T, under *target.Target) {
	t.Helper()
	settings := *under
	var selection testSelection
	if err := errors.Join(render.CheckFormats(under.Formats), render.CheckFolder(under.ReportDir), selection.read(t.Name(),
		&settings)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	secrets := under.Secrets()
	terminal := render.NewTerminal(t.Output(), render.TerminalOptions{})
	asSubtests := func(ordered []checks.Check, await func(checks.Check) (reports.Result, bool)) {
		for _, check := range ordered {
			t.Run(check.ID, func(t *testing.T) {
				result, ran := await(check)
				if !ran {
					t.Skip(reasonStopped)
				}
				if result.Verdict != reports.Passed { // the others have nothing to tell
					result = redact.Run(&reports.Run{Results: []reports.Result{result}}, secrets).Results[0]
				}
				tellTest(t, &result, under.Policy())
			})
		}
	}
	run, err := runWith(ctx, &settings, testObserver{terminal, secrets}, asSubtests, selection.selects)
	if err != nil {
		t.Fatal(err)
	}
	told := redact.Run(run, secrets)
	if err := render.WriteFiles(under.ReportDir, under.Formats, reports.Bound(told, 64<<10)); err != nil {
		t.Error(err)
	}
	if err := terminal.End(told, render.Files(under.ReportDir, under.Formats)); err != nil {
		t.Error(err)
	}
	if code := ExitCode(run); code != ExitPassed {
		t.Errorf("exit code %d", code)
	}
	neverFromCache(under)
}

// tellTest gives one result to go test.
func tellTest(t *testing.T, result *reports.Result, policy reports.Policy) {
	t.Helper()
	switch {
	case result.Verdict == reports.Skipped:
		t.Skip(result.Reason)
	case result.Verdict == reports.Waived:
		t.Skip("waived " + result.Reason)
	case result.Verdict == reports.Inconclusive:
		t.Errorf("inconclusive: %s", result.Reason)
	case policy.Fails(result.Verdict):
		for _, d := range result.Deviations {
			t.Errorf("%s: %s (%s)", d.Verdict, d.Summary, d.Clause)
		}
	}
}

// neverFromCache keeps go test from taking a pass of a remote target out of its
// cache: it does not cache a test that read a file younger than two seconds.
func neverFromCache(under *target.Target) {
	if under.Sandbox {
		return
	}
	for _, path := range render.Files(under.ReportDir, under.Formats) {
		if file, err := os.Open(path); err == nil { //nolint:gosec // it was just written
			_ = file.Close()
		}
	}
}

// testObserver tells a terminal.
type testObserver struct {
	terminal *render.Terminal
	secrets  redact.Secrets
}

// Begin implements Observer.
func (o testObserver) Begin(run *reports.Run, checks int) {
	o.terminal.Begin(redact.Run(run, o.secrets), checks)
}

// Done implements Observer.
func (o testObserver) Done(result reports.Result) { o.terminal.Result(&result) }

// testSelection are the checks that the switches of a test binary select.
type testSelection struct {
	name           []string // elements of the name of the test
	run, skip      [][]*regexp.Regexp
	focus, skipped []*regexp.Regexp
	labels         types.LabelFilter
}

// read reads the switches of the test binary.
func (s *testSelection) read(name string, under *target.Target) error {
	s.name = strings.Split(name, "/")
	var failed error
	s.run, failed = alternatives("test.run")
	skip, err := alternatives("test.skip")
	s.skip, failed = skip, errors.Join(failed, err)
	flag.Visit(func(given *flag.Flag) {
		if ginkgoName, is := strings.CutPrefix(given.Name, "ginkgo."); is {
			failed = errors.Join(failed, s.ginkgo(ginkgoName, under))
		}
	})
	return failed
}

// withoutEffect are switches of Ginkgo that only shape its own output; ginkgo run
// gives some of them by itself.
var withoutEffect = []string{
	"v", "vv", "no-color", "succinct", "trace", "source-root", "poll-progress-after", "poll-progress-interval", "silence-skips",
	"grace-period", "github-output", "show-node-events", "output-interceptor-mode", "force-newlines", "randomize-all", "parallel.process",
}

// insteadOf says what to use in the place of a switch of Ginkgo.
var insteadOf = map[string]string{
	"fail-fast": "-failfast", "dry-run": "mallcheck plan", "junit-report": "MALLCHECK_FORMAT=junit and MALLCHECK_REPORT_DIR",
	"json-report": "MALLCHECK_FORMAT=json and MALLCHECK_REPORT_DIR", "flake-attempts": "nothing: a violation that goes away is reported as flaky",
	"parallel.total": "MALLCHECK_CONCURRENCY",
}

// ginkgo takes over one switch of Ginkgo.
func (s *testSelection) ginkgo(name string, under *target.Target) error {
	suite, _ := ginkgo.GinkgoConfiguration()
	var err error
	switch {
	case name == "focus":
		s.focus, err = compiled(suite.FocusStrings)
	case name == "skip":
		s.skipped, err = compiled(suite.SkipStrings)
	case name == "label-filter":
		s.labels, err = types.ParseLabelFilter(suite.LabelFilter)
	case name == "seed":
		under.Seed = suite.RandomSeed
	case name == "timeout":
		under.Timeout = min(under.Timeout, suite.Timeout)
	case slices.Contains(withoutEffect, name), name == "parallel.total" && suite.ParallelTotal == 1:
	case insteadOf[name] != "":
		return fmt.Errorf("-ginkgo.%s has no effect here; use %s", name, insteadOf[name])
	default:
		return fmt.Errorf("-ginkgo.%s has no effect here; leave it out", name)
	}
	if err != nil {
		return fmt.Errorf("-ginkgo.%s: %w", name, err)
	}
	return nil
}

func compiled(texts []string) ([]*regexp.Regexp, error) {
	var patterns []*regexp.Regexp
	for _, text := range texts {
		pattern, err := regexp.Compile(text)
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, pattern)
	}
	return patterns, nil
}

// selects reports whether the switches select a check.
func (s *testSelection) selects(check checks.Check) bool {
	elements := append(slices.Clone(s.name), strings.Split(check.ID, "/")...)
	if len(s.run) > 0 && !slices.ContainsFunc(s.run, func(p []*regexp.Regexp) bool { return matchElements(p, elements, false) }) {
		return false
	}
	if slices.ContainsFunc(s.skip, func(p []*regexp.Regexp) bool { return matchElements(p, elements, true) }) {
		return false
	}
	text := check.ID + " " + check.Requirement
	matches := func(p *regexp.Regexp) bool { return p.MatchString(text) }
	if len(s.focus) > 0 && !slices.ContainsFunc(s.focus, matches) || slices.ContainsFunc(s.skipped, matches) {
		return false
	}
	return s.labels == nil || s.labels(labelsOf(check))
}

// labelsOf returns the labels of a check: its area, level, grade, permission and operations.
func labelsOf(check checks.Check) []string {
	clause, _ := openapi.ClauseFor(check.Clause, subject(check))
	return append([]string{check.Area(), string(check.Level), clause.Evidence.Grade, string(check.Does)}, check.Operations...)
}

// matchElements reports whether the elements of a pattern match those of a name. A
// pattern to run by may be longer or shorter than the name, as for go test; one to
// skip by must not be longer.
func matchElements(patterns []*regexp.Regexp, elements []string, whole bool) bool {
	if whole && len(patterns) > len(elements) {
		return false
	}
	for i, pattern := range patterns {
		if i < len(elements) && !pattern.MatchString(elements[i]) {
			return false
		}
	}
	return true
}

// alternatives reads a pattern of go test: alternatives of elements, separated by
// vertical bars and slashes that stand in no brackets.
func alternatives(name string) ([][]*regexp.Regexp, error) {
	given := flag.Lookup(name)
	if given == nil || given.Value.String() == "" {
		return nil, nil
	}
	var all [][]*regexp.Regexp
	for _, alternative := range splitOutside(given.Value.String(), '|') {
		patterns, err := compiled(splitOutside(alternative, '/'))
		if err != nil {
			return nil, fmt.Errorf("-%s: %s: %w", name, strconv.Quote(alternative), err)
		}
		all = append(all, patterns)
	}
	return all, nil
}

// splitOutside splits a regular expression at a character that stands in no brackets.
func splitOutside(text string, at byte) []string {
	var parts []string
	round, square, begin := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '[':
			square++
		case c == ']':
			square = max(0, square-1)
		case c == '(' && square == 0:
			round++
		case c == ')' && square == 0:
			round--
		case c == at && square == 0 && round == 0:
			parts, begin = append(parts, text[begin:i]), i+1
		}
	}
	return append(parts, text[begin:])
}

// inTurn awaits each check. Ginkgo is not involved.
func inTurn(ordered []checks.Check, await func(checks.Check) (reports.Result, bool)) {
	for _, check := range ordered {
		await(check)
	}
}

// Run runs every selected check against a target. observer may be nil.
//
// Its error is about the settings (a pattern that selects nothing, a contract
// that cannot be read), before anything was sent; everything that happens later
// is in the run. When ctx is cancelled the checks in progress end, what they
// created is undone, and the rest is skipped. One process runs one at a time.
// Ginkgo and Gomega are left as they are, so it may be called beside specs and
// inside one.
func Run(ctx context.Context, t *target.Target, observer Observer) (*reports.Run, error) {
	return runWith(ctx, t, observer, inTurn, nil)
}

// RunSpecs is Run for a program that has no Ginkgo specs of its own: the checks are
// specs of one suite, and Ginkgo's tree is empty afterwards.
func RunSpecs(ctx context.Context, t *target.Target, observer Observer) (*reports.Run, error) {
	return runWith(ctx, t, observer, runSpecs, nil)
}
