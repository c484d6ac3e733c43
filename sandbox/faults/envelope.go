package faults

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/mallcheck/mallcheck/sandbox"
)

// envelopeFaults change the form of responses.
func envelopeFaults() []Fault {
	return []Fault{
		{"envelope-missing", "envelope/present",
			"answers listBundles with the bare list", onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) {
				a.Body = memberOf(a.Body, "data")
			}, "listBundles")},
		{"success-without-message", "envelope/present",
			"leaves message out of a successful listBundles response",
			onSuccess(replaceText(`"message":"success",`, ""), "listBundles")},
		{"success-by-another-code", "envelope/success",
			`answers a successful listGroupSims with operateCode "0000"`,
			onSuccess(replaceText(strconv.Quote(sandbox.CodeSuccess), `"0000"`), "listGroupSims")},
		{"success-as-404", "envelope/success",
			"answers a successful listBundles with HTTP 404",
			onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) { a.Status = http.StatusNotFound }, "listBundles")},
		{"refusal-without-message", "envelope/refusal",
			"refuses a missing sign with an empty message",
			onRefusal(because(sandbox.SignMissing), setBody(`{"operateCode":"F","message":""}`))},
		{"refusal-code-as-number", "envelope/refusal",
			"refuses a missing sign with a number as operateCode",
			onRefusal(because(sandbox.SignMissing), setBody(`{"operateCode":500,"message":"sign error"}`))},
		{"refusal-code-changes", "errors/same-mistake-same-code",
			"refuses with a different operateCode each time", changingCodes},
		{"refusal-announced-as-text", "errors/refusals-in-the-envelope",
			"sends the refusal of a missing sign as text/plain",
			onRefusal(because(sandbox.SignMissing), func(a *sandbox.Answer) { a.Set("Content-Type", "text/plain;charset=UTF-8") })},
		{"success-announced-as-text", "envelope/media-type",
			"sends the singleServicePlanPage response as text/html",
			onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) {
				a.Set("Content-Type", "text/html;charset=UTF-8")
			}, "singleServicePlanPage")},
		{"refusal-in-gbk", "errors/refusals-in-the-envelope",
			"encodes the refusal of a missing sign in GBK",
			onRefusal(because(sandbox.SignMissing), setBody("{\"operateCode\":\"F\",\"message\":\"\xc7\xa9\xc3\xfb\xb4\xed\xce\xf3\"}"))},
		{"answer-twice", "envelope/one-json-text",
			"sends the singleServicePlanPage body twice",
			onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) { a.Body = append(a.Body, a.Body...) }, "singleServicePlanPage")},
		{"member-twice", "envelope/one-json-text",
			"repeats message in listGroupSims responses",
			onAnswer(replaceText(`"message":`, `"message":"ok","message":`), "listGroupSims")},
		{"answer-cut-off", "envelope/one-json-text",
			"cuts off a successful listGroupSims response before its Content-Length",
			always(sandbox.Interceptor{Wire: cutOff})},
		{"data-missing", "envelope/data-on-success",
			"leaves data out of a successful listGroupSims response",
			onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) {
				a.Body = []byte(bareSuccess)
			}, "listGroupSims")},
		{"data-null", "envelope/data-on-success",
			"sends null as the data of a successful singleVerify",
			onData(func(*sandbox.Call, any) any { return nil }, "singleVerify")},
		{"sim-count-as-number", "envelope/members-are-strings",
			"writes sim_count as a number in listBundles",
			onData(func(_ *sandbox.Call, bundles []map[string]any) []map[string]any {
				for _, bundle := range bundles {
					bundle["sim_count"] = number(bundle["sim_count"])
				}
				return bundles
			}, "listBundles")},
		{"trace-id-as-large-number", "envelope/numbers-kept",
			"adds a traceId, a number of 19 digits, to listBundles responses",
			onAnswer(replaceText(`"message":`, `"traceId":1855634189532405761,"message":`), "listBundles")},
		{"price-as-number", "envelope/members-are-strings",
			"writes payAmount as a number in singleServicePlanPage", onData(func(_ *sandbox.Call, page map[string]any) map[string]any {
				for _, plan := range elementsOf(page, "servicePlanList") {
					plan["payAmount"] = number(plan["payAmount"])
				}
				return page
			}, "singleServicePlanPage")},
	}
}

func changingCodes() sandbox.Interceptor {
	given := &counter{}
	return sandbox.Interceptor{Answer: func(_ *sandbox.Call, a *sandbox.Answer) {
		if a.Refused != nil {
			a.Body = fmt.Appendf(nil, `{"operateCode":"E%06d","message":"sign error"}`, given.next("")*7919%1_000_000)
		}
	}}
}

// cutOff sends fewer bytes than its Content-Length; net/http then closes the connection.
func cutOff(c *sandbox.Call, a *sandbox.Answer, w http.ResponseWriter) bool {
	if c.Operation != "listGroupSims" || a.Refused != nil {
		return false
	}
	a.Set("Content-Length", strconv.Itoa(len(a.Body)))
	a.WriteHead(w)
	_, _ = w.Write(a.Body[:len(a.Body)/2]) // a connection error has no receiver
	return true
}
