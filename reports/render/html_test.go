package render

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/redact"
)

func writeHTML(t fixture.TB, run *reports.Run) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteHTML(&out, run); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	styleOrScript = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`)
	blankLines    = regexp.MustCompile(`\n\s*\n+`)
	elementID     = regexp.MustCompile(` id="([^"]*)"`)
	fragment      = regexp.MustCompile(` href="#([^"=]*)"`)
)

// structure is a page without its style and script, whose looks a browser tests.
func structure(page []byte) []byte {
	return blankLines.ReplaceAll(styleOrScript.ReplaceAll(page, []byte("<$1/>")), []byte("\n"))
}

// coveredRun is sampleRun with what makes every section of the page appear.
func coveredRun() *reports.Run {
	run := redact.Run(fixture.Run(), secrets)
	run.Waivers = []reports.Waiver{
		{Check: "ASY-002", Target: "uat", Reason: "being mended", Owner: "groups", Ticket: "T-1", Expiry: "2026-12-31", Covers: 1, Failed: 1},
		{Check: "ENV-*", Target: "uat", Reason: "never looked at", Owner: "shop", Ticket: "T-2", Expiry: "2026-01-31", Expired: true, Covers: 9},
		{Check: "ASY-001", Target: "uat", Reason: "mended", Owner: "groups", Ticket: "T-3", Expiry: "2026-12-31", Covers: 1, Passed: 1},
	}
	run.Coverage = &reports.Coverage{Operations: []reports.OperationCoverage{
		{Operation: "addSims", Parts: []reports.CoveredParts{
			{Kind: "constraints kept", Total: 4, Reached: 3, Missed: []reports.MissedPart{{Part: "/a/maxLength", Reason: "no check sends a longer text"}}},
			{Kind: "response members", Total: 2, Reached: 2},
		}},
	}}
	failed := &run.Results[6]
	failed.Flaky = true
	run.Limited = &reports.Limited{Times: 2, Waited: 3 * time.Second}
	failed.Exchanges[0].Request.Signed = &reports.Signed{Content: reports.Body(`{"version":"3.0"}`), Sign: "1c0f", Sent: "3fdb"}
	failed.Exchanges[1].Response.Body = reports.Body(`{"operateCode":"S","data":{"status":"completed"}}`)
	run.Codes = append(run.Codes, reports.Code{Operation: "listBundles", Status: 200, OperateCode: "S", Times: 1})
	return run
}

func TestHTMLGolden(t *testing.T) {
	fixture.Golden(t, "report.html", structure(writeHTML(t, coveredRun())))
}

// Every link within the page has a target, and no id occurs twice.
func TestHTMLLinks(t *testing.T) {
	page := string(writeHTML(t, coveredRun()))
	var ids []string
	for _, match := range elementID.FindAllStringSubmatch(page, -1) {
		if slices.Contains(ids, match[1]) {
			t.Errorf("the id %q is there twice", match[1])
		}
		ids = append(ids, match[1])
	}
	links := fragment.FindAllStringSubmatch(page, -1)
	if len(links) < 15 {
		t.Errorf("the page has %d links to itself", len(links))
	}
	for _, match := range links {
		if !slices.Contains(ids, match[1]) {
			t.Errorf("the link to %q leads nowhere", match[1])
		}
	}
}

func TestHTMLNeedsNothingElse(t *testing.T) {
	page := string(writeHTML(t, coveredRun()))
	for _, other := range []string{" src=", `href="http`, `href="//`, "url(", "@import", "fetch(", "XMLHttpRequest", "<link", "<iframe"} {
		if strings.Contains(page, other) {
			t.Errorf("the page has %q", other)
		}
	}
	if !strings.Contains(page, "default-src 'none'") {
		t.Error("the page does not forbid the browser to load anything")
	}
}

// TestHTMLEscapes plants markup wherever a target can put a text.
func TestHTMLEscapes(t *testing.T) {
	const planted = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>{{.}}`
	run := coveredRun()
	run.Target.Name, run.Left = planted, []string{planted}
	run.Services[1].Problem = planted
	run.Coverage.Operations[0].Parts[0].Missed[0].Part = planted
	for i := range run.Results {
		result := &run.Results[i]
		result.Requirement, result.Reason, result.Cause = planted, planted, planted
		result.Operations = []string{planted}
		for j := range result.Deviations {
			d := &result.Deviations[j]
			d.Clause, d.Summary, d.Expected, d.Actual, d.Pointer, d.Source = planted, planted, planted, planted+"x", planted, planted
		}
		for j := range result.Exchanges {
			exchange := &result.Exchanges[j]
			exchange.Request.URL, exchange.Request.Body, exchange.Problem = planted, reports.Body(planted), planted
			if exchange.Response != nil {
				exchange.Response.Body = reports.Body(`{"operateCode":"` + strings.ReplaceAll(planted, `"`, `\"`) + `"}`)
				exchange.Response.Header = []reports.Header{{Name: planted, Value: planted}}
			}
		}
	}
	page := string(writeHTML(t, run))
	if n := strings.Count(page, "<script>"); n != 1 {
		t.Errorf("the page has %d scripts, want its own alone", n)
	}
	if strings.Contains(page, "<img") {
		t.Error("planted markup is in the page")
	}
}

func TestHTMLOfAnyRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := fixture.AnyRun().Draw(t, "run")
		page := writeHTML(t, run)
		if !utf8.Valid(page) {
			t.Fatal("the page is no UTF-8")
		}
		for _, result := range run.Results {
			if !bytes.Contains(page, []byte(`id="check-`+result.ID+`"`)) {
				t.Fatalf("the page lacks %s", result.ID)
			}
		}
	})
}

// TestHTMLIsBounded writes a run in which everything failed with long answers.
func TestHTMLIsBounded(t *testing.T) {
	run := fixture.Large()
	for i := range run.Results {
		result := &run.Results[i]
		result.Verdict = reports.Failed
		result.Deviations = []reports.Deviation{{
			Clause: fmt.Sprintf("clause/%d", i%500), Grade: reports.Documented, Level: reports.Must, Verdict: reports.Failed, Summary: "s", Exchange: 1,
		}}
		result.Exchanges = slices.Clone(result.Exchanges)
		long := *result.Exchanges[1].Response
		long.Body = bytes.Repeat([]byte("x"), 64<<10)
		result.Exchanges[1].Response = &long
	}
	page := writeHTML(t, run)
	if len(page) > 8<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	if !bytes.Contains(page, []byte("The page leaves out exchanges of")) {
		t.Error("the page does not say what it leaves out")
	}
	shown := bytes.Count(page, []byte("shows the deviation"))
	if shown < 100 || shown >= len(run.Results) {
		t.Errorf("%d checks have their exchanges", shown)
	}
}

func BenchmarkWriteHTML(b *testing.B) {
	run := fixture.Large()
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := WriteHTML(&out, run); err != nil {
			b.Fatal(err)
		}
	}
}
