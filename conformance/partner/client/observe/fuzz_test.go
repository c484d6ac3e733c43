package observe

import (
	"net/http"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
)

// Whatever a client sends is judged, with texts of bounded length.
func FuzzJudge(f *testing.F) {
	contract, err := openapi.Mall()
	if err != nil {
		f.Fatal(err)
	}
	o, err := New(contract, Options{PartnerCodes: []string{"P1"}})
	if err != nil {
		f.Fatal(err)
	}
	o.diagnosed.Store(maxDiagnosed) // the diagnosis has a fuzz test of its own, and would take all the time
	f.Add("POST", "vshop", "/singleVerify", "", "application/json", []byte(`{"version":"3.0","partnerCode":"P1","deviceCode":"1","sign":"x"}`))
	f.Add("GET", "topup", "/mall/bundle-groups/G1/sims", "version=3.0&partnerCode=P1&sign=x&sign=y", "", []byte(nil))
	f.Add("DELETE", "topup", "/mall/bundle-groups/%2e%2e/sims", "%zz", "text/plain; charset=\xff", []byte("\xef\xbb\xbf{}"))
	f.Fuzz(func(t *testing.T, method, service, path, query, media string, body []byte) {
		const longest = 4 << 10
		got := o.Judge(Request{Method: method, Service: service, Path: path, RawQuery: query, Header: http.Header{"Content-Type": {media}}, Body: body})
		for _, m := range got.Mistakes {
			if m.Check == "" || m.Summary == "" || len(m.Summary)+len(m.Expected)+len(m.Actual) > longest {
				t.Errorf("a mistake without check, summary or bounds: %+v", m)
			}
		}
	})
}
