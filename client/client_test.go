package client_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
)

func TestConfigSaysWhatIsWrong(t *testing.T) {
	good := client.Addresses{Vshop: "http://h/v", Payment: "http://h/p", Topup: "http://h/t"}
	for _, test := range []struct {
		name   string
		config client.Config
		want   string
	}{
		{"no partner", client.Config{Environment: client.Test}, "making a client of the mall: no PartnerCode is set"},
		{"environment", client.Config{PartnerCode: "P", Environment: "uat"}, `making a client of the mall: environment "uat" is unknown: use Test or Production`},
		{"no address", client.Config{PartnerCode: "P"}, "making a client of the mall: neither Environment nor Addresses.Vshop is set"},
		{"no URL", client.Config{PartnerCode: "P", Environment: client.Test, Addresses: client.Addresses{Topup: "host"}},
			`making a client of the mall: address of Topup is "host": write an http or https URL`},
		{"path", client.Config{PartnerCode: "P", Addresses: good, Paths: map[string]string{"confirmPaymentResult": "confirm"}},
			`making a client of the mall: the path of confirmPaymentResult is "confirm": begin it with a slash`},
		{"attempts", client.Config{PartnerCode: "P", Addresses: good, Attempts: -1}, "making a client of the mall: a negative Attempts or MaxAnswer is not valid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := client.New(test.config); err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestPathsOfUndocumentedOperations(t *testing.T) {
	var asked string
	mall := clienttest.Connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		fmt.Fprint(w, `{"operateCode":"S","message":"success","data":{"payId":"P1","payStatus":"1","payAmount":"1","payCurrency":"EUR"}}`)
	}), func(config *client.Config) { config.Paths = map[string]string{"confirmPaymentResult": "/v2/confirm"} })
	if _, err := mall.ConfirmPayment(clienttest.Within(t), "P1"); err != nil || asked != "/payment/v2/confirm" {
		t.Errorf("%s was called, error %v", asked, err)
	}
}
