package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/redact"
)

func TestJUnitGolden(t *testing.T) {
	fixture.Golden(t, "junit.xml", writeJUnit(t, redact.Run(fixture.Run(), secrets)))

	strict := fixture.Run()
	strict.Policy.FailOnFinding, strict.Stopped = true, reports.Interrupted
	fixture.Golden(t, "junit-fail-on-finding.xml", writeJUnit(t, redact.Run(strict, secrets)))
}

// Each verdict is written as the element that the table gives.
func TestJUnitVerdicts(t *testing.T) {
	for _, test := range []struct {
		verdict reports.Verdict
		failOn  bool
		want    string // the outcome's element and type
		out     bool   // whether system-out tells
	}{
		{reports.Passed, false, "", false},
		{reports.Failed, false, "failure/violation", false},
		{reports.Finding, false, "", true},
		{reports.Finding, true, "failure/finding", false},
		{reports.Inconclusive, true, "error/inconclusive", false},
		{reports.Waived, true, "skipped/waived", true},
		{reports.Skipped, true, "skipped/skipped", false},
		{"", false, "error/inconclusive", false},
		{"flaky", false, "error/inconclusive", false},
	} {
		result := fixture.Result("RID-001", "finds", test.verdict, reports.Read)
		got := caseOf(&result, reports.Policy{FailOnFinding: test.failOn})
		kind := ""
		for element, o := range map[string]*junitOutcome{"failure": got.Failure, "error": got.Error, "skipped": got.Skipped} {
			if o != nil {
				kind += element + "/" + o.Type
			}
		}
		if kind != test.want || (got.SystemOut != nil) != test.out {
			t.Errorf("%q (fail on finding: %t): got %q, system-out %t", test.verdict, test.failOn, kind, got.SystemOut != nil)
		}
	}
}

func TestJUnitStructure(t *testing.T) {
	checkJUnit(t, redact.Run(fixture.Run(), secrets))
	checkJUnit(t, &reports.Run{})
	rapid.Check(t, func(t *rapid.T) { checkJUnit(t, fixture.AnyRun().Draw(t, "run")) })
}

func TestJUnitTimes(t *testing.T) {
	run := &reports.Run{Started: fixture.Epoch, Ended: fixture.Epoch.Add(-time.Second)}
	for i, duration := range []time.Duration{-time.Second, 1500 * time.Millisecond, 499_600 * time.Microsecond} {
		result := fixture.Result("RID-00"+strconv.Itoa(i), "finds", reports.Passed, reports.Read)
		result.Duration, result.Started = duration, fixture.Epoch.Add(-time.Duration(i)*time.Minute)
		run.Results = append(run.Results, result)
	}
	out := junitOf(run)
	suite := out.Suites[0]
	if out.Time != "0.000" || suite.Time != "2.000" || suite.Cases[0].Time != "0.000" || suite.Cases[2].Time != "0.500" {
		t.Errorf("times of a clock that was set back: %s, %s, %v", out.Time, suite.Time, suite.Cases)
	}
	if suite.Timestamp != "2026-03-04T05:04:07Z" {
		t.Errorf("timestamp %s, want the earliest start", suite.Timestamp)
	}
}

func TestJUnitBounds(t *testing.T) {
	run := fixture.Run()
	result := &run.Results[6]
	long := strings.Repeat("ö\x1b", 100_000)
	result.Requirement, result.Deviations[0].Summary, result.Deviations[0].Actual = long, long, long
	result.Exchanges[1].Response.Body = reports.Body(long)
	result.Exchanges[1].Request.Body = reports.Body(long)
	result.Deviations = slices.Repeat(result.Deviations[:1], 1000)
	out := writeJUnit(t, run)
	checkJUnit(t, run)
	if len(out) > 100_000 {
		t.Errorf("a result of megabytes makes %d bytes", len(out))
	}
	for _, mark := range []string{"bytes left out)", "995 further deviations", "bytes and is left out"} {
		if !bytes.Contains(out, []byte(mark)) {
			t.Errorf("nothing says %q", mark)
		}
	}
}

func TestJUnitNamesNoPlaceOfTheMachine(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out := writeJUnit(t, fixture.Run())
	for _, path := range []string{dir, filepath.Dir(dir), os.TempDir() + "/", ".go:"} {
		if bytes.Contains(out, []byte(path)) {
			t.Errorf("the report names %s", path)
		}
	}
}

func TestJUnitAttachmentMark(t *testing.T) {
	result := fixture.Result("RID-001", "finds", reports.Finding, reports.Read)
	result.Deviations = []reports.Deviation{{Summary: "[[ATTACHMENT|secrets.txt]]", Exchange: -1, Verdict: reports.Finding}}
	if text := caseOf(&result, reports.Policy{}).SystemOut.Text; strings.Contains(text, "[[ATTACHMENT|") {
		t.Errorf("the target can attach files: %s", text)
	}
}

func TestJUnitFollowsItsSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint (package libxml2-utils) is not installed; TestJUnitStructure has run without it")
	}
	dir := t.TempDir()
	schema := filepath.Join("schema", "junit.xsd")
	validate := func(data []byte) ([]byte, error) {
		file := filepath.Join(dir, "junit.xml")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), xmllint, "--nonet", "--noout", "--schema", schema, file)
		cmd.WaitDelay = 10 * time.Second
		return cmd.CombinedOutput()
	}
	good := writeJUnit(t, redact.Run(fixture.Run(), secrets))
	strict := fixture.Run()
	strict.Policy.FailOnFinding, strict.Stopped, strict.Waivers = true, reports.TimedOut, []reports.Waiver{{Expired: true}, {Covers: 1, Passed: 1}}
	runs := [][]byte{good, writeJUnit(t, strict), writeJUnit(t, &reports.Run{})}
	for i := range 20 {
		runs = append(runs, writeJUnit(t, unique(fixture.AnyRun().Example(i))))
	}
	for _, data := range runs {
		if out, err := validate(data); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, data)
		}
	}
	for _, change := range [][2]string{
		{`<failure`, `<flop`}, {`</failure`, `</flop`}, {` classname=`, ` class=`}, {`tests="1"`, `tests="-1"`},
		{`time="0.003"`, `time="3ms"`}, {`name="source"`, `name="grade"`}, {`<properties>`, `<properties/><properties>`},
		{`type="violation"`, `type="wrong"`},
	} {
		broken := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(broken, good) {
			t.Fatalf("%s is not in the report", change[0])
		}
		if _, err := validate(broken); err == nil {
			t.Errorf("the schema allows %s in place of %s", change[1], change[0])
		}
	}
}

// unique drops results whose id stands before, as no run has them twice, and
// so for services.
func unique(run *reports.Run) *reports.Run {
	ids := map[string]bool{}
	run.Results = slices.DeleteFunc(run.Results, func(r reports.Result) bool {
		seen := ids[r.ID]
		ids[r.ID] = true
		return seen
	})
	run.Services = run.Services[:min(len(run.Services), 1)]
	return run
}

// checkJUnit holds what WriteJUnit writes to what CI systems rely on: well-formed
// XML of the elements and attributes of Jenkins' form "junit-10" and properties
// in a testcase, and counts that add up.
func checkJUnit(t fixture.TB, run *reports.Run) {
	t.Helper()
	data := writeJUnit(t, run)
	known := map[string]string{
		"testsuites": " name time tests failures errors ", "property": " name value ", "properties": "", "system-out": "",
		"testsuite": " name tests failures errors time skipped timestamp ", "testcase": " name time classname ",
		"failure": " type message ", "error": " type message ", "skipped": " type message ",
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	var total, suite map[string]int // the elements inside, by name
	var suites, inSuite []xml.Attr
	check := func(attrs []xml.Attr, counted map[string]int) {
		for _, attr := range attrs {
			element, ok := map[string]string{
				"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped",
			}[attr.Name.Local]
			if ok && attr.Value != strconv.Itoa(counted[element]) {
				t.Fatalf("%s=%q over %d elements %s:\n%s", attr.Name.Local, attr.Value, counted[element], element, data)
			}
		}
	}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, data)
		}
		switch token := token.(type) {
		case xml.StartElement:
			attributes, ok := known[token.Name.Local]
			if !ok {
				t.Fatalf("unknown element %s", token.Name.Local)
			}
			for _, attr := range token.Attr {
				if !strings.Contains(attributes, " "+attr.Name.Local+" ") {
					t.Fatalf("unknown attribute %s of %s", attr.Name.Local, token.Name.Local)
				}
			}
			switch token.Name.Local {
			case "testsuites":
				suites, total = token.Attr, map[string]int{}
			case "testsuite":
				inSuite, suite = token.Attr, map[string]int{}
			default:
				suite[token.Name.Local]++
				total[token.Name.Local]++
			}
		case xml.EndElement:
			if token.Name.Local == "testsuite" {
				check(inSuite, suite)
			}
		}
	}
	check(suites, total)
	extra := 0
	for _, service := range run.Services {
		if !service.Reached {
			extra++
		}
	}
	if run.Stopped != "" {
		extra++
	}
	for _, waiver := range run.Waivers {
		if waiver.Fails() {
			extra++
		}
	}
	if want := len(run.Results) + extra; total["testcase"] != want {
		t.Fatalf("%d testcases, want %d", total["testcase"], want)
	}
}

func writeJUnit(t fixture.TB, run *reports.Run) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteJUnit(&out, run); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func BenchmarkWriteJUnit(b *testing.B) {
	run := fixture.Large()
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteJUnit(io.Discard, run); err != nil {
			b.Fatal(err)
		}
	}
}
