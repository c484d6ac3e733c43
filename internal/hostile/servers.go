package hostile

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Servers are servers that answer in ways that no client should bear for long.
var Servers = map[string]http.HandlerFunc{
	"hangs": func(_ http.ResponseWriter, r *http.Request) { await(r, 20*time.Second) },
	"drips": drip,
	"drips later": func() http.HandlerFunc {
		var asked atomic.Int32
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if asked.Add(1) == 1 {
				_, _ = w.Write([]byte(`{"data":[],"operateCode":"S","message":"success"}`))
				return
			}
			drip(w, r)
		}
	}(),
	"never ends": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(strings.Repeat("[", 1<<20))
		for range 200 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	},
	"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"shows a page": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>Welcome</title>"))
	},
}

// drip answers with a space now and then.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	for range 400 {
		_, _ = w.Write([]byte(" "))
		_ = http.NewResponseController(w).Flush()
		if await(r, 50*time.Millisecond) {
			return
		}
	}
}

// await waits, and reports whether the caller went away meanwhile.
func await(r *http.Request, long time.Duration) bool {
	select {
	case <-r.Context().Done():
		return true
	case <-time.After(long):
		return false
	}
}
