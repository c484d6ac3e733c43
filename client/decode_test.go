package client

import (
	"errors"
	"net/http"
	"testing"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// Every answer decodes to a success with data, a refusal with a code, or a malformed answer.
func FuzzDecode(f *testing.F) {
	f.Add(http.StatusOK, []byte(`{"data":{"payId":"P1","payStatus":"1"},"operateCode":"S","message":"success"}`))
	f.Add(http.StatusForbidden, []byte(`{"data":[],"operateCode":"F","message":"no"}`))
	f.Add(http.StatusOK, []byte(`{"payId":"P1"}`))
	f.Add(http.StatusServiceUnavailable, []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for _, op := range []operation{{name: "plain"}, {name: "bare", bare: true}, {name: "empty", empty: true}} {
			data, err := decode[mall.PaymentResult](op, &answer{status: status, body: body})
			refused, malformed := new(Refused), new(Malformed)
			switch {
			case err == nil:
				if data == nil || status != http.StatusOK {
					t.Errorf("%s: a success with data %v and status %d", op.name, data, status)
				}
			case errors.As(err, &refused):
				if refused.Code == "" || refused.Code == Success {
					t.Errorf("%s: a refusal with code %q", op.name, refused.Code)
				}
			case !errors.As(err, &malformed):
				t.Errorf("%s: error %v", op.name, err)
			}
			if data != nil && err != nil {
				t.Errorf("%s: data and the error %v", op.name, err)
			}
		}
	})
}
