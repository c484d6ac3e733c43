package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

const planBody = `{"area":"欧洲","deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270","sign":"3fdb15332726c77cd792ea2328f98a80","terminal":"0","tradeTime":"1645782486394","tradeType":"singleServicePlanPage","version":"3.0"}`

// The two requests that the provider prints with a real sign are accepted as printed.
func TestPrintedRequests(t *testing.T) {
	m := serve(t, sandbox.Config{})
	r := m.do(m.request(http.MethodPost, "/vshop/singleVerify", verifyBody))
	if want := `{"deviceCode":"89852420180910340793","partnerCode":"P000270"}`; r.code != store.CodeSuccess || string(r.data) != want {
		t.Errorf("singleVerify: %s", r.body)
	}
	r = m.do(m.request(http.MethodPost, "/vshop/singleServicePlanPage", planBody))
	if r.code != store.CodeSuccess || strings.Count(string(r.data), `"packageCode"`) != 2 || !strings.Contains(string(r.data), "Europe 3GB") {
		t.Errorf("singleServicePlanPage of an area: %s", r.body)
	}
}

// operations is a well-formed request of each operation, without global parameters.
var operations = []struct{ id, method, path, body string }{
	{"singleVerify", http.MethodPost, "/vshop/singleVerify", vshopMembers},
	{"singleServicePlanPage", http.MethodPost, "/vshop/singleServicePlanPage", vshopMembers},
	{"addSims", http.MethodPost, "/topup/mall/bundle-groups/G20230001/sims", simBody("89852420180910340793")},
	{"removeSims", http.MethodDelete, "/topup/mall/bundle-groups/G20230001/sims", simBody("89852420180910340793")},
	{"listGroupSims", http.MethodGet, "/topup/mall/bundle-groups/G20230001/sims", ""},
	{"listBundles", http.MethodGet, "/topup/mall/bundle-groups/bundles", ""},
	{"asyncResult", http.MethodGet, "/topup/async-result/RQ-1", ""},
	{"queryOrder", http.MethodGet, "/topup/mall/order", ""},
	{"singleOrder", http.MethodPost, "/vshop/singleOrder", orderMembers},
	{"singleQueryOrder", http.MethodPost, "/vshop/singleQueryOrder", vshopMembers},
	{"queryAutoRenewalRecord", http.MethodPost, "/vshop/queryAutoRenewalRecord", vshopMembers},
	{"cancelAutoRenewalRecord", http.MethodPost, "/vshop/cancelAutoRenewalRecord", extended(vshopMembers, `"orderNo":"1","payId":"1"`)},
	{"synOrderInfo", http.MethodPost, "/vshop/synPartner/SynOrderInfo", thirdPartyMembers},
	{"stripeSingleAuthorization", http.MethodPost, "/payment/stripeSingleAuthorization", extended(paymentMembers, `"email":"a@example.com","payAmount":"4.99","payCurrency":"USD","pm_id":""`)},
	{"stripeSubscriptionAuthorization", http.MethodPost, "/payment/stripeSubscriptionAuthorization", extended(paymentMembers, `"email":"a@example.com"`)},
	{"stripeSubDirectly", http.MethodPost, "/payment/stripeSubDirectly", extended(paymentMembers, `"email":"a@example.com","payAmount":"4.99","payCurrency":"USD","plan_id":"SP20180428000007","pm_id":"pm_card_visa"`)},
	{"resultQuery", http.MethodPost, "/payment/resultQuery", paymentMembers},
	{"confirmPaymentResult", http.MethodPost, "/payment/confirmPaymentResult", paymentMembers},
}

// extended adds members to a body.
func extended(body, members string) string {
	return strings.TrimSuffix(body, "}") + "," + members + "}"
}

var (
	orderMembers      = extended(vshopMembers, `"orderNo":"N1","payId":"I1","packageCode":"PACKAGE20180428000007","payAmount":"4.99","payCurrency":"USD","orderPeriod":"1","autoRenewal":"0"`)
	thirdPartyMembers = extended(orderMembers, `"payAccount":"1","payResultDate":"2022-06-07 15:10:35","payRst":"SUCCESS","payStatus":"1","payType":"3","orgOrderId":""`)
)

const paymentMembers = `{"payId":"I1","tradeTime":"1645683857572","tradeType":"x"}`

const vshopMembers = `{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","terminal":"1","tradeTime":"1645683857572","tradeType":"x"}`

func TestOperationsAreAllTested(t *testing.T) {
	mall, err := sandbox.New(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for _, o := range operations {
		tested[o.id] = true
	}
	for _, id := range mall.Operations() {
		if !tested[id] {
			t.Errorf("no test of %s", id)
		}
	}
}

// signWith signs a request and then puts another sign in the place of the right one.
func (m *served) signWith(o int, change func(sign string) string) *http.Request {
	m.Helper()
	op := operations[o]
	req := m.signed(m.fix.Partner, op.method, op.path, op.body)
	if op.method == http.MethodGet {
		query := req.URL.Query()
		right := query.Get("sign")
		changed := change(right)
		req.URL.RawQuery = strings.Replace(req.URL.RawQuery, "sign="+right, changed, 1)
		return req
	}
	body, err := req.GetBody()
	if err != nil {
		m.Fatal(err)
	}
	var text strings.Builder
	if _, err := io.Copy(&text, body); err != nil {
		m.Fatal(err)
	}
	members, err := signing.ParseMembers([]byte(text.String()))
	if err != nil {
		m.Fatal(err)
	}
	right, err := signing.SignOf(members)
	if err != nil {
		m.Fatal(err)
	}
	name, value, _ := strings.Cut(change(right), "=")
	member := `"` + name + `":"` + value + `"`
	if strings.HasPrefix(value, "raw:") {
		member = `"` + name + `":` + strings.TrimPrefix(value, "raw:")
	}
	return m.request(op.method, op.path, strings.Replace(text.String(), `"sign":"`+right+`"`, member, 1))
}

func TestSignOfEveryOperation(t *testing.T) {
	m := serve(t, sandbox.Config{})
	wrong := func(sign string) string {
		return "sign=" + strings.Map(func(r rune) rune {
			if r == 'f' {
				return '0'
			}
			return r + 1
		}, strings.ReplaceAll(sign, "9", "8"))
	}
	for i, o := range operations {
		if r := m.do(m.signed(m.fix.Partner, o.method, o.path, o.body)); strings.Contains(r.message, "sign") {
			t.Errorf("%s: the right sign: %s", o.id, r.body)
		}
		in := "body"
		if o.method == http.MethodGet {
			in = "query"
		}
		m.refused(m.signWith(i, func(sign string) string { return "sgin=" + sign }), 200, "sign is missing from the "+in, "32 lower-case")
		m.refused(m.signWith(i, func(string) string { return "sign=" }), 200, "sign in the "+in+" is empty")
		m.refused(m.signWith(i, wrong), 200, "sign in the "+in+" is wrong")
		m.refused(m.signWith(i, func(sign string) string { return "sign=" + strings.ToUpper(sign) }), 200, "right except for the case of its letters")
		m.refused(m.signWith(i, func(string) string { return "sign=abc" }), 200, "sign in the "+in+" is wrong")
		if in == "body" {
			m.refused(m.signWith(i, func(string) string { return "sign=raw:null" }), 200, "sign in the body is empty")
			m.refused(m.signWith(i, func(string) string { return "sign=raw:12" }), 200, `sign in the body must be a string: it is the number "12"`)
			m.refused(m.signWith(i, func(sign string) string { return "Sign=" + sign }), 200, `sign is missing from the body, which has "Sign" instead`)
		}
	}
}

// A wrong sign is answered with the one mistake that makes exactly this sign.
func TestWrongSignIsDiagnosed(t *testing.T) {
	m := serve(t, sandbox.Config{})
	withoutPath := &signing.Signer{PartnerCode: m.fix.Partner}
	req := m.request(http.MethodGet, "/topup/mall/bundle-groups/G20230001/sims", "")
	if err := withoutPath.Sign(context.Background(), req); err != nil {
		t.Fatal(err)
	}
	m.refused(req, 200, "sign in the query is wrong: ", "path")
	guessed := strings.Replace(verifyBody, "ea7a3bba7e345e0b8ca7f7e3b43d6e72", "00112233445566778899aabbccddeeff", 1)
	m.refused(m.request(http.MethodPost, "/vshop/singleVerify", guessed), 200, "no known mistake produces it",
		`the right one is ea7a3bba7e345e0b8ca7f7e3b43d6e72, the MD5 of {"deviceCode":"89852420180910340793","languageCode":"1",`)
	if r := m.do(req); strings.Contains(r.message, "\n") {
		t.Errorf("the diagnosis has several lines: %q", r.message)
	}
}

func TestTamperedRequests(t *testing.T) {
	m := serve(t, sandbox.Config{})
	m.refused(m.request(http.MethodPost, "/vshop/singleVerify", strings.Replace(verifyBody, `"mark":"0"`, `"mark":"1"`, 1)), 200, "sign in the body is wrong")
	req := m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/bundle-groups/G20230001/sims", "")
	req.URL.Path = "/topup/mall/bundle-groups/G20230002/sims"
	m.refused(req, 200, "sign in the query is wrong")
}

// Two values of one name leave open what was signed.
func TestOneNameInTwoPartsOfTheRequest(t *testing.T) {
	m := serve(t, sandbox.Config{})
	path := "/topup/mall/bundle-groups/G20230001/sims"
	if r := m.do(m.signed(m.fix.Partner, http.MethodGet, path+"?group_id=G20230001", "")); r.code != store.CodeSuccess {
		t.Errorf("twice the same value: %s", r.body)
	}
	req := m.signed(m.fix.Partner, http.MethodGet, path, "")
	req.URL.RawQuery += "&group_id=G20230002"
	m.refused(req, 200, `parameter "group_id" has different values in two parts`)
}

// A request with a wrong sign learns nothing of the state and changes nothing.
func TestSignComesBeforeState(t *testing.T) {
	m := serve(t, sandbox.Config{})
	tampered := func(method, path, partner, body string) *http.Request {
		req := m.signed(partner, method, path, body)
		if method == http.MethodGet {
			req.URL.RawQuery += "&extra=1"
			return req
		}
		var text strings.Builder
		signed, err := req.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&text, signed); err != nil {
			t.Fatal(err)
		}
		return m.request(method, path, strings.Replace(text.String(), "{", `{"extra":"1",`, 1))
	}
	m.refused(tampered(http.MethodGet, "/topup/mall/bundle-groups/"+m.fix.UnknownGroup+"/sims", m.fix.Partner, ""), 200, "sign in the query is wrong")
	m.refused(tampered(http.MethodGet, "/topup/mall/bundle-groups/bundles", "P999999", ""), 200, "sign in the query is wrong")
	m.refused(tampered(http.MethodGet, "/topup/async-result/RQ-1", m.fix.Partner, ""), 200, "sign in the query is wrong")
	group := m.fix.Groups[0]
	m.refused(tampered(http.MethodPost, "/topup/mall/bundle-groups/"+group+"/sims", m.fix.Partner, simBody(m.fix.SIMs[0])), 200, "sign in the body is wrong")
	if sims := m.listed(m.fix.Partner, group); len(sims) != 0 {
		t.Errorf("a refused request added %v", sims)
	}
}

func TestRulesAreASetting(t *testing.T) {
	bodyAndQuery := signing.Default()
	bodyAndQuery.Parts = signing.Query | signing.Body
	m := serve(t, sandbox.Config{Rules: bodyAndQuery})
	req := m.request(http.MethodGet, "/topup/mall/bundle-groups/G20230001/sims", "")
	signer := &signing.Signer{PartnerCode: m.fix.Partner, Rules: bodyAndQuery, Templates: templates}
	if err := signer.Sign(context.Background(), req); err != nil {
		t.Fatal(err)
	}
	if r := m.do(req); r.code != store.CodeSuccess {
		t.Errorf("without path parameters: %s", r.body)
	}
	m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/bundle-groups/G20230001/sims", ""), 200, "sign in the query is wrong")
}
