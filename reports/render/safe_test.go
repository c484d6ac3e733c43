package render

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/codequality"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/internal/har"
)

// hostile acts on a terminal, a browser, a CI runner and a reader's eye.
const hostile = "\x1b[2J\x1b]8;;http://evil\x07link\x1b]8;;\x07\r\u009b31m\u0085\u202egnp.exe\u2066\u2028\ufeff\x7f\x00\xff" +
	"\n::stop-commands::t\n  ::add-mask::a\r\n##[group]x ##vso[task.complete result=Failed;] ##teamcity[x]\n\t::error::boo" +
	"<script>alert(1)</script><img src=x onerror=alert(1)> [x](http://evil) @all #1 ]]> `` ``` | ' \" & %0A"

// poison returns run with hostile text behind every text, enumerations apart.
func poison(run *reports.Run) *reports.Run {
	poisonValue(reflect.ValueOf(run).Elem())
	return run
}

func poisonValue(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(v.String() + hostile)
	case v.Type() == reflect.TypeFor[reports.Body]():
		v.SetBytes(append(bytes.Clone(v.Bytes()), hostile...))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		poisonValue(v.Elem())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			poisonValue(v.Index(i))
		}
	case v.Kind() == reflect.Struct && v.Type().PkgPath() != "time":
		for _, field := range v.Fields() {
			poisonValue(field)
		}
	}
}

// poisonedRun has hostile text in every place, an answer without an envelope and a
// code of an operation.
func poisonedRun() *reports.Run {
	run := coveredRun()
	run.Causes = []reports.Cause{{
		Name: "n", Verdict: reports.Failed, Sentence: "s", Evidence: "e", Advice: "a", Operations: []string{"o"}, Checks: []string{"RID-001"},
		Clause: "c", Grade: reports.Documented, Source: "p", Expected: "x", Actual: "y",
	}}
	run.Habits = []reports.Habit{{Name: "n", Sentence: "s", Evidence: "e", Operations: []string{"o"}, Checks: []string{"RID-001"}, Source: "p"}}
	envelope := run.Results[0].Exchanges
	run.Results[0].Exchanges = append(envelope, reports.Exchange{Operation: "addSims", Response: &reports.Response{
		Status: 400, Body: reports.Body(`{"operateCode":"F\u001b[2J\u202e\n::add-mask::x","message":"\u001b]0;t\u0007\u202e##[group]"}`),
	}})
	return poison(run)
}

// acts returns what of text still acts; own are the escape sequences of mallcheck itself.
func acts(text string) string {
	own := regexp.MustCompile(`\r?\x1b\[(?:K|\d{0,2}m)`)
	for _, c := range own.ReplaceAllString(text, "") {
		if c != '\n' && c != '\t' && !unicode.IsPrint(c) || c == unicode.ReplacementChar {
			return string(c)
		}
	}
	return ""
}

func TestHostileTextInEveryFormat(t *testing.T) {
	run := poisonedRun()
	for name, written := range map[string]string{
		"junit":    string(writeJUnit(t, run)),
		"html":     string(writeHTML(t, run)),
		"markdown": string(writeMarkdown(t, run)),
		"sarif":    string(writeSARIF(t, run)),
		"har":      string(writeWith(t, func(w *bytes.Buffer) error { return har.Write(w, run) })),
		"quality":  string(writeWith(t, func(w *bytes.Buffer) error { return codequality.Write(w, run) })),
		"json":     string(fixture.JSON(t, run)),
		"github":   string(writeGitHub(t, run)),
		"terminal": show(t, run, TerminalOptions{}),
		"verbose":  show(t, run, TerminalOptions{Verbose: true}),
		"colours":  show(t, run, TerminalOptions{Color: true, Width: 60}),
		"compare":  comparisonText(t, run, false),
		"compared": comparisonText(t, run, true),
		"curl":     Safe(Curl(run.Results[6].Exchanges[0])),
	} {
		if c := acts(written); c != "" {
			at := strings.Index(written, c)
			t.Errorf("%s: %q acts in %q", name, c, written[max(at-60, 0):min(at+60, len(written))])
		}
		if strings.Contains(written, "<script>alert") || strings.Contains(written, "<img src=x") {
			if name == "html" {
				t.Errorf("%s: markup of the target is active", name)
			}
		}
	}
}

// TestHostileTextCommandsNoRunner writes to the log of a CI job.
func TestHostileTextCommandsNoRunner(t *testing.T) {
	run := poisonedRun()
	command := regexp.MustCompile(`(?m)^\s*::|##[A-Za-z]*\[`)
	for name, written := range map[string]string{
		"terminal": show(t, run, TerminalOptions{}), "narrow": show(t, run, TerminalOptions{Width: 40}), "verbose": show(t, run, TerminalOptions{Width: 40, Verbose: true}),
		"compare": comparisonText(t, run, false), "line": "a\n" + SafeLine(hostile),
	} {
		if found := command.FindString(written); found != "" {
			t.Errorf("%s: %q is a command", name, found)
		}
	}
	for line := range strings.Lines(string(writeGitHub(t, run))) {
		if !regexp.MustCompile(`^::(error|warning|notice) [^:]*::[^:\n].*\n$`).MatchString(line) || strings.Contains(line, "##[") {
			t.Errorf("not one annotation: %q", line)
		}
	}
}

// TestHostileTextInMarkdown parses reports as GitHub does: only our own tags are
// markup, and nothing is a link, an image or a mention.
func TestHostileTextInMarkdown(t *testing.T) {
	ours := regexp.MustCompile(`^(<details( open)?>|</details>|</?summary>|</?b>|\n)+$`)
	run := poisonedRun()
	for name, written := range map[string]string{
		"report": string(writeMarkdown(t, run)), "comparison": comparisonText(t, run, true), "matrix": matrixText(t),
	} {
		source := []byte(written)
		document := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
		err := ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch node := node.(type) {
			case *ast.Link, *ast.Image, *ast.AutoLink:
				t.Errorf("%s: a link: %s", name, nodeText(node, source))
			case *ast.HTMLBlock:
				summary := regexp.MustCompile(`(?s)<summary><b>([^<>]*)</b>([^<>]*)</summary>`).ReplaceAllString(string(node.Lines().Value(source)), "")
				if !ours.MatchString(summary) {
					t.Errorf("%s: markup: %q", name, summary)
				}
			case *ast.RawHTML:
				t.Errorf("%s: markup: %q", name, node.Segments.Value(source))
			case *ast.Text:
				if said := string(node.Segment.Value(source)); strings.Contains(said, "@all") || strings.Contains(said, "http://evil") {
					if _, code := node.Parent().(*ast.CodeSpan); !code {
						t.Errorf("%s: a mention or an address: %q", name, said)
					}
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func nodeText(node ast.Node, source []byte) string {
	var out strings.Builder
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if segment, ok := child.(*ast.Text); ok {
			out.Write(segment.Segment.Value(source))
		}
	}
	return out.String()
}

// matrixText is a matrix whose texts are hostile.
func matrixText(t *testing.T) string {
	t.Helper()
	matrix := fixture.Matrix()
	poisonValue(reflect.ValueOf(matrix).Elem())
	var out bytes.Buffer
	if err := matrixMarkdown(&out, matrix); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestSafeWriter(t *testing.T) {
	var out bytes.Buffer
	w := NewSafeWriter(&out)
	for _, part := range []string{"a\x1b[", "2J\n  :", ":add-mask::b\n", "no end ##[x]"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "a\\x1b[2J\n  \\u003a:add-mask::b\nno end #\\u0023[x]"
	if got := out.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func comparisonText(t *testing.T, run *reports.Run, markdown bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteComparison(&out, reports.Compare(fixture.Run(), run), markdown); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
