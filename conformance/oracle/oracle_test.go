package oracle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

func newOracle(t testing.TB, options Options) *Oracle {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	o, err := New(contract, options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const result = `{"data":{"request_id":"RQ-1","action_code":"70","status":"completed","details":[{"sim_id":"89852202306250040073","result":"10","message":"success"}]},"operateCode":"S","message":"success"}`

// answer is an exchange with a whole answer announced as JSON.
func answer(operation string, status int, body string, header ...reports.Header) reports.Exchange {
	return reports.Exchange{Operation: operation, Response: &reports.Response{
		Status: status, Body: reports.Body(body), Announced: int64(len(body)),
		Header: append([]reports.Header{{Name: "Content-Type", Value: "application/json"}}, header...),
	}}
}

func TestJudge(t *testing.T) {
	o := newOracle(t, Options{})
	const schema = "/paths/~1async-result~1{request_id}/get/responses/200/content/application~1json/schema"
	requestID := reports.Header{Name: "Request_id", Value: "RQ-1"}
	for _, test := range []struct {
		name     string
		exchange reports.Exchange
		want     []string // clause at pointer, "?" before what is undocumented
	}{
		{"the documented example", answer("asyncResult", 200, result), nil},
		{"white space and member order", answer("asyncResult", 200, "\n{ \"message\" : \"ok\", \"operateCode\":\"S\",\"data\":"+result[8:strings.Index(result, `,"operateCode"`)]+"}\n"), nil},
		{"an acceptance", answer("addSims", 200, `{"operateCode":"S","message":"success"}`, requestID), nil},
		{"a refusal", answer("addSims", 200, `{"operateCode":"F","message":"no"}`), nil},
		{"a refusal with 4xx and data of any shape", answer("asyncResult", 404, `{"operateCode":"E1","message":"no","data":{"a":1}}`), nil},
		{"an unknown operation", answer("nothing", 500, ""), nil},

		{"a success without the request id", answer("addSims", 200, `{"operateCode":"S","message":"success"}`),
			[]string{"request-id/header-present at header request_id"}},
		{"a success without data", answer("asyncResult", 200, `{"operateCode":"S","message":"success"}`),
			[]string{schema + "/properties/data at /data"}},
		{"a number instead of a string", answer("asyncResult", 200, strings.Replace(result, `"70"`, `70`, 1)),
			[]string{schema + "/properties/data/properties/action_code/type at /data/action_code"}},
		{"a value outside the enum", answer("asyncResult", 200, strings.Replace(result, `"70"`, `"72"`, 1)),
			[]string{schema + "/properties/data/properties/action_code/enum at /data/action_code", "?" + schema + "/properties/data/properties/action_code at /data/action_code"}},
		{"a missing member", answer("asyncResult", 200, strings.Replace(result, `"result":"10",`, ``, 1)),
			[]string{schema + "/properties/data/properties/details/items/required/result at /data/details/0/result"}},
		{"an unknown member", answer("asyncResult", 200, strings.Replace(result, `{"data"`, `{"extra":1,"data"`, 1)),
			[]string{"?" + schema + " at /extra"}},
		{"an unknown result code", answer("asyncResult", 200, strings.Replace(result, `"10"`, `"99"`, 1)),
			[]string{"?" + schema + "/properties/data/properties/details/items/properties/result at /data/details/0/result"}},
		{"no envelope", answer("asyncResult", 200, `{"request_id":"RQ-1"}`), []string{"envelope/present at /operateCode"}},
		{"an array", answer("asyncResult", 200, `[]`), []string{"envelope/present at body"}},
		{"no body", answer("asyncResult", 200, ``), []string{"envelope/present at body"}},
		{"trailing data", answer("asyncResult", 200, result+"x"), []string{"envelope/one-json-text at body"}},
		{"two texts", answer("asyncResult", 200, result+result), []string{"envelope/one-json-text at body"}},
		{"a member twice", answer("asyncResult", 200, strings.Replace(result, `"message":"success"}`, `"message":"success","message":"x"}`, 1)),
			[]string{"envelope/one-json-text at body"}},
		{"not UTF-8", answer("asyncResult", 200, strings.Replace(result, "success", "\xc4\xe3", 1)), []string{"envelope/one-json-text at body"}},
		{"not JSON", answer("asyncResult", 200, "oops"), []string{"envelope/one-json-text at body"}},
		{"a refusal without a message", answer("asyncResult", 200, `{"operateCode":"F","message":""}`), []string{"envelope/refusal at /message"}},
		{"a refusal with a number as its code", answer("asyncResult", 200, `{"operateCode":1,"message":"no"}`), []string{"envelope/refusal at /operateCode"}},
		{"another media type", reports.Exchange{Operation: "asyncResult", Response: &reports.Response{Status: 200, Body: reports.Body(result), Header: []reports.Header{{Name: "content-type", Value: "text/plain"}}}},
			[]string{"envelope/media-type at header Content-Type"}},
		{"a server error", answer("asyncResult", 500, `{"operateCode":"F","message":"no"}`), []string{"envelope/no-server-error at status"}},
		{"an undocumented status", answer("asyncResult", 201, result), []string{"?envelope/success at status"}},
		{"a success with 4xx", answer("asyncResult", 404, result), []string{"?envelope/success at status"}},
		{"a redirect", answer("asyncResult", 302, `{"operateCode":"F","message":"no"}`), []string{"?envelope/refusal at status"}},
		{"several at once", answer("asyncResult", 500, strings.Replace(strings.Replace(result, `"70"`, `70`, 1), `"10"`, `10`, 1)),
			[]string{schema + "/properties/data/properties/action_code/type at /data/action_code",
				schema + "/properties/data/properties/details/items/properties/result/type at /data/details/0/result", "envelope/no-server-error at status"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range o.Judge(test.exchange) {
				mark := ""
				if d.Undocumented {
					mark = "?"
				}
				got = append(got, fmt.Sprintf("%s%s at %s", mark, d.Clause, d.Pointer))
				if !d.Grade.Valid() {
					t.Errorf("%s has the grade %q", d.Clause, d.Grade)
				}
				if d.Summary == "" || d.Expected == "" || len(d.Actual) > maxText+10 {
					t.Errorf("not told in bounded words: %+v", d)
				}
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestBrokenOff(t *testing.T) {
	exchange := answer("asyncResult", 200, result[:40])
	exchange.Problem = "the answer broke off"
	got := newOracle(t, Options{}).Judge(exchange)
	if len(got) != 1 || got[0].Clause != clauseJSON {
		t.Errorf("deviations %+v, want one from %s", got, clauseJSON)
	}
}

func TestOtherRequestIDHeader(t *testing.T) {
	o := newOracle(t, Options{RequestIDHeader: "X-Request-Id"})
	exchange := answer("addSims", 200, `{"operateCode":"S","message":"success"}`, reports.Header{Name: "x-request-id", Value: "1"})
	if got := o.Judge(exchange); len(got) != 0 {
		t.Errorf("deviations %+v", got)
	}
	exchange = answer("addSims", 200, `{"operateCode":"S","message":"success"}`, reports.Header{Name: "request_id", Value: "1"})
	if got := o.Judge(exchange); len(got) != 1 || got[0].Pointer != "header X-Request-Id" {
		t.Errorf("deviations %+v, want one at header X-Request-Id", got)
	}
}

// FuzzJudge holds that no answer makes the oracle panic or talk without bounds.
func FuzzJudge(f *testing.F) {
	f.Add("asyncResult", 200, []byte(result))
	f.Add("addSims", 404, []byte(`{"operateCode":null}`))
	f.Add("listBundles", 200, []byte(strings.Repeat("[", 1000)))
	o := newOracle(f, Options{})
	f.Fuzz(func(t *testing.T, operation string, status int, body []byte) {
		for _, d := range o.Judge(answer(operation, status, string(body))) {
			if len(d.Actual) > maxText+10 || len(d.Expected) > 10*maxText {
				t.Errorf("a deviation without bounds: %+v", d)
			}
		}
	})
}

// BenchmarkJudge judges the documented example of asyncResult.
func BenchmarkJudge(b *testing.B) {
	o := newOracle(b, Options{})
	exchange := answer("asyncResult", 200, result)
	b.ReportAllocs()
	for b.Loop() {
		o.Judge(exchange)
	}
}
