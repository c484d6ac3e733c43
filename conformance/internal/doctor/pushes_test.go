package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/signing"
)

// pusher is a mall that accepts everything and pushes each third-party order, signed by its
// own rules.
type pusher struct {
	to     string
	signer *signing.PushSigner // nil: no push
	change func(*http.Request) // what it does to a signed push; may be nil
}

// ServeHTTP implements http.Handler.
func (p pusher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"operateCode":"S","message":"success","data":null}`)
	if p.signer == nil || !strings.HasSuffix(r.URL.Path, "SynOrderInfo") {
		return
	}
	var order map[string]any
	if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
		return
	}
	body, _ := json.Marshal(map[string]any{"payId": order["payId"], "orderNo": order["orderNo"], "b": 1, "a": 2}) // texts alone
	push, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), http.MethodPost, p.to, bytes.NewReader(body))
	if err != nil || p.signer.SignHeader(push.Header, body) != nil {
		return
	}
	if p.change != nil {
		p.change(push)
	}
	if response, err := http.DefaultClient.Do(push); err == nil {
		_ = response.Body.Close()
	}
}

// stopping is a mall that stops the examination with its first answer.
type stopping struct {
	pusher
	stop context.CancelFunc
}

// ServeHTTP implements http.Handler.
func (s stopping) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.stop()
	s.pusher.ServeHTTP(w, r)
}

// An examination that is stopped ends with a report, also where it was to place an order.
func TestStoppedBeforeThePurchase(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	server := httptest.NewServer(stopping{stop: stop})
	defer server.Close()
	under, err := target.Resolve(target.Flags(target.Settings{VshopURL: server.URL, PartnerCode: "P1", Allow: []string{"read", "purchase"},
		SIM: []string{"89852000000000000001"}, Package: "K", PushListen: "127.0.0.1:0", PushKey: "k1:00ff00ff"}))
	if err != nil {
		t.Fatal(err)
	}
	report, err := Examine(ctx, under)
	if err != nil || len(report.Services) != 1 || len(report.Left) != 0 {
		t.Errorf("%v: %+v", err, report)
	}
}

// examinePushes examines a pusher and returns the answer about pushes, what stays open, and
// the lines for the file.
func examinePushes(t *testing.T, mall pusher, change func(*target.Settings)) (answer, open, lines string) {
	t.Helper()
	inbox, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mall.to = "http://" + inbox.Addr().String() + "/push"
	server := httptest.NewServer(mall)
	defer server.Close()
	settings := target.Settings{VshopURL: server.URL, PartnerCode: "P1", Allow: []string{"read", "purchase"}, SIM: []string{"89852000000000000001"},
		Package: "K", PushListen: inbox.Addr().String(), PushKey: "k1:00ff00ff", PushTimeout: "300ms", TaskTimeout: "10ms"}
	change(&settings)
	under, err := target.Resolve(target.Flags(settings))
	if err != nil {
		t.Fatal(err)
	}
	under.PushListener = inbox
	report, err := Examine(t.Context(), under)
	if err != nil {
		t.Fatal(err)
	}
	if ordered := len(settings.Allow) > 1 && settings.Package != "" && settings.PushKey != ""; ordered != strings.Contains(strings.Join(report.Left, ""), "1 order of partner P1 stays") {
		t.Errorf("left behind: %q", report.Left)
	}
	for _, a := range report.Answers {
		if a.Topic == "pushes" {
			answer, open = a.Answer, a.Open
		}
	}
	return answer, open, report.Lines()
}

// The doctor finds out any join and encoding of the push that it triggers.
func TestDoctorNamesHowPushesAreSigned(t *testing.T) {
	key := map[string][]byte{"k1": {0, 0xff, 0, 0xff}}
	for join := signing.JoinBodyColonHeaders; join <= signing.JoinHeadersNewlineBody; join++ {
		for encoding := signing.EncodingBase64; encoding <= signing.EncodingHexUpper; encoding++ {
			signer := &signing.PushSigner{KeyID: "k1", Key: key["k1"], Join: join, Encoding: encoding}
			answer, open, lines := examinePushes(t, pusher{signer: signer}, func(*target.Settings) {})
			want := ""
			if join != signing.JoinBodyColonHeaders {
				want += "    push-join: " + join.String() + "\n"
			}
			if encoding != signing.EncodingBase64 {
				want += "    push-encoding: " + encoding.String() + "\n"
			}
			if open != "" || !strings.Contains(lines, want) || strings.Count(lines, "push-") != strings.Count(want, "push-") || !strings.Contains(answer, "as configured") != (want != "") {
				t.Errorf("%s, %s: %q %q\n%s", join, encoding, answer, open, lines)
			}
		}
	}
}

func TestDoctorTellsWhyNoPushIsKnown(t *testing.T) {
	signer := &signing.PushSigner{KeyID: "k1", Key: []byte{0, 0xff, 0, 0xff}}
	other := &signing.PushSigner{KeyID: "k1", Key: []byte{1}}
	none := func(*target.Settings) {}
	for _, test := range []struct {
		name         string
		mall         pusher
		change       func(*target.Settings)
		answer, open string
	}{
		{"no permission", pusher{signer: signer}, func(s *target.Settings) { s.Allow = []string{"read"} }, "", "--allow read,write,purchase"},
		{"no key", pusher{signer: signer}, func(s *target.Settings) { s.PushKey = "" }, "", "set --push-key"},
		{"no package", pusher{signer: signer}, func(s *target.Settings) { s.Package = "" }, "", "set --package"},
		{"no push", pusher{}, none, "", "no push about the order arrived within 300ms"},
		{"another key", pusher{signer: other}, none, "", "no known combination"},
		{"no signature", pusher{signer: signer, change: func(r *http.Request) { r.Header.Del(signing.HeaderPushSignature) }}, none, "not at all", ""},
		{"another key id", pusher{signer: signer, change: func(r *http.Request) {
			r.Header.Set(signing.HeaderPushSignature, strings.Replace(r.Header.Get(signing.HeaderPushSignature), "k1/", "k2/", 1))
		}}, none, "the signature matches if", ""},
	} {
		answer, open, lines := examinePushes(t, test.mall, test.change)
		if !strings.Contains(answer, test.answer) || !strings.Contains(open, test.open) || (answer == "") == (open == "") || strings.Contains(lines, "push-") {
			t.Errorf("%s: %q %q\n%s", test.name, answer, open, lines)
		}
	}
}
