package client_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/sandbox"
)

// mistakes are clients that make one mistake each, and the checks that tell of it.
var mistakes = []struct {
	name, check string
	act         func(m *mall)
}{
	{"the sign is that of another text", "CLI-001", func(m *mall) {
		m.post("/vshop/singleVerify", m.vshop(nil), withBody(func(s string) string { return strings.Replace(s, `"mark":"0"`, `"mark":"1"`, 1) }))
	}},
	{"the sign is missing", "CLI-001", func(m *mall) {
		m.post("/vshop/singleVerify", m.vshop(nil), withBody(func(s string) string { return s[:strings.Index(s, `,"sign"`)] + s[strings.Index(s, `,"sign"`)+42:] }))
	}},
	{"the path is not signed", "CLI-002", func(m *mall) {
		m.get("/topup/mall/bundle-groups/"+m.f.Groups[0]+"/sims", nil, unsignedPath)
	}},
	{"an unknown path", "CLI-003", func(m *mall) { m.post("/vshop/verify", m.vshop(nil)) }},
	{"an empty path parameter", "CLI-003", func(m *mall) { m.get("/topup/async-result/", nil) }},
	{"another method", "CLI-003", func(m *mall) { m.send(http.MethodPut, "/vshop/singleVerify", m.vshop(nil)) }},
	{"another service", "CLI-004", func(m *mall) { m.post("/payment/singleVerify", m.vshop(nil)) }},
	{"a form", "CLI-005", func(m *mall) {
		m.post("/vshop/singleVerify", m.vshop(nil), func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") })
	}},
	{"a list", "CLI-006", func(m *mall) {
		m.post("/vshop/singleVerify", m.vshop(nil), withBody(func(s string) string { return "[" + s + "]" }))
	}},
	{"a member twice", "CLI-007", func(m *mall) {
		m.post("/vshop/singleVerify", m.vshop(nil), withBody(func(s string) string { return strings.Replace(s, `{`, `{"mark":"0",`, 1) }))
	}},
	{"a missing parameter", "CLI-008", func(m *mall) {
		body := m.vshop(nil)
		delete(body, "terminal")
		m.post("/vshop/singleVerify", body)
	}},
	{"an amount that is a number", "CLI-009", func(m *mall) { m.post("/vshop/singleOrder", m.order("1", members{"payAmount": 4.99})) }},
	{"an ICCID with spaces", "CLI-010", func(m *mall) {
		m.post("/vshop/singleVerify", m.vshop(members{"deviceCode": "8985 2420 1809 1034 0793"}))
	}},
	{"a malformed SIM in a list", "CLI-010", func(m *mall) {
		m.post("/topup/mall/bundle-groups/"+m.f.Groups[0]+"/sims", m.globals(members{"sim_ids": []string{"1"}}))
	}},
	{"an unknown member", "CLI-011", func(m *mall) { m.post("/vshop/singleVerify", m.vshop(members{"device_code": "1"})) }},
	{"globals in the query", "CLI-012", func(m *mall) {
		m.post("/vshop/singleVerify?version=3.0", m.vshop(nil), withBody(func(s string) string { return strings.Replace(s, `,"version":"3.0"`, "", 1) }))
	}},
	{"another partner", "CLI-013", func(m *mall) { m.post("/vshop/singleVerify", m.vshop(members{"partnerCode": m.f.SecondPartner})) }},
	{"a package that is not listed", "CLI-020", func(m *mall) {
		m.post("/vshop/singleServicePlanPage", m.vshop(members{"area": "Singapore"}))
		m.post("/vshop/singleOrder", m.order("1", nil))
	}},
	{"another price than listed", "CLI-021", func(m *mall) {
		m.post("/vshop/singleServicePlanPage", m.vshop(nil))
		m.post("/vshop/singleOrder", m.order("1", members{"payAmount": "4.00"}))
	}},
	{"another price than told", "CLI-021", func(m *mall) { m.post("/vshop/singleOrder", m.order("1", members{"payCurrency": "EUR"})) }},
	{"another amount at the payment", "CLI-022", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/payment/stripeSingleAuthorization", m.pay("1", members{"payAmount": "5"}))
	}},
	{"an orderNo twice", "CLI-023", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/vshop/singleOrder", m.order("1", members{"payId": "other", "deviceCode": m.f.SIMs[1]}))
	}},
	{"an accepted order again", "CLI-023", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/vshop/singleOrder", m.order("1", nil))
	}},
	{"a payId twice", "CLI-024", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/vshop/singleOrder", m.order("2", members{"payId": "P1"}))
	}},
	{"a foreign payment", "CLI-025", func(m *mall) { m.post("/payment/stripeSingleAuthorization", m.pay("9", nil)) }},
	{"a payment not followed", "CLI-026", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/payment/stripeSingleAuthorization", m.pay("1", nil))
	}},
	{"a payment not followed to its end", "CLI-026", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/payment/stripeSingleAuthorization", m.pay("1", nil))
		m.post("/payment/resultQuery", m.ask("1"))
	}},
	{"the request_id from the body", "CLI-030", func(m *mall) { m.read("None") }},
	{"a result that is not read", "CLI-031", func(m *mall) {
		m.post("/topup/mall/bundle-groups/"+m.f.Groups[0]+"/sims", m.globals(members{"sim_ids": m.f.SIMs[:1]}))
	}},
	{"a result read once", "CLI-032", func(m *mall) {
		for range 10 { // on a busy machine one or the other task has ended by then
			response := m.post("/topup/mall/bundle-groups/"+m.f.Groups[0]+"/sims", m.globals(members{"sim_ids": m.f.SIMs[:1]}))
			m.read(response.Header.Get("request_id"))
		}
	}},
	{"readings without a pause", "CLI-033", func(m *mall) {
		id := m.add(0)
		time.Sleep(45 * time.Millisecond)
		m.read(id)
	}},
	{"a reading after the end", "CLI-034", func(m *mall) { m.read(m.add(45 * time.Millisecond)) }},
	{"a refused request again", "CLI-040", func(m *mall) {
		for range 2 {
			m.post("/vshop/singleVerify", m.vshop(members{"deviceCode": m.f.UnknownSIM}))
		}
	}},
	{"an empty key", "CLI-041", func(m *mall) {
		m.buy("1")
		m.get("/topup/mall/order", url.Values{"purchase_order_id": {""}, "order_id": {"1"}})
	}},
	{"a refused order is paid", "CLI-042", func(m *mall) {
		m.post("/vshop/singleOrder", m.order("1", members{"deviceCode": m.f.UnknownSIM}))
		m.post("/payment/stripeSingleAuthorization", m.pay("1", nil))
	}},
	{"a foreign renewal is cancelled", "CLI-050", func(m *mall) {
		m.post("/vshop/cancelAutoRenewalRecord", m.vshop(members{"orderNo": "1", "payId": "1"}))
	}},
	{"a second order after a lost answer", "CLI-072", func(m *mall) {
		m.cut.Store(true)
		m.post("/vshop/singleOrder", m.order("1", nil))
		m.post("/vshop/singleOrder", m.order("2", nil))
	}},
	{"SIM cards added again after a lost answer", "CLI-073", func(m *mall) {
		m.cut.Store(true)
		m.post("/topup/mall/bundle-groups/"+m.f.Groups[0]+"/sims", m.globals(members{"sim_ids": m.f.SIMs[:1]}))
		m.add(45 * time.Millisecond)
	}},
}

// Each mistake is reported by its check and no other, and every check is seen failing.
func TestEveryMistakeIsReported(t *testing.T) {
	failing := map[string]bool{}
	for _, test := range mistakes {
		failing[test.check] = true
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMall(t)
			test.act(m)
			outcome := m.judge.End()
			if got := checksOf(outcome.Mistakes); !slices.Equal(got, []string{test.check}) {
				t.Errorf("told by %v, want %s:\n%s", got, test.check, told(outcome.Mistakes))
			}
			m.agree()
		})
	}
	for _, check := range client.Rules() {
		if !failing[check.ID] {
			t.Errorf("%s is never seen failing", check.ID)
		}
	}
}

// agree fails the test where the sandbox and the document judge a request differently.
func (m *mall) agree() {
	m.t.Helper()
	for _, seen := range m.seen {
		if seen.Disagreement != "" {
			m.t.Errorf("request %d, %s: %s", seen.Number, seen.Operation, seen.Disagreement)
		}
	}
}

func checksOf(mistakes []client.Mistake) []string {
	var checks []string
	for _, m := range mistakes {
		checks = append(checks, m.Check)
	}
	slices.Sort(checks)
	return slices.Compact(checks)
}

func told(mistakes []client.Mistake) string {
	var text strings.Builder
	for _, m := range mistakes {
		fmt.Fprintf(&text, "%s %v %s: %s; expected %s, actual %s\n", m.Check, m.Numbers, m.Part, m.Summary, m.Expected, m.Actual)
	}
	return text.String()
}

// A correct client is accused of nothing, and its flows are counted.
func TestCorrectClient(t *testing.T) {
	m := newMall(t)
	m.post("/vshop/singleVerify", m.vshop(nil))
	m.post("/vshop/singleServicePlanPage", m.vshop(nil))
	m.buy("1")
	m.get("/topup/mall/order", url.Values{"order_id": {"1"}})
	m.add(45 * time.Millisecond)
	m.post("/vshop/singleOrder", m.order("2", members{"autoRenewal": "1"}))
	m.post("/payment/stripeSubDirectly", m.pay("2", members{"plan_id": "SP20180428000007"}))
	m.post("/payment/resultQuery", m.ask("2"))
	m.post("/vshop/cancelAutoRenewalRecord", m.vshop(members{"orderNo": "2", "payId": "P2"}))
	// After a lost answer the order is repeated under its number, and then refused as a duplicate.
	m.cut.Store(true)
	m.post("/vshop/singleOrder", m.order("3", nil))
	m.buy("3")
	// After another one it is looked up first.
	m.cut.Store(true)
	m.post("/vshop/singleOrder", m.order("4", nil))
	m.get("/topup/mall/order", url.Values{"order_id": {"4"}})
	outcome := m.judge.End()
	if len(outcome.Mistakes) > 0 {
		t.Errorf("accused of:\n%s", told(outcome.Mistakes))
	}
	m.agree()
	want := map[string]int{client.FlowPurchase: 2, client.FlowLookup: 2, client.FlowAdd: 1, client.FlowSubscription: 1, client.FlowCancellation: 1}
	if !maps.Equal(outcome.Flows, want) {
		t.Errorf("flows %v, want %v", outcome.Flows, want)
	}
	if flow := m.seen[2].Flow; flow != "order 1" {
		t.Errorf("the order belongs to the flow %q", flow)
	}
}

// The same mistake in many requests is reported once, with all of them.
func TestOneMistakeIsReportedOnce(t *testing.T) {
	m := newMall(t)
	spaced := withBody(func(s string) string {
		var all members
		_ = json.Unmarshal([]byte(s), &all)
		delete(all, "sign")
		names := slices.Sorted(maps.Keys(all))
		var parts []string
		for _, name := range names {
			parts = append(parts, fmt.Sprintf("%q: %q", name, all[name]))
		}
		sign := md5Hex("{" + strings.Join(parts, ", ") + "}")
		return "{" + strings.Join(parts, ", ") + `, "sign": "` + sign + `"}`
	})
	m.post("/vshop/singleVerify", m.vshop(nil), spaced)
	m.post("/vshop/singleServicePlanPage", m.vshop(nil), spaced)
	outcome := m.judge.End()
	if len(outcome.Mistakes) != 1 || !slices.Equal(outcome.Mistakes[0].Numbers, []int{1, 2}) {
		t.Fatalf("told:\n%s", told(outcome.Mistakes))
	}
	if signed := m.seen[0].Signed; signed == nil || signed.Right || !bytes.HasPrefix(signed.Text, []byte(`{"deviceCode": `)) {
		t.Errorf("the sign is explained as %+v", signed)
	}
}

// A request that the sandbox and the document judge differently is reported as a defect of the
// tool.
func TestDisagreement(t *testing.T) {
	m := newMall(t, sandbox.Interceptor{Constraint: func(_ *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		if r != nil && r.Name == "terminal" {
			return nil
		}
		return r
	}})
	body := m.vshop(nil)
	delete(body, "terminal")
	m.post("/vshop/singleVerify", body)
	if d := m.seen[0].Disagreement; !strings.HasPrefix(d, "a defect of mallcheck") || !strings.Contains(d, "lacks terminal") {
		t.Errorf("disagreement %q", d)
	}
}
