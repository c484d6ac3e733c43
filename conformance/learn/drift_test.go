package learn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// changing returns the base run as a target that does something else would have answered
// it: change is called with a copy of each exchange that has an answer.
func changing(change func(e *reports.Exchange, n int)) *reports.Run {
	run := *base()
	run.Results = slices.Clone(run.Results)
	n := 0
	for i := range run.Results {
		result := &run.Results[i]
		result.Exchanges = slices.Clone(result.Exchanges)
		for j := range result.Exchanges {
			e := &result.Exchanges[j]
			if e.Response == nil {
				continue
			}
			response := *e.Response
			response.Header = slices.Clone(response.Header)
			e.Response = &response
			n++
			change(e, n)
		}
	}
	return &run
}

// edit changes the JSON of a success of some operations, all if none is named.
func edit(change func(answer, data map[string]any, n int), operations ...string) func(*reports.Exchange, int) {
	return func(e *reports.Exchange, n int) {
		var answer map[string]any
		if len(operations) > 0 && !slices.Contains(operations, e.Operation) || json.Unmarshal(e.Response.Body, &answer) != nil ||
			answer["operateCode"] != "S" {
			return
		}
		data, _ := answer["data"].(map[string]any)
		change(answer, data, n)
		if text, err := json.Marshal(answer); err == nil {
			e.Response.Body = text
		}
	}
}

// replace changes the text of answers.
func replace(before, after string, operations ...string) func(*reports.Exchange, int) {
	return func(e *reports.Exchange, _ int) {
		if len(operations) == 0 || slices.Contains(operations, e.Operation) {
			e.Response.Body = bytes.ReplaceAll(e.Response.Body, []byte(before), []byte(after))
		}
	}
}

// refusals changes the refusals.
func refusals(change func(e *reports.Exchange)) func(*reports.Exchange, int) {
	return func(e *reports.Exchange, _ int) {
		if bytes.Contains(e.Response.Body, []byte(`"operateCode":"F"`)) {
			change(e)
		}
	}
}

// header renames a header field, or gives it another value.
func header(name, renamed string, value func(string) string) func(*reports.Exchange, int) {
	return func(e *reports.Exchange, _ int) {
		for i := range e.Response.Header {
			if field := &e.Response.Header[i]; strings.EqualFold(field.Name, name) {
				field.Name, field.Value = renamed, value(field.Value)
			}
		}
	}
}

func same(text string) string { return text }

// details changes each detail of a result.
func details(change func(detail map[string]any, n int)) func(*reports.Exchange, int) {
	return edit(func(_, data map[string]any, n int) {
		list, _ := data["details"].([]any)
		for i, one := range list {
			if detail, is := one.(map[string]any); is {
				change(detail, n+i)
			}
		}
	}, "asyncResult")
}

// changes are ways in which a target may change: each with the kind and the words of the change that
// reports it, and the other changes that may be reported.
var changes = []struct {
	name     string
	change   func(*reports.Exchange, int)
	kind     string
	told     string // in the clause or the sentence
	breaking bool
	also     []string // in the clauses of what else changes with it
}{
	{"a member is gone", details(func(d map[string]any, _ int) { delete(d, "message") }),
		"gone", "AsyncResultDetail.message is no longer sent", true, nil},
	{"a member is missing from some answers", edit(func(_, data map[string]any, n int) {
		if n%3 == 0 {
			delete(data, "payResultDate")
			delete(data, "payStatus")
		}
	}, "resultQuery"), "changed", "PaymentResult.payStatus is missing from some answers", true, nil},
	{"a member is renamed", replace(`"payStatus"`, `"pay_state"`, "resultQuery", "confirmPaymentResult"),
		"gone", "PaymentResult.payStatus is no longer sent", true, []string{"pay_state"}},
	{"a text becomes a number", edit(func(_, data map[string]any, _ int) { data["sim_count"] = 3 }, "listGroupSims"),
		"changed", "GroupSims.sim_count has another type", true, nil},
	{"an object becomes a list", edit(func(answer, data map[string]any, _ int) { answer["data"] = []any{data} }, "resultQuery"),
		"changed", "ResultQueryResponse.data has another type", true, nil},
	{"a value is null in some answers", edit(func(_, data map[string]any, n int) {
		if n%2 == 0 {
			data["pay_status"] = nil
		}
	}, "queryOrder"), "changed", "Order.pay_status is null now", true, nil},
	{"a new member", edit(func(_, data map[string]any, _ int) { data["channel"] = "stripe" }, "resultQuery", "confirmPaymentResult"),
		"new", "PaymentResult.channel is new", false, nil},
	{"a new member in every answer", edit(func(answer, _ map[string]any, _ int) { answer["node"] = "a" }),
		"new", "node, in ", false, []string{"/properties/node"}},
	{"a code has a new value", details(func(d map[string]any, n int) {
		if n%2 == 0 {
			d["result"] = "11"
		}
	}), "new", "AsyncResultDetail.result has a new value: 11", false, nil},
	{"a code has other values", edit(func(_, data map[string]any, _ int) { data["payStatus"] = "PAID" }, "resultQuery", "confirmPaymentResult"),
		"changed", "PaymentResult.payStatus has other values: PAID instead of 0, 1, 2", false, nil},
	{"a state is named otherwise", replace(`"completed"`, `"DONE"`, "asyncResult"),
		"changed", "The setting terminal-status is now DONE instead of completed", true, []string{"AsyncResult/properties/status"}},
	{"amounts have three decimals", edit(func(_, data map[string]any, _ int) { data["payAmount"] = fmt.Sprint(data["payAmount"], "0") },
		"resultQuery", "confirmPaymentResult"), "changed", "PaymentResult.payAmount has another form", false, nil},
	{"currencies are in lower case", edit(func(_, data map[string]any, _ int) { data["payCurrency"] = "usd" }, "resultQuery", "confirmPaymentResult"),
		"changed", "PaymentResult.payCurrency has another form", false, nil},
	{"a date has another form", edit(func(_, data map[string]any, _ int) { data["payResultDate"] = "2026-11-01T10:00:00Z" }, "resultQuery",
		"confirmPaymentResult"), "changed", "PaymentResult.payResultDate has another form", false, []string{"payResultDate"}},
	{"a text is empty in some answers", details(func(d map[string]any, n int) {
		if n%2 == 0 {
			d["sim_id"] = ""
		}
	}), "changed", "AsyncResultDetail.sim_id is empty in some answers", false, []string{"sim_id"}},
	{"the message of a success is another", replace(`"message":"success"`, `"message":"ok"`),
		"changed", "message, in ", false, []string{"/message"}},
	{"a wrong sign has another code", refusals(func(e *reports.Exchange) {
		if bytes.Contains(e.Response.Body, []byte("sign")) {
			e.Response.Body = bytes.Replace(e.Response.Body, []byte(`"F"`), []byte(`"E401"`), 1)
		}
	}), "changed", "A wrong sign is refused differently", true, []string{"refusal "}},
	{"refusals have another status", refusals(func(e *reports.Exchange) { e.Response.Status = 422 }),
		"changed", "A missing parameter is refused differently", true, []string{"refusal "}},
	{"wrong signs are accepted", refusals(func(e *reports.Exchange) {
		if e.Operation == "listBundles" && bytes.Contains(e.Response.Body, []byte("sign")) {
			e.Response.Body = []byte(`{"data":[],"operateCode":"S","message":"success"}`)
		}
	}), "new", "The target accepts wrong signs", true, []string{"sign", "ambiguous", "refusal ", "habit "}},
	{"a missing parameter is accepted", func(e *reports.Exchange, _ int) {
		if e.Operation == "listBundles" && !strings.Contains(e.Request.URL, "version=") {
			e.Response.Body = []byte(`{"data":[],"operateCode":"S","message":"success"}`)
		}
	}, "new", "The target accepts requests without documented parameters (version)", false, []string{"habit ", "refusal "}},
	{"the header of the request id is another", header("request_id", "X-Task", same),
		"changed", "The setting request-id-header is now X-Task instead of Request_id", true, nil},
	{"answers have another media type", header("Content-Type", "Content-Type", func(string) string { return "application/json;charset=UTF-8" }),
		"changed", "Answers have another media type", false, nil},
	{"a success has no envelope", func(e *reports.Exchange, _ int) {
		var answer struct{ Data json.RawMessage }
		if e.Operation == "singleOrder" && bytes.Contains(e.Response.Body, []byte(`"operateCode":"S"`)) &&
			json.Unmarshal(e.Response.Body, &answer) == nil {
			e.Response.Body = reports.Body(answer.Data)
		}
	}, "new", "The target answers without the envelope", true, []string{"SingleOrderResponse"}},
	{"answers are indented", func(e *reports.Exchange, _ int) {
		var out bytes.Buffer
		if json.Indent(&out, e.Response.Body, "", "  ") == nil {
			e.Response.Body = out.Bytes()
		}
	}, "new", "The target indents its answers", false, nil},
	{"an operation is slower", func(e *reports.Exchange, _ int) {
		if e.Operation == "queryOrder" {
			e.Duration += 3 * time.Second
		}
	}, "changed", "queryOrder answers more slowly", false, nil},
	{"calls are limited", func(e *reports.Exchange, n int) {
		if n%50 == 0 {
			e.Response.Status, e.Response.Body = 429, []byte(`{"operateCode":"E429","message":"slow down"}`)
		}
	}, "new", "The target limits the rate of calls", false, nil},
}

// Each change of the target is reported with its name and rank, and nothing else is.
func TestEachChangeIsSeenAndNamed(t *testing.T) {
	if len(changes) < 20 {
		t.Fatalf("there are %d changes", len(changes))
	}
	whole, _ := written(t, learnt(t, base()))
	before, err := Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	step := testlevel.Pick(3, 3, 1)
	for i := 0; i < len(changes); i += step {
		test := changes[i]
		t.Run(test.name, func(t *testing.T) {
			found := Drift(before, learnt(t, changing(test.change)))
			at := slices.IndexFunc(found, func(c Change) bool { return c.Kind == test.kind && strings.Contains(c.Summary, test.told) })
			if at < 0 {
				t.Fatalf("%q is not reported; the report has %s", test.told, summaries(found))
			}
			if found[at].Breaking() != test.breaking {
				t.Errorf("breaking is %t", found[at].Breaking())
			}
			for i := range found {
				expected := i == at || found[i].Clause == found[at].Clause || slices.ContainsFunc(test.also, func(also string) bool {
					return strings.Contains(found[i].Clause, also)
				})
				if !expected {
					t.Errorf("told as well: %s", sentence(&found[i]))
				}
				if i > 0 && found[i].Rank < found[i-1].Rank {
					t.Errorf("%q stands behind what matters less", found[i].Summary)
				}
			}
		})
	}
}

// A member that no page names and that is no longer sent is gone, too, also where the earlier learning was read from a file.
func TestAMemberThatNoPageNamesIsGone(t *testing.T) {
	before := learnt(t, changing(edit(func(_, data map[string]any, _ int) {
		data["channel"] = map[string]any{"name": "stripe"}
	}, "resultQuery", "confirmPaymentResult")))
	whole, _ := written(t, before)
	read, err := Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	now := learnt(t, base())
	for _, earlier := range []*Learned{before, read} {
		found := Drift(earlier, now)
		if len(found) != 1 || found[0].Summary != "PaymentResult.channel is no longer sent" || found[0].Kind != "gone" || !found[0].Breaking() {
			t.Errorf("want one change: %s", summaries(found))
		}
	}
}

func summaries(found []Change) string {
	var all []string
	for i := range found {
		all = append(all, "\n  "+sentence(&found[i]))
	}
	return fmt.Sprintf("%d changes%s", len(found), strings.Join(all, ""))
}

// orders changes the orders that singleQueryOrder lists: keep may change one, and drops it if it returns false.
func orders(keep func(order map[string]any) bool) func(*reports.Exchange, int) {
	return edit(func(_, data map[string]any, _ int) {
		list, _ := data["orderList"].([]any)
		data["orderList"] = slices.DeleteFunc(list, func(one any) bool {
			order, is := one.(map[string]any)
			return is && !keep(order)
		})
	}, "singleQueryOrder")
}

// A run may see no pending order, which has no expiry date. Seeing one later is no change.
func TestAnotherDocumentedStateIsNoChange(t *testing.T) {
	both := learnt(t, base())
	active := learnt(t, changing(orders(func(order map[string]any) bool { return order["orderStatus"] == "2" })))
	if presence := observed(both, "QueriedOrder/properties/expireDate"); presence != observe.Sometimes {
		t.Fatalf("expireDate is %s present: the run saw no pending order", presence)
	}
	if presence := observed(active, "QueriedOrder/properties/expireDate"); presence != observe.Always {
		t.Fatalf("expireDate is %s present without pending orders", presence)
	}
	if found := append(Drift(active, both), Drift(both, active)...); len(found) > 0 {
		t.Errorf("changes: %+v", found)
	}
	unnamed := learnt(t, changing(orders(func(order map[string]any) bool {
		if order["orderStatus"] == "1" {
			order["orderStatus"] = "7"
		}
		return true
	})))
	var told []string
	for _, change := range Drift(active, unnamed) {
		told = append(told, change.Summary)
	}
	if want := []string{"QueriedOrder.expireDate is missing from some answers", "QueriedOrder.orderStatus has a new value: 7"}; !slices.Equal(told, want) {
		t.Errorf("after a state that no page names: %q, want %q", told, want)
	}
}

// observed returns how often a member is present, by the end of its location.
func observed(learned *Learned, at string) string {
	for _, m := range learned.Members {
		if strings.HasSuffix(m.At, at) {
			return m.Presence
		}
	}
	return ""
}

// A run may see none of the states in which a task waits or works. Seeing one later is no change.
func TestAnotherStateOfATaskOnItsWayIsNoChange(t *testing.T) {
	before := learnt(t, base())
	after := learnt(t, changing(edit(func(_, data map[string]any, n int) {
		if data["status"] == "processing" && n%2 == 0 {
			data["status"] = "running"
		}
	}, "asyncResult")))
	for _, m := range after.Members {
		if values, _ := m.SeenValues(); strings.HasSuffix(m.At, "AsyncResult/properties/status") && !slices.Contains(values, "running") {
			t.Fatalf("the values of status are %v", values)
		}
	}
	if found := Drift(before, after); len(found) > 0 {
		t.Errorf("changes: %+v", found)
	}
}

func TestAnUnchangedTargetHasNoDrift(t *testing.T) {
	if found := Drift(learnt(t, base()), learnt(t, record(t, target.Settings{Seed: "3"}))); len(found) > 0 {
		t.Error(summaries(found))
	}
}

func TestDriftAsARun(t *testing.T) {
	found := []Change{
		{Rank: 1, Kind: "gone", Clause: "/a", Operations: []string{"addSims", "removeSims"}, Summary: "a is no longer sent", Before: "always present"},
		{Rank: 8, Kind: "new", Clause: "setting x", Summary: "b is new"},
	}
	for _, failing := range []bool{false, true} {
		run, err := DriftRun(found, "", reports.Run{Target: reports.Target{Name: "uat"}}, failing)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]reports.Verdict{"DRIFT/addSims": reports.Finding, "DRIFT/removeSims": reports.Finding, "DRIFT/target": reports.Finding}
		for _, result := range run.Results {
			verdict := want[result.ID]
			if verdict == "" {
				verdict = reports.Passed
			} else if failing {
				verdict = reports.Failed
			}
			if result.Verdict != verdict {
				t.Errorf("%s is %s, want %s", result.ID, result.Verdict, verdict)
			}
		}
		if len(run.Results) != 19 {
			t.Errorf("%d results", len(run.Results))
		}
		var text bytes.Buffer
		if err := reports.WriteJSON(&text, run); err != nil {
			t.Fatal(err)
		}
		if _, err := reports.ReadJSON(&text); err != nil {
			t.Error(err)
		}
	}
}

// Where nothing was learnt, nothing is called unchanged.
func TestDriftOfNothing(t *testing.T) {
	some, none := learnt(t, base()), &Learned{Exchanges: 7}
	refusing := &Learned{Facts: []Fact{{Kind: "refusal", Subject: "missing"}}}
	for _, test := range []struct {
		before, after *Learned
		want          string
	}{{some, some, ""}, {some, refusing, ""}, {some, none, "later state: its 7 exchanges"}, {none, some, "earlier state: its 7 exchanges"}} {
		unlearnt := Unlearnt(test.before, test.after)
		if !strings.Contains(unlearnt, test.want) || (unlearnt == "") != (test.want == "") {
			t.Errorf("%q, want %q", unlearnt, test.want)
		}
		run, err := DriftRun(nil, unlearnt, reports.Run{}, true)
		if err != nil {
			t.Fatal(err)
		}
		want := conformance.ExitPassed
		if unlearnt != "" {
			want = conformance.ExitInconclusive
		}
		if code := conformance.ExitCode(run); code != want {
			t.Errorf("%q: exit code %d, want %d", unlearnt, code, want)
		}
	}
}

func TestChangesAsText(t *testing.T) {
	for _, test := range []struct {
		changes []Change
		want    string
	}{
		{nil, "No change.\n"},
		{[]Change{{Rank: 1, Kind: "gone", Summary: "a is no longer sent", Before: "always present", After: "absent", Operations: []string{"addSims"}}},
			"1 change, 1 breaking.\n\nBreaks clients\n  gone: a is no longer sent: always present → absent (addSims)\n"},
		{[]Change{{Rank: 1, Kind: "gone", Summary: "a"}, {Rank: 8, Kind: "new", Summary: "b is new", After: "sometimes present"}},
			"2 changes, 1 breaking.\n\nBreaks clients\n  gone: a\n\nOther changes\n  new: b is new: sometimes present\n"},
	} {
		var out strings.Builder
		if err := WriteChanges(&out, test.changes, ""); err != nil || out.String() != test.want {
			t.Errorf("%v, %q, want %q", err, out.String(), test.want)
		}
	}
}
