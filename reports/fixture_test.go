package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// golden holds got to the file testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update rewrites it); got:\n%s", path, got)
	}
}

var epoch = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

const (
	pushKey = "b6a1f0c2d3e4958677a8b9c0d1e2f304"
	payID   = "P0008182020061214140465562"
	base    = "http://127.0.0.1:8642/topup"
)

// sampleSecrets is what sampleRun must not tell.
var sampleSecrets = Secrets{Values: []string{pushKey}, MaskSIMs: true}

// sampleRun has a result of every verdict, a dead service and something left behind.
func sampleRun() *Run {
	add := Exchange{
		Operation: "addSims",
		Request: Request{
			Method: "POST", URL: base + "/mall/bundle-groups/G'1/sims",
			Header: []Header{{"Content-Type", "application/json"}, {"Accept-Language", "en-US"}},
			Body:   Body(`{"sim_ids":["89852202306250040073"],"partnerCode":"P012345","version":"3.0","sign":"3fdb15332726c77cd792ea2328f98a80"}`),
		},
		Response: &Response{
			Status: 200, Header: []Header{{"Content-Type", "application/json"}, {"request_id", "RQ-1"}},
			Body: Body(`{"operateCode":"S","message":"success"}`), Announced: 39,
		},
		Started: epoch, Duration: 1_234_567,
	}
	look := Exchange{
		Operation: "asyncResult",
		Request: Request{
			Method: "GET", URL: base + "/async-result/RQ-1?partnerCode=P012345&payId=" + payID,
			Header: []Header{{"Authorization", "Bearer " + pushKey}},
		},
		Response: &Response{
			Status: 200, Header: []Header{{"Content-Type", "application/json"}},
			Body: Body("{\"data\": {\"request_id\": \"RQ-2\", \"payId\": \"" + payID + "\"},\n \"operateCode\": \"S\", \"message\": \"\x1b[31mgotcha]]>\"}"),
		},
		Started: epoch.Add(time.Second), Duration: 2_000_000,
	}
	silent := Exchange{
		Operation: "listBundles",
		Request:   Request{Method: "GET", URL: base + "/mall/bundle-groups/bundles"},
		Problem:   "no answer within 10s", Started: epoch, Duration: 10 * time.Second,
	}
	violation := Deviation{
		Clause: "asyncResult/found-by-its-own-request-id", Grade: Documented, Source: "api-477974989", Level: Must,
		File: "openapi/mall.yaml", Line: 3001, Pointer: "/data/request_id", Summary: "the result carries another request_id than the one it was asked by",
		Expected: `"RQ-1"`, Actual: `"RQ-2", paid with ` + payID, Exchange: 1, Verdict: Failed,
	}
	finding := Deviation{
		Clause: "#/components/schemas/AsyncResult", Grade: Assumed, Level: Must, Undocumented: true,
		Pointer: "/data/payId", Summary: "a member that no page names: payId", Exchange: 1, Verdict: Finding,
	}
	run := &Run{
		Tool: Tool{Name: "mallcheck", Version: "v0.1.0", Contract: "0f343b0931126a20f133d67c2b018a3b"},
		Target: Target{
			Name: "uat", PartnerCode: "P012345", Allow: []Does{Read, Write},
			Faults: []string{"async-wrong-id"}, Variants: []string{"slow-tasks"},
		},
		Policy: Policy{Strict: Documented}, Seed: 42,
		Started: epoch, Ended: epoch.Add(12*time.Second + 345*time.Millisecond),
		Services: []Service{
			{Name: "topup", URL: "http://user:hunter22@127.0.0.1:8642/topup", Reached: true},
			{Name: "vshop", URL: "http://127.0.0.1:9/vshop", Problem: "connection refused"},
		},
		Results: []Result{
			sampleResult("ASY-001", `action_code is "70" after an add`, Passed, Write, "addSims", "asyncResult"),
			withReason(sampleResult("ASY-002", "a terminal result stays equal", Waived, Read, "asyncResult"),
				"known until 2026-12-31", []Deviation{violation}, look, look),
			withReason(sampleResult("ENV-001", "every answer is the envelope", Inconclusive, Read, "listBundles"),
				"no answer within 10s", nil, silent),
			withReason(sampleResult("ENV-002", "no member is undocumented", Finding, Read, "asyncResult"),
				"", []Deviation{finding}, add, look),
			withReason(sampleResult("GRP-001", "an added SIM is listed after completion", Skipped, Write, "listGroupSims"),
				"the target has no group", nil),
			withReason(sampleResult("GRP-002", "a removed SIM is not listed any more", Skipped, Write, "removeSims"),
				"the target has no group", nil),
			withReason(sampleResult("RID-001", "a request_id returned by addSims finds its own result", Failed, Write,
				"addSims", "asyncResult"), "", []Deviation{violation, finding}, add, look),
			withReason(sampleResult("VSH-001", "a known SIM is verified", Skipped, Read, "singleVerify"),
				"the service vshop was not reached", nil),
		},
		Codes: []Code{{"addSims", 200, "F", 1}, {"addSims", 200, "S", 3}, {"asyncResult", 502, "", 1}},
		Left:  []string{"SIM 89852202306250040073 is still in group G'1"},
	}
	run.Results[6].Cause = "Results are stored under another id than the one that was answered."
	return run
}

func sampleResult(id, requirement string, verdict Verdict, does Does, operations ...string) Result {
	return Result{
		ID: id, Area: id[:3], Requirement: requirement, Level: Must, Clause: "asyncResult/found-by-its-own-request-id",
		Grade: Documented, Source: "api-477974989", Does: does, Operations: operations, Verdict: verdict,
		Started: epoch, Duration: 3_234_567,
	}
}

func withReason(r Result, reason string, deviations []Deviation, exchanges ...Exchange) Result {
	r.Reason, r.Deviations, r.Exchanges = reason, deviations, exchanges
	return r
}

// anyRun draws runs of every shape that the types allow.
func anyRun() *rapid.Generator[*Run] {
	return rapid.Custom(func(t *rapid.T) *Run {
		text := rapid.String()
		return &Run{
			Schema: SchemaVersion,
			Tool:   Tool{Name: text.Draw(t, "tool"), Version: text.Draw(t, "version"), Contract: text.Draw(t, "contract")},
			Target: Target{
				Name: text.Draw(t, "target"), PartnerCode: text.Draw(t, "partner"),
				Allow:  rapid.SliceOfN(rapid.SampledFrom([]Does{Read, Write, Purchase}), 0, 3).Draw(t, "allow"),
				Faults: someTexts(t, "faults"), Variants: someTexts(t, "variants"),
			},
			Policy:  Policy{Strict: rapid.SampledFrom(Grades()).Draw(t, "strict"), FailOnFinding: rapid.Bool().Draw(t, "fail")},
			Seed:    rapid.Int64().Draw(t, "seed"),
			Started: anyTime(t), Ended: anyTime(t),
			Stopped:  rapid.SampledFrom([]StopReason{"", Interrupted, TimedOut, OverBudget}).Draw(t, "stopped"),
			Services: rapid.SliceOfN(rapid.Custom(anyService), 0, 3).Draw(t, "services"),
			Results:  rapid.SliceOfN(rapid.Custom(anyResult), 0, 5).Draw(t, "results"),
			Codes:    []Code{{text.Draw(t, "operation"), 200, text.Draw(t, "code"), 1}},
			Left:     someTexts(t, "left"),
			Waivers:  orNil(rapid.SliceOfN(rapid.Custom(anyWaiver), 0, 2).Draw(t, "waivers")),
			Shard:    rapid.SampledFrom([]*Shard{nil, {2, 3}}).Draw(t, "shard"),
			Limited:  rapid.SampledFrom([]*Limited{nil, {Times: 2, Waited: time.Second}}).Draw(t, "limited"),
		}
	})
}

func anyWaiver(t *rapid.T) Waiver {
	text := rapid.String()
	return Waiver{
		Check: text.Draw(t, "check"), Target: text.Draw(t, "target"), Reason: text.Draw(t, "reason"), Owner: text.Draw(t, "owner"),
		Ticket: text.Draw(t, "ticket"), Expiry: text.Draw(t, "expiry"), Expired: rapid.Bool().Draw(t, "expired"),
		Covers: rapid.IntRange(0, 2).Draw(t, "covers"), Failed: rapid.IntRange(0, 2).Draw(t, "failed"), Passed: rapid.IntRange(0, 2).Draw(t, "passed"),
	}
}

func anyTime(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
}

// someTexts is nil when it is empty, as what is left out of JSON reads back.
func someTexts(t *rapid.T, label string) []string {
	return orNil(rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, label))
}

func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func anyService(t *rapid.T) Service {
	text := rapid.String()
	return Service{
		Name: text.Draw(t, "name"), URL: text.Draw(t, "url"), Reached: rapid.Bool().Draw(t, "reached"),
		Problem: text.Draw(t, "problem"),
	}
}

func anyResult(t *rapid.T) Result {
	text := rapid.String()
	exchanges := orNil(rapid.SliceOfN(rapid.Custom(anyExchange), 0, 3).Draw(t, "exchanges"))
	return Result{
		ID:   rapid.StringMatching(`[A-Z]{3}-[0-9]{9}`).Draw(t, "id"),
		Area: rapid.SampledFrom([]string{"SIG", "ENV", "RID"}).Draw(t, "area"), Requirement: text.Draw(t, "requirement"),
		Level:  rapid.SampledFrom([]Level{Must, Should}).Draw(t, "level"),
		Clause: text.Draw(t, "clause"), Grade: rapid.SampledFrom(Grades()).Draw(t, "grade"), Source: text.Draw(t, "source"),
		Does:       rapid.SampledFrom([]Does{Read, Write, Purchase}).Draw(t, "does"),
		Operations: rapid.SliceOfN(text, 0, 3).Draw(t, "operations"),
		Flaky:      rapid.Bool().Draw(t, "flaky"),
		Verdict:    rapid.SampledFrom(Verdicts()).Draw(t, "verdict"), Reason: text.Draw(t, "reason"), Cause: text.Draw(t, "cause"),
		Deviations: orNil(rapid.SliceOfN(anyDeviation(len(exchanges)), 0, 3).Draw(t, "deviations")),
		Exchanges:  exchanges, Started: anyTime(t), Duration: time.Duration(rapid.Int64().Draw(t, "duration")),
	}
}

func anyDeviation(exchanges int) *rapid.Generator[Deviation] {
	return rapid.Custom(func(t *rapid.T) Deviation {
		text := rapid.String()
		return Deviation{
			Clause: text.Draw(t, "clause"), Grade: rapid.SampledFrom(Grades()).Draw(t, "grade"), Source: text.Draw(t, "source"),
			Level: rapid.SampledFrom([]Level{Must, Should}).Draw(t, "level"),
			File:  text.Draw(t, "file"), Line: rapid.IntRange(0, 9999).Draw(t, "line"), Undocumented: rapid.Bool().Draw(t, "undocumented"),
			Pointer: text.Draw(t, "pointer"), Summary: text.Draw(t, "summary"), Expected: text.Draw(t, "expected"),
			Actual: text.Draw(t, "actual"), Exchange: rapid.IntRange(-1, exchanges-1).Draw(t, "exchange"),
			Verdict: rapid.SampledFrom([]Verdict{Failed, Finding}).Draw(t, "verdict"),
		}
	})
}

func anyExchange(t *rapid.T) Exchange {
	text := rapid.String()
	out := Exchange{
		Operation: text.Draw(t, "operation"), Problem: text.Draw(t, "problem"),
		Started: anyTime(t), Duration: time.Duration(rapid.Int64().Draw(t, "duration")),
		Request: Request{
			Method: text.Draw(t, "method"), URL: text.Draw(t, "url"), Header: anyHeader(t), Body: anyBody(t),
			Cut: rapid.Int64Range(0, 5).Draw(t, "cut"),
		},
	}
	if rapid.Bool().Draw(t, "signed") {
		out.Request.Signed = &Signed{Content: Body(text.Draw(t, "content")), Sign: text.Draw(t, "sign"), Sent: text.Draw(t, "sent")}
	}
	if rapid.Bool().Draw(t, "answered") {
		out.Response = &Response{
			Status: rapid.Int().Draw(t, "status"), Header: anyHeader(t), Body: anyBody(t),
			Cut: rapid.Int64Range(0, 5).Draw(t, "cut"), Announced: rapid.Int64Range(-1, 1<<40).Draw(t, "announced"),
		}
	}
	return out
}

func anyHeader(t *rapid.T) []Header {
	return orNil(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Header {
		return Header{Name: rapid.String().Draw(t, "name"), Value: rapid.String().Draw(t, "value")}
	}), 0, 3).Draw(t, "header"))
}

// anyBody draws text, bytes, an empty body and none.
func anyBody(t *rapid.T) Body {
	switch rapid.IntRange(0, 3).Draw(t, "kind of body") {
	case 0:
		return nil
	case 1:
		return Body{}
	case 2:
		return Body(rapid.String().Draw(t, "text"))
	}
	return rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
}
