package main

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// Every command sends requests to the target only: a proxy that sees all traffic is asked for no
// other host.
func TestNothingGoesElsewhere(t *testing.T) {
	testlevel.Plain(t)
	var mu sync.Mutex
	asked := map[string]int{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.Host]++
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"operateCode":"S","message":"success","data":[]}`))
	}))
	defer proxy.Close()
	environ := []string{"HTTP_PROXY=" + proxy.URL, "HTTPS_PROXY=" + proxy.URL, "ALL_PROXY=" + proxy.URL}
	dir := t.TempDir()
	for _, arguments := range [][]string{
		{"version"}, {"list"}, {"faults"}, {"variants"}, {"contract"}, {"plan", "--only=area:RID"}, {"run", "--only=area:RID"},
		{"plan", "--topup-url=http://mall.example/topup", "--partner-code=P1"},
	} {
		if got := (process{arguments: arguments, environ: environ, dir: dir}).run(t); got.code != 0 {
			t.Errorf("%q: exit code %d: %s", arguments, got.code, got.err)
		}
	}
	mu.Lock()
	none := len(asked) == 0
	mu.Unlock()
	if !none {
		t.Errorf("without a target these hosts were asked for: %v", asked)
	}
	process{arguments: []string{"run", "--topup-url=http://mall.example/topup", "--partner-code=P1", "--only=op:listBundles"}, environ: environ, dir: dir}.run(t)
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 1 || asked["mall.example"] == 0 {
		t.Errorf("with the target mall.example these hosts were asked for: %v", asked)
	}
}
