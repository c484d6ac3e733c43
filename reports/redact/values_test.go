package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
)

// TestRedactValues puts a secret, written in every way that is known, into every
// kind of text of a run; none may be left.
func TestRedactValues(t *testing.T) {
	for _, secret := range []string{fixture.PushKey, "AbC+/=12?~>", `p"sh\k/y&é欧<>`, "k3y with spaces", "𝄞𝄞𝄞", "\xff\xfe\x00binary"} {
		for _, around := range []string{"", "x", "xy", "xyz "} {
			for _, d := range disguises(secret, around, around) {
				checkDisguise(t, secret, d)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(
			rapid.StringMatching(`[A-Za-z0-9+/=_-]{8,40}`),
			rapid.StringMatching(`[0-9a-f]{32}`),
			rapid.StringMatching(`[ -~é欧𝄞]{8,20}`),
		).Draw(t, "secret")
		around := rapid.StringMatching(`[ -!#-~]{0,5}`)
		all := disguises(secret, around.Draw(t, "before"), around.Draw(t, "after"))
		checkDisguise(t, secret, rapid.SampledFrom(all).Draw(t, "disguise"))
	})
}

func checkDisguise(t fixture.TB, secret string, d disguise) {
	t.Helper()
	form := d.text
	escaped, _ := jsontext.Quote(form)
	run := runWith(reports.Exchange{
		Operation: form, Problem: form,
		Request: reports.Request{Method: form, URL: "http://h/" + url.PathEscape(form) + "?q=" + url.QueryEscape(form),
			Header: []reports.Header{{Name: "X-Echo", Value: form}}, Body: reports.Body(form)},
		Response: &reports.Response{Header: []reports.Header{{Name: form, Value: "x"}}, Body: reports.Body(`{"a":[` + string(escaped) + `]}`)},
	})
	run.Left = []string{form}
	run.Services = []reports.Service{{Name: form, URL: form, Problem: form}}
	run.Results[0].Reason = form
	run.Results[0].Deviations = []reports.Deviation{{Pointer: form, Summary: form, Expected: form, Actual: form}}

	out := Run(run, Secrets{Values: []string{secret}})
	if body := out.Results[0].Exchanges[0].Response.Body; !json.Valid(body) {
		t.Fatalf("no JSON any more: %s", body)
	}
	eachText(reflect.ValueOf(out), func(text string) {
		if d.told(text) {
			t.Fatalf("%q, written as %q, is left in %q", secret, form, text)
		}
	})
}

// disguise is a text that contains a secret, and how to read the secret in another text.
type disguise struct {
	text string
	told func(text string) bool
}

// disguises are all that are known of secret, which stands between two other texts.
func disguises(secret, before, after string) []disguise {
	quoted, _ := json.Marshal(secret)
	plain, _ := jsontext.Quote(secret)
	inHex := hex.EncodeToString([]byte(secret))
	inASCII := strconv.QuoteToASCII(secret)
	texts := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ToLower(url.QueryEscape("ö" + secret)),
		string(quoted[1 : len(quoted)-1]), string(plain[1 : len(plain)-1]),
		strings.ReplaceAll(string(plain[1:len(plain)-1]), "/", `\/`), html.EscapeString(secret), inHex, strings.ToUpper(inHex),
	}
	if strings.ToLower(secret) != secret {
		texts[3] = secret // lower case would be another secret
	}
	if !strings.Contains(inASCII, `\U`) && !strings.Contains(inASCII, `\x`) { // JSON does not know these
		texts = append(texts, inASCII[1:len(inASCII)-1])
	}
	if key, err := hex.DecodeString(secret); err == nil {
		texts = append(texts, strings.ToUpper(secret), base64.StdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key))
	}
	var all []disguise
	for _, text := range texts {
		all = append(all, disguise{before + text + after, func(in string) bool { return strings.Contains(in, text) }})
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		encoded := encoding.EncodeToString([]byte(before + secret + after))
		told := func(in string) bool {
			said, _ := url.QueryUnescape(in)
			for _, text := range []string{in, said} {
				if decoded, err := encoding.DecodeString(text); err == nil && bytes.Contains(decoded, []byte(secret)) {
					return true
				}
			}
			return false
		}
		all = append(all, disguise{encoded, told}, disguise{url.QueryEscape(encoded), told})
	}
	return all
}
