// Package page is the live page of the sandbox: it shows each request of a partner's client as it
// arrives, with its mistakes and its flow, and has buttons for the control path.
//
// The page is served beside the API, below Path, to browsers on this machine. It is one HTML, one CSS
// and one JavaScript file, without a build step or external resources. Values of requests reach it as
// JSON and are shown only as text.
package page

import (
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/partner/client/tap"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// Path is the root of the page.
const Path = "/_ui/"

// Config configures a page.
type Config struct {
	// RequestIDHeader is the response header with the id of a task.
	RequestIDHeader string
	// Faulty is set if the sandbox breaks the contract on demand, so its judgement may differ from the
	// document's.
	Faulty bool
	// Secrets are redacted in downloads.
	Secrets redact.Secrets
	// Version is the version of mallcheck.
	Version string
}

// Page stores what the clients of a sandbox sent and serves the page. It is safe for concurrent use.
type Page struct {
	config   Config
	contract *openapi.Contract
	sandbox  http.Handler // with its control path
	rules    signing.Rules
	token    string // required for requests that change state
	store    *store
	done     chan struct{}
	ended    sync.Once

	mu    sync.Mutex
	judge *client.Judge
	since int // the number of the last exchange when the list was cleared
}

// New returns a page. Wrap joins it to a sandbox.
func New(contract *openapi.Contract, config Config) (*Page, error) {
	p := &Page{config: config, contract: contract, rules: signing.Default(), token: rand.Text(), store: newStore(),
		done: make(chan struct{})}
	return p, p.judgeAnew()
}

// judgeAnew forgets the flows so far.
func (p *Page) judgeAnew() error {
	judge, err := client.New(p.contract, client.Options{Rules: p.rules, RequestIDHeader: p.config.RequestIDHeader})
	if err != nil {
		return fmt.Errorf("making the judge of the page: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.judge, p.since = judge, 0
	return nil
}

// Wrap returns a handler that serves the page below Path and passes everything else to a sandbox,
// recording the requests. The sandbox needs an open control path, and tap.Interceptor as its first
// interceptor.
func (p *Page) Wrap(served *sandbox.Sandbox) http.Handler {
	p.sandbox, p.rules = served, served.Rules()
	_ = p.judgeAnew() // it cannot fail after New succeeded
	tapped := tap.Handler(served, p.see)
	routes := p.routes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path+"/" == Path || strings.HasPrefix(r.URL.Path, Path) {
			p.guarded(routes).ServeHTTP(w, r)
			return
		}
		tapped.ServeHTTP(w, r)
	})
}

// Close ends the streams of open pages, so that the server can be shut down.
func (p *Page) Close() { p.ended.Do(func() { close(p.done) }) }

// see judges and stores one exchange.
func (p *Page) see(e client.Exchange) {
	p.mu.Lock()
	judge := p.judge
	p.mu.Unlock()
	p.store.add(p.entryOf(e, judge.See(e)))
}

//go:embed static
var static embed.FS

func (p *Page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"{$}", p.index)
	mux.HandleFunc("GET "+Path+"page.js", asset("page.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET "+Path+"page.css", asset("page.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET "+Path+"icon.svg", asset("icon.svg", "image/svg+xml"))
	mux.HandleFunc("GET "+Path+"events", p.events)
	mux.HandleFunc("GET "+Path+"pushes", p.pushes)
	mux.HandleFunc("GET "+Path+"requests.json", p.downloadJSON)
	mux.HandleFunc("GET "+Path+"requests.har", p.downloadHAR)
	mux.HandleFunc("POST "+Path+"clear", p.clear)
	mux.HandleFunc("POST "+Path+"control/{action}", p.control)
	mux.Handle("GET "+strings.TrimSuffix(Path, "/"), http.RedirectHandler(Path, http.StatusFound))
	return mux
}

// asset serves a file of the page.
func asset(name, mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		text, err := static.ReadFile("static/" + name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(text) // the browser may have disconnected
	}
}

// index serves the page with the token of this process.
func (p *Page) index(w http.ResponseWriter, _ *http.Request) {
	text, err := static.ReadFile("static/index.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(strings.Replace(string(text), "{{token}}", p.token, 1))) // letters and digits
}

// The pace of a stream.
const (
	summaryPause = 500 * time.Millisecond // at least, between two summaries
	heartbeat    = 15 * time.Second
)

// events streams entries as server-sent events: first the stored ones after the last one that the
// browser saw, then new ones, with a summary from time to time.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Time{}); err != nil { // the stream does not end
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	last, _ := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64) // 0 without one
	woken, leave := p.store.listen()
	defer leave()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var pause <-chan time.Time
	told, due := "", true
	for {
		if due && pause == nil {
			if err := p.tell(w, &told); err != nil {
				return
			}
			due, pause = false, time.After(summaryPause)
		}
		fresh, gone := p.store.after(last)
		if gone {
			last = 0
			if _, err := fmt.Fprint(w, "event: clear\ndata: {}\n\n"); err != nil {
				return
			}
		}
		for _, e := range fresh {
			if _, err := fmt.Fprintf(w, "id: %d\nevent: request\ndata: %s\n\n", e.id, e.encoded); err != nil {
				return
			}
			last = e.id
		}
		if control.Flush() != nil {
			return
		}
		select {
		case <-woken:
			due = true
		case <-pause:
			pause = nil
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-p.done:
			return
		}
	}
}

// summary is the judgement of all requests so far.
type summary struct {
	Requests int            `json:"requests"`
	Right    int            `json:"right"`
	LeftOut  uint64         `json:"leftOut"` // entries that are no longer stored
	Flows    map[string]int `json:"flows"`
	Mistakes []listed       `json:"mistakes"`
}

// listed is one mistake of the summary.
type listed struct {
	Check       string `json:"check"`
	Requirement string `json:"requirement"`
	Summary     string `json:"summary"`
	Times       int    `json:"times"` // 0 for a mistake that only the end shows
}

// tell writes the summary if it differs from the last one written.
func (p *Page) tell(w http.ResponseWriter, told *string) error {
	p.mu.Lock()
	judge, since := p.judge, p.since
	p.mu.Unlock()
	outcome := judge.End()
	s := summary{Flows: outcome.Flows, Mistakes: []listed{}}
	s.Requests, s.Right, s.LeftOut = p.store.counts()
	for _, m := range outcome.Mistakes {
		fresh := slices.DeleteFunc(m.Numbers, func(number int) bool { return number <= since })
		if len(fresh) > 0 || len(m.Numbers) == 0 {
			s.Mistakes = append(s.Mistakes, listed{m.Check, client.Requirement(m.Check), m.Summary, len(fresh)})
		}
	}
	text, err := json.Marshal(s)
	if err != nil || string(text) == *told {
		return err
	}
	*told = string(text)
	_, err = fmt.Fprintf(w, "event: summary\ndata: %s\n\n", text)
	return err
}

// run returns the stored entries as a redacted run, for downloads.
func (p *Page) run() *reports.Run {
	run := &reports.Run{Schema: reports.SchemaVersion, Tool: reports.Tool{Name: "mallcheck", Version: p.config.Version, Contract: p.contract.Digest()},
		Target: reports.Target{Name: "sandbox"}, Policy: reports.Policy{Strict: reports.Assumed}, Started: time.Now().UTC(), Ended: time.Now().UTC()}
	run.Results = p.store.results()
	if len(run.Results) > 0 {
		run.Started = run.Results[0].Started
	}
	return redact.Run(run, p.config.Secrets)
}
