package redact

import (
	"regexp"
	"strings"
)

// email matches text that looks like an e-mail address, with its @ as in texts, URLs and JSON. A
// placeholder of user information before a host is matched with its end, so that it can be recognized.
var email = regexp.MustCompile(`(?i)(?:%3E)?[\w.+-]*(?:@|%40|\\u0040)[\w-]+(?:\.[\w-]+)+`)

// emails hides e-mail addresses, whatever their name.
func (r *redactor) emails(s string) string {
	if !strings.Contains(s, "@") && !strings.Contains(s, "%40") && !strings.Contains(s, `\u0040`) {
		return s
	}
	return email.ReplaceAllStringFunc(s, func(match string) string {
		if len(match) > 3 && strings.EqualFold(match[:3], "%3E") || match[0] == '@' {
			return match
		}
		r.learned("email", match)
		return hidden("email", match)
	})
}

// stripePrefixes are the prefixes of ids of a payment service, before "_", and the name under which each
// is hidden.
var stripePrefixes = map[string]string{
	"pm": "pm_id", "src": "pm_id", "card": "pm_id", "tok": "pm_id", "cus": "customer_id", "sub": "sub_id",
	"pi": "payment_intent", "ch": "payment_intent", "py": "payment_intent", "seti": "setup_intent", "cs": "payment_intent",
	"ek": "ephemeral_key", "sk": "api_key", "rk": "api_key", "pk": "api_key",
}

// shortestStripeID is the length of the shortest id after its prefix: shorter texts occur in names.
const shortestStripeID = 14

// stripeIDs hides ids and client secrets of a payment service, whatever their name: a prefix, at least
// 14 letters and digits including a digit, and optionally "_secret_" and more of them.
func (r *redactor) stripeIDs(s string) string {
	var out strings.Builder
	kept := 0
	for at := 0; at < len(s); at++ {
		next := strings.IndexByte(s[at:], '_')
		if next < 0 {
			break
		}
		at += next
		start := at - len(lettersBefore(s[kept:at]))
		name := stripePrefixes[s[start:at]]
		if name == "" || start > 0 && (wordByte(s[start-1]) || s[start-1] == '_') {
			continue
		}
		end := at + 1
		for _, mode := range []string{"test_", "live_"} {
			if strings.HasPrefix(s[end:], mode) {
				end += len(mode)
			}
		}
		id := wordAhead(s[end:])
		if len(id) < shortestStripeID || !strings.ContainsAny(id, "0123456789") {
			continue
		}
		end += len(id)
		if rest, found := strings.CutPrefix(s[end:], "_secret_"); found {
			name, end = "client_secret", end+len("_secret_")+len(wordAhead(rest))
		}
		r.learned(name, s[start:end])
		out.WriteString(s[kept:start] + hidden(name, s[start:end]))
		kept, at = end, end-1
	}
	if kept == 0 {
		return s
	}
	return out.String() + s[kept:]
}

// lettersBefore returns the lower-case letters at the end of s, at most five.
func lettersBefore(s string) string {
	start := len(s)
	for start > 0 && len(s)-start < 5 && s[start-1] >= 'a' && s[start-1] <= 'z' {
		start--
	}
	return s[start:]
}

// wordAhead returns the letters and digits at the beginning of s.
func wordAhead(s string) string {
	end := 0
	for end < len(s) && wordByte(s[end]) {
		end++
	}
	return s[:end]
}

func wordByte(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
