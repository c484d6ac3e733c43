package faults

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
)

// requestIDFaults concern the request_id that addSims and removeSims return and asyncResult takes.
func requestIDFaults() []Fault {
	return []Fault{
		{"request-id-missing-on-add", "request-id/header-present",
			"omits the request_id header from addSims responses",
			onAnswer(dropRequestID, "addSims")},
		{"request-id-missing-on-remove", "request-id/header-present",
			"omits the request_id header from removeSims responses",
			onAnswer(dropRequestID, "removeSims")},
		{"request-id-sent-twice", "request-id/header-present",
			"sends the request_id header of addSims twice, with two values",
			onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) {
				a.Header[requestIDHeader] = append(a.Header[requestIDHeader], "RQ-00000000000000")
			}, "addSims")},
		{"request-id-empty", "request-id/non-empty",
			"sends an empty request_id header with removeSims",
			onSuccess(func(_ *sandbox.Call, a *sandbox.Answer) { a.Set(requestIDHeader, "") }, "removeSims")},
		{"request-id-on-refusal", "request-id/none-on-refusal",
			"sends a request_id when it refuses addSims or removeSims",
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) {
				if a.Refused != nil {
					a.Set(requestIDHeader, "RQ-00000000000000")
				}
			}, "addSims", "removeSims")},
		{"request-id-under-another-name", "request-id/header-name",
			"sends the request_id of addSims in the header X-Request-Id", onSuccess(underAnotherName, "addSims")},
		{"request-id-repeated", "request-id/unique",
			"gives every twentieth task the request_id of the previous one", repeatedIDs},
		{"request-id-of-content", "request-id/unique",
			"derives the request_id from the request, so equal requests share one",
			always(sandbox.Interceptor{RequestID: func(_ *sandbox.State, c *sandbox.Call, _ string) string {
				sum := fnv.New64a()
				_, _ = sum.Write(c.Body) // a hash takes everything
				return fmt.Sprintf("RQ-%014d", sum.Sum64()%100_000_000_000_000)
			}})},
		{"request-id-finds-latest", "request-id/finds-its-own-result",
			"answers every request_id with the result of the latest task", latestResult},
		{"request-id-of-second-partner-lost", "request-id/finds-its-own-result",
			"finds no tasks of its second partner",
			onLookup(sandbox.LookupTask, func(_ *sandbox.Call, l *sandbox.Lookup) {
				l.Found = l.Found && l.Owner == fixtures().Partner
			})},
		{"request-id-echoed-in-lower-case", "request-id/echoed",
			"writes data.request_id in lower case",
			onResult(func(r *sandbox.Result) { r.RequestID = strings.ToLower(r.RequestID) })},
		{"request-id-not-known-at-once", "request-id/known-at-once",
			"does not find a request_id on the first query", unknownAtFirst},
		{"request-id-forgotten", "request-id/repeated-reading",
			"forgets the result of a finished task after three queries", forgotten},
		{"request-id-unknown-accepted", "request-id/unknown-refused",
			"answers an unknown request_id of the printed form with an empty result",
			emptyResult(func(id string) bool { return printedForm.MatchString(id) })},
		{"request-id-malformed-accepted", "request-id/malformed-refused",
			"answers a malformed request_id with an empty result",
			emptyResult(func(id string) bool { return !printedForm.MatchString(id) })},
		{"request-id-found-inside", "request-id/malformed-refused",
			"finds a request_id embedded in longer text",
			onLookup(sandbox.LookupTask, func(_ *sandbox.Call, l *sandbox.Lookup) {
				if id := idInside.FindString(l.Key); !l.Found && id != "" {
					l.Key, l.Found = id, true
				}
			})},
		{"request-id-as-pattern", "request-id/malformed-refused",
			"treats _ and * in a request_id as wildcards", idPatterns},
		{"request-id-seen-by-other-partners", "request-id/partner-isolation",
			"shows every partner the results of all others",
			onLookup(sandbox.LookupTask, func(_ *sandbox.Call, l *sandbox.Lookup) { l.Found = l.Owner != "" })},
	}
}

// printedForm matches the request_ids of the documentation and the sandbox.
var (
	printedForm = regexp.MustCompile(`^RQ-[0-9]{14}$`)
	idInside    = regexp.MustCompile(`RQ-[0-9]{14}`)
)

func dropRequestID(_ *sandbox.Call, a *sandbox.Answer) { a.Del(requestIDHeader) }

// onResult changes the responses of asyncResult.
func onResult(change func(r *sandbox.Result)) newInterceptor {
	return always(sandbox.Interceptor{Result: func(_ *sandbox.State, _ *sandbox.Call, r *sandbox.Result) { change(r) }})
}

func repeatedIDs() sandbox.Interceptor {
	before, given := "", 0
	return sandbox.Interceptor{RequestID: func(_ *sandbox.State, _ *sandbox.Call, id string) string {
		if given++; given%20 == 0 {
			id = before
		}
		before = id
		return id
	}}
}

func latestResult() sandbox.Interceptor {
	type asked struct{}
	latest := ""
	return sandbox.Chain(
		sandbox.Interceptor{Accept: func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) { latest = t.RequestID }},
		onLookup(sandbox.LookupTask, func(c *sandbox.Call, l *sandbox.Lookup) {
			if l.Found {
				c.Note(asked{}, l.Key)
				l.Key = latest
			}
		})(),
		sandbox.Interceptor{Result: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Result) {
			if id, noted := c.Noted(asked{}).(string); noted {
				r.RequestID = id
			}
		}})
}

func unknownAtFirst() sandbox.Interceptor {
	asked := &counter{}
	return onLookup(sandbox.LookupTask, func(_ *sandbox.Call, l *sandbox.Lookup) {
		l.Found = l.Found && asked.next(l.Key) > 1
	})()
}

func forgotten() sandbox.Interceptor {
	told := &counter{}
	return sandbox.Interceptor{
		Result: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Result) {
			if r.Status == sandbox.StatusCompleted && told.next(r.RequestID) > 3 {
				c.Note(delayedRefusal{}, &sandbox.Refusal{Reason: sandbox.NotFound, Message: "no such request_id"})
			}
		},
		Answer: refuseAtEnd,
	}
}

// emptyResult answers selected unknown request_ids with a success.
func emptyResult(applies func(id string) bool) newInterceptor {
	return onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
		if id := stringOf(c, "request_id"); a.Refused != nil && a.Refused.Reason == sandbox.NotFound && applies(id) {
			succeed(a, success(`{"request_id":"RQ-20231001123456","action_code":"70","status":"completed","details":[]}`))
		}
	}, "asyncResult")
}

func idPatterns() sandbox.Interceptor {
	var given []string
	return sandbox.Chain(
		sandbox.Interceptor{Accept: func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) { given = append(given, t.RequestID) }},
		onLookup(sandbox.LookupTask, func(_ *sandbox.Call, l *sandbox.Lookup) {
			form := strings.NewReplacer("_", ".", `\*`, ".").Replace(regexp.QuoteMeta(l.Key))
			pattern, err := regexp.Compile("^" + form + "$")
			if l.Found || err != nil {
				return
			}
			if i := slices.IndexFunc(given, pattern.MatchString); i >= 0 {
				l.Key, l.Found = given[i], true
			}
		})())
}
