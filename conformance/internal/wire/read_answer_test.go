package wire

import (
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// No answer is both a success and a refusal, and a server error is neither.
func FuzzReadAnswer(f *testing.F) {
	f.Add(200, []byte(`{"data":[],"operateCode":"S","message":"success"}`), uint8(0))
	f.Add(200, []byte(`{"orderNo":"1"}`), uint8(3))
	f.Add(500, []byte(`{"operateCode":"F","message":7}`), uint8(1))
	f.Add(404, []byte("\ufeff{}{}"), uint8(2))
	contract, err := openapi.Mall()
	if err != nil {
		f.Fatal(err)
	}
	operations := contract.Operations()
	f.Fuzz(func(t *testing.T, status int, body []byte, which uint8) {
		answer := ReadAnswer(0, reports.Exchange{
			Operation: operations[int(which)%len(operations)].ID, Response: &reports.Response{Status: status, Body: body},
		})
		if answer.Accepted() && answer.Refused() || answer.Refused() && status >= 500 {
			t.Errorf("%s: accepted %v, refused %v", answer, answer.Accepted(), answer.Refused())
		}
		_, _, _ = ResultOf(answer), FoundOrderOf(answer), PlanCodeOf(answer, "K")
		if listing, known := ListingOf(answer); known && listing.Times("") < 0 {
			t.Errorf("%s is listed %+v", answer, listing)
		}
		if bundles, known := BundlesOf(answer); !known && len(bundles) > 0 {
			t.Errorf("%s has bundles in an unknown form: %+v", answer, bundles)
		}
		if text := answer.String(); len(text) > 400 {
			t.Errorf("a line of %d bytes", len(text))
		}
	})
}
