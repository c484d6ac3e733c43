package faults

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

const (
	valid    = "requests/valid-accepted"
	noCrash  = "errors/no-server-error"
	orders   = "/paths/~1singleQueryOrder/post" + bodyOf
	orderNew = "/paths/~1singleOrder/post" + bodyOf
)

// laxFaults accept requests that violate a constraint.
func laxFaults() []Fault {
	return []Fault{
		{"null-language-code-accepted", orders + "/properties/languageCode/type",
			"accepts singleQueryOrder with null as languageCode",
			convert("singleQueryOrder", "languageCode", func(value []byte) []byte {
				return bytes.Replace(value, []byte("null"), []byte(`""`), 1)
			})},
		{"empty-mark-accepted", orders + "/properties/mark/minLength",
			"accepts singleQueryOrder with an empty mark", permit("mark", in("singleQueryOrder", "mark", "^$"))},
		{"boolean-terminal-accepted", orderNew + "/properties/terminal/type",
			"accepts singleOrder with a boolean terminal",
			convert("singleOrder", "terminal", func(value []byte) []byte {
				if string(value) == "true" || string(value) == "false" {
					return signing.StringMember("", string(value)).Value
				}
				return value
			})},
		{"long-partner-code-cut-off", verifyBody + "/properties/partnerCode/maxLength",
			"treats a partnerCode over 64 characters in singleVerify as its first partner's", longPartner},
		{"trade-time-trimmed", verifyBody + "/properties/tradeTime/pattern",
			"trims white space from the tradeTime of singleVerify",
			permit("tradeTime", in("singleVerify", "tradeTime", `^\s*[0-9]+\s*$`))},
		{"amount-with-minus-accepted", orderNew + "/properties/payAmount/pattern",
			"accepts singleOrder with a negative payAmount", permit("payAmount", in("singleOrder", "payAmount", `^-[0-9]+$`))},
		{"currency-of-two-letters-accepted", orderNew + "/properties/payCurrency/pattern",
			"accepts singleOrder with a payCurrency of two or four letters", permit("payCurrency", in("singleOrder", "payCurrency", `^[A-Za-z]{2}([A-Za-z]{2})?$`))},
		{"full-width-digits-accepted", verifyBody + "/properties/tradeTime/pattern",
			"accepts full-width digits in the tradeTime of singleVerify",
			permit("tradeTime", in("singleVerify", "tradeTime", `^[\x{ff10}-\x{ff19}]+$`))},
		{"trailing-comma-accepted", "errors/malformed-json-refused",
			"accepts a body with a trailing comma",
			onBody(func(_ *http.Request, body []byte) []byte { return bytes.Replace(body, []byte(",}"), []byte{'}'}, 1) })},
		{"comment-accepted", "errors/malformed-json-refused",
			"accepts a body with a comment",
			onBody(func(_ *http.Request, body []byte) []byte { return comment.ReplaceAll(body, nil) })},
	}
}

var comment = regexp.MustCompile(`/\*.*?\*/`)

// in selects calls of an operation whose string parameter matches a pattern.
func in(operation, name, pattern string) func(c *sandbox.Call) bool {
	expression := regexp.MustCompile(pattern)
	return func(c *sandbox.Call) bool {
		sent, isText := signing.Member{Value: valueOf(c, name)}.StringValue()
		return c.Operation == operation && isText && expression.MatchString(sent)
	}
}

func longPartner() sandbox.Interceptor {
	long := func(c *sandbox.Call) bool {
		return c.Operation == "singleVerify" && utf8.RuneCountInString(stringOf(c, "partnerCode")) > 64
	}
	return sandbox.Chain(permit("partnerCode", long)(), onLookup(sandbox.LookupPartner, func(c *sandbox.Call, l *sandbox.Lookup) {
		if long(c) {
			l.Key, l.Found = fixtures().Partner, true
		}
	})())
}

// strictFaults refuse valid requests.
func strictFaults() []Fault {
	return []Fault{
		{"plan-name-required", valid, "refuses singleOrder without servicePlanShowName",
			demand("servicePlanShowName is missing", func(c *sandbox.Call) bool {
				return c.Operation != "singleOrder" || valueOf(c, "servicePlanShowName") != nil
			})},
		{"url-unknown", valid, "refuses singleVerify with a url",
			demand("unknown parameter url", func(c *sandbox.Call) bool {
				return c.Operation != "singleVerify" || valueOf(c, "url") == nil
			})},
		{"short-email-refused", valid, "refuses an email shorter than six characters",
			demand("email is too short", func(c *sandbox.Call) bool {
				return valueOf(c, "email") == nil || len(stringOf(c, "email")) > 5
			})},
		{"ascii-only", valid, "refuses non-ASCII characters in plan names",
			demand("servicePlanShowName is not ASCII", func(c *sandbox.Call) bool { return isASCII(stringOf(c, "servicePlanShowName")) })},
		{"ten-periods-refused", valid, "refuses an orderPeriod of more than one digit",
			demand("orderPeriod is too large", func(c *sandbox.Call) bool { return len(stringOf(c, "orderPeriod")) < 2 })},
		{"batch-of-fifty-refused", valid, "refuses batches of more than 50 SIM cards",
			demand("too many SIM cards", func(c *sandbox.Call) bool { sims, _ := simsOf(c); return len(sims) <= 50 })},
		{"repeated-sim-refused", valid, "refuses batches that name a SIM card twice",
			demand("a SIM card is named twice", func(c *sandbox.Call) bool {
				sims, _ := simsOf(c)
				slices.Sort(sims)
				return len(slices.Compact(slices.Clone(sims))) == len(sims)
			})},
		{"trade-type-compared", valid, "refuses a tradeType other than the last path segment",
			demand("unknown tradeType", func(c *sandbox.Call) bool {
				return valueOf(c, "tradeType") == nil || strings.HasSuffix(c.Request.URL.Path, "/"+stringOf(c, "tradeType"))
			})},
		{"charset-refused", valid, "refuses application/json with a charset",
			refuseIncoming(sandbox.WrongMediaType, func(r *http.Request) bool { return strings.Contains(r.Header.Get("Content-Type"), "charset=") })},
		{"white-space-refused", valid, "refuses a body that begins with a line feed",
			always(sandbox.Interceptor{Answer: func(c *sandbox.Call, a *sandbox.Answer) {
				if len(c.Body) > 0 && (c.Body[0] == '\r' || c.Body[0] == '\n') {
					*a = *(&sandbox.Refusal{Reason: sandbox.Malformed, Message: "the body is not JSON"}).Answer()
				}
			}})},
	}
}

// crashFaults fail on unusual requests.
func crashFaults() []Fault {
	return []Fault{
		{"unknown-rst-crashes", noCrash, "crashes on synOrderInfo when payRst is not SUCCESS",
			crash(func(c *sandbox.Call) bool {
				return c.Operation == "synOrderInfo" && stringOf(c, "payRst") != "" && stringOf(c, "payRst") != "SUCCESS"
			})},
		{"long-text-crashes", noCrash, "crashes on strings over 8,000 characters, as a database column may",
			crash(func(c *sandbox.Call) bool { return longest(c) > 8000 && !isBatch(c) })},
		{"control-character-crashes", noCrash, "crashes on control characters in strings",
			crash(anyString(func(text string) bool { return strings.Contains(text, "\x01") }))},
		{"space-crashes", noCrash, "crashes on strings that end in a space",
			crash(anyString(func(text string) bool { return strings.HasSuffix(text, " ") }))},
		{"unknown-member-crashes", noCrash, "crashes on an unknown body member",
			crash(func(c *sandbox.Call) bool { return len(c.Members) > 0 && valueOf(c, "mallcheckUnknown") != nil })},
		{"unknown-parameter-crashes", noCrash, "crashes on an unknown query parameter",
			crash(func(c *sandbox.Call) bool { return c.Request.URL.Query().Has("mallcheckUnknown") })},
		{"large-body-crashes", noCrash, "crashes on a body over 1 MB",
			crash(func(c *sandbox.Call) bool { return c.Request.ContentLength > 1<<20 })},
		{"deep-nesting-crashes", noCrash, "crashes on arrays nested a hundred deep",
			crash(func(c *sandbox.Call) bool { return bytes.Contains(c.Body, bytes.Repeat([]byte{'['}, 100)) })},
		{"slash-redirected", "errors/refusals-in-the-envelope", "redirects a path with a trailing slash, as web frameworks do",
			always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
				if !strings.HasSuffix(r.URL.Path, "/") {
					return nil
				}
				return &sandbox.Answer{Status: http.StatusMovedPermanently, Header: http.Header{
					"Content-Type": {"text/html"}, "Location": {strings.TrimSuffix(r.URL.Path, "/")}}}
			}})},
	}
}

// crash answers selected calls with an internal server error.
func crash(when func(c *sandbox.Call) bool) newInterceptor {
	return onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
		if when(c) {
			a.Status, a.Refused = http.StatusInternalServerError, &sandbox.Refusal{Reason: sandbox.Failed}
			a.Body = []byte(`{"operateCode":"E","message":"internal error"}`)
		}
	})
}

// refuseIncoming refuses selected requests before any processing.
func refuseIncoming(reason sandbox.Reason, when func(r *http.Request) bool) newInterceptor {
	return always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
		if !when(r) {
			return nil
		}
		return (&sandbox.Refusal{Reason: reason, Message: "the request is refused"}).Answer()
	}})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

func isBatch(c *sandbox.Call) bool { return valueOf(c, "sim_ids") != nil }

// longest returns the length of a call's longest parameter.
func longest(c *sandbox.Call) int {
	length := 0
	for _, m := range parameters(c) {
		length = max(length, len(m.Value))
	}
	return length
}

// anyString selects calls with a string parameter for which holds returns true.
func anyString(holds func(text string) bool) func(c *sandbox.Call) bool {
	return func(c *sandbox.Call) bool {
		return slices.ContainsFunc(parameters(c), func(m signing.Member) bool {
			text, isText := m.StringValue()
			return isText && holds(text)
		})
	}
}
