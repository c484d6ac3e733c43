package conformance_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// throughProxy sends an empty request for each operation through a proxy, and returns its run.
func throughProxy(t *testing.T, p proxied, edits ...func(*http.Request)) *reports.Run {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	path := strings.NewReplacer("{group_id}", "G1", "{request_id}", "R1")
	for _, operation := range contract.Operations() {
		body := "{}"
		if operation.Method == http.MethodGet {
			body = ""
		}
		got := p.send(operation.Method, "/"+operation.Service+path.Replace(operation.Path), body, edits...)
		if reason := got.header.Get(proxy.ReasonHeader); reason != "" {
			t.Errorf("%s is not forwarded: %s", operation.ID, got.body)
		}
	}
	return p.stop()
}

// verdictsAre holds that each check of the proxy with a prefix has a verdict.
func verdictsAre(t *testing.T, run *reports.Run, prefix string, want reports.Verdict) {
	t.Helper()
	got := verdictsOf(run)
	for _, check := range conformance.AllChecks() {
		if strings.HasPrefix(check.ID, prefix) && got[check.ID] != want {
			t.Errorf("%s: %q, want %s: %+v", check.ID, got[check.ID], want, resultOf(run, check.ID).Deviations)
		}
	}
}

// TestEveryCheckOfTheProxyFails is the fault matrix of the proxy: each of its checks fails when what it is about is
// wrong, and passes when it is right.
func TestEveryCheckOfTheProxyFails(t *testing.T) {
	t.Parallel()
	t.Run("right signs, right answers", func(t *testing.T) {
		under, _ := foreign(t, nil, allowing)
		signer := signing.Signer{PartnerCode: under.PartnerCode,
			Templates: []string{"/mall/bundle-groups/{group_id}/sims", "/async-result/{request_id}"}}
		run := throughProxy(t, startProxy(t, under, proxy.Config{KeepSign: true}), func(r *http.Request) {
			if err := signer.Sign(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		})
		verdictsAre(t, run, "PRX-", reports.Passed)
	})
	t.Run("no sign", func(t *testing.T) {
		under, _ := foreign(t, nil, allowing)
		run := throughProxy(t, startProxy(t, under, proxy.Config{KeepSign: true}))
		verdictsAre(t, run, "PRX-001/", reports.Passed)
		verdictsAre(t, run, "PRX-002/", reports.Failed)
	})
	t.Run("wrong answers", func(t *testing.T) {
		wrong := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"operateCode":5}`)
		}))
		defer wrong.Close()
		under, _ := foreign(t, nil, allowing)
		other := *under
		other.URLs = map[string]string{}
		for service := range under.URLs {
			other.URLs[service] = wrong.URL + "/" + service
		}
		verdictsAre(t, throughProxy(t, startProxy(t, &other, proxy.Config{})), "PRX-001/", reports.Failed)
	})
}
