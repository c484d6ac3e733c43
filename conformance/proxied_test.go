package conformance_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// proxied is a proxy in front of a target.
type proxied struct {
	t    testing.TB
	url  string
	stop func() *reports.Run
}

// startProxy starts a proxy; stop ends it and returns its run.
func startProxy(t testing.TB, under *target.Target, config proxy.Config) proxied {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var run *reports.Run
	var failed error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run, failed = conformance.Proxy(ctx, under, listener, config, nil)
	}()
	stop := sync.OnceValue(func() *reports.Run {
		cancel()
		<-ended
		if failed != nil {
			t.Fatal(failed)
		}
		return run
	})
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return proxied{t, "http://" + listener.Addr().String(), stop}
}

// reply is a response of the proxy.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request; edits change it before.
func (p proxied) send(method, path, body string, edits ...func(*http.Request)) reply {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, edit := range edits {
		edit(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(got)}
}

func (r reply) accepted() bool {
	return r.status == http.StatusOK && strings.Contains(r.body, `"operateCode":"S"`)
}

// allowing returns settings that allow everything.
func allowing(s *target.Settings) {
	s.Allow, s.Strict = []string{"read", "write", "purchase"}, "assumed"
}

// verdicts returns the verdicts of a run's results by id, but for skipped ones.
func verdictsOf(run *reports.Run) map[string]reports.Verdict {
	found := map[string]reports.Verdict{}
	for _, result := range run.Results {
		if result.Verdict != reports.Skipped {
			found[result.ID] = result.Verdict
		}
	}
	return found
}

const groupSims = "/topup/mall/bundle-groups/G20230001/sims"

// order is the body of a valid order without the global parameters.
func order(sim, number string) string {
	return `{"deviceCode":"` + sim + `","orderNo":"` + number + `","payId":"PAY` + number + `","requestOrderId":"R` + number + `",` +
		`"payAmount":"4.99","payCurrency":"USD","packageCode":"PACKAGE20180428000007","orderPeriod":"1","servicePlanCode":"string","servicePlanShowName":"string",` +
		`"languageCode":"0","mark":"0","terminal":"0","tradeTime":"","tradeType":"verify","autoRenewal":"0"}`
}

func equalVerdicts(a, b map[string]reports.Verdict) bool {
	if len(a) != len(b) {
		return false
	}
	for id, verdict := range a {
		if b[id] != verdict {
			return false
		}
	}
	return true
}

func resultOf(run *reports.Run, id string) reports.Result {
	at := slices.IndexFunc(run.Results, func(r reports.Result) bool { return r.ID == id })
	if at < 0 {
		return reports.Result{}
	}
	return run.Results[at]
}
