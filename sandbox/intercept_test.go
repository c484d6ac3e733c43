package sandbox_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

const simsPath = "/topup/mall/bundle-groups/G20230001/sims"

// with serves a sandbox with one interceptor.
func with(t *testing.T, i store.Interceptor) *served {
	return serve(t, sandbox.Config{Interceptors: []store.Interceptor{i}})
}

func TestInterceptRules(t *testing.T) {
	m := with(t, store.Interceptor{Rules: func(r signing.Rules) signing.Rules {
		r.Parts = signing.Query | signing.Body
		return r
	}})
	m.refused(m.signed(m.fix.Partner, http.MethodGet, simsPath, ""), 200, "sign in the query is wrong")
}

func TestInterceptIncoming(t *testing.T) {
	m := with(t, store.Interceptor{Incoming: func(r *http.Request) *store.Answer {
		if r.URL.Path == "/teapot" {
			return &store.Answer{Status: http.StatusTeapot, Header: http.Header{}, Body: []byte("short and stout")}
		}
		r.Header.Set("Content-Type", "application/json")
		return nil
	}})
	if r := m.raw(m.request(http.MethodGet, "/teapot", "")); r.status != http.StatusTeapot || string(r.body) != "short and stout" || len(r.header["Content-Type"]) != 0 {
		t.Errorf("answered by the interceptor: %d %q %v", r.status, r.body, r.header)
	}
	req := m.request(http.MethodPost, "/vshop/singleVerify", verifyBody)
	req.Header.Set("Content-Type", "text/plain")
	if r := m.do(req); r.code != store.CodeSuccess {
		t.Errorf("changed by the interceptor: %s", r.body)
	}
}

func TestInterceptConstraint(t *testing.T) {
	m := with(t, store.Interceptor{Constraint: func(c *store.Call, r *store.Refusal) *store.Refusal {
		switch {
		case r != nil && r.Name == "sim_ids":
			return nil
		case r == nil && c.Operation == "listBundles":
			return &store.Refusal{Reason: store.BrokenConstraint, Message: "not today"}
		}
		return r
	}})
	p := m.fix.Partner
	for _, body := range []string{simBody(), `{}`, `{"sim_ids":null}`, `{"sim_ids":[89852420180910340793]}`, `{"sim_ids":["x"]}`} {
		if r := m.do(m.signed(p, http.MethodPost, simsPath, body)); r.code != store.CodeSuccess {
			t.Errorf("%s: %s", body, r.body)
		}
	}
	if sims := m.listed(p, m.fix.Groups[0]); len(sims) != 1 {
		t.Errorf("a number was not taken for its digits: %v", sims)
	}
	m.refused(m.signed(p, http.MethodPost, simsPath, `{"sim_ids":{"a":1}}`), 200, "a parameter cannot be read")
	m.refused(m.signed(p, http.MethodPost, "/vshop/singleVerify", `{}`), 200, "deviceCode is missing")
	m.refused(m.signed(p, http.MethodGet, "/topup/mall/bundle-groups/bundles", ""), 200, "not today")
}

func TestInterceptSignature(t *testing.T) {
	var reasons atomic.Value
	m := with(t, store.Interceptor{Signature: func(c *store.Call, verdict *store.Refusal) *store.Refusal {
		if verdict != nil && c.Operation == "addSims" {
			reasons.Store(verdict.Reason)
			return nil
		}
		return verdict
	}})
	for _, c := range []struct {
		sign   string
		reason store.Reason
	}{{"", store.SignMissing}, {`,"sign":""`, store.SignEmpty}, {`,"sign":"x"`, store.SignWrong}, {`,"sign":1`, store.SignWrong}} {
		body := `{"version":"3.0","partnerCode":"P000270","sim_ids":["89852420180910340793"]` + c.sign + `}`
		if r := m.do(m.request(http.MethodPost, simsPath, body)); r.code != store.CodeSuccess || reasons.Load() != c.reason {
			t.Errorf("%s: %s, reason %v", body, r.body, reasons.Load())
		}
		m.refused(m.request(http.MethodDelete, simsPath, body), 200, "sign")
	}
	if r := m.do(m.signWith(2, func(sign string) string { return "sign=" + strings.ToUpper(sign) })); r.code != store.CodeSuccess || reasons.Load() != store.SignCase {
		t.Errorf("upper case: %s, reason %v", r.body, reasons.Load())
	}
}

type verdictKey struct{}

// What was refused can be carried out all the same, by letting it pass and answering the refusal.
func TestInterceptRefusesAndCarriesOut(t *testing.T) {
	m := with(t, store.Interceptor{
		Signature: func(c *store.Call, verdict *store.Refusal) *store.Refusal {
			if verdict != nil {
				c.Note(verdictKey{}, verdict)
			}
			return nil
		},
		Answer: func(c *store.Call, a *store.Answer) {
			if verdict, ok := c.Noted(verdictKey{}).(*store.Refusal); ok {
				*a = *verdict.Answer()
			}
		},
	})
	m.refused(m.request(http.MethodPost, simsPath, `{"version":"3.0","partnerCode":"P000270","sign":"x","sim_ids":["89852420180910340793"]}`), 200, "sign in the body is wrong")
	if sims := m.listed(m.fix.Partner, m.fix.Groups[0]); len(sims) != 1 {
		t.Errorf("not carried out: %v", sims)
	}
}

const m0 = "89852420180910340793"

func TestInterceptAnswer(t *testing.T) {
	m := with(t, store.Interceptor{Answer: func(c *store.Call, a *store.Answer) {
		switch {
		case a.Refused != nil && a.Refused.Reason == store.NotFound:
			a.Status = http.StatusUnprocessableEntity
		case c.Operation == "addSims":
			a.Del("Request_ID")
		case c.Operation == "removeSims":
			a.Set("Request_ID", a.Get("request_id")+"!")
		case c.Operation == "listBundles":
			a.Body = append(a.Body, "<html>"...)
			a.Set("content-type", "text/html")
		}
	}})
	p := m.fix.Partner
	if r := m.do(m.signed(p, http.MethodGet, "/topup/async-result/RQ-1", "")); r.status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", r.status)
	}
	if id := m.add(p, m.fix.Groups[0], m.fix.SIMs[0]); id != "" {
		t.Errorf("request_id %q", id)
	}
	if id := m.remove(p, m.fix.Groups[0], m.fix.SIMs[0]); !strings.HasSuffix(id, "!") {
		t.Errorf("request_id %q", id)
	}
	r := m.raw(m.signed(p, http.MethodGet, "/topup/mall/bundle-groups/bundles", ""))
	if got := r.header.Values("Content-Type"); !slices.Equal(got, []string{"text/html"}) || !bytes.HasSuffix(r.body, []byte("<html>")) {
		t.Errorf("%q %s", got, r.body)
	}
}

// Header names reach the wire as they are spelt: the contract's request_id in lower case.
func TestHeaderNamesOnTheWire(t *testing.T) {
	m := with(t, store.Interceptor{Answer: func(c *store.Call, a *store.Answer) {
		if c.Operation == "removeSims" {
			a.Set("REQUEST_ID", a.Get("request_id"))
			a.Set("content-TYPE", a.Get("Content-Type"))
		}
	}})
	for method, want := range map[string]string{
		http.MethodPost:   "\r\nrequest_id: RQ-",
		http.MethodDelete: "\r\nREQUEST_ID: RQ-",
	} {
		head := m.wire(m.signed(m.fix.Partner, method, simsPath, simBody(m0)))
		if !strings.Contains(head, want) || strings.Count(strings.ToLower(head), "content-type:") != 1 {
			t.Errorf("%s: %q", method, head)
		}
	}
}

func TestInterceptWire(t *testing.T) {
	var hung atomic.Bool
	m := with(t, store.Interceptor{Wire: func(c *store.Call, a *store.Answer, w http.ResponseWriter) bool {
		switch c.Operation {
		case "singleVerify": // gzip
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, _ = z.Write(a.Body)
			_ = z.Close()
			a.Set("Content-Encoding", "gzip")
			a.Body = packed.Bytes()
			a.Send(w)
		case "listBundles": // in two chunks
			a.WriteHead(w)
			_, _ = w.Write(a.Body[:5])
			w.(http.Flusher).Flush()
			_, _ = w.Write(a.Body[5:])
		case "listGroupSims": // cut off
			w.Header().Set("Content-Length", "1000")
			a.WriteHead(w)
			_, _ = w.Write(a.Body)
		case "asyncResult": // no answer
			<-c.Request.Context().Done()
			hung.Store(true)
		default:
			return false
		}
		return true
	}})
	p := m.fix.Partner
	if r := m.do(m.request(http.MethodPost, "/vshop/singleVerify", verifyBody)); r.code != store.CodeSuccess {
		t.Errorf("gzip: %s", r.body)
	}
	res, err := m.client.Do(m.signed(p, http.MethodGet, "/topup/mall/bundle-groups/bundles", ""))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if _, _, ok := readEnvelope(body); err != nil || !ok || !slices.Equal(res.TransferEncoding, []string{"chunked"}) {
		t.Errorf("chunked: %v %q %v", res.TransferEncoding, body, err)
	}
	res, err = m.client.Do(m.signed(p, http.MethodGet, simsPath, ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut off: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := m.client.Do(m.signed(p, http.MethodGet, "/topup/async-result/RQ-1", "").WithContext(ctx)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no answer: %v", err)
	}
	for start := time.Now(); !hung.Load(); time.Sleep(time.Millisecond) {
		if time.Since(start) > limit {
			t.Fatal("the hook still waits")
		}
	}
	if r := m.do(m.request(http.MethodGet, sandbox.HealthPath, "")); r.code != store.CodeSuccess {
		t.Errorf("afterwards: %s", r.body)
	}
}

// Hooks of one point are called in order, each with what the one before left.
func TestInterceptorsInOrder(t *testing.T) {
	mark := func(letter string) store.Interceptor {
		return store.Interceptor{
			RequestID: func(_ *store.State, _ *store.Call, id string) string { return id + letter },
			Answer: func(_ *store.Call, a *store.Answer) {
				a.Header["X-Marks"] = []string{a.Get("X-Marks") + letter}
			},
		}
	}
	m := serve(t, sandbox.Config{Interceptors: []store.Interceptor{mark("a"), {}, mark("b")}})
	r := m.do(m.signed(m.fix.Partner, http.MethodPost, simsPath, simBody(m0)))
	if !strings.HasSuffix(r.header.Get("request_id"), "ab") || r.header.Get("X-Marks") != "ab" {
		t.Errorf("%v", r.header)
	}
}
