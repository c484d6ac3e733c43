package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// answerVariants change responses within the contract.
func answerVariants() []Variant {
	return []Variant{
		{"unknown-members", "adds undocumented members to its responses", nil,
			onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
				a.Body = bytes.Replace(a.Body, []byte("{"), []byte(`{"traceId":"abc","timestamp":1700000000000,`), 1)
				replaceText(`{"message":"success","result"`, `{"operator":null,"message":"success","result"`)(c, a)
			})},
		{"data-everywhere",
			"sends null data with refusals and extra data with a successful addSims or removeSims", nil,
			onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
				switch {
				case a.Refused != nil:
					a.Body = bytes.Replace(a.Body, []byte("{"), []byte(`{"data":null,`), 1)
				case c.Operation == "addSims" || c.Operation == "removeSims":
					a.Body = []byte(success(`{"accepted":"true"}`))
				}
			})},
		{"acceptance-without-data", "omits data from a successful addSims or removeSims", nil,
			onSuccess(setBodyOf(bareSuccess), "addSims", "removeSims")},
		{"acceptance-with-null", "sends null data with a successful addSims or removeSims", nil,
			onSuccess(setBodyOf(success("null")), "addSims", "removeSims")},
		{"refusals-as-4xx", "refuses with HTTP 400, 401, 403, 404 and 422 and with its own codes and messages", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) {
				if a.Refused != nil {
					a.Status = statusOf(a.Refused.Reason)
					a.Body = fmt.Appendf(nil, `{"operateCode":"E%d","message":"请求参数错误"}`, a.Status)
				}
			})},
		{"refusals-in-many-codes", "uses a different operateCode for each kind of mistake", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) {
				if a.Refused != nil {
					a.Body = fmt.Appendf(nil, `{"operateCode":%q,"message":%q}`, a.Refused.Reason, a.Refused.Reason)
				}
			})},
		{"messages-in-chinese", "writes its messages in Chinese", nil,
			onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
				replaceText(`"message":"success"`, `"message":"操作成功"`)(c, a)
			})},
		{"bare-bodies", "omits the envelope where the pages of 2022 show a bare body", nil, onSuccess(bare,
			"singleOrder", "queryAutoRenewalRecord", "cancelAutoRenewalRecord", "stripeSubDirectly")},
		{"version-defaulted", "assumes version 3.0 for a request without a version", nil, versionDefaulted},
		{"lists-reversed", "lists groups, SIM cards, plans and orders in reverse order", nil, reversedLists},
	}
}

// bare removes the envelope: data becomes the body.
func bare(_ *sandbox.Call, a *sandbox.Answer) {
	var whole struct {
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(a.Body, &whole) != nil {
		return
	}
	if a.Body = whole.Data; a.Body == nil {
		a.Body = []byte("{}")
	}
}

// statusOf returns a fitting HTTP status for a reason.
func statusOf(reason sandbox.Reason) int {
	switch reason {
	case sandbox.SignWrong, sandbox.SignMissing, sandbox.SignEmpty, sandbox.SignCase:
		return http.StatusUnauthorized
	case sandbox.UnknownPartner:
		return http.StatusForbidden
	case sandbox.NotFound, sandbox.NoSuchPath:
		return http.StatusNotFound
	case sandbox.BrokenConstraint:
		return http.StatusUnprocessableEntity
	}
	return http.StatusBadRequest
}

func reversedLists() sandbox.Interceptor {
	return sandbox.Chain(
		sandbox.Interceptor{
			Listing:   func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.Listing) { slices.Reverse(l.SIMs) },
			OrderList: func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.OrderList) { slices.Reverse(l.Entries) },
		},
		onData(func(_ *sandbox.Call, bundles []mall.Bundle) []mall.Bundle {
			slices.Reverse(bundles)
			return bundles
		}, "listBundles")(),
		onData(func(_ *sandbox.Call, page mall.SingleServicePlanPage) mall.SingleServicePlanPage {
			slices.Reverse(page.ServicePlanList)
			return page
		}, "singleServicePlanPage")())
}

// taskVariants change the course of tasks and their ids.
func taskVariants() []Variant {
	return []Variant{
		{"details-in-any-order", "returns the details of a result in a different order each time", nil, turnedDetails},
		{"slow-tasks", "delays tasks by 10 ms, first as queued and then as running", nil, slowTasks},
		{"tasks-done-at-once", "finishes tasks before it responds", nil,
			always(sandbox.Interceptor{Accept: func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) { t.Delay = 0 }})},
		{"absent-sim-by-another-result", "uses its own result code for a removed SIM card that was not in the group", nil,
			onEffects(sandbox.ActionRemove, func(st *sandbox.State, t *sandbox.Task) {
				for i, d := range t.Details {
					if d.Result == sandbox.ResultNoSIM && st.Exists(d.SIM) {
						t.Details[i].Result, t.Details[i].Message = "32", "not in this group"
					}
				}
			})},
		{"request-id-as-uuid", "uses UUIDs as request_ids", nil, requestIDs(func(given int) string {
			return fmt.Sprintf("%08x-0000-4000-8000-%012x", given*2654435761%(1<<32), given)
		})},
		{"request-id-as-long-digits", "uses request_ids of 40 digits", nil, requestIDs(func(given int) string {
			return fmt.Sprintf("9007199254740993%024d", given)
		})},
		{"request-id-with-dots-and-colons", "uses request_ids with dots and colons", nil, requestIDs(func(given int) string {
			return fmt.Sprintf("mall.2026:bundle.%d:1", given)
		})},
	}
}

func turnedDetails() sandbox.Interceptor {
	told := &counter{}
	return onResult(func(r *sandbox.Result) {
		slices.Reverse(r.Details)
		if n := len(r.Details); n > 0 {
			turn := told.next(r.RequestID) % n
			r.Details = slices.Concat(r.Details[turn:], r.Details[:turn])
		}
	})()
}

func slowTasks() sandbox.Interceptor {
	looks := &counter{}
	return sandbox.Interceptor{
		Accept: func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) { t.Delay += 10 * time.Millisecond },
		Result: func(_ *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
			if r.Status == sandbox.StatusCompleted {
				return
			}
			r.Status = "RUNNING"
			if looks.next(r.RequestID) == 1 {
				r.Status = "QUEUED"
			}
		},
	}
}

// requestIDs generates request_ids in another form, numbered from 1.
func requestIDs(form func(given int) string) newInterceptor {
	return func() sandbox.Interceptor {
		given := 0
		return sandbox.Interceptor{RequestID: func(*sandbox.State, *sandbox.Call, string) string {
			given++
			return form(given)
		}}
	}
}

// settingVariants need settings of the run.
func settingVariants() []Variant {
	signsBy := func(change func(*signing.Rules)) newInterceptor {
		return always(sandbox.Interceptor{Rules: func(rules signing.Rules) signing.Rules {
			change(&rules)
			return rules
		}})
	}
	return []Variant{
		{"path-not-signed", "leaves path parameters out of the sign", map[string]string{"sign-parts": "query,body"},
			signsBy(func(rules *signing.Rules) { rules.Parts = signing.Query | signing.Body })},
		{"null-signed", "signs null and leaves only empty strings out of the sign", map[string]string{"sign-empty": "string"},
			signsBy(func(rules *signing.Rules) { rules.Empty = signing.EmptyStringOnly })},
		{"request-id-header", "sends the request_id in the header X-Request-Id", map[string]string{"request-id-header": "X-Request-Id"},
			onSuccess(underAnotherName, "addSims", "removeSims")},
	}
}

// underAnotherName sends the request_id in the header X-Request-Id.
func underAnotherName(_ *sandbox.Call, a *sandbox.Answer) {
	id := a.Get(requestIDHeader)
	a.Del(requestIDHeader)
	a.Set("X-Request-Id", id)
}
