package faults

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// signFaults accept wrong signs or refuse them too late.
func signFaults() []Fault {
	return []Fault{
		{"sign-missing-accepted", "signature/missing-sign-refused",
			"accepts requests without a sign", overlook(anyOperation, sandbox.SignMissing)},
		{"sign-empty-accepted", "signature/empty-sign-refused",
			"accepts an empty sign", overlook(anyOperation, sandbox.SignEmpty)},
		{"sign-wrong-accepted", "signature/wrong-sign-refused",
			"accepts any 32 hexadecimal digits as a sign",
			acceptSigns(func(_ *sandbox.Call, sign string) bool { return hexDigits.MatchString(sign) })},
		{"sign-wrong-accepted-on-remove", "signature/wrong-sign-refused",
			"accepts any 32 hexadecimal digits as the sign of a removeSims",
			acceptSigns(func(c *sandbox.Call, sign string) bool {
				return c.Operation == "removeSims" && hexDigits.MatchString(sign)
			})},
		{"sign-half-compared", "signature/wrong-sign-refused",
			"compares only the first half of a sign", acceptSigns(func(c *sandbox.Call, sign string) bool {
				return hexDigits.MatchString(sign) && strings.HasPrefix(rightSign(c), sign[:16])
			})},
		{"sign-placeholder-accepted", "signature/wrong-sign-refused",
			"accepts the placeholder sign that the documentation prints",
			acceptSigns(func(_ *sandbox.Call, sign string) bool { return sign == "481e1335274f43b0070fcd94e0449fae" })},
		{"sign-prefix-accepted", "signature/malformed-sign-refused",
			"compares only as many digits as were sent, so a truncated sign passes",
			acceptSigns(func(c *sandbox.Call, sign string) bool {
				return len(sign) >= 8 && strings.HasPrefix(rightSign(c), sign)
			})},
		{"sign-upper-case-accepted", "signature/upper-case-sign-refused",
			"ignores case when it compares signs", overlook(anyOperation, sandbox.SignCase)},
		{"sign-of-earlier-request-accepted", "signature/sign-of-another-body-refused",
			"accepts any sign that was valid for an earlier request", rememberedSigns},
		{"sign-of-query-ignored", "signature/tampered-body-refused",
			"accepts any 32 hexadecimal digits as the sign of a GET",
			acceptSigns(func(c *sandbox.Call, sign string) bool {
				return c.Request.Method == http.MethodGet && hexDigits.MatchString(sign)
			})},
		{"sign-near-trade-time-accepted", "signature/tampered-body-refused",
			"accepts a sign computed for a tradeTime up to ten milliseconds off", acceptSigns(signedNearby)},
		{"sign-of-other-path-accepted", "signature/tampered-path-refused",
			"accepts the sign of an earlier request with the same query and body but another path parameter",
			rememberedBesidePath},
		{"sign-without-path-accepted", "signature/path-signed",
			"accepts a sign computed without the path parameter as well",
			acceptSigns(func(c *sandbox.Call, sign string) bool {
				without, err := signing.Sign(slices.Concat(c.Query, c.Members), signing.Default())
				return err == nil && len(c.Path) > 0 && sign == without
			})},
		{"sign-without-query-accepted", "signature/query-signed",
			"accepts a GET sign computed without the query as well",
			acceptSigns(func(c *sandbox.Call, sign string) bool {
				without, err := signing.Sign(c.Path, signing.Default())
				return err == nil && c.Request.Method == http.MethodGet && sign == without
			})},
		{"refused-but-done", "signature/refused-before-anything-happened",
			"executes addSims and removeSims with a wrong sign before it refuses them",
			refusedButDone},
	}
}

// hexDigits matches the form of a sign.
var hexDigits = regexp.MustCompile(`^[0-9a-f]{32}$`)

func anyOperation(*sandbox.Call) bool { return true }

// rightSign returns the right sign of a call, "" if the call cannot be signed.
func rightSign(c *sandbox.Call) string {
	sign, err := signing.Sign(parameters(c), signing.Default())
	if err != nil {
		return ""
	}
	return sign
}

// overlook accepts selected calls whose sign is refused for one of the reasons.
func overlook(where func(*sandbox.Call) bool, reasons ...sandbox.Reason) newInterceptor {
	return always(sandbox.Interceptor{Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
		if verdict != nil && slices.Contains(reasons, verdict.Reason) && where(c) {
			fill(c, "sign", "none")
			return nil
		}
		return verdict
	}})
}

// acceptSigns accepts additional signs.
func acceptSigns(also func(c *sandbox.Call, sign string) bool) newInterceptor {
	return overlook(func(c *sandbox.Call) bool { return also(c, stringOf(c, "sign")) }, sandbox.SignWrong)
}

func rememberedSigns() sandbox.Interceptor {
	var seen sync.Map // right signs
	return sandbox.Interceptor{Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
		sign := stringOf(c, "sign")
		if verdict == nil {
			seen.Store(sign, true)
			return nil
		}
		if _, known := seen.Load(sign); known && verdict.Reason == sandbox.SignWrong {
			return nil
		}
		return verdict
	}}
}

// rememberedBesidePath remembers right signs with the content they sign, without the path.
func rememberedBesidePath() sandbox.Interceptor {
	var seen sync.Map // right signs with the content of query and body
	return sandbox.Interceptor{Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
		content, err := signing.Content(slices.Concat(c.Query, c.Members), signing.Default())
		if err != nil {
			return verdict
		}
		key := stringOf(c, "sign") + c.Operation + string(content)
		if verdict == nil {
			seen.Store(key, true)
			return nil
		}
		if _, known := seen.Load(key); known && verdict.Reason == sandbox.SignWrong {
			return nil
		}
		return verdict
	}}
}

// signedNearby reports whether a sign is right for a tradeTime close to the one sent.
func signedNearby(c *sandbox.Call, sign string) bool {
	at, err := strconv.ParseInt(stringOf(c, "tradeTime"), 10, 64)
	if err != nil {
		return false
	}
	members := parameters(c)
	i := slices.IndexFunc(members, func(m signing.Member) bool { return m.Name == "tradeTime" })
	for off := int64(-10); off <= 10; off++ {
		members[i] = signing.StringMember("tradeTime", strconv.FormatInt(at+off, 10))
		if near, err := signing.Sign(members, signing.Default()); err == nil && near == sign {
			return true
		}
	}
	return false
}

func refusedButDone() sandbox.Interceptor {
	return sandbox.Interceptor{
		Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
			if verdict != nil && verdict.Reason == sandbox.SignWrong && (c.Operation == "addSims" || c.Operation == "removeSims") {
				c.Note(delayedRefusal{}, verdict)
				return nil
			}
			return verdict
		},
		Answer: refuseAtEnd,
	}
}
