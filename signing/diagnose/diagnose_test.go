package diagnose

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
	"github.com/mallcheck/mallcheck/signing/internal/signtest"
)

// wrongSign is a request and the text that a client signed by mistake, both written by hand.
type wrongSign struct {
	id          string // the mistake
	words       string // part of what is said of it
	query, path string // parameters as JSON objects, if there are any
	body        string
	rawQuery    string
	text        string
	sign        func(text string) string // md5Hex if nil
	rules       *signing.Rules
	noRaw       bool // the bytes of the body are not known
	effort      Effort
}

func md5Hex(text string) string { return fmt.Sprintf("%x", md5.Sum([]byte(text))) }

func membersOf(t testing.TB, object string) []signing.Member {
	t.Helper()
	if object == "" {
		return nil
	}
	members, err := signing.ParseMembers([]byte(object))
	if err != nil {
		t.Fatalf("reading %s: %v", object, err)
	}
	return members
}

func (w wrongSign) diagnose(t testing.TB) (Diagnosis, string) {
	t.Helper()
	sign, rules := md5Hex(w.text), signing.Default()
	if w.sign != nil {
		sign = w.sign(w.text)
	}
	if w.rules != nil {
		rules = *w.rules
	}
	got := Request{Query: membersOf(t, w.query), Path: membersOf(t, w.path), Body: membersOf(t, w.body), RawQuery: w.rawQuery}
	if !w.noRaw {
		got.RawBody = []byte(w.body)
	}
	return Sign(got, sign, rules, w.effort), sign
}

// check expects that exactly the mistakes with these ids explain the sign.
func (w wrongSign) check(t *testing.T, ids ...string) {
	t.Helper()
	d, sign := w.diagnose(t)
	if d.Right || d.Problem != nil || len(d.Causes) != 1 {
		t.Fatalf("%s of %q:\n%s", sign, w.text, d)
	}
	cause := d.Causes[0]
	var found []string
	for _, m := range cause.Mistakes {
		found = append(found, m.ID)
	}
	if !slices.Equal(found, ids) {
		t.Errorf("found %v, want %v:\n%s", found, ids, d)
	}
	if !bytes.Equal(cause.Text, []byte(w.text)) {
		t.Errorf("the text is\n%s, but what was signed is\n%s", cause.Text, w.text)
	}
	if !strings.Contains(words(cause.Mistakes, " "), w.words) {
		t.Errorf("the words are %q, they do not say %q", words(cause.Mistakes, " "), w.words)
	}
	if !strings.Contains(d.String(), cause.Mistakes[0].Words[1:]) || !strings.Contains(d.Line(), cause.Mistakes[0].Words) {
		t.Errorf("String or Line do not tell the mistake:\n%s\n%s", d.String(), d.Line())
	}
}

func TestSignFindsEachMistake(t *testing.T) {
	for i, w := range slices.Concat(wrongMembers, wrongOrders, wrongValues, wrongEscapes, wrongForms, wrongFrames, wrongBytes, wrongDigits) {
		t.Run(fmt.Sprintf("%s/%d", w.id, i), func(t *testing.T) { w.check(t, w.id) })
	}
}

func TestSignFindsPairs(t *testing.T) {
	for _, c := range []struct {
		ids []string
		wrongSign
	}{
		{[]string{"unsorted", "spaced"}, wrongSign{body: `{"b":"1","a":"2"}`, text: `{"b": "1", "a": "2"}`}},
		{[]string{"global-left-out", "unsorted"}, wrongSign{body: `{"version":"3.0","b":"1","a":"2"}`, text: `{"b":"1","a":"2"}`}},
		{[]string{"sign-included", "unsorted"}, wrongSign{noRaw: true, body: `{"a":"1","b":"2","version":"3.0","sign":"x"}`, text: `{"a":"1","b":"2","version":"3.0","sign":""}`}},
		{[]string{"sign-included", "python-default"}, wrongSign{body: `{"z":"1","a":"欧"}`, text: `{"a": "\u6b27", "sign": "", "z": "1"}`}},
		{[]string{"empty-kept", "slash-escaped"}, wrongSign{body: `{"a":"","b":"x/y"}`, text: `{"a":"","b":"x\/y"}`}},
		{[]string{"parameter-left-out", "parameter-left-out"}, wrongSign{body: `{"a":"x","b":"y","c":"z"}`, text: `{"c":"z"}`}},
		{[]string{"number-unquoted", "number-unquoted"}, wrongSign{body: `{"a":"1","b":"2","c":"3"}`, text: `{"a":1,"b":2,"c":"3"}`}},
		{[]string{"empty-kept", "part-left-out"}, wrongSign{noRaw: true, path: `{"group_id":"G1"}`, body: `{"a":"","b":"c"}`, text: `{"a":"","b":"c"}`}},
		{[]string{"query-string", "newline"}, wrongSign{body: `{"b":"1","a":"2"}`, text: "a=2&b=1\n"}},
		{[]string{"unsorted", "query-string"}, wrongSign{body: `{"b":"1","a":"2"}`, text: "b=1&a=2"}},
		{[]string{"spaced", "gbk"}, wrongSign{body: `{"a":"欧洲","b":"c"}`, text: "{\"a\": \"\xc5\xb7\xd6\xde\", \"b\": \"c\"}"}},
		{[]string{"unsorted", "double-md5"}, wrongSign{body: `{"b":"1","a":"2"}`, text: `{"b":"1","a":"2"}`, sign: func(s string) string { return md5Hex(md5Hex(s)) }}},
		{[]string{"unsorted", "sign-case"}, wrongSign{body: `{"b":"1","a":"2"}`, text: `{"b":"1","a":"2"}`, sign: func(s string) string { return strings.ToUpper(md5Hex(s)) }}},
		{[]string{"sign-case", "sign-spaced"}, wrongSign{body: `{"b":"1","a":"2"}`, text: `{"a":"2","b":"1"}`, sign: func(s string) string { return strings.ToUpper(md5Hex(s)) + "\n" }}},
		{[]string{"sorted-by-value", "sign-spaced"}, wrongSign{body: `{"b":"1","c":"3","a":"2"}`, text: `{"b":"1","a":"2","c":"3"}`, sign: func(s string) string { return " " + md5Hex(s) }}},
		{[]string{"body-as-sent", "newline"}, wrongSign{body: `{ "b":"1","a":"2", "sign": "x" }`, text: "{ \"b\":\"1\",\"a\":\"2\" }\n"}},
		{[]string{"numbers-unquoted", "php-default"}, wrongSign{body: `{"a":"12","b":"欧/洲","c":"3"}`, text: `{"a":12,"b":"\u6b27\/\u6d32","c":3}`}},
	} {
		t.Run(strings.Join(c.ids, " and "), func(t *testing.T) { c.check(t, c.ids...) })
	}
}

func TestSignSeesTheSignItself(t *testing.T) {
	for _, c := range []struct{ sign, ids, words string }{
		{"", "sign-empty", ""},
		{" ", "sign-empty", ""},
		{"b2a9e697bdff66049803d62ffeffccaf", "sign-printed", "placeholder"},
		{"481E1335274F43B0070FCD94E0449FAE", "sign-printed sign-case", "placeholder"},
		{"ea7a3bba7e345e0b8ca7f7e3b43d6e72", "sign-printed", "singleVerify"},
		{"3fdb15332726c77cd792ea2328f98a80", "sign-printed", "singleServicePlanPage"},
		{"01b9a6e419475d81e6a55d869c1506c3", "sign-printed", "global specification"},
		{"to be signed", "sign-not-hex", ""},
		{"0123456789abcdef0123456789abcde", "sign-length", "31 instead of 32"},
		{"0123456789abcdef0123456789abcdef0", "sign-length", "33 instead of 32"},
		{"0123456789ABCDEF0123456789abcdef", "sign-case", ""},
		{"ffffffffffffffffffffffffffffffff", "sign-invented", ""},
		{"\t0123456789abcdef0123456789abcdef\n", "sign-spaced", ""},
		{"65cc2ca8211afda38a36b32ab74fb3a7", "sign-mistyped", "1 changed"},
		{"65CC2CA8211AFDA38A36B32AB74FB31A", "sign-case sign-mistyped", "2 changed"},
		{"65cc2ca8211afda38a36b32ab74fb3", "sign-mistyped sign-length", "2 missing"},
	} {
		d := Sign(Request{Body: membersOf(t, `{"b":"1","a":"2"}`)}, c.sign, signing.Default(), Quick)
		var ids []string
		for _, m := range d.Seen {
			ids = append(ids, m.ID)
		}
		if d.Right || len(d.Causes) > 0 || strings.Join(ids, " ") != c.ids {
			t.Errorf("%q: seen %v, want %s:\n%s", c.sign, ids, c.ids, d)
		}
		if !strings.Contains(d.Line(), c.words) || !strings.Contains(d.Line(), d.Seen[0].Words) {
			t.Errorf("%q: the line is %q, it does not say %q", c.sign, d.Line(), c.words)
		}
	}
}

func TestEveryMistakeIsTested(t *testing.T) {
	tested := map[string]bool{"sign-empty": true, "sign-printed": true, "sign-not-hex": true, "sign-length": true, "sign-mistyped": true, "sign-invented": true}
	for _, w := range slices.Concat(wrongMembers, wrongOrders, wrongValues, wrongEscapes, wrongForms, wrongFrames, wrongBytes, wrongDigits) {
		tested[w.id] = true
	}
	ids := map[string]bool{}
	for _, m := range mistakes.Table {
		if !tested[m.ID] {
			t.Errorf("no wrong sign is made for %s", m.ID)
		}
		if ids[m.ID] || m.Words == "" || strings.HasSuffix(m.Words, ".") {
			t.Errorf("the entry of the catalogue is wrong or there twice: %+v", m)
		}
		ids[m.ID] = true
	}
	for id := range tested {
		if !ids[id] {
			t.Errorf("the catalogue has no %s", id)
		}
	}
}

func TestSignRight(t *testing.T) {
	for _, c := range []struct {
		wrongSign
		content string
	}{
		{wrongSign{body: signtest.SingleVerifyBody}, strings.Replace(signtest.SingleVerifyBody, `,"sign":"ea7a3bba7e345e0b8ca7f7e3b43d6e72"`, "", 1)},
		{wrongSign{path: `{"group_id":"G"}`, query: `{"version":"3.0","a":""}`}, `{"group_id":"G","version":"3.0"}`},
		{wrongSign{query: `{"a":"1","b":"2"}`, body: `{"b":"2","c":3}`}, `{"a":"1","b":"2","c":3}`},
		{wrongSign{path: `{"group_id":"G"}`, body: `{"c":3}`, rules: &signing.Rules{Parts: signing.Query | signing.Body}}, `{"c":3}`},
		{wrongSign{body: `{"c":{"b":1,"a":2},"d":null}`, rules: &signing.Rules{Parts: signing.AllParts, Empty: signing.EmptyNothing, Nested: signing.NestedSorted}}, `{"c":{"a":2,"b":1},"d":null}`},
		{wrongSign{body: `{}`}, `{}`},
	} {
		c.text = c.content
		d, sign := c.diagnose(t)
		if !d.Right || d.Want != sign || string(d.Expected) != c.content || len(d.Causes)+len(d.Seen) > 0 {
			t.Errorf("%s: expected %s, got %+v", c.content, sign, d)
		}
		if d.Line() != "the sign is right" || d.String() != "The sign is right.\n" {
			t.Errorf("%q, %q", d.Line(), d.String())
		}
	}
}

func TestReceivedOf(t *testing.T) {
	templates := []string{"/bundle-groups/{group_id}/sims"}
	u, err := url.Parse("http://127.0.0.1/topup/mall/bundle-groups/G%201/sims?b=x+y&a=%E6%AC%A7")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"d": 1,"c":"2"}`)
	got, err := RequestOf("POST", u, body, templates)
	want := Request{
		Query: []signing.Member{signing.StringMember("b", "x y"), signing.StringMember("a", "欧")}, Path: []signing.Member{signing.StringMember("group_id", "G 1")},
		Body: membersOf(t, string(body)), RawQuery: u.RawQuery, RawBody: body,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v", got, err)
	}
	if d := Sign(got, md5Hex(`{"a":"欧","b":"x y","c":"2","d":1,"group_id":"G 1"}`), signing.Default(), Quick); !d.Right {
		t.Errorf("%s", d)
	}
	if _, err := RequestOf("POST", u, []byte(`{"d":`), templates); err == nil {
		t.Error("half a body is accepted")
	}
}

func TestSignFindsNothing(t *testing.T) {
	d := Sign(Request{Body: membersOf(t, signtest.SingleVerifyBody), RawBody: []byte(signtest.SingleVerifyBody)}, "0123456789abcdef0123456789abcdef", signing.Default(), Quick)
	if d.Right || d.Problem != nil || len(d.Causes)+len(d.Seen) > 0 || d.Cut || d.Want != "ea7a3bba7e345e0b8ca7f7e3b43d6e72" {
		t.Errorf("%+v", d)
	}
	if d.Tried < 1000 || d.Tried > 6000 {
		t.Errorf("%d texts were compared, the documentation says about 3,000", d.Tried)
	}
	if d.Line() != "the sign is wrong, and no known mistake produces it" {
		t.Error(d.Line())
	}
}

func TestSignKeepsItsArguments(t *testing.T) {
	all := []signing.Member{signing.StringMember("b", "1"), signing.StringMember("kept", "x")}
	got := Request{Query: all[:1], Body: membersOf(t, `{"c":{"z":"","y":[2,1]},"a":" 3"}`)}
	before := fmt.Sprintf("%s", []any{all, got})
	Sign(got, "0123456789abcdef0123456789abcdef", signing.Rules{Parts: signing.AllParts, Nested: signing.NestedSorted}, Quick)
	if after := fmt.Sprintf("%s", []any{all, got}); after != before {
		t.Errorf("the parameters were\n%s\nand are\n%s", before, after)
	}
}

func TestSignProblem(t *testing.T) {
	for _, got := range []Request{
		{Body: []signing.Member{{Name: "a", Value: []byte(`"\ud800"`)}}},
		{Body: []signing.Member{{Name: "a", Value: []byte(`1`)}, {Name: "a", Value: []byte(`2`)}}},
		{Query: []signing.Member{{Name: "a", Value: []byte(`"1"`)}}, Body: []signing.Member{{Name: "a", Value: []byte(`"2"`)}}},
		{Path: []signing.Member{{Name: "a\xff", Value: []byte(`1`)}}},
		{Body: []signing.Member{{Name: "a", Value: nil}}},
	} {
		d := Sign(got, "d41d8cd98f00b204e9800998ecf8427e", signing.Default(), Quick)
		if d.Problem == nil || d.Right || d.Want != "" || !strings.HasPrefix(d.String(), "No sign can be right: ") ||
			!strings.HasPrefix(d.Line(), "no sign can be right: ") {
			t.Errorf("%v: %+v", got, d)
		}
	}
}

func TestSignMergesTheSameText(t *testing.T) {
	// One name is in reverse order and in the order sent, in the order of its value, and four texts are equal.
	w := wrongSign{body: `{"b":"1","a":"2"}`, text: `{"b":"1","a":"2"}`}
	w.check(t, "unsorted")
	d, _ := w.diagnose(t)
	if or := d.Causes[0].Or; len(or) != 3 || or[0].ID != "body-as-sent" || or[1].ID != "reverse-sorted" || or[2].ID != "sorted-by-value" {
		t.Errorf("the other ways are %v", or)
	}
}

func TestSignIsBounded(t *testing.T) {
	wide, long := make([]string, maxPairMembers+1), fmt.Sprintf(`{"b":"%s","a":"/"}`, strings.Repeat("x", maxPairContent))
	for i := range wide {
		wide[i] = fmt.Sprintf(`"b%d":"/"`, i)
	}
	huge := fmt.Sprintf(`{"b":"%s","a":"/"}`, strings.Repeat("x", Quick.work()/8))
	many := fmt.Sprintf(`{"b":"%s","a":"/","c":"1"}`, strings.Repeat("x", maxPairContent-100))
	const unknown = "0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		name, body string
		texts      int // at most
	}{{"wide", "{" + strings.Join(wide, ",") + "}", 400}, {"long", long, 200}, {"huge", huge, 10}, {"many", many, 600}} {
		d, _ := wrongSign{body: c.body, sign: fixedSign(unknown)}.diagnose(t)
		if !d.Cut || d.Tried > c.texts || len(d.String()) > 4000 || !strings.Contains(d.String(), "too large") {
			t.Errorf("%s: cut %t, %d texts, %d bytes of text", c.name, d.Cut, d.Tried, len(d.String()))
		}
	}
	wrongSign{body: long, text: strings.ReplaceAll(strings.Replace(long, `,"a":"/"`, "", 1), `{`, `{"a":"\/",`)}.check(t, "slash-escaped")
}

// Three mistakes at once are the most usual first attempt in Python.
func TestSignFindsCombinations(t *testing.T) {
	for _, c := range []struct {
		ids []string
		wrongSign
	}{
		{[]string{"empty-kept", "unsorted", "spaced"}, wrongSign{noRaw: true, body: `{"version":"3.0","b":"1","mark":"","a":"2"}`,
			text: `{"version": "3.0", "b": "1", "mark": "", "a": "2"}`}},
		{[]string{"empty-kept", "unsorted", "python-default"}, wrongSign{noRaw: true, body: `{"version":"3.0","b":"欧","mark":"","a":"2"}`,
			text: `{"version": "3.0", "b": "\u6b27", "mark": "", "a": "2"}`}},
		{[]string{"global-left-out", "unsorted", "query-string", "double-md5"}, wrongSign{noRaw: true, effort: Thorough,
			body: `{"version":"3.0","partnerCode":"P012345","b":"1","a":"2"}`, text: `partnerCode=P012345&b=1&a=2`,
			sign: func(text string) string { return md5Hex(md5Hex(text)) }}},
	} {
		t.Run(strings.Join(c.ids, " and "), func(t *testing.T) { c.check(t, c.ids...) })
	}
}
