package redact

import (
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// escapings are how one text is put into another.
var escapings = map[string]func(string) string{
	"JSON": func(s string) string { quoted, _ := json.Marshal(s); return string(quoted[1 : len(quoted)-1]) },
	"HTML": html.EscapeString,
	"entities": func(s string) string {
		return strings.NewReplacer(`"`, "&#x22;", "&", "&#38;", "/", "&#47;").Replace(s)
	},
	"query": url.QueryEscape,
	"path":  url.PathEscape,
	"lowercase": func(s string) string {
		return strings.ToLower(url.PathEscape("ö")) + strings.NewReplacer("%2F", "%2f", "%22", "%22").Replace(url.PathEscape(s))
	},
}

// TestRedactEscapedTexts puts texts with secrets into others, up to three times over.
func TestRedactEscapedTexts(t *testing.T) {
	secrets := Secrets{Values: []string{"s/cret?=&#%"}}
	for _, inner := range []string{
		`{"payId":"P0008182020061214140465562"}`, `payId=P0008182020061214140465562`, `key s/cret?=&#% end`,
		`{"client_secret": "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH"}`, `mail a.b@example.com now`,
	} {
		forms := map[string]string{"": inner}
		levels := 3
		if testing.Short() {
			levels = 2
		}
		for range levels {
			next := map[string]string{}
			for names, text := range forms {
				for name, escape := range escapings {
					next[names+" "+name] = escape(text)
				}
			}
			for names, text := range next {
				forms[names] = text
				checkEscaped(t, secrets, names, text)
			}
		}
	}
}

// checkEscaped removes all escapes from the redacted text and finds no secret in it.
func checkEscaped(t *testing.T, secrets Secrets, names, text string) {
	t.Helper()
	run := Run(&reports.Run{Left: []string{text}, Results: []reports.Result{{Exchanges: []reports.Exchange{{
		Response: &reports.Response{Body: reports.Body(text)},
	}}}}}, secrets)
	for _, told := range []string{run.Left[0], string(run.Results[0].Exchanges[0].Response.Body)} {
		for range 5 {
			told = unescape(strings.ReplaceAll(told, "+", " "))
		}
		for _, secret := range []string{"P0008182020061214140465562", "s/cret?=&#%", "YrKJUKribcBjcG8HVhfZluoGH", "b@example"} {
			if strings.Contains(told, secret) {
				t.Errorf("%s: %q is left in %q", names, secret, text)
			}
		}
	}
}

// A secret is found in upper and lower case as well, unless it is so short that it occurs by chance.
func TestRedactAnotherLetterCase(t *testing.T) {
	secrets := Secrets{Values: []string{"Tok/en.Zq9_x77", "Abc"}}
	for text, want := range map[string]string{
		"key tok/en.zq9_x77 end":   "key <redacted:secret> end",
		"key TOK/EN.ZQ9_X77 end":   "key <redacted:secret> end",
		"key TOK%2FEN.ZQ9_X77 end": "key <redacted:secret> end",
		`{"a":"TOK\/EN.ZQ9_X77"}`:  `{"a":"<redacted:secret>"}`,
		"abc ABC":                  "abc ABC",
	} {
		if got := secrets.Redact(text); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}
