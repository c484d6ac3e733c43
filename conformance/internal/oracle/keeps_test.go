package oracle

import (
	"net/http"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The signed example of each operation keeps the contract, and no longer with another method, without
// one of its members, or after something else.
func TestKeeps(t *testing.T) {
	o := newOracle(t, Options{})
	kept := reports.Exchange{Operation: "singleVerify", Request: reports.Request{Method: http.MethodPost, URL: "http://h/singleVerify",
		Body: []byte(`{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P1","sign":"27cb49a7aaa5c5639cf3faa0f1617725","terminal":"1","tradeTime":"1","tradeType":"singleVerify","version":"3.0"}`)}}
	if !o.Keeps(&kept) {
		t.Error("a valid request does not keep the contract")
	}
	for name, change := range map[string]func(*reports.Exchange){
		"another method":     func(e *reports.Exchange) { e.Request.Method = http.MethodGet },
		"another operation":  func(e *reports.Exchange) { e.Operation = "dropTables" },
		"no body":            func(e *reports.Exchange) { e.Request.Body = nil },
		"a missing member":   func(e *reports.Exchange) { e.Request.Body = []byte(`{"version":"3.0"}`) },
		"data after it":      func(e *reports.Exchange) { e.Request.Body = append(e.Request.Body, "{}"...) },
		"an address of none": func(e *reports.Exchange) { e.Request.URL = "http://h:%zz/" },
	} {
		changed := kept
		changed.Request.Body = append(reports.Body(nil), kept.Request.Body...)
		if change(&changed); o.Keeps(&changed) {
			t.Errorf("%s: the request keeps the contract", name)
		}
	}
}

// No recorded request makes Keeps panic, and one with another method keeps nothing.
func FuzzKeeps(f *testing.F) {
	f.Add(uint8(0), "GET", "http://h/mall/order?sim_id=1&sim_id=2&%zz", []byte(nil))
	f.Add(uint8(5), "POST", "://", []byte(`{"sim_ids":[null,{}],"version":3}`))
	f.Add(uint8(9), "POST", "http://h", []byte(`[[[[`))
	contract, err := openapi.Mall()
	if err != nil {
		f.Fatal(err)
	}
	operations, o := contract.Operations(), newOracle(f, Options{})
	f.Fuzz(func(t *testing.T, which uint8, method, address string, body []byte) {
		operation := operations[int(which)%len(operations)]
		if o.Keeps(&reports.Exchange{Operation: operation.ID, Request: reports.Request{Method: method, URL: address, Body: body}}) && method != operation.Method {
			t.Errorf("%s by %s keeps the contract", operation.ID, method)
		}
	})
}
