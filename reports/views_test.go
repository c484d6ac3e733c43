package reports

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLatencies(t *testing.T) {
	run := &Run{Results: []Result{{}, {}}}
	for i := range 100 {
		run.Results[i%2].Exchanges = append(run.Results[i%2].Exchanges, Exchange{
			Operation: "addSims", Duration: time.Duration(100 - i), Response: &Response{},
		})
	}
	run.Results[0].Exchanges = append(run.Results[0].Exchanges,
		Exchange{Operation: "addSims", Duration: time.Hour, Problem: "no answer"},
		Exchange{Operation: "listBundles", Duration: 7, Response: &Response{}})
	for _, duration := range []time.Duration{3, 1, 2} {
		run.Results[1].Exchanges = append(run.Results[1].Exchanges, Exchange{Operation: "queryOrder", Duration: duration, Response: &Response{}})
	}
	want := []Latency{{"addSims", 100, 50, 95, 100}, {"listBundles", 1, 7, 7, 7}, {"queryOrder", 3, 2, 3, 3}}
	if got := Latencies(run); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	run.Codes = []Code{{"listBundles", 200, "S", 1}}
	if got := Latencies(run); !reflect.DeepEqual(got, want[1:2]) {
		t.Errorf("a call that the target made counts as an answer: %v", got)
	}
}

// look is an exchange of asyncResult that asks for id after some time.
func look(id string, after time.Duration, body string) Exchange {
	return Exchange{
		Operation: "asyncResult", Request: Request{Method: "GET", URL: base + "/async-result/" + id + "?version=3.0"},
		Response: &Response{Status: 200, Body: Body(body)}, Started: epoch.Add(after),
	}
}

func TestTasks(t *testing.T) {
	const processing, completed = `{"data":{"status":"processing"}}`, `{"data":{"status":"completed"}}`
	submit := func(operation, id string, after time.Duration) Exchange {
		return Exchange{Operation: operation, Started: epoch.Add(after), Response: &Response{Header: []Header{{"X-Task", id}}}}
	}
	run := &Run{Results: []Result{
		{ID: "ASY-001", Exchanges: []Exchange{
			submit("addSims", "A", 5), submit("removeSims", "B", 6), look("B", 8, processing), look("A", 9, processing),
			look("unknown", 10, completed), look("A", 11, `{"operateCode":"F"}`), look("A", 12, completed),
			{Operation: "asyncResult", Request: Request{URL: base + "/async-result/A"}, Problem: "no answer"},
		}},
		{ID: "ASY-002", Exchanges: []Exchange{submit("addSims", "C", 1), look("C", 2, completed), look("A", 3, completed)}},
		{ID: "ASY-003", Exchanges: []Exchange{submit("addSims", "D", 1), look("D", 2, `{"operateCode":"F"}`)}},
	}}
	want := []Task{
		{"ASY-002", "addSims", "C", epoch.Add(1), []Look{{1, "completed"}}},
		{"ASY-001", "addSims", "A", epoch.Add(5), []Look{{4, "processing"}, {7, "completed"}}},
		{"ASY-001", "removeSims", "B", epoch.Add(6), []Look{{2, "processing"}}},
	}
	if got := Tasks(run); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := settledAfter(&Task{Looks: []Look{{1, "a"}, {2, "b"}, {3, "b"}}}); got != 2 {
		t.Errorf("settled after %d, want when the last status came first", got)
	}
}

func TestAtlas(t *testing.T) {
	answer := func(operation string, status int, body string) Exchange {
		return Exchange{Operation: operation, Response: &Response{Status: status, Body: Body(body)}}
	}
	run := &Run{Results: []Result{
		{ID: "A", Requirement: "first", Exchanges: []Exchange{
			answer("b", 200, `{"operateCode":"S"}`), answer("b", 500, "<html>"), answer("b", 200, `{"operateCode":"F","message":"no sign"}`),
			answer("b", 200, `{"operateCode":"F","message":"other"}`), answer("a", 400, `{"operateCode":7}`), {Operation: "a"},
		}},
		{ID: "B", Exchanges: []Exchange{answer("b", 200, `{"operateCode":"F"}`)}},
	}}
	var got []CodeSeen
	for _, code := range Atlas(run) {
		if code.Example == nil || code.Requirement != "first" {
			t.Errorf("%v does not say how to provoke it", code)
		}
		code.Example, code.Requirement = nil, ""
		got = append(got, code)
	}
	want := []CodeSeen{
		{Operation: "a", Status: 400, Times: 1, Checks: []string{"A"}},
		{Operation: "b", Status: 200, OperateCode: "F", Times: 3, Checks: []string{"A", "B"}, Message: "no sign"},
		{Operation: "b", Status: 500, Times: 1, Checks: []string{"A"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDifference(t *testing.T) {
	left, right := difference(`{"status":"paid","amount":"4.99"}`, `{"status":"open","amount":"4.99"}`)
	want := func(word string) []span {
		return []span{{Text: `{"status":"`}, {word, true}, {Text: `","amount":"4.99"}`}}
	}
	if !reflect.DeepEqual(left, want("paid")) || !reflect.DeepEqual(right, want("open")) {
		t.Errorf("got %v and %v", left, right)
	}
	for _, pair := range [][2]string{{"to be refused", "HTTP 200"}, {"same", "same"}, {strings.Repeat("a ", 500), strings.Repeat("a ", 501)}} {
		if left, right := difference(pair[0], pair[1]); len(left) != 1 || left[0].Mark || len(right) != 1 || right[0].Mark {
			t.Errorf("%.20q and %.20q: marked %v and %v", pair[0], pair[1], left, right)
		}
	}
}

// TestDifferenceLosesNothing shows that the spans are the texts, and that what
// is not marked is the same in both.
func TestDifferenceLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab{": ]{0,20}`)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		left, right := difference(a, b)
		wholeA, sameA := joined(left)
		wholeB, sameB := joined(right)
		if wholeA != a || wholeB != b {
			t.Fatalf("%q and %q came back as %q and %q", a, b, wholeA, wholeB)
		}
		marked := sameA != wholeA || sameB != wholeB
		if marked && sameA != sameB {
			t.Fatalf("what is not marked differs: %q and %q", sameA, sameB)
		}
	})
}

func joined(spans []span) (whole, same string) {
	for _, part := range spans {
		whole += part.Text
		if !part.Mark {
			same += part.Text
		}
	}
	return whole, same
}

// TestBroken holds that the check that was written for a clause stands first, and gives its words.
func TestBroken(t *testing.T) {
	result := func(id, clause string, verdict Verdict) Result {
		return Result{ID: id, Area: id[:3], Clause: clause, Verdict: verdict, Deviations: []Deviation{
			{Clause: "c", Summary: "as " + id + " tells it", Verdict: Failed}, {Clause: "d", Summary: "d", Verdict: Finding},
		}}
	}
	run := &Run{Results: []Result{
		result("ASY-001", "other", Failed), result("GEN/a", "c", Failed), result("GEN/b", "c", Failed),
		result("SIG-001", "c", Failed), result("SIG-002", "c", Failed), result("SIG-003", "c", Waived),
	}}
	violations, findings := brokenOf(run)
	if len(violations) != 1 || violations[0].Summary != "as SIG-001 tells it" ||
		!reflect.DeepEqual(violations[0].Checks, []string{"SIG-001", "SIG-002", "GEN/a", "GEN/b", "ASY-001"}) {
		t.Errorf("violations: %+v", violations[0])
	}
	if len(findings) != 1 || len(findings[0].Checks) != 5 {
		t.Errorf("findings: %+v", findings)
	}
}

// TestBrokenTellsOneHabitOnce holds that what no page names is one finding, at
// however many clauses it shows.
func TestBrokenTellsOneHabitOnce(t *testing.T) {
	run := &Run{}
	for i, clause := range []string{"a", "b", "a", "c"} {
		run.Results = append(run.Results, Result{ID: fmt.Sprintf("ENV-00%d", i), Area: "ENV", Clause: clause, Verdict: Finding, Deviations: []Deviation{
			{Clause: clause, Grade: Assumed, Summary: "the member trace is not in the contract", Undocumented: true, Verdict: Finding},
			{Clause: clause, Grade: Assumed, Summary: "the member time is not in the contract", Undocumented: true, Verdict: Finding},
		}})
	}
	_, findings := brokenOf(run)
	if len(findings) != 2 {
		t.Fatalf("%d findings, want 2: %+v", len(findings), findings)
	}
	for _, finding := range findings {
		if finding.Clause != "a" || !reflect.DeepEqual(finding.Others, []string{"b", "c"}) || len(finding.Checks) != 4 {
			t.Errorf("%s: clause %s and %v, checks %v", finding.Summary, finding.Clause, finding.Others, finding.Checks)
		}
	}
}
