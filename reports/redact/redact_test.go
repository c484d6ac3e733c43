package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestRedactBody(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"form is kept", "{ \"payId\" :\t\"p1\" , \"payAmount\":1.0e2,\"x\":\"\\u6b27\\/\" }\n",
			"{ \"payId\" :\t\"<redacted:payId>\" , \"payAmount\":1.0e2,\"x\":\"\\u6b27\\/\" }\n"},
		{"names fold", `{"pay_id":"a","PAYID":"b","pay-id":"c","payIdx":"d"}`,
			`{"pay_id":"<redacted:payId>","PAYID":"<redacted:payId>","pay-id":"<redacted:payId>","payIdx":"d"}`},
		{"escaped name", `{"p\u0061yId":"a"}`, `{"p\u0061yId":"<redacted:payId>"}`},
		{"kinds", `[{"payId":12},{"payId":{"a":[1]}},{"payId":[]},{"payId":true},{"payId":null},{"payId":""}]`,
			`[{"payId":"<redacted:payId:number>"},{"payId":"<redacted:payId:object>"},{"payId":"<redacted:payId:array>"},` +
				`{"payId":"<redacted:payId:boolean>"},{"payId":null},{"payId":""}]`},
		{"duplicates", `{"payId":"a","payId":"b"}`, `{"payId":"<redacted:payId>","payId":"<redacted:payId>"}`},
		{"nested", `{"data":{"list":[{"email":"a@b"}]}}`, `{"data":{"list":[{"email":"<redacted:email>"}]}}`},
		{"scalars", ` "payId" `, ` "payId" `},
		{"empty containers", `{"a":{},"b":[ ],"c":"\"{["}`, `{"a":{},"b":[ ],"c":"\"{["}`},
		{"JSON in JSON", `{"log":"{\"payId\":\"a\",\"n\":1}"}`, `{"log":"{\"payId\":\"<redacted:payId>\",\"n\":1}"}`},
		{"URL in JSON", `{"to":"http://u:pw@h/?payId=a&x=1"}`,
			`{"to":"http://<redacted:userinfo>@h/?payId=<redacted:payId>&x=1"}`},
		{"cut short", `{"payId":"abc","email": "x\"y`, `{"payId":"<redacted:payId>","email": "<redacted:email>`},
		{"trailing data", `{"payId":12} x`, `{"payId":<redacted:payId>} x`},
		{"cut in an object", `{"payId":{"a":"b"`, `{"payId":<redacted:payId>`},
		{"printed in Go", `got "{\"payId\":\"abc\",\"a\":1}"`, `got "{\"payId\":\"<redacted:payId>\",\"a\":1}"`},
		{"a form", `x=1&pay_id=abc&email=a%40b;cvc=`, `x=1&pay_id=<redacted:payId>&email=<redacted:email>;cvc=`},
		{"no hidden name", `payIdentity=1 "repayId":"a"`, `payIdentity=1 "repayId":"a"`},
		{"null in a text", `{"payId":null} {"payId":"a"}`, `{"payId":null} {"payId":"<redacted:payId>"}`},
		{"bytes", "\xff\x00payId=a\xfe", "\xff\x00payId=<redacted:payId>"},
		{"own placeholder", `{"payId":"<redacted:payId:number>"}`, `{"payId":"<redacted:payId:number>"}`},
	} {
		if got := string(newRedactor(Secrets{}).body([]byte(test.in))); got != test.want {
			t.Errorf("%s: %q\ngot  %s\nwant %s", test.name, test.in, got, test.want)
		}
	}
}

func TestRedactURL(t *testing.T) {
	const secret = "k/y=5&ö €x"
	r := newRedactor(Secrets{Values: []string{secret}, Known: map[string]string{"P00098765": "payId"}})
	for _, test := range []struct{ in, want string }{
		{"http://h/a?b=1#c", "http://h/a?b=1#c"},
		{"http://user:pw@h/a", "http://%3Credacted:userinfo%3E@h/a"},
		{"http://a@b@h/", "http://%3Credacted:userinfo%3E@h/"},
		{"http://h/?payId=1&pay%49d=2&PAY_ID=&payId&x=%20y", "http://h/?payId=%3Credacted:payId%3E&pay%49d=%3Credacted:payId%3E&PAY_ID=&payId&x=%20y"},
		{"http://h/orders/P00098765?id=P00098765", "http://h/orders/%3Credacted:payId%3E?id=%3Credacted:payId%3E"},
		{"http://h/%5000098765/x", "http://h/%3Credacted:payId%3E/x"},
		{"http://h/%5000098765%2F%3F?x=%5000098765%26", "http://h/%3Credacted:payId%3E%2F%3F?x=%3Credacted%3ApayId%3E%26"},
		{"http://h/a?k=" + url.QueryEscape(secret), "http://h/a?k=%3Credacted:secret%3E"},
		{"http://h/" + url.PathEscape(secret) + "/b", "http://h/%3Credacted:secret%3E/b"},
		{"http://h/?k=" + strings.ToLower(url.QueryEscape(secret)), "http://h/?k=%3Credacted:secret%3E"},
		{"http://h/a%ZZ?payId=%ZZ", "http://h/a%ZZ?payId=%3Credacted:payId%3E"},
	} {
		if got := r.url(test.in); got != test.want {
			t.Errorf("%s\ngot  %s\nwant %s", test.in, got, test.want)
		}
	}
}

func TestRedactHeaders(t *testing.T) {
	run := runWith(reports.Exchange{Request: reports.Request{Header: []reports.Header{
		{Name: "authorization", Value: "Basic dXNlcjpwYXNzd29yZDE="}, {Name: "Cookie", Value: "sid=1"}, {Name: "Email", Value: "a@b"}, {Name: "X-Empty", Value: ""}, {Name: "Accept", Value: "a/b"},
	}}, Response: &reports.Response{Header: []reports.Header{{Name: "Set-Cookie", Value: "sid=1"}, {Name: "Location", Value: "http://u:p@h/?payId=7"}, {Name: "request_id", Value: "RQ-1"}}}})
	ex := Run(run, Secrets{}).Results[0].Exchanges[0]
	got := fmt.Sprint(ex.Request.Header, ex.Response.Header)
	want := `[{authorization <redacted:Authorization>} {Cookie <redacted:Cookie>} {Email <redacted:email>} {X-Empty } {Accept a/b}] ` +
		`[{Set-Cookie <redacted:Set-Cookie>} {Location http://<redacted:userinfo>@h/?payId=<redacted:payId>} {request_id RQ-1}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A hidden value is also hidden under other names, but a plain word, which may occur by chance, is not.
func TestRedactLearns(t *testing.T) {
	run := runWith(reports.Exchange{
		Request: reports.Request{URL: "http://h/orders/pm_1GnMUDLn", Header: []reports.Header{{Name: "Authorization", Value: "Bearer t0ken-t0ken"}}},
		Response: &reports.Response{Body: reports.Body(`{"pm_id":"pm_1GnMUDLn","customer_id":"completed","sub_id":"12345","client_secret":{"v":["s3cret-s3cret",1234567890]},` +
			`"id":"pm_1GnMUDLn","type":"completed","short":"12345","n":1234567890,"client_secrets":"s3cret-s3cret t0ken-t0ken"}`)},
	})
	run.Left = []string{"pm_1GnMUDLn is not cancelled, it is a string"}
	out := Run(run, Secrets{})
	ex := out.Results[0].Exchanges[0]
	if got, want := string(ex.Response.Body), `{"pm_id":"<redacted:pm_id>","customer_id":"<redacted:customer_id>","sub_id":"<redacted:sub_id>",`+
		`"client_secret":"<redacted:client_secret:object>","id":"<redacted:pm_id>","type":"completed","short":"12345",`+
		`"n":"<redacted:client_secret>","client_secrets":"<redacted:client_secret> <redacted:Authorization>"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := out.Left[0], "<redacted:pm_id> is not cancelled, it is a string"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := ex.Request.URL, "http://h/orders/%3Credacted:pm_id%3E"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRedactLongestForm(t *testing.T) {
	r := newRedactor(Secrets{Values: []string{"k3y-abc", "k3y-abc-def", "k3y-abc-def-ghi"}})
	if got, want := r.hideIn("k3y-abc-def-ghi k3y-abc"), "<redacted:secret> <redacted:secret>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := r.hideIn(base64.StdEncoding.EncodeToString([]byte("k3y-abc"))), "<redacted:secret>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRedactMembers(t *testing.T) {
	r := newRedactor(Secrets{Members: []string{"iccid", "", "odd name!", "payId"}})
	got := r.hideIn(`{"ICCID": "1", "odd name!": 2, "a": 3}`)
	if want := `{"ICCID": "<redacted:iccid>", "odd name!": <redacted:odd-name->, "a": 3}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMaskSIMs(t *testing.T) {
	mask := newRedactor(Secrets{MaskSIMs: true})
	for in, want := range map[string]string{
		`{"sim_id":"89852202306250040073"}`:   `{"sim_id":"898522**********0073"}`,
		`[8985220230625004007,1]`:             `["898522*********4007",1]`,
		`"898522023062500400"`:                `"898522********0400"`,
		`"89852202306250040"`:                 `"89852202306250040"`,
		`"898522023062500400731"`:             `"898522023062500400731"`,
		`"20181031256548202310"`:              `"20181031256548202310"`,
		`sims 89852202306250040073, and more`: `sims 898522**********0073, and more`,
	} {
		if got := string(mask.body([]byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if got := string(newRedactor(Secrets{}).body([]byte(in))); got != in {
			t.Errorf("%s: got %s, though it was not asked for", in, got)
		}
	}
	if got, want := mask.url("http://h/sims/89852202306250040073?x"), "http://h/sims/898522**********0073?x"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func eachText(v reflect.Value, tell func(string)) {
	switch {
	case v.Type() == timeType:
	case v.Type() == bodyType:
		tell(string(v.Bytes()))
	case v.Kind() == reflect.String:
		tell(v.String())
	case v.Kind() == reflect.Pointer && !v.IsNil():
		eachText(v.Elem(), tell)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), tell)
		}
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			eachText(field, tell)
		}
	}
}

func TestRedactTwiceIsRedactOnce(t *testing.T) {
	secrets := Secrets{Values: []string{fixture.PushKey}, MaskSIMs: true}
	rapid.Check(t, func(t *rapid.T) {
		run := rapid.OneOf(fixture.AnyRun(), rapid.Just(fixture.Run())).Draw(t, "run")
		once := Run(run, secrets)
		if twice := Run(once, secrets); !reflect.DeepEqual(once, twice) {
			t.Fatalf("want %#v\ngot  %#v", once, twice)
		}
	})
}

func TestRedactedURLIsURL(t *testing.T) {
	r := newRedactor(Secrets{Values: []string{"s/cret?=&#%"}})
	rapid.Check(t, func(t *rapid.T) {
		raw := "http://" + rapid.SampledFrom([]string{"", "u@", "u:p@", "u:p%40@"}).Draw(t, "user") + "h:80/" +
			rapid.StringMatching(`([a-z%/.]|%2f|s%2fcret%3f%3d%26%23%25){0,8}`).Draw(t, "path") +
			rapid.StringMatching(`(\?(payId|x|%70ayId)=[a-z%+&=]{0,8})?(#[a-z]{0,3})?`).Draw(t, "rest")
		before, err := url.Parse(raw)
		if err != nil {
			return
		}
		after, err := url.Parse(r.url(raw))
		if err != nil {
			t.Fatalf("%s became %s: %v", raw, r.url(raw), err)
		}
		if after.Host != before.Host || strings.Count(after.EscapedPath(), "/") != strings.Count(before.EscapedPath(), "/") {
			t.Fatalf("%s became %s", raw, after)
		}
		if before.User != nil && after.User.String() == before.User.String() {
			t.Fatalf("user information is left in %s", after)
		}
		if id := after.Query().Get("payId"); id != "" && id != "<redacted:payId>" {
			t.Fatalf("%s became %s", raw, after)
		}
	})
}

// A run and its copy share only the bytes of bodies, which nobody modifies.
func TestRedactIsDeep(t *testing.T) {
	run := fixture.Run()
	before := fixture.JSON(t, run)
	out := Run(run, Secrets{})
	scramble(reflect.ValueOf(out))
	if !bytes.Equal(fixture.JSON(t, run), before) {
		t.Error("a change of the copy changes the run")
	}
	if Run(nil, Secrets{}) != nil {
		t.Error("no run became one")
	}
}

func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Slice:
		if v.Type() == bodyType {
			v.SetBytes([]byte("scrambled"))
			return
		}
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() != timeType {
			for _, field := range v.Fields() {
				scramble(field)
			}
		}
	case reflect.String:
		v.SetString("scrambled")
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
	default: // numbers and booleans are not shared
	}
}

// TestRedactKnowsEveryKind fails when Run gets a member of a kind that copyTo
// would share or pass by.
func TestRedactKnowsEveryKind(t *testing.T) {
	var check func(reflect.Type)
	check = func(typ reflect.Type) {
		if typ == reflect.TypeFor[time.Time]() {
			return
		}
		switch typ.Kind() {
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint8:
		case reflect.Pointer, reflect.Slice:
			check(typ.Elem())
		case reflect.Struct:
			for field := range typ.Fields() {
				check(field.Type)
			}
		default:
			t.Errorf("redaction does not know what to do with %s", typ)
		}
	}
	check(reflect.TypeFor[reports.Run]())
}

func FuzzRedactBody(f *testing.F) {
	f.Add([]byte(`{"payId":"P1","data":[{"email":"a@b","n":1}],"log":"{\"payId\":\"x\"}"}`), "k3y-k3y-k3y")
	f.Add([]byte(`{"payId":{"a":[1,{"b":null}]},"u":"http://u:p@h/?payId=1"} x`), `a"b`)
	f.Add([]byte("payId=\xff&\"email\":\"89852202306250040073"), "89852202306250040073")
	f.Fuzz(func(t *testing.T, body []byte, secret string) {
		run := runWith(reports.Exchange{Response: &reports.Response{Body: body}})
		got := Run(run, Secrets{Values: []string{secret}, MaskSIMs: true}).Results[0].Exchanges[0].Response.Body
		if json.Valid(body) && !json.Valid(got) {
			t.Fatalf("%s became %s", body, got)
		}
	})
}

func runWith(exchanges ...reports.Exchange) *reports.Run {
	return &reports.Run{Results: []reports.Result{{ID: "RID-001", Verdict: reports.Passed, Exchanges: exchanges}}}
}

// Coverage keeps the names of redacted members.
func TestCoverageIsNotRedacted(t *testing.T) {
	run := fixture.Run()
	run.Coverage = fixture.Coverage()
	if got := Run(run, secrets).Coverage; !reflect.DeepEqual(got, fixture.Coverage()) {
		t.Errorf("redacted to %+v", got)
	}
}

// secrets is what fixture.Run must not tell.
var secrets = Secrets{Values: []string{fixture.PushKey}, MaskSIMs: true}
