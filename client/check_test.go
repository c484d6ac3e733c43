package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
)

// saying answers each path with one body.
func saying(bodies map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for path, data := range bodies {
			if strings.HasSuffix(r.URL.Path, path) {
				w.Header().Set("request_id", "RQ-1")
				fmt.Fprintf(w, `{"operateCode":"S","message":"success","data":%s}`, data)
				return
			}
		}
		fmt.Fprint(w, `{"operateCode":"F","message":"unknown"}`)
	})
}

func stored(t *testing.T) client.OrderRequest {
	t.Helper()
	return client.OrderRequest{OrderNo: "1", SIM: "89852202306250040073", PackageCode: "PK", Amount: clienttest.Amount(t, "4.90"), Currency: "USD"}
}

// An answer about another order is a mismatch; differences that the API leaves open are not.
func TestMismatch(t *testing.T) {
	const paid = `{"payId":"P0002701","payStatus":"1","payAmount":"4.9","payCurrency":"usd"}`
	const found = `{"order_id":"1","sim_id":"89852202306250040073","package_code":"PK","pay_id":"P0002701","pay_amount":"4.900","pay_currency":"usd","pay_status":"1"}`
	const authorized = `{"payId":"P0002701","client_secret":"pi_1_secret_1","customer_id":"cus_1","payAmount":"4.9","payCurrency":"usd"}`
	const placed = `{"deviceCode":"89860012018111220455","orderNo":"1","partnerCode":"P000270","payId":"P0002701"}`
	payment := func(c *client.Client) error {
		got, err := c.Payment(clienttest.Within(t), "P0002701")
		if err != nil {
			return err
		}
		return got.Check(stored(t))
	}
	confirm := func(c *client.Client) error {
		got, err := c.ConfirmPayment(clienttest.Within(t), "P0002701")
		if err != nil {
			return err
		}
		return got.Check(stored(t))
	}
	find := func(c *client.Client) error {
		got, err := c.FindOrder(clienttest.Within(t), client.OrderKey{OrderNo: "1"})
		if err != nil {
			return err
		}
		return got.Check(stored(t))
	}
	authorize := func(c *client.Client) error {
		got, err := c.AuthorizePayment(clienttest.Within(t), client.PaymentRequest{PayID: "P0002701", Amount: stored(t).Amount, Currency: "USD", Email: "b@example.com"})
		if got == nil {
			t.Errorf("no authorization beside %v", err)
		}
		return err
	}
	const renewal = `{"deviceCode":"89852202306250040073","orderNo":"1","orderPeriod":"1","packageType":"5","partnerCode":"P","payId":"P0002701",` +
		`"servicePlanShowName":"x","subscriptionTime":"2026.11.01"}`
	renew := func(c *client.Client) error {
		got, err := c.AutoRenewal(clienttest.Within(t), "89852202306250040073")
		if err != nil {
			return err
		}
		return got.Check(stored(t))
	}
	order := func(c *client.Client) error { _, err := c.Order(clienttest.Within(t), stored(t)); return err }
	for _, test := range []struct {
		name, path, data, old, changed string
		call                           func(*client.Client) error
		member                         string // "" if it is not to be noticed
	}{
		{"a payment as ordered", "/resultQuery", paid, "", "", payment, ""},
		{"a payment of another amount", "/resultQuery", paid, `"4.9"`, `"94.9"`, payment, "payAmount"},
		{"a payment in another currency", "/resultQuery", paid, "usd", "JPY", payment, "payCurrency"},
		{"a confirmation of another amount", "/confirmPaymentResult", paid, `"4.9"`, `"490"`, confirm, "payAmount"},
		{"an order as ordered", "/order", found, "", "", find, ""},
		{"an order of another amount", "/order", found, "4.900", "4.901", find, "pay_amount"},
		{"an order of another package", "/order", found, "PK", "PK2", find, "package_code"},
		{"an order of another SIM card", "/order", found, "0073", "0074", find, "sim_id"},
		{"an authorization as ordered", "/stripeSingleAuthorization", authorized, "", "", authorize, ""},
		{"an authorization without an amount", "/stripeSingleAuthorization", authorized, `"payAmount":"4.9",`, "", authorize, ""},
		{"an authorization of another amount", "/stripeSingleAuthorization", authorized, `"4.9"`, `"94.9"`, authorize, "payAmount"},
		{"an authorization in another currency", "/stripeSingleAuthorization", authorized, "usd", "eur", authorize, "payCurrency"},
		{"an auto-renewal of the order", "/queryAutoRenewalRecord", renewal, "", "", renew, ""},
		{"an auto-renewal of another order", "/queryAutoRenewalRecord", renewal, `"orderNo":"1"`, `"orderNo":"91"`, renew, "orderNo"},
		{"an order that is placed", "/singleOrder", placed, "", "", order, ""},
		{"an answer that names another order", "/singleOrder", placed, `"orderNo":"1"`, `"orderNo":"91"`, order, "orderNo"},
		{"an answer that names another payment", "/singleOrder", placed, `"payId":"P`, `"payId":"9P`, order, "payId"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.data, test.old) {
				t.Fatalf("%s is not in the answer", test.old)
			}
			mall := clienttest.Connect(t, saying(map[string]string{test.path: strings.Replace(test.data, test.old, test.changed, 1)}), nil)
			err := test.call(mall)
			other := new(client.Mismatch)
			switch {
			case test.member == "" && err != nil:
				t.Error(err)
			case test.member != "" && (!errors.As(err, &other) || other.Member != test.member || strings.Contains(err.Error(), "P0002701")):
				t.Errorf("error %v", err)
			}
		})
	}
}

// An order whose answer is about another order is neither reported as placed nor sent again.
func TestOrderThatIsAnsweredForAnotherIsUncertain(t *testing.T) {
	orders := 0
	mall := clienttest.Connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		orders++
		fmt.Fprint(w, `{"operateCode":"S","message":"success","data":{"deviceCode":"1","orderNo":"2","partnerCode":"P","payId":"P2"}}`)
	}), nil)
	placed, err := mall.Order(clienttest.Within(t), stored(t))
	if uncertain := new(client.Uncertain); placed != nil || !errors.As(err, &uncertain) || uncertain.OrderNo != "1" || orders != 1 {
		t.Errorf("%+v after %d requests, error %v", placed, orders, err)
	}
}

// A final result must have each SIM card of the request and no other, in any order and number.
func TestIncompleteResult(t *testing.T) {
	const a, b, c = "89852202306250040073", "89852202306250040074", "89852202306250040075"
	for _, test := range []struct {
		name     string
		sent     []string
		told     []string
		resumed  bool
		complete bool
	}{
		{"each", []string{a, b}, []string{b, a}, false, true},
		{"one twice in the request", []string{a, a}, []string{a}, false, true},
		{"one twice in both", []string{a, a}, []string{a, a}, false, true},
		{"one missing", []string{a, b}, []string{a}, false, false},
		{"none", []string{a}, nil, false, false},
		{"a foreign one", []string{a}, []string{a, c}, false, false},
		{"one missing, resumed", []string{a, b}, []string{a}, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			details := []string{}
			for _, sim := range test.told {
				details = append(details, `{"sim_id":"`+sim+`","result":"10","message":"success"}`)
			}
			mall := clienttest.Connect(t, saying(map[string]string{"/sims": "null",
				"/RQ-1": `{"request_id":"RQ-1","action_code":"70","status":"completed","details":[` + strings.Join(details, ",") + `]}`}), nil)
			task, err := mall.AddSIMs(clienttest.Within(t), "G1", test.sent...)
			if err != nil {
				t.Fatal(err)
			}
			if test.resumed {
				task = mall.Task(task.RequestID())
			}
			result, err := task.Wait(clienttest.Within(t))
			malformed := new(client.Malformed)
			if result == nil || len(result.SIMs) != len(test.told) || (err == nil) != test.complete || err != nil && !errors.As(err, &malformed) {
				t.Errorf("%+v, error %v", result, err)
			}
		})
	}
}

// The members of a push are compared with the order; missing ones are ignored.
func TestPushIsCompared(t *testing.T) {
	order := stored(t)
	for _, test := range []struct {
		push   client.Push
		member string
	}{
		{client.Push{}, ""},
		{client.Push{OrderNo: "1", PayID: "P0002701", SIM: order.SIM, PackageCode: "PK", Amount: clienttest.Amount(t, "4.9"), Currency: "usd"}, ""},
		{client.Push{OrderNo: "2"}, "orderNo"},
		{client.Push{OrderNo: "1", Amount: clienttest.Amount(t, "94.9")}, "payAmount"},
		{client.Push{OrderNo: "1", Currency: "EUR"}, "payCurrency"},
	} {
		err := test.push.Check(order)
		other := new(client.Mismatch)
		if (err == nil) != (test.member == "") || err != nil && (!errors.As(err, &other) || other.Member != test.member) {
			t.Errorf("%+v: %v", test.push, err)
		}
	}
}
