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

// longer is an answer whose body is 7 bytes longer, or shorter, than announced.
func longer(body string) reports.Exchange {
	exchange := answer("asyncResult", 200, body)
	exchange.Response.Announced = max(exchange.Response.Announced-7, 7)
	return exchange
}

// unannounced is an answer whose length is not announced, as of a chunked or compressed one.
func unannounced(body string) reports.Exchange {
	exchange := answer("asyncResult", 200, body)
	exchange.Response.Announced = -1
	return exchange
}

// A number that the request has, too, is quoted, not the server's own; digits of a text are another matter.
func TestNumberOfTheRequestIsQuoted(t *testing.T) {
	o := newOracle(t, Options{})
	const kept = "envelope/numbers-kept"
	for sent, want := range map[string]bool{
		`{"deviceCode":89883030000000000001,"version":"3.0"}`: false, `{"sim_ids":[ 89883030000000000001]}`: false,
		`{"deviceCode":"89883030000000000001"}`: true, `{"deviceCode":898830300000000000012}`: true, ``: true, `89883030000000000001`: true,
	} {
		exchange := answer("singleVerify", 422, `{"operateCode":"F","message":"no","data":{"input":89883030000000000001}}`)
		exchange.Request.Body = reports.Body(sent)
		told := slices.ContainsFunc(o.Judge(exchange, false), func(d reports.Deviation) bool { return d.Clause == kept })
		if told != want {
			t.Errorf("sent %s: the number is reported: %t, want %t", sent, told, want)
		}
	}
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
		{"no envelope", answer("asyncResult", 200, `{"request_id":"RQ-1"}`), []string{"errors/refusals-in-the-envelope at /operateCode"}},
		{"a success without its envelope", answer("asyncResult", 200, `{"request_id":"RQ-1","action_code":"70","status":"completed","details":[]}`),
			[]string{"envelope/present at /operateCode"}},
		{"a bare object where no answer is known", answer("singleVerify", 200, `{"valid":true}`), []string{"envelope/present at /operateCode"}},
		{"an array", answer("asyncResult", 200, `[]`), []string{"errors/refusals-in-the-envelope at body"}},
		{"no body", answer("asyncResult", 200, ``), []string{"errors/refusals-in-the-envelope at body"}},
		{"trailing data", answer("asyncResult", 200, result+"x"), []string{"envelope/one-json-text at body"}},
		{"two texts", answer("asyncResult", 200, result+result), []string{"envelope/one-json-text at body"}},
		{"a member twice", answer("asyncResult", 200, strings.Replace(result, `"message":"success"}`, `"message":"success","message":"x"}`, 1)),
			[]string{"envelope/one-json-text at /data/details/0/message"}},
		{"two members twice and something behind", answer("asyncResult", 200, strings.Replace(strings.Replace(result, `{"data"`, `{"message":"x","data"`, 1), `"status"`, `"status":"x","status"`, 1)+"x"),
			[]string{"envelope/one-json-text at /data/status", "envelope/one-json-text at /message", "envelope/one-json-text at body"}},
		{"a byte order mark, and what is behind it", answer("asyncResult", 200, "\ufeff"+strings.Replace(result, `"70"`, `70`, 1)),
			[]string{"envelope/one-json-text at body", schema + "/properties/data/properties/action_code/type at /data/action_code"}},
		{"not UTF-8, and what is beside it", answer("asyncResult", 200, strings.Replace(strings.Replace(result, "success", "\xc4\xe3", 1), `"70"`, `70`, 1)),
			[]string{"envelope/one-json-text at body", schema + "/properties/data/properties/action_code/type at /data/action_code"}},
		{"the largest integers that are kept", answer("addSims", 200, `{"operateCode":"S","message":"success","data":{"a":9007199254740991,"b":-9007199254740991,"c":1e20,"d":0.1}}`, requestID), nil},
		{"integers that no double keeps", answer("addSims", 200, `{"operateCode":"S","message":"success","data":{"a":9007199254740992,"b":[-9007199254740992]}}`, requestID),
			[]string{"envelope/numbers-kept at /data/a", "envelope/numbers-kept at /data/b/0"}},
		{"a number beyond all doubles", answer("addSims", 404, `{"operateCode":"F","message":"no","data":1e400}`),
			[]string{"envelope/numbers-kept at /data"}},
		{"a body longer than announced", longer(result), []string{"envelope/one-json-text at body"}},
		{"a body of an announced length of nothing", longer(""), []string{"envelope/one-json-text at body", "errors/refusals-in-the-envelope at body"}},
		{"a body without an announced length", unannounced(result), nil},
		{"a request id twice", answer("addSims", 200, `{"operateCode":"S","message":"success"}`, requestID, reports.Header{Name: "Request_id", Value: "RQ-2"}),
			[]string{"request-id/header-present at header request_id"}},
		{"the same request id twice", answer("addSims", 200, `{"operateCode":"S","message":"success"}`, requestID, requestID), nil},
		{"an empty request id", answer("addSims", 200, `{"operateCode":"S","message":"success"}`, reports.Header{Name: "Request_id"}),
			[]string{"/paths/~1mall~1bundle-groups~1{group_id}~1sims/post/responses/200/headers/request_id at header request_id"}},
		{"a refusal of another media type", reports.Exchange{Operation: "asyncResult", Response: &reports.Response{Status: 404, Announced: -1, Body: reports.Body(`{"operateCode":"F","message":"no"}`), Header: []reports.Header{{Name: "Content-Type", Value: "text/html"}}}},
			[]string{"errors/refusals-in-the-envelope at header Content-Type"}},
		{"unknown members and values in a list", answer("asyncResult", 200, strings.Replace(result, `"result":"10"`, `"result":"99","a/b":1`, 1)),
			[]string{"?" + schema + "/properties/data/properties/details/items at /data/details/0/a~1b",
				"?" + schema + "/properties/data/properties/details/items/properties/result at /data/details/0/result"}},
		{"not UTF-8", answer("asyncResult", 200, strings.Replace(result, "success", "\xc4\xe3", 1)), []string{"envelope/one-json-text at body"}},
		{"not JSON", answer("asyncResult", 200, "oops"), []string{"envelope/one-json-text at body"}},
		{"a refusal without a message", answer("asyncResult", 200, `{"operateCode":"F","message":""}`), []string{"envelope/refusal at /message"}},
		{"a refusal with a number as its code", answer("asyncResult", 200, `{"operateCode":1,"message":"no"}`), []string{"envelope/refusal at /operateCode"}},
		{"another media type", reports.Exchange{Operation: "asyncResult", Response: &reports.Response{Status: 200, Announced: -1, Body: reports.Body(result), Header: []reports.Header{{Name: "content-type", Value: "text/plain"}}}},
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
			for _, d := range o.Judge(test.exchange, true) {
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
	got := newOracle(t, Options{}).Judge(exchange, true)
	if len(got) != 1 || got[0].Clause != clauseJSON {
		t.Errorf("deviations %+v, want one from %s", got, clauseJSON)
	}
}

func TestOtherRequestIDHeader(t *testing.T) {
	o := newOracle(t, Options{RequestIDHeader: "X-Request-Id"})
	exchange := answer("addSims", 200, `{"operateCode":"S","message":"success"}`, reports.Header{Name: "x-request-id", Value: "1"})
	if got := o.Judge(exchange, true); len(got) != 0 {
		t.Errorf("deviations %+v", got)
	}
	exchange = answer("addSims", 200, `{"operateCode":"S","message":"success"}`, reports.Header{Name: "request_id", Value: "1"})
	if got := o.Judge(exchange, true); len(got) != 1 || got[0].Pointer != "header X-Request-Id" {
		t.Errorf("deviations %+v, want one at header X-Request-Id", got)
	}
}

// No answer makes the oracle panic or report without bounds.
func FuzzJudge(f *testing.F) {
	f.Add("asyncResult", 200, []byte(result))
	f.Add("addSims", 404, []byte(`{"operateCode":null}`))
	f.Add("listBundles", 200, []byte(strings.Repeat("[", 1000)))
	o := newOracle(f, Options{})
	f.Fuzz(func(t *testing.T, operation string, status int, body []byte) {
		for _, d := range o.Judge(answer(operation, status, string(body)), true) {
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
		o.Judge(exchange, true)
	}
}
