package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client/tap"
	"github.com/mallcheck/mallcheck/conformance/partner/page"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/sandbox"
)

// live is a sandbox with its page.
type live struct {
	t     *testing.T
	url   string
	page  *page.Page
	token string
	sim   string
}

func start(t *testing.T) *live {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	p, err := page.New(contract, page.Config{Secrets: redact.Secrets{Values: []string{"hush-hush-hush"}}, Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.Start(t.Context(), sandbox.Config{Control: true, Wrap: p.Wrap, Interceptors: []sandbox.Interceptor{tap.Interceptor()}}, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("an open stream holds up the server: %v", err)
		}
	})
	l := &live{t: t, url: server.URL(), page: p, sim: server.Sandbox().Fixtures().SIMs[0]}
	found := regexp.MustCompile(`name="token" content="(\w+)"`).FindStringSubmatch(l.send("GET", page.Path, "").body)
	if found == nil || len(found[1]) < 20 {
		t.Fatal("the page has no token")
	}
	l.token = found[1]
	return l
}

type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request with header fields given in pairs; the host is one, too.
func (l *live) send(method, path, body string, header ...string) reply {
	l.t.Helper()
	request, err := http.NewRequestWithContext(l.t.Context(), method, l.url+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if request.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

// event is one server-sent event.
type event struct{ id, name, data string }

// stream opens the stream and returns its events of these names.
func (l *live) stream(last string, names string) <-chan event {
	l.t.Helper()
	request, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.url+page.Path+"events", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	events := make(chan event, 100)
	go func() {
		defer response.Body.Close()
		defer close(events)
		var one event
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				one.id = value
			case "event":
				one.name = value
			case "data":
				one.data = value
			case "":
				if strings.Contains(names, one.name) {
					events <- one
				}
				one = event{}
			}
		}
	}()
	return events
}

func next(t *testing.T, events <-chan event) event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(5 * time.Second):
		t.Fatal("no event")
		return event{}
	}
}

func TestForeignCallersAreRefused(t *testing.T) {
	l := start(t)
	token := func(header ...string) []string { return append(header, page.TokenHeader, l.token) }
	for _, test := range []struct {
		name, method, path string
		header             []string
		want               int
	}{
		{"the page", "GET", "", nil, 200},
		{"a link on another page", "GET", "", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"the page as localhost", "GET", "", []string{"Host", "localhost:1"}, 200},
		{"the page as a name that resolves here", "GET", "", []string{"Host", "evil.example"}, 403},
		{"the page as another machine", "GET", "", []string{"Host", "10.0.0.1"}, 403},
		{"the token", "POST", "clear", token(), 204},
		{"the token and the page's origin", "POST", "clear", token("Origin", l.url), 204},
		{"no token", "POST", "clear", nil, 403},
		{"a wrong token", "POST", "clear", []string{page.TokenHeader, l.token + "x"}, 403},
		{"another origin", "POST", "clear", token("Origin", "http://evil.example"), 403},
		{"an opaque origin", "POST", "clear", token("Origin", "null"), 403},
		{"another port", "POST", "clear", token("Sec-Fetch-Site", "same-site"), 403},
		{"a download for another page", "GET", "requests.har", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another method", "DELETE", "clear", nil, 403},
		{"a reset without a token", "POST", "control/reset", nil, 403},
		{"a reset", "POST", "control/reset", token(), 200},
		{"a path out of the control path", "POST", "control/..%2f..%2fvshop%2fsingleVerify", token(), 404},
	} {
		if got := l.send(test.method, page.Path+test.path, "{}", test.header...); got.status != test.want {
			t.Errorf("%s: HTTP %d, want %d: %s", test.name, got.status, test.want, got.body)
		}
	}
	if got := l.send("GET", page.Path, ""); !strings.Contains(got.header.Get("Content-Security-Policy"), "default-src 'none'") ||
		got.header.Get("X-Frame-Options") != "DENY" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("header %v", got.header)
	}
}

// TestStream shows requests as they come, and after a reconnection only those that were missed.
func TestStream(t *testing.T) {
	l := start(t)
	events := l.stream("", "request clear")
	l.send("POST", "/vshop/singleVerify", `{"deviceCode":"`+l.sim+`"}`, "Content-Type", "application/json")
	first := next(t, events)
	var shown struct {
		Operation, Verdict, Curl string
		Mistakes                 []struct{ Check, Summary string }
		Request, Response        struct{ Body string }
	}
	if err := json.Unmarshal([]byte(first.data), &shown); err != nil {
		t.Fatal(err)
	}
	if shown.Operation != "singleVerify" || shown.Verdict != "mistake" || len(shown.Mistakes) == 0 || !strings.HasPrefix(shown.Curl, "curl ") ||
		!strings.Contains(shown.Request.Body, l.sim) || !strings.Contains(shown.Response.Body, "operateCode") {
		t.Errorf("%+v", shown)
	}
	l.send("GET", "/topup/mall/bundle-groups/bundles", "")
	second := next(t, events)
	if again := next(t, l.stream(first.id, "request clear")); again.id != second.id {
		t.Errorf("after request %s came %s, want %s", first.id, again.id, second.id)
	}
	if other := next(t, l.stream("9999", "request clear")); other.name != "clear" {
		t.Errorf("a page of an earlier process was told %v", other)
	}
	l.send("POST", page.Path+"clear", "{}", page.TokenHeader, l.token)
	if cleared := next(t, events); cleared.name != "clear" {
		t.Errorf("after clearing came %v", cleared)
	}
	l.send("GET", "/topup/mall/bundle-groups/bundles", "")
	if fresh := next(t, events); fresh.name != "request" || fresh.id != "3" {
		t.Errorf("after clearing and a request came %v", fresh)
	}
}

// The summary says what all requests show together, and is cleared with the list.
func TestSummary(t *testing.T) {
	l := start(t)
	events := l.stream("", "summary")
	next(t, events)
	l.send("GET", "/topup/mall/bundle-groups/bundles", "")
	l.send("GET", "/topup/mall/bundle-groups/bundles", "")
	want := func(requests, mistakes int) {
		t.Helper()
		for {
			var s struct {
				Requests int
				Mistakes []struct{ Times int }
			}
			if err := json.Unmarshal([]byte(next(t, events).data), &s); err != nil {
				t.Fatal(err)
			}
			if s.Requests == requests && len(s.Mistakes) >= mistakes && (mistakes > 0 || len(s.Mistakes) == 0) {
				return
			}
		}
	}
	want(2, 1)
	l.send("POST", page.Path+"clear", "{}", page.TokenHeader, l.token)
	want(0, 0)
}

// TestDownloads are redacted, and have what is shown.
func TestDownloads(t *testing.T) {
	l := start(t)
	l.send("POST", "/payment/resultQuery", `{"payId":"hush-hush-hush","note":"\xff"}`, "Content-Type", "application/json", "Authorization", "Bearer hush-hush-hush")
	for _, name := range []string{"requests.json", "requests.har"} {
		got := l.send("GET", page.Path+name, "")
		if got.status != 200 || !json.Valid([]byte(got.body)) || strings.Contains(got.body, "hush-hush-hush") || !strings.Contains(got.body, "REQ-0001") ||
			!strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: HTTP %d %v %.300s", name, got.status, got.header, got.body)
		}
	}
}

// TestBounds keeps the newest requests, and large bodies in part.
func TestBounds(t *testing.T) {
	l := start(t)
	for range 1010 {
		l.send("GET", "/topup/mall/bundle-groups/bundles", "")
	}
	large := `{"a":"` + strings.Repeat("é", 100_000) + `"}`
	l.send("POST", "/vshop/singleVerify", large, "Content-Type", "application/json")
	var run struct {
		Results []struct {
			ID        string
			Exchanges []struct {
				Request struct {
					Body string
					Cut  int
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(l.send("GET", page.Path+"requests.json", "").body), &run); err != nil {
		t.Fatal(err)
	}
	last := run.Results[len(run.Results)-1]
	if len(run.Results) != 1000 || last.ID != "REQ-1011" {
		t.Fatalf("%d results, the last is %s", len(run.Results), last.ID)
	}
	if request := last.Exchanges[0].Request; len(request.Body)+request.Cut != len(large) || len(request.Body) > 33<<10 {
		t.Errorf("%d bytes and %d cut of %d", len(request.Body), request.Cut, len(large))
	}
}

func ExamplePage() {
	contract, err := openapi.Mall()
	if err != nil {
		panic(err)
	}
	live, err := page.New(contract, page.Config{})
	if err != nil {
		panic(err)
	}
	server, err := sandbox.Start(context.Background(), sandbox.Config{Control: true, Wrap: live.Wrap,
		Interceptors: []sandbox.Interceptor{tap.Interceptor()}}, "")
	if err != nil {
		panic(err)
	}
	response, err := http.Get(server.URL() + page.Path)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.Status)
	_ = response.Body.Close()
	live.Close()
	_ = server.Close(context.Background())
	// Output: 200 OK
}
