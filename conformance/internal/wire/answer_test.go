package wire

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// Where a body without an envelope is a success: where a page
// prints one so, since what it says was bought has been bought.
func TestBareSuccess(t *testing.T) {
	for _, test := range []struct {
		name, operation string
		status          int
		body            string
		accepted        bool
	}{
		{"an order", "singleOrder", 200, `{"orderNo":"1","payId":"2"}`, true},
		{"an order with more", "singleOrder", 200, `{"orderNo":"1","payId":"2","traceId":"3"}`, true},
		{"one printed member", "stripeSubDirectly", 200, `{"status":500,"error":"Internal Server Error"}`, false},
		{"no printed member", "singleOrder", 200, `{"code":500,"msg":"sign error","success":false}`, false},
		{"nothing of an order", "singleOrder", 200, `{}`, false},
		{"something where nothing is printed", "cancelAutoRenewalRecord", 200, `{"code":500}`, false},
		{"an empty object", "cancelAutoRenewalRecord", 200, `{}`, true},
		{"another status", "singleOrder", 201, `{"orderNo":"1","payId":"2"}`, false},
		{"a server error", "singleOrder", 500, `{"orderNo":"1","payId":"2"}`, false},
		{"an envelope without a code", "singleOrder", 200, `{"message":"no"}`, false},
		{"a refusal", "singleOrder", 200, `{"operateCode":"F","message":"no"}`, false},
		{"null", "singleOrder", 200, `null`, false},
		{"a list", "queryAutoRenewalRecord", 200, `[]`, false},
		{"no page prints it so", "singleQueryOrder", 200, `{"orderNo":"1"}`, false},
	} {
		answer := ReadAnswer(0, reports.Exchange{
			Operation: test.operation, Response: &reports.Response{Status: test.status, Body: []byte(test.body)},
		})
		if answer.Accepted() != test.accepted || test.accepted && string(answer.Data) != test.body {
			t.Errorf("%s: accepted %t with data %s, want %t", test.name, answer.Accepted(), answer.Data, test.accepted)
		}
	}
}
