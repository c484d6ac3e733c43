package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// junitElement is what the schema says of an element: its attributes, all of
// them required, and its children in their order.
type junitElement struct {
	attributes map[string]func(string) bool
	children   []string
	text       bool
	// once is true when each child stands at most once.
	once bool
	// unique names the attribute by which children of one name differ.
	unique string
}

// junitElements is JUnitSchema as a table.
var junitElements = map[string]junitElement{
	"testsuites": {
		attributes: map[string]func(string) bool{"name": isAny, "tests": isCount, "failures": isCount, "errors": isCount, "time": isSeconds},
		children:   []string{"testsuite"}, unique: "name",
	},
	"testsuite": {
		attributes: map[string]func(string) bool{
			"name": isAny, "tests": isCount, "failures": isCount, "errors": isCount, "skipped": isCount, "time": isSeconds, "timestamp": isTimestamp,
		},
		children: []string{"properties", "testcase"}, unique: "name",
	},
	"testcase": {
		attributes: map[string]func(string) bool{"name": isLine, "classname": isLine, "time": isSeconds},
		children:   []string{"properties", "skipped", "error", "failure", "system-out"}, once: true,
	},
	"properties": {children: []string{"property"}, unique: "name"},
	"property":   {attributes: map[string]func(string) bool{"name": isLine, "value": isAny}},
	"skipped":    junitOutcomeElement, "error": junitOutcomeElement, "failure": junitOutcomeElement,
	"system-out": {text: true},
}

var junitOutcomeElement = junitElement{attributes: map[string]func(string) bool{"message": isLine, "type": isOutcome}, text: true}

func isAny(string) bool { return true }

func isLine(text string) bool { return text != "" && !strings.ContainsAny(text, "\n\r\t") }

func isCount(text string) bool {
	_, err := strconv.ParseUint(text, 10, 31)
	return err == nil
}

func isSeconds(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	dot := strings.IndexByte(text, '.')
	return err == nil && dot > 0 && len(text)-dot == 4 && text[0] != '-'
}

func isTimestamp(text string) bool {
	_, err := time.Parse(junitTimestamp, text)
	return err == nil
}

func isOutcome(text string) bool {
	switch text {
	case "violation", "finding", "inconclusive", "waived", "skipped":
		return true
	}
	return false
}

// junitOpen is an element that is being read.
type junitOpen struct {
	name  string
	rules junitElement
	// said are the totals that it gives, seen those of what stands in it.
	said, seen map[string]int
	last       int // index of its last child's name
	names      map[string]bool
	outcome    string
}

// verifyJUnit checks what was written against the rules of JUnitSchema, that the counts of
// each suite and of the whole add up, and that there is a testcase for each
// result and for what stands for none.
func verifyJUnit(written io.Reader, run *reports.Run) error {
	decoder := xml.NewDecoder(written)
	var stack []*junitOpen
	total := -1
	for {
		token, err := decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF) && len(stack) == 0 && total >= 0:
			if want := len(run.Results) + len(runCases(run)); total != want {
				return fmt.Errorf("it has %d testcases for %d results", total, want)
			}
			return nil
		case err != nil:
			return fmt.Errorf("reading it again: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open, err := openJUnit(stack, token)
			if err != nil {
				return err
			}
			stack = append(stack, open)
		case xml.EndElement:
			if len(stack) == 0 || stack[len(stack)-1].name != token.Name.Local {
				return fmt.Errorf("</%s> ends nothing", token.Name.Local)
			}
			if total, err = closeJUnit(stack); err != nil {
				return err
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 && !stack[len(stack)-1].rules.text && len(bytes.TrimSpace(token)) > 0 {
				return fmt.Errorf("<%s> has text", stack[len(stack)-1].name)
			}
		}
	}
}

// openJUnit checks an element and its place in the one around it.
func openJUnit(stack []*junitOpen, token xml.StartElement) (*junitOpen, error) {
	name := token.Name.Local
	rules, known := junitElements[name]
	if !known || len(stack) == 0 && name != "testsuites" {
		return nil, fmt.Errorf("<%s> has no place there", name)
	}
	open := &junitOpen{name: name, rules: rules, last: -1}
	if len(rules.children) > 0 { // only such elements count, and there are few of them
		open.said, open.seen, open.names = map[string]int{}, map[string]int{}, map[string]bool{}
	}
	own := ""
	for _, attribute := range token.Attr {
		fits := rules.attributes[attribute.Name.Local]
		if fits == nil || !fits(attribute.Value) {
			return nil, fmt.Errorf("<%s> has %s=%q", name, attribute.Name.Local, digest.Shorten(attribute.Value, 80))
		}
		if attribute.Name.Local == "name" {
			own = attribute.Value
		}
		if n, err := strconv.Atoi(attribute.Value); err == nil && open.said != nil {
			open.said[attribute.Name.Local] = n
		}
	}
	if len(token.Attr) != len(rules.attributes) {
		return nil, fmt.Errorf("<%s> %q lacks an attribute", name, digest.Shorten(own, 80))
	}
	if len(stack) > 0 {
		return open, stack[len(stack)-1].takes(name, own)
	}
	return open, nil
}

// takes checks that a child of a name stands where it may.
func (o *junitOpen) takes(child, name string) error {
	at := -1
	for i, known := range o.rules.children {
		if known == child {
			at = i
		}
	}
	outcome := child == "skipped" || child == "error" || child == "failure"
	switch {
	case at < o.last || at < 0, o.rules.once && at == o.last, outcome && o.outcome != "":
		return fmt.Errorf("<%s> has no place there in <%s>", child, o.name)
	case o.rules.unique != "" && name != "" && o.names[name]:
		return fmt.Errorf("two <%s> are called %q", child, digest.Shorten(name, 80))
	}
	o.last, o.names[name] = at, true
	if outcome {
		o.outcome = child
	}
	return nil
}

// closeJUnit adds what the innermost element counts to the one around it, checks
// the counts it gives, and returns how many testcases it has.
func closeJUnit(stack []*junitOpen) (int, error) {
	open := stack[len(stack)-1]
	outcomes := map[string]string{"failure": "failures", "error": "errors", "skipped": "skipped"}
	if open.name == "testcase" {
		open.seen["tests"] = 1
		if open.outcome != "" {
			open.seen[outcomes[open.outcome]] = 1
		}
	}
	if len(stack) > 1 {
		for what, n := range open.seen {
			stack[len(stack)-2].seen[what] += n
		}
	}
	for _, what := range []string{"tests", "failures", "errors", "skipped"} {
		if open.rules.attributes[what] != nil && open.said[what] != open.seen[what] {
			return 0, fmt.Errorf("<%s> says %s=%d and has %d", open.name, what, open.said[what], open.seen[what])
		}
	}
	return open.seen["tests"], nil
}

// TestVerifyAgreesWithTheSchema draws runs of every shape: what verifyJUnit
// takes has the same testcases as the run, whatever its texts are.
func TestVerifyAgreesWithTheSchema(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := fixture.AnyRun().Draw(t, "run")
		ids := map[string]bool{}
		run.Results = slices.DeleteFunc(run.Results, func(r reports.Result) bool {
			twice := ids[r.ID]
			ids[r.ID] = true
			return twice
		})
		run.Services = nil // two of one name make two testcases of one name
		if err := verifyJUnit(bytes.NewReader(writeJUnit(t, run)), run); err != nil {
			t.Fatal(err)
		}
	})
}

func TestVerifyRefusesJUnit(t *testing.T) {
	run := fixture.Run()
	good := string(writeJUnit(t, run))
	for name, change := range map[string][2]string{
		"count of the whole":     {`<testsuites name="mallcheck" tests="9"`, `<testsuites name="mallcheck" tests="8"`},
		"failures of a suite":    {`<testsuite name="Request ids (RID)" tests="1" failures="1"`, `<testsuite name="Request ids (RID)" tests="1" failures="0"`},
		"a name twice":           {`name="GRP-002 a removed SIM is not listed any more"`, `name="GRP-001 an added SIM is listed after completion"`},
		"a suite twice":          {`<testsuite name="Envelope and transport (ENV)"`, `<testsuite name="Asynchronous results (ASY)"`},
		"a time":                 {`classname="Request ids (RID)" time="0.003"`, `classname="Request ids (RID)" time="0.003s"`},
		"a timestamp":            {`timestamp="2026-03-04T05:06:07Z"`, `timestamp="yesterday"`},
		"an unknown attribute":   {`<testcase name=`, `<testcase line="1" name=`},
		"a missing attribute":    {`classname="Request ids (RID)" `, ``},
		"an empty message":       {`message="the target has no group"`, `message=""`},
		"an outcome's type":      {`type="violation"`, `type="bad"`},
		"an unknown element":     {`</testsuites>`, `<extra/></testsuites>`},
		"two outcomes":           {`<failure `, `<error message="e" type="inconclusive"></error><failure `},
		"text between":           {`</testsuites>`, `text</testsuites>`},
		"cut off":                {`</testsuites>`, ``},
		"a testcase is missing":  {`<testcase name="VSH-001`, `<!-- <testcase name="VSH-001`},
		"a property twice":       {`name="grade"`, `name="level"`},
		"properties at the end":  {`</testsuites>`, `<properties></properties></testsuites>`},
		"no XML":                 {`<testsuites `, `<<`},
		"an end without a start": {`</testsuites>`, `</testcase></testsuites>`},
	} {
		if !strings.Contains(good, change[0]) {
			t.Errorf("%s: the report has no %q", name, change[0])
		}
		if err := verifyJUnit(strings.NewReader(strings.Replace(good, change[0], change[1], 1)), run); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	more := fixture.Run()
	more.Results = append(more.Results, fixture.Result("VSH-009", "r", reports.Passed, reports.Read))
	if verifyJUnit(strings.NewReader(good), more) == nil {
		t.Error("a result without a testcase: taken")
	}
}
