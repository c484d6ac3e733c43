package faults

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// signedTextFaults change the text whose digest is the sign.
func signedTextFaults() []Fault {
	return []Fault{
		{"sign-without-body-on-remove", "signature/right-sign-accepted",
			"leaves the body of removeSims out of the signed text",
			signs(func(c *sandbox.Call, content string) string {
				if c.Operation == "removeSims" {
					return contentOf(c.Path)
				}
				return content
			})},
		{"optional-parameters-not-signed", "signature/documented-vectors",
			"leaves the optional parameters url and area out of the signed text",
			signs(func(c *sandbox.Call, _ string) string {
				return contentOf(slices.DeleteFunc(parameters(c), func(m signing.Member) bool {
					return m.Name == "url" || m.Name == "area"
				}))
			})},
		{"sign-unsorted-accepted", "signature/keys-in-order",
			"accepts a sign over the parameters in the order sent as well",
			signsAlso(func(c *sandbox.Call, _ string) string { return joined(parameters(c), ":", ",") })},
		{"sign-over-body-order", "signature/order-on-the-wire-does-not-matter",
			"verifies signs over the body members in the order sent",
			signs(func(c *sandbox.Call, content string) string {
				if c.Request.Method == http.MethodGet {
					return content
				}
				return joined(slices.Concat(c.Path, c.Members), ":", ",")
			})},
		{"sign-spaced-accepted", "signature/compact-json",
			"accepts a sign over text with a space after each comma and colon as well",
			signsAlso(func(c *sandbox.Call, _ string) string {
				members := parameters(c)
				slices.SortFunc(members, func(a, b signing.Member) int { return strings.Compare(a.Name, b.Name) })
				return joined(members, ": ", ", ")
			})},
		{"sign-line-feed-accepted", "signature/wrong-sign-refused",
			"accepts a sign over text that ends in a line feed as well",
			signsAlso(func(_ *sandbox.Call, content string) string { return content + "\n" })},
		{"sign-over-raw-body", "signature/compact-json",
			"verifies the sign of a body with white space over its raw bytes",
			signs(func(c *sandbox.Call, content string) string {
				var compact bytes.Buffer
				if json.Compact(&compact, c.Body) != nil || compact.Len() == len(c.Body) {
					return content
				}
				return string(c.Body)
			})},
		{"sign-keeps-space-in-lists", "signature/text-as-sent",
			"keeps white space inside lists in the signed text",
			signs(func(c *sandbox.Call, content string) string {
				return asSent(c, content, func(value string) bool { return strings.HasPrefix(value, "[") })
			})},
		{"sign-keeps-empty-values", "signature/empty-values-left-out",
			"keeps empty values in the signed text", signs(takesForEmpty(signing.EmptyNothing))},
		{"sign-keeps-null", "signature/null-counts-as-empty",
			"keeps null in the signed text", signs(takesForEmpty(signing.EmptyStringOnly))},
		{"sign-over-null-accepted", "signature/null-counts-as-empty",
			"accepts a sign over text that contains null as well", signsAlso(takesForEmpty(signing.EmptyStringOnly))},
		{"sign-drops-empty-containers", "signature/empty-containers-signed",
			"leaves empty lists and objects out of the signed text", signs(takesForEmpty(signing.EmptyContainersToo))},
		{"sign-drops-zero-and-false", "signature/empty-containers-signed",
			"leaves 0 and false out of the signed text",
			signs(func(c *sandbox.Call, _ string) string {
				return contentOf(slices.DeleteFunc(parameters(c), func(m signing.Member) bool {
					return string(m.Value) == "0" || string(m.Value) == "false"
				}))
			})},
	}
}

// escapeFaults change how characters are escaped in the signed text.
func escapeFaults() []Fault {
	return []Fault{
		{"sign-escapes-slash", "signature/slash-not-escaped",
			`writes / as \/ in the signed text`, signs(escapes("/", `\/`))},
		{"sign-keeps-escaped-slash", "signature/strings-as-json-stringify",
			`keeps \/ as sent in the signed text`,
			signs(func(c *sandbox.Call, content string) string {
				return asSent(c, content, func(value string) bool { return strings.Contains(value, `\/`) })
			})},
		{"sign-over-escaped-slash-accepted", "signature/slash-not-escaped",
			`accepts a sign over \/ in place of / as well`, signsAlso(escapes("/", `\/`))},
		{"sign-escapes-non-ascii", "signature/non-ascii-values-as-utf8",
			`writes non-ASCII characters as \u escapes in the signed text`,
			signs(escapesNonASCII)},
		{"sign-keeps-unicode-escapes", "signature/strings-as-json-stringify",
			`keeps \u escapes as sent in the signed text`,
			signs(func(c *sandbox.Call, content string) string {
				return asSent(c, content, func(value string) bool { return strings.Contains(value, `\u`) })
			})},
		{"sign-over-unicode-escapes-accepted", "signature/non-ascii-values-as-utf8",
			`accepts a sign over \u escapes of non-ASCII characters as well`,
			signsAlso(escapesNonASCII)},
		{"sign-escapes-html", "signature/strings-as-json-stringify",
			`writes <, > and & as \u escapes in the signed text`,
			signs(escapes("<", `\u003c`, ">", `\u003e`, "&", `\u0026`))},
		{"sign-without-escapes", "signature/strings-as-json-stringify",
			"leaves quotation marks and backslashes unescaped in the signed text",
			signs(escapes(`\"`, `"`, `\\`, `\`))},
	}
}

// rewriteContent turns the right signed text into another one.
type rewriteContent = func(c *sandbox.Call, content string) string

// signs verifies signs over another text instead of the right one.
func signs(form rewriteContent) newInterceptor { return verifies(form, false) }

// signsAlso accepts signs over the right text and over another one.
func signsAlso(form rewriteContent) newInterceptor { return verifies(form, true) }

func verifies(form rewriteContent, rightToo bool) newInterceptor {
	return always(sandbox.Interceptor{Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
		content, err := signing.Content(parameters(c), signing.Default())
		if err != nil || verdict != nil && verdict.Reason != sandbox.SignWrong {
			return verdict
		}
		other := form(c, string(content))
		switch {
		case other != string(content) && stringOf(c, "sign") == digest(other):
			return nil
		case verdict == nil && other != string(content) && !rightToo:
			return &sandbox.Refusal{Reason: sandbox.SignWrong, Name: "sign", Message: "sign error"}
		}
		return verdict
	}})
}

// takesForEmpty writes the signed text under another rule for empty values.
func takesForEmpty(empty signing.Empty) rewriteContent {
	return func(c *sandbox.Call, content string) string {
		rules := signing.Default()
		rules.Empty = empty
		if other, err := signing.Content(parameters(c), rules); err == nil {
			return string(other)
		}
		return content
	}
}

// digest returns the MD5 of a text in hex.
func digest(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// contentOf returns the signed text of parameters, "" if they cannot be signed.
func contentOf(members []signing.Member) string {
	content, err := signing.Content(members, signing.Default())
	if err != nil {
		return ""
	}
	return string(content)
}

// joined writes parameters as one JSON object in the given order, without the sign.
func joined(members []signing.Member, colon, comma string) string {
	var parts []string
	for _, m := range members {
		if m.Name != "sign" {
			parts = append(parts, strconv.Quote(m.Name)+colon+string(m.Value))
		}
	}
	return "{" + strings.Join(parts, comma) + "}"
}

// asSent writes selected values into the text as they were sent.
func asSent(c *sandbox.Call, content string, applies func(value string) bool) string {
	for _, m := range c.Members {
		if !applies(string(m.Value)) {
			continue
		}
		written := strings.TrimSuffix(strings.TrimPrefix(contentOf([]signing.Member{m}), "{"), "}")
		content = strings.Replace(content, written, strconv.Quote(m.Name)+":"+string(m.Value), 1)
	}
	return content
}

// escapes replaces strings, given in pairs of old and new.
func escapes(pairs ...string) rewriteContent {
	replacer := strings.NewReplacer(pairs...)
	return func(_ *sandbox.Call, content string) string { return replacer.Replace(content) }
}

func escapesNonASCII(_ *sandbox.Call, content string) string { return inASCII(content) }
