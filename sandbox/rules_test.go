package sandbox_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// A change of one member of a body, in JSON text; "" takes the member out.
type change struct {
	name, value string
	words       string
}

// brokenGlobals are the mistakes that every operation with a body refuses.
var brokenGlobals = []change{
	{"version", "", "version is missing from the body"},
	{"version", `3.0`, `version in the body must be a string: it is the number "3.0"`},
	{"version", `""`, `version in the body is "": want two numbers with a dot`},
	{"version", `"3"`, `version in the body is "3": want two numbers with a dot between them, such as "3.0"`},
	{"version", `"3.0.1"`, "two numbers with a dot"},
	{"version", `".0"`, "two numbers with a dot"},
	{"partnerCode", "", "partnerCode is missing from the body"},
	{"partnerCode", `null`, "partnerCode in the body must be a string: it is null"},
	{"partnerCode", `""`, `partnerCode in the body is "": want 1 to 64 characters`},
	{"partnerCode", `"` + strings.Repeat("P", 65) + `"`, `... (65 bytes): want 1 to 64 characters`},
	{"partnerCode", `"P999999"`, `partnerCode "P999999": no such partner; this sandbox knows [P000270 P000818]`},
}

var brokenVshop = []change{
	{"deviceCode", "", "deviceCode is missing from the body"},
	{"deviceCode", `"8985242018091034079"`, `deviceCode "8985242018091034079": no SIM card has this ICCID`},
	{"deviceCode", `"89852420180910340"`, `deviceCode in the body is "89852420180910340": want an ICCID of 18 to 22 digits`},
	{"deviceCode", `"89852420180910340793123"`, "18 to 22 digits"},
	{"deviceCode", `"8985242018091034079x"`, "18 to 22 digits"},
	{"deviceCode", `"８９８５２４２０１８０９１０３４０７９３"`, "18 to 22 digits"},
	{"deviceCode", `89852420180910340793`, `must be a string: it is the number "89852420180910340793"`},
	{"deviceCode", `["89852420180910340793"]`, "must be a string: it is an array"},
	{"languageCode", "1", `languageCode in the body must be a string: it is the number "1"`},
	{"mark", "", "mark is missing from the body"},
	{"mark", `""`, `mark in the body is "": it must not be empty`},
	{"mark", "false", "mark in the body must be a string: it is the boolean false"},
	{"terminal", "", "terminal is missing from the body"},
	{"terminal", `""`, `terminal in the body is "": it must not be empty`},
	{"terminal", `{}`, "terminal in the body must be a string: it is an object"},
	{"tradeTime", "", "tradeTime is missing from the body"},
	{"tradeTime", `""`, `tradeTime in the body is "": want digits`},
	{"tradeTime", `"1645683857572 "`, "want digits"},
	{"tradeTime", `1645683857572`, "tradeTime in the body must be a string"},
	{"tradeType", "", "tradeType is missing from the body"},
	{"tradeType", `""`, `tradeType in the body is "": it must not be empty`},
	{"tradeType", `true`, "tradeType in the body must be a string"},
}

var brokenSims = []change{
	{"sim_ids", "", "sim_ids is missing from the body"},
	{"sim_ids", `[]`, "sim_ids in the body is empty: send at least one item"},
	{"sim_ids", `null`, "sim_ids in the body must be an array of strings: it is null"},
	{"sim_ids", `"89852420180910340793"`, "sim_ids in the body must be an array of strings: it is a string"},
	{"sim_ids", `["89852420180910340793",89852420180910340793]`, `sim_ids[1] in the body must be a string: it is the number`},
	{"sim_ids", `["89852420180910340793",["89852420180910340793"]]`, `sim_ids[1] in the body must be a string: it is an array`},
	{"sim_ids", `["89852420180910340793","x"]`, `sim_ids[1] in the body is "x": want an ICCID of 18 to 22 digits`},
	{"sim_ids", `["89852420180910340793",""]`, `sim_ids[1] in the body is ""`},
}

// bodyWith returns a body with one member changed; the rest is in order.
func bodyWith(t *testing.T, body string, c change) string {
	t.Helper()
	members := map[string]json.RawMessage{"version": []byte(`"3.0"`), "partnerCode": []byte(`"P000270"`)}
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatal(err)
	}
	if members[c.name] = json.RawMessage(c.value); c.value == "" {
		delete(members, c.name)
	}
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConstraintsOfBodies(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for _, o := range operations {
		if o.method == http.MethodGet {
			continue
		}
		for _, c := range slices.Concat(brokenGlobals, brokenBodies(o.id, o.path)) {
			t.Run(o.id+"/"+c.name+"="+c.value[:min(len(c.value), 30)], func(t *testing.T) {
				m := *m
				m.TB = t
				m.refused(m.signedAsItIs(o.method, o.path, bodyWith(t, o.body, c)), http.StatusOK, c.words)
			})
		}
	}
	for name, path := range map[string]string{"url": "/vshop/singleVerify", "area": "/vshop/singleServicePlanPage"} {
		m.refused(m.signedAsItIs(http.MethodPost, path, bodyWith(t, vshopMembers, change{name, "1", ""})), 200, name+" in the body must be a string")
	}
}

// What the contract leaves open is accepted.
func TestWhatIsLeftOpen(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for _, c := range []change{
		{"version", `"1.0"`, ""}, {"version", `"10.25"`, ""}, {"languageCode", `""`, ""}, {"languageCode", `"zh"`, ""},
		{"mark", `"9"`, ""}, {"terminal", `"7"`, ""}, {"tradeTime", `"20181031256548"`, ""}, {"tradeType", `"verify"`, ""},
		{"url", `""`, ""}, {"area", `""`, ""}, {"somethingElse", `{"a":[1]}`, ""}, {"DEVICECODE", `"another"`, ""},
	} {
		for _, path := range []string{"/vshop/singleVerify", "/vshop/singleServicePlanPage"} {
			r := m.do(m.signedAsItIs(http.MethodPost, path, bodyWith(t, vshopMembers, c)))
			if r.code != store.CodeSuccess || !strings.Contains(string(r.data), `"deviceCode":"89852420180910340793"`) {
				t.Errorf("%s with %s %s: %s", path, c.name, c.value, r.body)
			}
		}
	}
	for _, language := range []string{"en-US", "zh-CN", ""} {
		req := m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/bundle-groups/bundles?unknown=1", "")
		req.Header.Set("Accept-Language", language)
		if r := m.do(req); r.code != store.CodeSuccess {
			t.Errorf("Accept-Language %q: %s", language, r.body)
		}
	}
}

func TestConstraintsOfQueries(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for _, o := range operations {
		if o.method != http.MethodGet {
			continue
		}
		for query, words := range map[string]string{
			"partnerCode=P000270&sign=x":              "version is missing from the query",
			"version=&partnerCode=P000270&sign=x":     `version in the query is "": want two numbers`,
			"version=3&partnerCode=P000270&sign=x":    `version in the query is "3": want two numbers`,
			"version=3.0&sign=x":                      "partnerCode is missing from the query",
			"version=3.0&partner_code=P000270&sign=x": `partnerCode is missing from the query, which has "partner_code" instead`,
			"version=3.0&partnerCode=&sign=x":         `partnerCode in the query is ""`,
			"version=3.0&partnerCode=P000270":         "sign is missing from the query",
			"version=3.0&partnerCode=P000270&sign=":   "sign in the query is empty",
		} {
			m.refused(m.request(http.MethodGet, o.path+"?"+query, ""), http.StatusOK, words)
		}
		m.refused(m.signed("P999999", o.method, o.path, o.body), http.StatusOK, "no such partner")
		twice := m.signed(m.fix.Partner, o.method, o.path, o.body)
		twice.Header["Accept-Language"] = []string{"en-US", "zh-CN"}
		m.refused(twice, http.StatusOK, "the header Accept-Language appears 2 times")
	}
}

func TestHintsAtTheRightPlace(t *testing.T) {
	m := serve(t, sandbox.Config{})
	sims := "/topup/mall/bundle-groups/G20230001/sims"
	m.refused(m.request(http.MethodPost, sims+"?version=3.0&partnerCode=P000270&sign=x", simBody("1")), 200,
		"version is missing from the body: it is in the query, where a POST must not send it; partnerCode is missing")
	m.refused(m.signed(m.fix.Partner, http.MethodPost, sims, `{"simIds":["89852420180910340793"]}`), 200,
		`sim_ids is missing from the body, which has "simIds" instead`)
	m.refused(m.signed(m.fix.Partner, http.MethodPost, sims, `{"sim_id":["89852420180910340793"]}`), 200,
		`sim_ids is missing from the body, which has "sim_id" instead`)
	m.refused(m.signed(m.fix.Partner, http.MethodPost, "/vshop/singleVerify", `{}`), 200,
		"deviceCode is missing from the body; languageCode is missing from the body; mark is", "tradeType is missing from the body")
}

func TestStatelessBeforeStateful(t *testing.T) {
	m := serve(t, sandbox.Config{})
	m.refused(m.signed("P999999", http.MethodPost, "/vshop/singleVerify", `{}`), 200, "deviceCode is missing")
}

func TestBatchSize(t *testing.T) {
	m := serve(t, sandbox.Config{Bounds: store.Bounds{SIMs: 3}})
	sims := "/topup/mall/bundle-groups/G20230001/sims"
	m.refused(m.signed(m.fix.Partner, http.MethodPost, sims, simBody(m.fix.SIMs[:4]...)), 200, "sim_ids in the body has 4 items: this sandbox takes 3 in one request")
	if got := m.result(m.fix.Partner, m.add(m.fix.Partner, "G20230001", m.fix.SIMs[:3]...)); len(got.Details) != 3 {
		t.Errorf("a batch of the largest size: %v", got)
	}
}

// signedAsItIs signs a body over what it has, and adds nothing but the sign.
func (m *served) signedAsItIs(method, path, body string) *http.Request {
	m.Helper()
	req := m.request(method, path, body)
	sign, err := signOf(method, req, body)
	if err != nil {
		m.Fatal(err)
	}
	return m.request(method, path, strings.TrimSuffix(body, "}")+`,"sign":"`+sign+`"}`)
}

func TestFixtures(t *testing.T) {
	f := store.NewFixtures()
	if f.Partner == f.SecondPartner || len(f.SIMs) < 3000 || len(f.Groups) < 2 || len(f.SecondGroups) < 1 || len(f.Packages) == 0 {
		t.Errorf("too few fixtures: %+v", f)
	}
	all := append(slices.Clone(f.SIMs), f.UnknownSIM)
	all = append(all, f.UnknownSIMs(500)...)
	slices.Sort(all)
	if len(slices.Compact(all)) != len(f.SIMs)+1+500 {
		t.Error("an ICCID comes twice")
	}
	for i, sim := range append(f.SIMs[4:], f.UnknownSIMs(10)...) {
		if len(sim) != 20 || !luhnHolds(sim) {
			t.Fatalf("SIM %d: %s is no ICCID with a Luhn digit", i, sim)
		}
	}
}

// luhnHolds reports whether the digits, check digit included, sum up to a multiple of ten.
func luhnHolds(digits string) bool {
	sum := 0
	for i, r := range digits {
		d := int(r - '0')
		if (len(digits)-i)%2 == 0 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}
