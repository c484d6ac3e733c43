package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// endingPayments confirms each authorized payment by itself, right after it was first queried, as a mall does whose
// payment provider notifies it.
type endingPayments struct {
	mall       http.Handler
	mu         sync.Mutex
	authorized map[string]bool
}

func (e *endingPayments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	e.mall.ServeHTTP(w, r)
	var request struct {
		PayID, TradeTime string
	}
	_ = json.Unmarshal(body, &request) // another body names no payment
	e.mu.Lock()
	defer e.mu.Unlock()
	switch path.Base(r.URL.Path) {
	case "stripeSingleAuthorization":
		e.authorized[request.PayID] = request.TradeTime != ""
	case "resultQuery":
		if e.authorized[request.PayID] {
			e.authorized[request.PayID] = false
			e.confirm(r, request.PayID)
		}
	}
}

func (e *endingPayments) confirm(r *http.Request, payID string) {
	text := `{"payId":"` + payID + `","tradeTime":"` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `","tradeType":"confirmPaymentResult"}`
	confirmation := httptest.NewRequest(http.MethodPost, strings.Replace(r.URL.String(), "resultQuery", "confirmPaymentResult", 1), strings.NewReader(text))
	confirmation.Header.Set("Content-Type", "application/json")
	signer := signing.Signer{PartnerCode: sandbox.NewFixtures().Partner}
	if err := signer.Sign(r.Context(), confirmation); err == nil {
		e.mall.ServeHTTP(httptest.NewRecorder(), confirmation)
	}
}

// A payment that ends by itself is not blamed on the refused confirmation before it.
func TestPaymentsThatEndByThemselvesAreNotBlamedOnConfirmations(t *testing.T) {
	under, _ := foreign(t, nil, func(s *target.Settings) { s.Only = []string{"PAY-042"} })
	address, err := url.Parse(under.URLs["payment"])
	if err != nil {
		t.Fatal(err)
	}
	address.Path = ""
	front := httptest.NewServer(&endingPayments{mall: httputil.NewSingleHostReverseProxy(address), authorized: map[string]bool{}})
	defer front.Close()
	for service, old := range under.URLs {
		under.URLs[service] = strings.Replace(old, address.String(), front.URL, 1)
	}
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Results) != 1 || run.Results[0].Verdict != reports.Skipped || !strings.Contains(run.Results[0].Reason, "without a confirmation") {
		t.Errorf("results: %+v", run.Results)
	}
}
