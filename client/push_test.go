package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/signing"
)

const pushBody = `{"orderNo":"1","payAmount":"4.99","payCurrency":"USD","payId":"P1","partnerCode":"P000270","deviceCode":"89852420180910340793"}`

// keys are two keys, as while one replaces the other.
var keys = map[string][]byte{"old": []byte("0123456789"), "new": []byte("abcdefghij")}

// signed makes a push under a key.
func signed(t testing.TB, keyID, body string, at time.Time) *http.Request {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/push", strings.NewReader(body))
	signer := signing.PushSigner{KeyID: keyID, Key: keys[keyID], Now: func() time.Time { return at }}
	if err := signer.SignHeader(request.Header, []byte(body)); err != nil {
		t.Fatal(err)
	}
	return request
}

// receive hands one push to a handler and returns the status of the answer.
func receive(handler http.Handler, push *http.Request) int {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, push)
	return recorder.Code
}

func TestPushHandler(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		name string
		push func() *http.Request
		want int
	}{
		{"under the old key", func() *http.Request { return signed(t, "old", pushBody, now) }, 200},
		{"under the new key", func() *http.Request { return signed(t, "new", pushBody, now) }, 200},
		{"under an unknown key", func() *http.Request {
			push := signed(t, "new", pushBody, now)
			push.Header.Set(signing.HeaderPushSignature, strings.Replace(push.Header.Get(signing.HeaderPushSignature), "new/", "third/", 1))
			return push
		}, 401},
		{"body changed", func() *http.Request {
			push := signed(t, "new", pushBody, now)
			push.Body = http.NoBody
			return push
		}, 400},
		{"one digit changed", func() *http.Request {
			push, other := signed(t, "new", pushBody, now), signed(t, "new", strings.Replace(pushBody, "4.99", "5.99", 1), now)
			push.Body = other.Body
			return push
		}, 401},
		{"timestamp changed", func() *http.Request {
			push := signed(t, "new", pushBody, now)
			push.Header.Set(signing.HeaderPushTimestamp, push.Header.Get(signing.HeaderPushTimestamp)[:12]+"x")
			return push
		}, 400},
		{"old", func() *http.Request { return signed(t, "new", pushBody, now.Add(-time.Hour)) }, 401},
		{"no signature", func() *http.Request {
			push := signed(t, "new", pushBody, now)
			push.Header.Del(signing.HeaderPushSignature)
			return push
		}, 400},
		{"too large", func() *http.Request { return signed(t, "new", `{"a":"`+strings.Repeat("x", 70<<10)+`"}`, now) }, 413},
		{"text", func() *http.Request {
			push := signed(t, "new", pushBody, now)
			push.Header.Set("Content-Type", "text/plain")
			return push
		}, 415},
		{"JSON with a charset", func() *http.Request {
			push := signed(t, "new", pushBody, now)
			push.Header.Set("Content-Type", "application/json; charset=utf-8")
			return push
		}, 200},
		{"GET", func() *http.Request { return httptest.NewRequest(http.MethodGet, "/push", nil) }, 405},
	} {
		t.Run(test.name, func(t *testing.T) {
			taken := 0
			handler := client.PushHandler(keys, func(_ context.Context, push client.Push) error {
				taken++
				if push.OrderNo != "1" || push.Amount.String() != "4.99" || push.SIM != "89852420180910340793" || push.SignedAt.IsZero() {
					t.Errorf("push %+v", push)
				}
				return nil
			})
			if got := receive(handler, test.push()); got != test.want {
				t.Errorf("HTTP %d, want %d", got, test.want)
			}
			if (taken == 1) != (test.want == 200) {
				t.Errorf("taken %d times", taken)
			}
		})
	}
}

func TestPushHandlerAsksForARepetition(t *testing.T) {
	handler := client.PushHandler(keys, func(context.Context, client.Push) error { return errors.New("the database is away") })
	if got := receive(handler, signed(t, "new", pushBody, time.Now())); got != http.StatusInternalServerError {
		t.Errorf("HTTP %d", got)
	}
}

func TestPushHandlerDropsWhatWasSeen(t *testing.T) {
	taken, seen := 0, map[string]bool{}
	handler := client.PushHandler(keys, func(_ context.Context, push client.Push) error {
		taken++
		seen[push.OrderNo] = true
		return nil
	}, client.WithPushSeen(func(_ context.Context, push client.Push) (bool, error) { return seen[push.OrderNo], nil }))
	for range 3 {
		if got := receive(handler, signed(t, "new", pushBody, time.Now())); got != http.StatusOK {
			t.Errorf("HTTP %d", got)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times", taken)
	}
}

func TestPushOptions(t *testing.T) {
	now := time.Now()
	spaced := func() *http.Request {
		push := signed(t, "new", pushBody, now)
		signer := signing.PushSigner{KeyID: "new", Key: keys["new"], Now: func() time.Time { return now },
			Join: signing.JoinHeadersColonBody, Encoding: signing.EncodingHex}
		if err := signer.SignHeader(push.Header, []byte(pushBody)); err != nil {
			t.Fatal(err)
		}
		return push
	}
	for _, test := range []struct {
		name          string
		option        client.PushOption
		push          func() *http.Request
		without, with int
	}{
		{"any age", client.WithPushTolerance(-1), func() *http.Request { return signed(t, "new", pushBody, now.Add(-time.Hour)) }, 401, 200},
		{"less tolerance", client.WithPushTolerance(time.Second), func() *http.Request { return signed(t, "new", pushBody, now.Add(-5*time.Second)) }, 200, 401},
		{"other rules", client.WithPushRules(signing.JoinHeadersColonBody, signing.EncodingHex), spaced, 401, 200},
		{"larger bodies", client.WithMaxPush(80 << 10), func() *http.Request {
			return signed(t, "new", `{"a":"`+strings.Repeat("x", 70<<10)+`"}`, now)
		}, 413, 200},
		{"another clock", client.WithPushClock(func() time.Time { return now.Add(time.Hour) }),
			func() *http.Request { return signed(t, "new", pushBody, now) }, 200, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			take := func(context.Context, client.Push) error { return nil }
			if got := receive(client.PushHandler(keys, take), test.push()); got != test.without {
				t.Errorf("without the option: HTTP %d, want %d", got, test.without)
			}
			if got := receive(client.PushHandler(keys, take, test.option), test.push()); got != test.with {
				t.Errorf("with the option: HTTP %d, want %d", got, test.with)
			}
		})
	}
}

func TestPushLoggerNamesTheReasonAndNoContents(t *testing.T) {
	var log strings.Builder
	handler := client.PushHandler(keys, func(context.Context, client.Push) error { return errors.New("P1 is locked") },
		client.WithPushLogger(slog.New(slog.NewTextHandler(&log, nil))))
	receive(handler, signed(t, "new", pushBody, time.Now()))
	receive(handler, signed(t, "new", pushBody, time.Now().Add(-time.Hour)))
	if got := strings.Count(log.String(), "push not accepted"); got != 2 {
		t.Errorf("%d records, want 2:\n%s", got, log.String())
	}
	for _, content := range []string{"P1", "89852420180910340793", "4.99"} {
		if strings.Contains(log.String(), content) {
			t.Errorf("the log has %s:\n%s", content, log.String())
		}
	}
}

func FuzzPushHandler(f *testing.F) {
	now := time.UnixMilli(1793525400000)
	f.Add("1.0", "HMAC-SHA1", "new/abc=", "1793525400000", pushBody, true)
	f.Add("1.0", "hmac-sha1", "old/", "17935254", `{"payAmount":1,"orderNo":null}`, true)
	f.Add("", "", "", "", "", false)
	f.Fuzz(func(t *testing.T, version, algorithm, signature, timestamp, body string, sign bool) {
		push := httptest.NewRequest(http.MethodPost, "/push", strings.NewReader(body))
		push.Header[http.CanonicalHeaderKey(signing.HeaderPushVersion)] = []string{version}
		push.Header[http.CanonicalHeaderKey(signing.HeaderPushAlgorithm)] = []string{algorithm}
		push.Header[http.CanonicalHeaderKey(signing.HeaderPushSignature)] = []string{signature}
		push.Header[http.CanonicalHeaderKey(signing.HeaderPushTimestamp)] = []string{timestamp}
		signer := signing.PushSigner{KeyID: "new", Key: keys["new"], Now: func() time.Time { return now }}
		right := sign && len(body) < 1<<10 && signer.SignHeader(push.Header, []byte(body)) == nil
		taken := false
		status := receive(client.PushHandler(keys, func(_ context.Context, got client.Push) error {
			taken = true
			if string(got.Body) != body {
				t.Errorf("the body changed: %q", got.Body)
			}
			return nil
		}, client.WithPushClock(func() time.Time { return now }), client.WithMaxPush(1<<10)), push)
		if taken != (status == http.StatusOK) || right && !taken {
			t.Errorf("HTTP %d, taken %t, rightly signed %t", status, taken, right)
		}
	})
}
