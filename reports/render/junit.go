package render

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// junitForm limits the texts of a testcase.
var junitForm = textForm{deviations: 5, text: 2000, body: 4000, curl: 6000, headers: true}

const (
	junitMessage   = 300    // bytes of a message or property
	junitText      = 40_000 // bytes of a failure's text
	junitFindings  = 20     // findings listed in properties
	junitName      = "mallcheck"
	junitRunSuite  = junitName + ".run"
	junitTimestamp = "2006-01-02T15:04:05Z"
)

// WriteJUnit writes run to w in the XML format that CI systems read, following schema/junit.xsd: a
// testsuite for each area, ordered by name, with a testcase for each check, named by id and requirement.
// classname is the area, by which CI systems group.
//
// - failed is <failure>, and so is a finding if findings fail the run; otherwise a finding is in
// properties and system-out of a passed testcase.
//   - inconclusive is <error>; so is a result without a verdict.
//   - waived and skipped are <skipped> with the reason.
//   - an expired or stale waiver is a <failure> in the testsuite of the run.
//   - a service that could not be tested, and a run that ended before its last check,
//     are an <error> each in the testsuite of the run, "mallcheck.run".
//
// The message of a failure says what happened, then expected and actual. Characters that XML does not
// allow are escaped (\x1b), and long texts are shortened with a mark; run.json has them completely.
// Nothing is redacted: pass the result of redact.Run.
func WriteJUnit(w io.Writer, run *reports.Run) error { return writeJUnitForm(w, run, false) }

// WriteJUnitJenkins is WriteJUnit in the format "junit-10" of the xUnit plug-in of Jenkins: the
// properties of a testcase are in its system-out.
func WriteJUnitJenkins(w io.Writer, run *reports.Run) error { return writeJUnitForm(w, run, true) }

func writeJUnitForm(w io.Writer, run *reports.Run, jenkins bool) error {
	suites := junitOf(run)
	if jenkins {
		suites.withoutProperties()
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing the run as JUnit: %w", err)
	}
	encoder := xml.NewEncoder(visible.NewWriter(w))
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites); err != nil {
		return fmt.Errorf("writing the run as JUnit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("writing the run as JUnit: %w", err)
	}
	return nil
}

// withoutProperties moves the properties of each testcase to its system-out. In the formats of Jenkins
// and Surefire, the skipped element has no type.
func (s *junitSuites) withoutProperties() {
	for i := range s.Suites {
		for j := range s.Suites[i].Cases {
			testcase := &s.Suites[i].Cases[j]
			if testcase.Skipped != nil {
				testcase.Skipped.Type = ""
			}
			if testcase.Properties == nil {
				continue
			}
			var out strings.Builder
			for _, p := range testcase.Properties.List {
				out.WriteString("\n" + p.Name + ": " + p.Value)
			}
			if testcase.SystemOut != nil {
				out.WriteString("\n" + testcase.SystemOut.Text)
			}
			testcase.Properties, testcase.SystemOut = nil, &junitOut{Text: out.String() + "\n"}
		}
	}
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitTotals
	Time   string       `xml:"time,attr"`
	Suites []junitSuite `xml:"testsuite"`
}

type junitTotals struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitTotals
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitCase struct {
	Name       string           `xml:"name,attr"`
	ClassName  string           `xml:"classname,attr"`
	Time       string           `xml:"time,attr"`
	Properties *junitProperties `xml:"properties"`
	Skipped    *junitOutcome    `xml:"skipped"`
	Error      *junitOutcome    `xml:"error"`
	Failure    *junitOutcome    `xml:"failure"`
	SystemOut  *junitOut        `xml:"system-out"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

type junitOut struct {
	Text string `xml:",cdata"`
}

func junitOf(run *reports.Run) *junitSuites {
	properties := runProperties(run)
	areas := map[string]*junitSuite{}
	suite := func(name string) *junitSuite {
		if areas[name] == nil {
			areas[name] = &junitSuite{Name: name, Properties: properties}
		}
		return areas[name]
	}
	durations := map[string]time.Duration{}
	started := map[string]time.Time{}
	for _, testcase := range runCases(run) {
		suite(junitRunSuite).add(testcase)
	}
	for i := range run.Results {
		result := &run.Results[i]
		name := className(result.Area)
		suite(name).add(caseOf(result, run.Policy))
		durations[name] += max(result.Duration, 0)
		if at, ok := started[name]; !ok || result.Started.Before(at) {
			started[name] = result.Started
		}
	}
	out := &junitSuites{Name: junitName, Time: seconds(run.Ended.Sub(run.Started))}
	for _, name := range slices.Sorted(maps.Keys(areas)) {
		area := areas[name]
		area.Time = seconds(durations[name])
		area.Timestamp = cmp.Or(started[name], run.Started).UTC().Format(junitTimestamp)
		out.Suites = append(out.Suites, *area)
		out.Tests += area.Tests
		out.Failures += area.Failures
		out.Errors += area.Errors
	}
	return out
}

// add appends a testcase and counts it.
func (s *junitSuite) add(testcase junitCase) {
	s.Cases = append(s.Cases, testcase)
	s.Tests++
	switch {
	case testcase.Failure != nil:
		s.Failures++
	case testcase.Error != nil:
		s.Errors++
	case testcase.Skipped != nil:
		s.Skipped++
	}
}

// runProperties describes the run; they are the same for every testsuite.
func runProperties(run *reports.Run) []junitProperty {
	properties := []junitProperty{
		property("tool", strings.TrimSpace(run.Tool.Name+" "+run.Tool.Version)),
		property("contract", run.Tool.Contract),
		property("target", run.Target.Name),
		property("partnerCode", run.Target.PartnerCode),
		property("allow", digest.Allowed(run, ",")),
		property("strict", string(run.Policy.Strict)),
		property("failOnFinding", strconv.FormatBool(run.Policy.FailOnFinding)),
		property("seed", strconv.FormatInt(run.Seed, 10)),
	}
	if len(run.Target.Faults) > 0 {
		properties = append(properties, property("faults", strings.Join(run.Target.Faults, ",")))
	}
	if len(run.Target.Variants) > 0 {
		properties = append(properties, property("variants", strings.Join(run.Target.Variants, ",")))
	}
	if run.Limited != nil {
		properties = append(properties, property("limited", digest.LimitedText(run.Limited)))
	}
	if run.Cost != nil {
		properties = append(properties, costProperties(run.Cost)...)
	}
	for _, service := range run.Services {
		properties = append(properties, property("service."+service.Name, service.URL))
	}
	return properties
}

// costProperties are the cost of a run, a number each.
func costProperties(cost *reports.Cost) []junitProperty {
	properties := []junitProperty{
		property("cost", digest.CostText(cost)),
		property("cost.calls", strconv.Itoa(cost.Calls)),
		property("cost.orders", strconv.Itoa(cost.Orders)),
		property("cost.payments", strconv.Itoa(cost.Payments)),
		property("cost.sent", strconv.FormatInt(cost.Sent, 10)),
		property("cost.received", strconv.FormatInt(cost.Received, 10)),
		property("cost.working", cost.Working.String()),
		property("cost.waiting", cost.Waiting.String()),
	}
	if cost.Amount != "" {
		properties = append(properties, property("cost.amount", strings.TrimSpace(cost.Amount+" "+cost.Currency)))
	}
	for _, one := range cost.Operations {
		properties = append(properties, property("cost."+one.Operation, fmt.Sprintf("%d calls in %s", one.Calls, one.Working)))
	}
	return properties
}

func property(name, value string) junitProperty {
	return junitProperty{Name: digest.OneLine(name, junitMessage), Value: digest.OneLine(value, junitMessage)}
}

// runCases are the testcases that stand for no check: what prevented checks from running.
func runCases(run *reports.Run) []junitCase {
	var cases []junitCase
	for _, service := range run.Services {
		if !service.Reached {
			cases = append(cases, errorCase("service "+service.Name,
				cmp.Or(service.Problem, "no answer"), service.URL+" could not be tested."))
		}
	}
	for i, problem := range run.WaiverProblems() {
		cases = append(cases, junitCase{
			Name: digest.OneLine(fmt.Sprintf("waiver %d %s", i+1, problem), junitMessage), ClassName: junitRunSuite, Time: seconds(0),
			Failure: outcome(problem, "waived", "An expired waiver, or one that no longer covers a failure, fails the run."),
		})
	}
	if run.Stopped != "" {
		cases = append(cases, errorCase("run to the last check",
			"the run was stopped: "+string(run.Stopped), "Checks that were not run are not judged."))
	}
	return cases
}

func errorCase(name, message, text string) junitCase {
	return junitCase{
		Name: digest.OneLine(name, junitMessage), ClassName: junitRunSuite, Time: seconds(0),
		Error: outcome(message, "inconclusive", text),
	}
}

// className is the name of an area, by which CI systems group its checks.
func className(area string) string { return digest.OneLine(reports.AreaName(area), junitMessage) }

func caseOf(result *reports.Result, policy reports.Policy) junitCase {
	out := junitCase{
		Name:       digest.OneLine(result.ID+" "+result.Requirement, junitMessage),
		ClassName:  className(result.Area),
		Time:       seconds(result.Duration),
		Properties: &junitProperties{List: caseProperties(result)},
	}
	switch result.Verdict {
	case reports.Passed:
	case reports.Skipped:
		out.Skipped = outcome(cmp.Or(result.Reason, "no reason given"), "skipped", "")
	case reports.Waived:
		out.Skipped = outcome("waived: "+cmp.Or(result.Reason, "no reason given"), "waived", "")
		out.SystemOut = &junitOut{Text: caseText(result)}
	case reports.Finding:
		if policy.FailOnFinding {
			out.Failure = outcome(messageOf(result), "finding", caseText(result))
		} else {
			out.SystemOut = &junitOut{Text: caseText(result)}
		}
	case reports.Failed:
		out.Failure = outcome(messageOf(result), "violation", caseText(result))
	case reports.Inconclusive:
		out.Error = outcome(messageOf(result), "inconclusive", caseText(result))
	default:
		out.Error = outcome(fmt.Sprintf("the check has no verdict (%q)", result.Verdict), "inconclusive", caseText(result))
	}
	return out
}

func caseProperties(result *reports.Result) []junitProperty {
	properties := []junitProperty{
		property("level", string(result.Level)),
		property("grade", string(result.Grade)),
		property("source", result.Source),
		property("clause", result.Clause),
		property("operation", strings.Join(result.Operations, ", ")),
		property("does", string(result.Does)),
		property("verdict", string(result.Verdict)),
	}
	if result.Flaky {
		properties = append(properties, property("flaky", "true"))
	}
	findings := 0
	for i := range result.Deviations {
		if d := &result.Deviations[i]; d.Verdict == reports.Finding && findings < junitFindings {
			findings++
			properties = append(properties, property(fmt.Sprintf("finding.%d", findings),
				d.Summary+" ["+digest.ClauseText(d.Clause, d.Level, d.Grade, d.Source)+"]"))
		}
	}
	return properties
}

// messageOf says in one line what a result is about: its worst deviation with expected and actual, or
// its reason.
func messageOf(result *reports.Result) string {
	summary := digest.Headline(result)
	if len(result.Deviations) > 0 && summary == result.Deviations[0].Summary {
		return sentence(summary, result.Deviations[0].Expected, result.Deviations[0].Actual)
	}
	return summary
}

// sideText limits expected and actual in a line, in bytes.
const sideText = 90

// sentence says what happened, then expected and actual.
func sentence(summary, expected, actual string) string {
	mismatch := reports.Mismatch{
		Summary:  digest.OneLine(summary, 2*sideText),
		Expected: digest.OneLine(expected, sideText), Actual: digest.OneLine(actual, sideText),
	}
	return mismatch.Error()
}

// outcome writes text as CDATA, which escapes nothing, so all of it must be visible.
func outcome(message, kind, text string) *junitOutcome {
	return &junitOutcome{Message: cmp.Or(digest.OneLine(message, junitMessage), kind), Type: kind, Text: visible.Escape(text)}
}

// caseText is visible and limited as a whole. A mark by which CI systems attach files named in a test's
// output is broken up, because the texts come from the target.
func caseText(result *reports.Result) string {
	text := visible.Escape(digest.Shorten("\n"+junitForm.result(result), junitText))
	return strings.ReplaceAll(text, "[[ATTACHMENT|", "[ [ATTACHMENT|")
}

// seconds formats a duration with three decimals, as the format requires.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(max(d, 0).Seconds(), 'f', 3, 64)
}
