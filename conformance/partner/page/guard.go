package page

import (
	"bytes"
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"

	"github.com/mallcheck/mallcheck/internal/loopback"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
	"github.com/mallcheck/mallcheck/sandbox"
)

// TokenHeader is the header with the page's token, in requests that change state.
const TokenHeader = "X-Mallcheck-Token" //nolint:gosec // a name

// policy lets the page load only its own files, run only its own script file, and forbids framing.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guarded admits only the page itself, in browsers on this machine.
func (p *Page) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		for name, value := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			header.Set(name, value)
		}
		if problem := p.forbidden(r); problem != "" {
			http.Error(w, "mallcheck: "+problem, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forbidden says why a request is refused, "" if it is not. A page of another origin can send requests
// to this machine, by its name or by a name of its own that resolves here. It can neither read the token
// nor change Host, Origin and Sec-Fetch-Site.
func (p *Page) forbidden(r *http.Request) string {
	if !loopback.Caller(r) {
		return "the page is served only to this machine"
	}
	if host, local := loopback.Host(r); !local {
		return fmt.Sprintf("the page is available as localhost or 127.0.0.1, not as %q", host)
	}
	site, index := r.Header.Get("Sec-Fetch-Site"), r.URL.Path == Path && r.Method == http.MethodGet
	origin := r.Header.Get("Origin")
	switch {
	case origin != "" && origin != "http://"+r.Host, !index && site != "" && site != "same-origin" && site != "none":
		return "the request comes from another page"
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return ""
	case subtle.ConstantTimeCompare([]byte(r.Header.Get(TokenHeader)), []byte(p.token)) != 1:
		return "the token is missing or wrong; reload the page"
	}
	return ""
}

// maxAction limits the body of an action of the control path.
const maxAction = 64 << 10

// control passes an action to the control path of the sandbox.
func (p *Page) control(w http.ResponseWriter, r *http.Request) {
	action := r.PathValue("action")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAction))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.ask(w, r.Context(), http.MethodPost, action, body)
	if action == "reset" { // orders, tasks and therefore flows are gone
		if p.judgeAnew() == nil { // it cannot fail after New succeeded
			p.store.wake()
		}
	}
}

// pushes lists the pushes of the sandbox.
func (p *Page) pushes(w http.ResponseWriter, r *http.Request) {
	p.ask(w, r.Context(), http.MethodGet, "pushes", nil)
}

// ask sends a request to the control path, like a program on this machine.
func (p *Page) ask(w http.ResponseWriter, ctx context.Context, method, action string, body []byte) {
	request, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1"+sandbox.ControlPath+action, bytes.NewReader(body)) //nolint:gosec // handed to a handler
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	request.RemoteAddr = "127.0.0.1:1"
	request.Header.Set("Content-Type", "application/json")
	p.sandbox.ServeHTTP(w, request)
}

// clear forgets the requests so far.
func (p *Page) clear(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	p.since = p.judge.End().Requests
	p.mu.Unlock()
	p.store.clear()
	w.WriteHeader(http.StatusNoContent)
}

func (p *Page) downloadJSON(w http.ResponseWriter, _ *http.Request) {
	download(w, "mallcheck-requests.json", p.run(), reports.WriteJSON)
}

func (p *Page) downloadHAR(w http.ResponseWriter, _ *http.Request) {
	download(w, "mallcheck-requests.har", p.run(), render.WriteHAR)
}

func download(w http.ResponseWriter, name string, run *reports.Run, write func(io.Writer, *reports.Run) error) {
	var text bytes.Buffer
	if err := write(&text, run); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(text.Bytes()) // the browser may have disconnected
}
