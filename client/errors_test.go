package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
)

// always answers every request with one status and body, and counts.
func always(status int, body string, calls *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

func TestRefused(t *testing.T) {
	var calls atomic.Int64
	mall := clienttest.Connect(t, always(http.StatusForbidden, `{"operateCode":"E7","message":"pm_1Gn may not pay for buyer@example.com"}`, &calls), nil)
	_, err := mall.Payment(clienttest.Within(t), "P1")
	refused := new(client.Refused)
	if !errors.As(err, &refused) {
		t.Fatalf("error %v", err)
	}
	if refused.Operation != "resultQuery" || refused.Code != "E7" || refused.Status != http.StatusForbidden || len(refused.Body) == 0 {
		t.Errorf("refusal %+v", refused)
	}
	const want = `resultQuery was refused: [redacted] may not pay for [redacted] (code "E7", HTTP 403)`
	if err.Error() != want {
		t.Errorf("text %s, want %s", err, want)
	}
	if calls.Load() != 1 {
		t.Errorf("a refusal was repeated: %d calls", calls.Load())
	}
}

func TestMalformed(t *testing.T) {
	const data = `{"payId":"P1","payStatus":"1","payAmount":"4.99","payCurrency":"USD"}`
	for _, test := range []struct {
		name   string
		status int
		body   string
	}{
		{"HTML", 200, "<html>Welcome</html>"},
		{"nothing", 200, ""},
		{"redirect", 302, ""},
		{"another API", 200, `{"status":"ok"}`},
		{"list", 200, `[]`},
		{"trouble", 500, `{"operateCode":"F","message":"oops"}`},
		{"success with 404", 404, `{"operateCode":"S","message":"success","data":` + data + `}`},
		{"no data", 200, `{"operateCode":"S","message":"success"}`},
		{"null", 200, `{"operateCode":"S","message":"success","data":null}`},
		{"list as data", 200, `{"operateCode":"S","message":"success","data":[]}`},
		{"empty data", 200, `{"operateCode":"S","message":"success","data":{}}`},
		{"another payment", 200, `{"operateCode":"S","message":"success","data":` + strings.Replace(data, "P1", "P2", 1) + `}`},
		{"amount as number", 200, `{"operateCode":"S","message":"success","data":` + strings.Replace(data, `"4.99"`, "4.99", 1) + `}`},
		{"amount in words", 200, `{"operateCode":"S","message":"success","data":` + strings.Replace(data, "4.99", "four", 1) + `}`},
		{"trailing data", 200, `{"operateCode":"S","message":"success","data":` + data + `}{}`},
		{"invalid UTF-8", 200, "{\"operateCode\":\"S\",\"message\":\"\xff\",\"data\":" + data + `}`},
		{"code as number", 200, `{"operateCode":1,"message":"success","data":` + data + `}`},
		{"empty code", 200, `{"operateCode":"","message":"success","data":` + data + `}`},
		{"too long", 200, `{"operateCode":"S","message":"` + strings.Repeat("x", 5000) + `","data":` + data + `}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			mall := clienttest.Connect(t, always(test.status, test.body, new(atomic.Int64)), func(config *client.Config) { config.MaxAnswer = 4096 })
			_, err := mall.Payment(clienttest.Within(t), "P1")
			malformed := new(client.Malformed)
			if !errors.As(err, &malformed) || malformed.Operation != "resultQuery" || malformed.Status != test.status || malformed.Reason == "" {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestErrorTextsHidePaymentData(t *testing.T) {
	body := `{"payId":"P1secretid","client_secret": "pi_1_secret_2","customer_id":"cus_9","email":"b@example.com","note":"pm_77"}`
	mall := clienttest.Connect(t, always(http.StatusOK, body, new(atomic.Int64)), nil)
	_, err := mall.Payment(clienttest.Within(t), "P1")
	for _, secret := range []string{"P1secretid", "pi_1", "cus_9", "b@example.com", "pm_77"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s stands in %s", secret, err)
		}
	}
	malformed := new(client.Malformed)
	if !errors.As(err, &malformed) || string(malformed.Body) != body {
		t.Errorf("the raw body is gone: %v", err)
	}
}

// failing answers the first calls with a status and then hands over.
func failing(first int64, status int, header map[string]string, calls *atomic.Int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) <= first {
			for name, value := range header {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestReadingIsRepeated(t *testing.T) {
	paid := always(http.StatusOK, `{"operateCode":"S","message":"success","data":{"payId":"P1","payStatus":"1","payAmount":"1","payCurrency":"EUR"}}`, new(atomic.Int64))
	for _, status := range []int{429, 502, 503, 504} {
		var calls atomic.Int64
		mall := clienttest.Connect(t, failing(2, status, nil, &calls, paid), nil)
		if _, err := mall.Payment(clienttest.Within(t), "P1"); err != nil || calls.Load() != 3 {
			t.Errorf("after HTTP %d: %d calls, error %v", status, calls.Load(), err)
		}
	}
	var calls atomic.Int64
	mall := clienttest.Connect(t, failing(9, 503, nil, &calls, paid), func(config *client.Config) { config.Attempts = 2 })
	if _, err := mall.Payment(clienttest.Within(t), "P1"); !errors.As(err, new(*client.Malformed)) || calls.Load() != 2 {
		t.Errorf("%d calls, error %v", calls.Load(), err)
	}
}

func TestRetryAfterIsHeeded(t *testing.T) {
	paid := always(http.StatusOK, `{"operateCode":"S","message":"success","data":{"payId":"P1","payStatus":"1","payAmount":"1","payCurrency":"EUR"}}`, new(atomic.Int64))
	mall := clienttest.Connect(t, failing(1, 503, map[string]string{"Retry-After": "1"}, new(atomic.Int64), paid), nil)
	started := time.Now()
	if _, err := mall.Payment(clienttest.Within(t), "P1"); err != nil || time.Since(started) < time.Second {
		t.Errorf("error %v after %s", err, time.Since(started))
	}
}

func TestWhatPaysOrCountsIsSentOnce(t *testing.T) {
	price := client.PaymentRequest{PayID: "P1", Amount: clienttest.Amount(t, "1"), Currency: "EUR", Email: "b@example.com", Method: "pm_1", PlanCode: "SP"}
	for name, send := range map[string]func(*client.Client) error{
		"AddSIMs": func(c *client.Client) error {
			_, err := c.AddSIMs(clienttest.Within(t), "G1", "89852202306250040073")
			return err
		},
		"RemoveSIMs": func(c *client.Client) error {
			_, err := c.RemoveSIMs(clienttest.Within(t), "G1", "89852202306250040073")
			return err
		},
		"AuthorizePayment": func(c *client.Client) error {
			_, err := c.AuthorizePayment(clienttest.Within(t), price)
			return err
		},
		"AuthorizeSubscription": func(c *client.Client) error {
			_, err := c.AuthorizeSubscription(clienttest.Within(t), "P1", "b@example.com")
			return err
		},
		"Subscribe":      func(c *client.Client) error { _, err := c.Subscribe(clienttest.Within(t), price); return err },
		"ConfirmPayment": func(c *client.Client) error { _, err := c.ConfirmPayment(clienttest.Within(t), "P1"); return err },
		"CancelAutoRenewal": func(c *client.Client) error {
			return c.CancelAutoRenewal(clienttest.Within(t), client.AutoRenewal{SIM: "1", OrderNo: "2", PayID: "3"})
		},
		"ReportPaidOrder": func(c *client.Client) error {
			_, err := c.ReportPaidOrder(clienttest.Within(t), client.PaidOrder{OrderRequest: client.OrderRequest{
				OrderNo: "1", SIM: "2", PackageCode: "3", Amount: clienttest.Amount(t, "1"), Currency: "EUR",
			}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int64
			if err := send(clienttest.Connect(t, always(http.StatusServiceUnavailable, "", &calls), nil)); err == nil || calls.Load() != 1 {
				t.Errorf("%d calls, error %v", calls.Load(), err)
			}
		})
	}
}

func TestErrorWithoutAnAnswerHidesTheQuery(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	mall, err := client.New(client.Config{PartnerCode: "P000270", Addresses: clienttest.At(server.URL), Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = mall.FindOrder(clienttest.Within(t), client.OrderKey{SIM: "89852202306250040073"})
	if err == nil || strings.Contains(err.Error(), "89852202306250040073") {
		t.Errorf("error %v", err)
	}
}

func TestBareAnswersOf2022(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/vshop/singleOrder", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"deviceCode":"89852420180910340793","orderNo":"1","partnerCode":"P000270","payId":"P0002701"}`)
	})
	mux.HandleFunc("/vshop/cancelAutoRenewalRecord", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	mux.HandleFunc("/payment/stripeSubDirectly", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"error":"declined"}`) })
	mall := clienttest.Connect(t, mux, nil)
	price := clienttest.Amount(t, "4.99")
	placed, err := mall.Order(clienttest.Within(t), client.OrderRequest{OrderNo: "1", SIM: "89852420180910340793", PackageCode: "P", Amount: price, Currency: "USD"})
	if err != nil || placed.OrderNo != "1" {
		t.Errorf("order %+v, %v", placed, err)
	}
	if err := mall.CancelAutoRenewal(clienttest.Within(t), client.AutoRenewal{SIM: "1", OrderNo: "2", PayID: "3"}); err != nil {
		t.Error(err)
	}
	_, err = mall.Subscribe(clienttest.Within(t), client.PaymentRequest{PayID: "P1", Amount: price, Currency: "usd", Email: "b@example.com", Method: "pm", PlanCode: "SP"})
	if !errors.As(err, new(*client.Malformed)) {
		t.Errorf("a bare object of another form was taken: %v", err)
	}
}

func TestAmount(t *testing.T) {
	for _, text := range []string{"", ".5", "5.", "1,5", "-1", "+1", "1e2", " 1", "1.2.3", "１", strings.Repeat("9", 65)} {
		if _, err := client.ParseAmount(text); err == nil {
			t.Errorf("%q is an amount", text)
		}
	}
	for _, pair := range [][2]string{{"4.9", "4.90"}, {"007", "7"}, {"0.1", "0.10000000000000000000"}} {
		if clienttest.Amount(t, pair[0]).Cmp(clienttest.Amount(t, pair[1])) != 0 || clienttest.Amount(t, pair[0]).String() != pair[0] {
			t.Errorf("%s is not %s", pair[0], pair[1])
		}
	}
	if clienttest.Amount(t, "0.30").Cmp(clienttest.Amount(t, "0.3000000000000000001")) != -1 {
		t.Error("a difference in the nineteenth digit is lost")
	}
}

func TestCountsMayBeNumbersOrStrings(t *testing.T) {
	for text, want := range map[string]bool{`2`: true, `"2"`: true, `"two"`: false, `2.5`: false, `-1`: false, `null`: false, `[]`: false} {
		mall := clienttest.Connect(t, always(http.StatusOK, `{"operateCode":"S","message":"success","data":[{"group_id":"G1","sim_count":`+text+`}]}`, new(atomic.Int64)), nil)
		groups, err := mall.Groups(clienttest.Within(t))
		if got := err == nil && groups[0].SIMCount == 2; got != want {
			t.Errorf("sim_count %s: %+v, %v", text, groups, err)
		}
	}
}

// A group or a request id that is a segment of a path would call another path.
func TestNoRequestLeavesItsPath(t *testing.T) {
	var calls atomic.Int64
	mall := clienttest.Connect(t, always(http.StatusOK, `{}`, &calls), nil)
	for _, value := range []string{"", ".", ".."} {
		_, added := mall.AddSIMs(clienttest.Within(t), value, "1")
		_, removed := mall.RemoveSIMs(clienttest.Within(t), value, "1")
		_, listed := mall.GroupSIMs(clienttest.Within(t), value)
		_, asked := mall.Task(value).Result(clienttest.Within(t))
		for name, err := range map[string]error{"AddSIMs": added, "RemoveSIMs": removed, "GroupSIMs": listed, "Result": asked} {
			if err == nil {
				t.Errorf("%s with %q: no error", name, value)
			}
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d requests were sent", calls.Load())
	}
}
