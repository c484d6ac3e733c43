package redact

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// Personal data is recognized by its form, whatever its name.
func TestRedactByLook(t *testing.T) {
	for in, want := range map[string]string{
		"no customer jane.d+1@mail.example.org here":                                          "no customer <redacted:email> here",
		`to jane%40example.org and a\u0040b.org`:                                              "to <redacted:email> and <redacted:email>",
		"http://%3Credacted:userinfo%3E@h.example/":                                           "http://%3Credacted:userinfo%3E@h.example/",
		"a@b and @example.org":                                                                "a@b and @example.org",
		"pm_1GnMUDLnVNBddzslXw7xuoe6 and cus_9s6XKzkNRiz8i3.":                                 "<redacted:pm_id> and <redacted:customer_id>.",
		"pi_3MtwBwLkdIwHu7ix_secret_YrKJUKribcBjcG8HVhfZluoGH, x":                             "<redacted:client_secret>, x",
		"ek_test_YWNjdF8xSmdDY0VKM and sub_00000000000042":                                    "<redacted:ephemeral_key> and <redacted:sub_id>",
		"pm_card_visa, request_id_00000000000042, pm_completelyletters, xpm_1GnMUDLnVNBddzsl": "pm_card_visa, request_id_00000000000042, pm_completelyletters, xpm_1GnMUDLnVNBddzsl",
		`payId "P000270": partner "P0002" has none`:                                           `payId "<redacted:payId>": partner "P0002" has none`,
	} {
		if got := (Secrets{}).Redact(in); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
		}
		if again := (Secrets{}).Redact(want); again != want {
			t.Errorf("%s\nbecame %s", want, again)
		}
		if shown := (Secrets{ShowPayments: true}).Redact(in); shown != in {
			t.Errorf("%s\nbecame %s though it is to be shown", in, shown)
		}
	}
}

// The beginning of a value is redacted if its end is cut off.
func TestRedactWhatIsCut(t *testing.T) {
	secrets := Secrets{Values: []string{"proxy~password"}, Known: map[string]string{"pm_card_visa": "pm_id"}, MaskSIMs: true}
	for in, want := range map[string]string{
		"a proxy~pa… b prox…":       "a <redacted:secret>… b <redacted:secret>…",
		"pro… and pm_card_…":        "pro… and <redacted:pm_id>…",
		"sim 8985220230625…":        "sim 898522*******…",
		"proxy~ and 898522 in full": "proxy~ and 898522 in full",
	} {
		if got := secrets.Redact(in); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
		}
	}
}

// The end of a value is redacted if its beginning is cut off.
func TestRedactTail(t *testing.T) {
	secrets := Secrets{Values: []string{"proxy~password"}}
	for in, want := range map[string]string{
		`~password"}`:                   `<redacted:secret>"}`,
		`word and ~password`:            `<redacted:secret> and ~password`,
		`,"client_secret":"pi_1_secret`: `,"client_secret":"<redacted:client_secret>`,
		`ord"}`:                         `ord"}`,
		"":                              "",
	} {
		run := &reports.Run{Results: []reports.Result{{Exchanges: []reports.Exchange{{Response: &reports.Response{Tail: []byte(in), Cut: 100}}}}}}
		if got := Run(run, secrets).Results[0].Exchanges[0].Response.Tail; string(got) != want {
			t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
		}
	}
}

// A secret is found with any of its characters escaped.
func TestRedactMixedEscapes(t *testing.T) {
	secrets := Secrets{Values: []string{"p~w&x/é"}}
	for _, form := range []string{"p%7Ew&x/é", `\u0070~w\u0026x/é`, "p&#126;w&amp;x&#x2F;é", `p\\u007ew%26x/%c3%a9`} {
		if got := secrets.Redact("<" + form + ">"); got != "<<redacted:secret>>" {
			t.Errorf("%s became %s", form, got)
		}
	}
}

// A value that is redacted under its name is also redacted where it is encoded.
func TestRedactEncodedPayments(t *testing.T) {
	const id, sim = "P000270000000000007", "89852202306250040073"
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	body := `{"payId":"` + id + `","sim":"` + sim + `","log":"` + encoded("x"+id+"y") + ` ` + encoded(sim) + `"}`
	got := string(Secrets{MaskSIMs: true}.Body([]byte(body)))
	for _, told := range []string{encoded("x" + id + "y")[4:20], encoded(sim)[:20], sim} {
		if strings.Contains(got, told) {
			t.Errorf("%s tells %s", got, told)
		}
	}
}

// Lines are redacted however they are split into writes.
func TestWriter(t *testing.T) {
	var out strings.Builder
	w := Secrets{Values: []string{"s3cret-key"}}.Writer(&out)
	for _, part := range []string{"a s3cr", "et-key\nb s3cret", "-key\n\nc s3cret-k", "ey"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if want := "a <redacted:secret>\nb <redacted:secret>\n\nc <redacted:secret>"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
