package coverage

import (
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

func newCounter(t *testing.T) *Counter {
	t.Helper()
	mall, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	push, err := openapi.Push()
	if err != nil {
		t.Fatal(err)
	}
	counter, err := New(mall, push)
	if err != nil {
		t.Fatal(err)
	}
	return counter
}

// reached returns the parts of an operation that were exercised, of some kinds, each
// without the pointer of the operation.
func reached(c *Counter, id string, kinds ...string) []string {
	o := c.operation(id)
	var names []string
	for _, kind := range kinds {
		for _, p := range o.parts[kind] {
			if name := strings.TrimPrefix(p.name, o.Pointer); p.reached {
				names = append(names, strings.Replace(name, schemaOf, "", 1))
			}
		}
	}
	slices.Sort(names)
	return names
}

const refusal = `{"operateCode":"F","message":"no"}`

// exchanged is a result with one exchange that was refused.
func exchanged(operation, method, url, body string, header ...reports.Header) reports.Result {
	return reports.Result{Exchanges: []reports.Exchange{{
		Operation: operation,
		Request:   reports.Request{Method: method, URL: url, Body: reports.Body(body), Header: header},
		Response:  &reports.Response{Status: 200, Body: reports.Body(refusal)},
	}}}
}

// verify is a body of singleVerify that keeps every constraint.
const verify = `{"version":"3.0","partnerCode":"P1","sign":"0123456789abcdef0123456789abcdef","deviceCode":"89852000000000000001",` +
	`"languageCode":"0","mark":"0","terminal":"1","tradeTime":"1","tradeType":"singleVerify"}`

func TestBrokenConstraints(t *testing.T) {
	const at = "http://host/vshop_uat/singleVerify"
	for _, test := range []struct {
		name, method, url string
		from, to          string // replaced in verify
		want              []string
	}{
		{"nothing is wrong", "POST", at, "", "", nil},
		{"a member is empty", "POST", at, `"mark":"0"`, `"mark":""`, []string{"/requestBody/properties/mark/minLength"}},
		{"a member is a number", "POST", at, `"mark":"0"`, `"mark":0`, []string{"/requestBody/properties/mark/type"}},
		{"a member is null", "POST", at, `"mark":"0"`, `"mark":null`, []string{"/requestBody/properties/mark/type"}},
		{"a member is missing", "POST", at, `"mark":"0",`, ``, []string{"/requestBody/properties/mark", "/requestBody/required/mark"}},
		{"a member is too long", "POST", at, `P1`, strings.Repeat("é", 65), []string{"/requestBody/properties/partnerCode/maxLength"}},
		{"a member has two bytes a character", "POST", at, `P1`, strings.Repeat("é", 64), nil},
		{"a pattern is broken", "POST", at, `"3.0"`, `"3"`, []string{"/requestBody/properties/version/pattern"}},
		{"two members are wrong", "POST", at, `"mark":"0","terminal":"1"`, `"mark":"","terminal":""`, nil},
		{"an unknown member is there", "POST", at, `"mark":"0"`, `"mark":"0","x":1`, nil},
		{"the body is a list", "POST", at, verify, "[" + verify + "]", []string{"/requestBody/type"}},
		{"the body is missing", "POST", at, verify, "", []string{"/requestBody/required"}},
		{"the body is not JSON", "POST", at, verify, `{"version":`, nil},
		{"the method is another", "PUT", at, `"mark":"0"`, `"mark":""`, nil},
		{"the path is another", "POST", at + "/", `"mark":"0"`, `"mark":""`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCounter(t)
			body := strings.Replace(verify, test.from, test.to, 1)
			c.Add(exchanged("singleVerify", test.method, test.url, body))
			if got := reached(c, "singleVerify", Broken, Omitted); !slices.Equal(withoutOptional(got), test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// withoutOptional leaves out what a right request leaves out, too.
func withoutOptional(names []string) []string {
	var left []string
	for _, name := range names {
		if name != "/parameters/Accept-Language" && name != "/requestBody/properties/url" {
			left = append(left, name)
		}
	}
	return left
}

func TestKeptConstraints(t *testing.T) {
	c := newCounter(t)
	c.Add(exchanged("singleVerify", "POST", "http://host/singleVerify", strings.Replace(verify, `"mark":"0"`, `"mark":""`, 1)))
	if got := reached(c, "singleVerify", Kept, Sent, Values); len(got) > 0 {
		t.Errorf("a request that breaks a constraint keeps %q", got)
	}
	c.Add(exchanged("singleVerify", "POST", "http://host/singleVerify", verify, reports.Header{Name: "accept-language", Value: "zh-CN"}))
	o := c.operation("singleVerify")
	for _, p := range o.parts[Kept] {
		if !p.reached && !strings.Contains(p.name, "/properties/url/") {
			t.Errorf("not kept: %s", p.name)
		}
	}
	want := []string{`/parameters/Accept-Language/schema "zh-CN"`, `/requestBody/properties/languageCode "0"`, `/requestBody/properties/mark "0"`,
		`/requestBody/properties/terminal "1"`, `/requestBody/properties/version "3.0"`}
	if got := reached(c, "singleVerify", Values); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestParameters(t *testing.T) {
	const good = "version=3.0&partnerCode=P1&sign=0123456789abcdef0123456789abcdef"
	for _, test := range []struct {
		name, url string
		want      []string
	}{
		{"right", "http://host/topup/async-result/RQ-1?" + good, nil},
		{"an empty segment", "http://host/topup/async-result/?" + good, []string{"/parameters/request_id/schema/minLength"}},
		{"a slash in the segment", "http://host/topup/async-result/a%2Fb?" + good, nil},
		{"a parameter is missing", "http://host/topup/async-result/RQ-1?" + strings.Replace(good, "version=3.0&", "", 1), []string{"/parameters/version", "/parameters/version/required"}},
		{"a parameter is empty", "http://host/topup/async-result/RQ-1?" + strings.Replace(good, "P1", "", 1), []string{"/parameters/partnerCode/schema/minLength"}},
		{"another path", "http://host/topup/result/RQ-1?version=", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCounter(t)
			c.Add(exchanged("asyncResult", "GET", test.url, ""))
			if got := withoutOptional(reached(c, "asyncResult", Broken, Omitted)); !slices.Equal(got, test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
	c := newCounter(t)
	c.Add(exchanged("addSims", "POST", "http://host/mall/bundle-groups/G1/sims",
		`{"version":"3.0","partnerCode":"P1","sign":"0123456789abcdef0123456789abcdef","sim_ids":["89852000000000000001","1"]}`))
	if got, want := withoutOptional(reached(c, "addSims", Broken, Omitted)), []string{"/requestBody/properties/sim_ids/items/pattern"}; !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestAnswers(t *testing.T) {
	const at = "/responses/200"
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"a success", `{"operateCode":"S","message":"","data":{"request_id":"1","action_code":"71","status":null,"details":[{"sim_id":"1"},{"result":"31"}]}}`, []string{
			at, at + "/properties/data", at + "/properties/data/properties/action_code", at + `/properties/data/properties/action_code "71"`,
			at + "/properties/data/properties/details", at + "/properties/data/properties/details/items/properties/result",
			at + `/properties/data/properties/details/items/properties/result "31"`, at + "/properties/data/properties/details/items/properties/sim_id",
			at + "/properties/data/properties/request_id", at + "/properties/message", at + "/properties/operateCode"}},
		{"a refusal", refusal, []string{"/responses/default", "/responses/default/properties/message", "/responses/default/properties/operateCode"}},
		{"a list", "[]", nil},
		{"no JSON", "oops", nil},
		{"no envelope", `{"data":{"action_code":"71"}}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCounter(t)
			result := exchanged("asyncResult", "GET", "http://host/async-result/1", "")
			result.Exchanges[0].Response.Body = reports.Body(test.body)
			c.Add(result)
			if got := reached(c, "asyncResult", Responses, Members, Codes); !slices.Equal(got, test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
	c := newCounter(t)
	result := exchanged("addSims", "POST", "http://host/mall/bundle-groups/G1/sims", "")
	result.Exchanges[0].Response.Body = reports.Body(`{"operateCode":"S","message":"success"}`)
	result.Exchanges[0].Response.Header = []reports.Header{{Name: "Request_id", Value: "RQ-1"}}
	c.Add(result)
	if got := reached(c, "addSims", Members); !slices.Contains(got, "/responses/200/headers/request_id") || slices.Contains(got, "/responses/200/properties/data") {
		t.Errorf("got %q", got)
	}
}

func TestUnanswered(t *testing.T) {
	c := newCounter(t)
	result := exchanged("singleVerify", "POST", "http://host/singleVerify", verify)
	result.Exchanges[0].Response = nil
	c.Add(result)
	if got := reached(c, "singleVerify", Kinds()...); len(got) > 0 {
		t.Errorf("a request without an answer exercised %q", got)
	}
}

func TestPush(t *testing.T) {
	c := newCounter(t)
	if slices.ContainsFunc(c.Coverage().Operations, func(o reports.OperationCoverage) bool { return o.Operation == "rechargeSuccess" }) {
		t.Error("the push is told of in a run without one")
	}
	push := exchanged("rechargeSuccess", "POST", "http://receiver/rechargeSuccess", `{"orderNo":"1"}`, reports.Header{Name: "X-Lf-Algo", Value: "HMAC-SHA1"})
	push.Exchanges[0].Response.Status = 503
	c.Add(push)
	want := []string{"/parameters/x-lf-algo", `/parameters/x-lf-algo/schema "HMAC-SHA1"`, "/requestBody/properties/orderNo", "/responses/500"}
	if got := reached(c, "rechargeSuccess", Kinds()...); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if last := c.Coverage().Operations; last[len(last)-1].Parts == nil || !slices.ContainsFunc(last, func(o reports.OperationCoverage) bool { return o.Operation == "rechargeSuccess" }) {
		t.Error("the push is not told of")
	}
}

// Each part that was not exercised is reported with the reason.
func TestReasons(t *testing.T) {
	const rule = "signature/missing-sign-refused"
	skipped := reports.Result{Clause: rule, Operations: []string{"addSims"}, Verdict: reports.Skipped, Reason: "the target allows no writes (--allow write)"}
	called := exchanged("singleVerify", "POST", "http://host/singleVerify", verify)
	called.Clause, called.Operations, called.Verdict = rule, []string{"singleVerify"}, reports.Failed
	beside := exchanged("singleVerify", "POST", "http://host/singleVerify", strings.Replace(verify, `"mark":"0","terminal":"1"`, `"mark":"","terminal":""`, 1))
	c := newCounter(t)
	for _, result := range []reports.Result{skipped, skipped, called, beside} {
		c.Add(result)
	}
	for _, test := range []struct{ operation, kind, part, want string }{
		{"addSims", Sent, "/parameters/group_id", "not called: skipped checks: 2 (the target allows no writes (--allow write))"},
		{"addSims", Rules, rule, "its checks did not run: skipped checks: 2 (the target allows no writes (--allow write))"},
		{"removeSims", Sent, "/parameters/group_id", "no check of the run calls the operation"},
		{"removeSims", Rules, rule, "no check of the run is about it"},
		{"singleVerify", Rules, rule, ""},
		{"singleVerify", Sent, "/requestBody/properties/url", "no such request was sent"},
		{"singleVerify", Broken, "/requestBody/properties/mark/minLength", "only requests that break another constraint as well were sent"},
		{"singleVerify", Broken, "/requestBody/properties/mark/type", "no such request was sent"},
		{"singleVerify", Responses, "/responses/200", "never answered so"},
		{"singleVerify", Members, "/responses/200/properties/data", "no answer had it"},
		{"singleVerify", Kept, "/requestBody/properties/mark/minLength", ""},
	} {
		if got := reasonOf(c, test.operation, test.kind, test.part); got != test.want {
			t.Errorf("%s %s %s: %q, want %q", test.operation, test.kind, test.part, got, test.want)
		}
	}
}

// reasonOf returns why a part was missed, "" when it was not.
func reasonOf(c *Counter, operation, kind, part string) string {
	for _, o := range c.Coverage().Operations {
		for _, parts := range o.Parts {
			if o.Operation != operation || parts.Kind != kind {
				continue
			}
			for _, missed := range parts.Missed {
				if strings.HasSuffix(strings.Replace(missed.Part, schemaOf, "", 1), part) {
					return missed.Reason
				}
			}
		}
	}
	return ""
}

// Each part can be looked up in the contract and appears once.
func TestPartsAreOfTheContract(t *testing.T) {
	for _, o := range newCounter(t).operations {
		for kind, parts := range o.parts {
			known := map[string]bool{}
			for _, p := range parts {
				pointer, _, _ := strings.Cut(p.name, ` "`)
				if _, found := openapi.ClauseFor(pointer, o.ID); !found {
					t.Errorf("%s: no clause is at %s", kind, pointer)
				}
				if known[p.name] {
					t.Errorf("%s: %s stands twice", kind, p.name)
				}
				known[p.name] = true
			}
		}
		if !o.isPush && (len(o.parts[Kept]) == 0 || len(o.parts[Members]) == 0 || len(o.parts[Responses]) != 2) {
			t.Errorf("%s has parts %v", o.ID, o.parts)
		}
	}
}
