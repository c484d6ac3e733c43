package selection

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// Switches are the flags of a test binary that matter to a run.
type Switches struct {
	// FailFast stops the run at the first failure, DryRun sends nothing, Verbose prints every failure
	// with its exchanges.
	FailFast, DryRun, Verbose bool
	// JUnit is the path of an additional JUnit report, "" for none.
	JUnit string

	name           []string // elements of the test's name
	run, skip      [][]*regexp.Regexp
	focus, skipped []*regexp.Regexp
	labels         types.LabelFilter
}

// ReadSwitches reads the flags for the test with a name. Seed and time limit go into the settings. A
// Ginkgo flag that has no effect is an error.
func ReadSwitches(test string, under *target.Target) (*Switches, error) {
	s := &Switches{name: strings.Split(test, "/")}
	var failed error
	s.run, failed = alternatives("test.run")
	skip, err := alternatives("test.skip")
	s.skip, failed = skip, errors.Join(failed, err)
	if fast := flag.Lookup("test.failfast"); fast != nil {
		s.FailFast = fast.Value.String() == "true"
	}
	flag.Visit(func(given *flag.Flag) {
		if ginkgoName, is := strings.CutPrefix(given.Name, "ginkgo."); is {
			failed = errors.Join(failed, s.ginkgo(ginkgoName, under))
		}
	})
	return s, failed
}

// withoutEffect are Ginkgo flags that only change its own output; ginkgo run passes some of them by
// itself.
var withoutEffect = []string{
	"no-color", "succinct", "trace", "source-root", "poll-progress-after", "poll-progress-interval", "silence-skips",
	"grace-period", "github-output", "show-node-events", "output-interceptor-mode", "force-newlines", "randomize-all", "parallel.process",
}

// insteadOf says what to use instead of a Ginkgo flag.
var insteadOf = map[string]string{
	"json-report": "MALLCHECK_FORMAT=json and MALLCHECK_REPORT_DIR", "flake-attempts": "nothing: a violation that goes away is reported as flaky",
	"parallel.total": "MALLCHECK_CONCURRENCY",
}

// ginkgo applies one Ginkgo flag.
func (s *Switches) ginkgo(name string, under *target.Target) error {
	suite, reporter := ginkgo.GinkgoConfiguration()
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
	case name == "fail-fast":
		s.FailFast = s.FailFast || suite.FailFast
	case name == "dry-run":
		s.DryRun = suite.DryRun
	case name == "v", name == "vv":
		s.Verbose = s.Verbose || reporter.Verbose || reporter.VeryVerbose
	case name == "junit-report":
		s.JUnit = reporter.JUnitReport
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

// Selects reports whether the flags select a check.
func (s *Switches) Selects(check checks.Check) bool {
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
	clause, _ := openapi.ClauseFor(check.Clause, check.Subject())
	return append([]string{check.Area(), string(check.Level), clause.Evidence.Grade, string(check.Does)}, check.Operations...)
}

// NameChecks reports whether -run names checks and not only the test.
func (s *Switches) NameChecks() bool {
	return slices.ContainsFunc(s.run, func(p []*regexp.Regexp) bool { return len(p) > len(s.name) })
}

// List lists the names of the checks that -list matches, if it is given.
func List(w io.Writer, test string) error {
	patterns, err := alternatives("test.list")
	if err != nil || len(patterns) == 0 {
		return err
	}
	for _, check := range checks.All() {
		elements := append([]string{test}, strings.Split(check.ID, "/")...)
		if slices.ContainsFunc(patterns, func(p []*regexp.Regexp) bool { return matchElements(p, elements, false) }) {
			if _, err := fmt.Fprintln(w, test+"/"+check.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// matchElements reports whether the elements of a pattern match those of a name. A pattern of -run may
// be longer or shorter than the name, as in go test; one of -skip must not be longer.
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

// alternatives reads a pattern of go test: alternatives separated by vertical bars, with elements
// separated by slashes, outside of brackets.
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

// splitOutside splits a regular expression at a character outside of brackets.
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
