package faults

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/sandbox/store"
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
func in(operation, name, pattern string) func(c *store.Call) bool {
	expression := regexp.MustCompile(pattern)
	return func(c *store.Call) bool {
		sent, isText := signing.Member{Value: valueOf(c, name)}.Text()
		return c.Operation == operation && isText && expression.MatchString(sent)
	}
}

func longPartner() store.Interceptor {
	long := func(c *store.Call) bool {
		return c.Operation == "singleVerify" && utf8.RuneCountInString(textOf(c, "partnerCode")) > 64
	}
	return store.Chain(permit("partnerCode", long)(), onLookup(store.LookupPartner, func(c *store.Call, l *store.Lookup) {
		if long(c) {
			l.Key, l.Found = fixtures().Partner, true
		}
	})())
}

// strictFaults refuse valid requests.
func strictFaults() []Fault {
	return []Fault{
		{"plan-name-required", valid, "refuses singleOrder without servicePlanShowName",
			demand("servicePlanShowName is missing", func(c *store.Call) bool {
				return c.Operation != "singleOrder" || valueOf(c, "servicePlanShowName") != nil
			})},
		{"url-unknown", valid, "refuses singleVerify with a url",
			demand("unknown parameter url", func(c *store.Call) bool {
				return c.Operation != "singleVerify" || valueOf(c, "url") == nil
			})},
		{"short-email-refused", valid, "refuses an email shorter than six characters",
			demand("email is too short", func(c *store.Call) bool {
				return valueOf(c, "email") == nil || len(textOf(c, "email")) > 5
			})},
		{"ascii-only", valid, "refuses non-ASCII characters in plan names",
			demand("servicePlanShowName is not ASCII", func(c *store.Call) bool { return isASCII(textOf(c, "servicePlanShowName")) })},
		{"ten-periods-refused", valid, "refuses an orderPeriod of more than one digit",
			demand("orderPeriod is too large", func(c *store.Call) bool { return len(textOf(c, "orderPeriod")) < 2 })},
		{"batch-of-fifty-refused", valid, "refuses batches of more than 50 SIM cards",
			demand("too many SIM cards", func(c *store.Call) bool { sims, _ := simsOf(c); return len(sims) <= 50 })},
		{"repeated-sim-refused", valid, "refuses batches that name a SIM card twice",
			demand("a SIM card is named twice", func(c *store.Call) bool {
				sims, _ := simsOf(c)
				slices.Sort(sims)
				return len(slices.Compact(slices.Clone(sims))) == len(sims)
			})},
		{"trade-type-compared", valid, "refuses a tradeType other than the last path segment",
			demand("unknown tradeType", func(c *store.Call) bool {
				return valueOf(c, "tradeType") == nil || strings.HasSuffix(c.Request.URL.Path, "/"+textOf(c, "tradeType"))
			})},
		{"charset-refused", valid, "refuses application/json with a charset",
			refuseIncoming(store.WrongMediaType, func(r *http.Request) bool { return strings.Contains(r.Header.Get("Content-Type"), "charset=") })},
		{"white-space-refused", valid, "refuses a body that begins with a line feed",
			always(store.Interceptor{Answer: func(c *store.Call, a *store.Answer) {
				if len(c.Body) > 0 && (c.Body[0] == '\r' || c.Body[0] == '\n') {
					*a = *(&store.Refusal{Reason: store.Malformed, Message: "the body is not JSON"}).Answer()
				}
			}})},
	}
}

// crashFaults fail on unusual requests.
func crashFaults() []Fault {
	return []Fault{
		{"unknown-rst-crashes", noCrash, "crashes on synOrderInfo when payRst is not SUCCESS",
			crash(func(c *store.Call) bool {
				return c.Operation == "synOrderInfo" && textOf(c, "payRst") != "" && textOf(c, "payRst") != "SUCCESS"
			})},
		{"long-text-crashes", noCrash, "crashes on strings over 8,000 characters, as a database column may",
			crash(func(c *store.Call) bool { return longest(c) > 8000 && !isBatch(c) })},
		{"control-character-crashes", noCrash, "crashes on control characters in strings",
			crash(anyText(func(text string) bool { return strings.Contains(text, "\x01") }))},
		{"space-crashes", noCrash, "crashes on strings that end in a space",
			crash(anyText(func(text string) bool { return strings.HasSuffix(text, " ") }))},
		{"unknown-member-crashes", noCrash, "crashes on an unknown body member",
			crash(func(c *store.Call) bool { return len(c.Members) > 0 && valueOf(c, "mallcheckUnknown") != nil })},
		{"unknown-parameter-crashes", noCrash, "crashes on an unknown query parameter",
			crash(func(c *store.Call) bool { return c.Request.URL.Query().Has("mallcheckUnknown") })},
		{"large-body-crashes", noCrash, "crashes on a body over 1 MB",
			crash(func(c *store.Call) bool { return c.Request.ContentLength > 1<<20 })},
		{"deep-nesting-crashes", noCrash, "crashes on arrays nested a hundred deep",
			crash(func(c *store.Call) bool { return bytes.Contains(c.Body, bytes.Repeat([]byte{'['}, 100)) })},
		{"slash-redirected", "errors/refusals-in-the-envelope", "redirects a path with a trailing slash, as web frameworks do",
			always(store.Interceptor{Incoming: func(r *http.Request) *store.Answer {
				if !strings.HasSuffix(r.URL.Path, "/") {
					return nil
				}
				return &store.Answer{Status: http.StatusMovedPermanently, Header: http.Header{
					"Content-Type": {"text/html"}, "Location": {strings.TrimSuffix(r.URL.Path, "/")}}}
			}})},
	}
}

// crash answers selected calls with an internal server error.
func crash(when func(c *store.Call) bool) newInterceptor {
	return onAnswer(func(c *store.Call, a *store.Answer) {
		if when(c) {
			a.Status, a.Refused = http.StatusInternalServerError, &store.Refusal{Reason: store.Failed}
			a.Body = []byte(`{"operateCode":"E","message":"internal error"}`)
		}
	})
}

// refuseIncoming refuses selected requests before any processing.
func refuseIncoming(reason store.Reason, when func(r *http.Request) bool) newInterceptor {
	return always(store.Interceptor{Incoming: func(r *http.Request) *store.Answer {
		if !when(r) {
			return nil
		}
		return (&store.Refusal{Reason: reason, Message: "the request is refused"}).Answer()
	}})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

func isBatch(c *store.Call) bool { return valueOf(c, "sim_ids") != nil }

// longest returns the length of a call's longest parameter.
func longest(c *store.Call) int {
	length := 0
	for _, m := range parameters(c) {
		length = max(length, len(m.Value))
	}
	return length
}

// anyText selects calls with a string parameter for which holds returns true.
func anyText(holds func(text string) bool) func(c *store.Call) bool {
	return func(c *store.Call) bool {
		return slices.ContainsFunc(parameters(c), func(m signing.Member) bool {
			text, isText := m.Text()
			return isText && holds(text)
		})
	}
}
