package session

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// receiving returns the session of a run that listens for pushes, and where.
func receiving(t *testing.T, limit time.Duration) (*Session, string) {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connection, err := Connect(&target.Target{
		PushListener: listener, PushTimeout: limit, PushKeyID: "k1", PushKey: []byte("secret"), Sign: signing.Default(),
	}, contract)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	return connection.Session(t.Context()), "http://" + listener.Addr().String() + "/any/path?of=it"
}

// push posts a body and returns status and body of the answer, NoAnswer when there is none.
func push(t *testing.T, url, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	signer := signing.PushSigner{KeyID: "k1", Key: []byte("secret")}
	if err := signer.SignHeader(request.Header, []byte(body)); err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return NoAnswer, ""
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// Pushes are found by their order or payment, are
// taken, can be verified, and stand among the exchanges once.
func TestPushesAreRecorded(t *testing.T) {
	s, url := receiving(t, time.Minute)
	p := Purchase{OrderNo: "MC1", PayID: "P1"}
	awaited := make(chan *Push, 1)
	go func() { awaited <- s.AwaitPushes(p, 1, "push/sent-after-recharge")[0] }()
	push(t, url, `{"orderNo":"MC2","payId":"P2"}`)
	push(t, url, `{"nested":{"order":"MC1"}}`)
	got := <-awaited
	if string(got.Body) != `{"nested":{"order":"MC1"}}` || got.Method != http.MethodPost || got.Arrived.IsZero() {
		t.Errorf("got %v", got)
	}
	if err := got.Verify(s.Target()); err != nil {
		t.Error(err)
	}
	s.Target().PushKey = []byte("another")
	if err := got.Verify(s.Target()); err == nil {
		t.Error("another key verifies it, too")
	}
	s.AwaitPushes(p, 1, "push/sent-after-recharge")
	exchanges := s.Exchanges()
	if len(exchanges) != 1 || exchanges[0].Operation != "rechargeSuccess" || !strings.HasSuffix(exchanges[0].Request.URL, "/any/path?of=it") || exchanges[0].Response.Status != http.StatusOK {
		t.Errorf("exchanges %+v", exchanges)
	}
	if len(s.Pushes(Purchase{OrderNo: "MC3", PayID: "P3"})) != 0 {
		t.Error("a push is about an order that it does not name")
	}
}

// The first pushes of an order are
// answered as a check wants it, those after them and those of others are taken.
func TestPushesAreAnsweredAsPlanned(t *testing.T) {
	s, url := receiving(t, time.Minute)
	s.AnswerPushes(Purchase{OrderNo: "MC1", PayID: "P1"}, http.StatusInternalServerError, NoAnswer)
	for i, test := range []struct {
		body   string
		status int
	}{
		{`{"payId":"P2"}`, http.StatusOK}, {`{"payId":"P1"}`, http.StatusInternalServerError},
		{`{"payId":"P1"}`, 0}, {`{"payId":"P1"}`, http.StatusOK},
	} {
		status, answer := push(t, url, test.body)
		if status != test.status || status != 0 && strings.Contains(answer, `"S"`) != (status == http.StatusOK) {
			t.Errorf("push %d: HTTP %d %s, want %d", i, status, answer, test.status)
		}
	}
	if n := len(s.AwaitPushes(Purchase{OrderNo: "MC1", PayID: "P1"}, 3, "push/retried-after-failure")); n != 3 {
		t.Errorf("%d pushes", n)
	}
}

// It is a violation with its clause, and that a
// target which sends none is not waited for again and again.
func TestPushThatDoesNotCome(t *testing.T) {
	s, url := receiving(t, 200*time.Millisecond)
	await := func() (End, time.Duration) {
		started := time.Now()
		end := ended(func() { s.AwaitPushes(Purchase{OrderNo: "MC1", PayID: "P1"}, 1, "push/sent-after-recharge") })
		return end, time.Since(started)
	}
	end, took := await()
	if end.Verdict != reports.Failed || end.Deviation == nil || end.Deviation.Clause != "push/sent-after-recharge" || end.Deviation.Grade != reports.Documented || took < 200*time.Millisecond {
		t.Errorf("%+v after %s", end, took)
	}
	if _, took = await(); took > 100*time.Millisecond {
		t.Errorf("the second one was awaited for %s", took)
	}
	push(t, url, `{"payId":"P2"}`)
	if _, took = await(); took < 200*time.Millisecond {
		t.Errorf("once one came, another was awaited for %s only", took)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := ended(func() {
		s.connection.Session(ctx).AwaitPushes(Purchase{OrderNo: "MC1", PayID: "P1"}, 1, "push/sent-after-recharge")
	}); err.Verdict != reports.Inconclusive {
		t.Errorf("stopped: %+v", err)
	}
}

// A push is not read without a bound.
func TestLargePushIsRefused(t *testing.T) {
	_, url := receiving(t, time.Minute)
	if status, _ := push(t, url, `{"payId":"`+strings.Repeat("9", int(target.DefaultLimits.Push))+`"}`); status != http.StatusRequestEntityTooLarge && status != 0 {
		t.Errorf("HTTP %d", status)
	}
}

// An address that is in use is reported
// with the name of the setting.
func TestPushListenIsTaken(t *testing.T) {
	s, url := receiving(t, time.Minute)
	host := strings.TrimPrefix(url[:strings.Index(url, "/any")], "http://")
	if _, err := Connect(&target.Target{PushListen: host, Sign: signing.Default()}, s.Contract()); err == nil || !strings.HasPrefix(err.Error(), "--push-listen: ") {
		t.Errorf("error %v", err)
	}
}

// How members are written on the command line.
func TestParseMember(t *testing.T) {
	for text, want := range map[string]string{
		"a=b": `a="b"`, "a=b=c": `a="b=c"`, "a=": `a=""`, `a:=["1", 2]`: `a=["1",2]`, `a="<`: `a="\"<"`,
		"a": "", "=b": "", "a:={": "", ":=1": `:="1"`,
	} {
		member, err := wire.ParseMember(text)
		if got := member.Name + "=" + string(member.Value); err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %s %v, want %s", text, got, err, want)
		}
	}
}

// ended returns how work ended a check, the zero End when it did not.
func ended(work func()) (end End) {
	errors.As(attempt(work), &end)
	return end
}
