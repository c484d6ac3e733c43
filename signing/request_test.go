package signing

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// templates are the provider's, as a caller passes them.
var templates = []string{
	"/mall/bundle-groups/{group_id}/sims",
	"/mall/bundle-groups/bundles",
	"/async-result/{request_id}",
}

func parseURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// describe writes members as name=value, separated by spaces.
func describe(members []Member) string {
	var out []string
	for _, m := range members {
		out = append(out, m.Name+"="+string(m.Value))
	}
	return strings.Join(out, " ")
}

func TestMembersOf(t *testing.T) {
	for _, c := range []struct {
		name, method, url, body string
		parts                   Parts
		want                    string
	}{
		{"query and path", "GET", "https://h/topup/async-result/RQ-1?b=2&a=1", "", AllParts, `b="2" a="1" request_id="RQ-1"`},
		{"query alone", "GET", "https://h/topup/async-result/RQ-1?b=2&a=1", "", Query | Body, `b="2" a="1"`},
		{"path alone", "GET", "https://h/topup/async-result/RQ-1?b=2&a=1", "", Path, `request_id="RQ-1"`},
		{"nothing", "GET", "https://h/async-result/RQ-1?b=2", "", 0, ``},
		{"body and path", "DELETE", "https://h/mall/bundle-groups/G1/sims", `{"b":[ 1 ],"a":1.0}`, AllParts, `group_id="G1" b=[ 1 ] a=1.0`},
		{"query, path and body", "POST", "https://h/mall/bundle-groups/G1/sims?q=1", `{"b":2}`, AllParts, `q="1" group_id="G1" b=2`},
		{"body alone", "POST", "https://h/mall/bundle-groups/G1/sims?q=1", `{"b":2}`, Body, `b=2`},
		{"no body", "POST", "https://h/mall/bundle-groups/G1/sims", "", AllParts, `group_id="G1"`},
		{"body that is not signed is not read", "POST", "https://h/x?q=1", `[`, Query, `q="1"`},
		{"no parameter in the path", "GET", "https://h/mall/bundle-groups/bundles", "", AllParts, ``},
		{"another path", "GET", "https://h/mall/order", "", AllParts, ``},
		{"decoding", "GET", "https://h/async-result/R%2F%E6%AC%A7+%20?a=%E6%AC%A7+%2B%20&%62=%22%5C&c&d=x=y", "", AllParts, `a="欧 + " b="\"\\" c="" d="x=y" request_id="R/欧+ "`},
		{"empty separators", "GET", "https://h/x?&&a=1&&b=2&", "", AllParts, `a="1" b="2"`},
		{"parameter without a name", "GET", "https://h/x?=1", "", AllParts, `="1"`},
		{"names that differ in case", "GET", "https://h/x?a=1&A=2", "", AllParts, `a="1" A="2"`},
		{"equal in path and query", "GET", "https://h/async-result/R1?request_id=R%31", "", AllParts, `request_id="R1"`},
		{"equal in path and body", "POST", "https://h/mall/bundle-groups/G1/sims", `{"group_id":"G\u0031"}`, AllParts, `group_id="G1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			members, err := MembersOf(c.method, parseURL(t, c.url), []byte(c.body), templates, c.parts)
			if got := describe(members); err != nil || got != c.want {
				t.Errorf("%s, error %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestMembersOfRefuses(t *testing.T) {
	for _, c := range []struct{ name, method, url, body, want string }{
		{"repeated query parameter", "GET", "https://h/x?a=1&b=2&a=1", "", `reading the query: parameter "a" is repeated`},
		{"repeated in another spelling", "GET", "https://h/x?a=1&%61=2", "", `reading the query: parameter "a" is repeated`},
		{"bad escape in a value", "GET", "https://h/x?a=%zz", "", `reading the query: the value of parameter "a": decoding it: invalid URL escape "%zz"`},
		{"bad escape in a name", "GET", "https://h/x?%=1", "", `reading the query: the name of a parameter: decoding it: invalid URL escape "%"`},
		{"query in GBK", "GET", "https://h/x?a=%C5%B7%D6%DE", "", `reading the query: the value of parameter "a": it is not valid UTF-8`},
		{"semicolon", "GET", "https://h/x?a=1;b=2", "", `reading the query: the value of parameter "a": a semicolon must be escaped as %3B: some servers read it as a separator`},
		{"path in GBK", "GET", "https://h/async-result/%C5%B7%D6%DE", "", `reading the path: parameter "request_id" is not valid UTF-8`},
		{"another value in the path", "GET", "https://h/async-result/R1?request_id=R2", "", `reading the path: parameter "request_id" has different values in two parts of the request`},
		{"another type in the body", "POST", "https://h/async-result/1", `{"request_id":1}`, `reading the body: parameter "request_id" has different values in two parts of the request`},
		{"a number in the body, nothing in the query", "POST", "https://h/x?a=", `{"a":1}`, `reading the body: parameter "a" has different values in two parts of the request`},
		{"query and body", "POST", "https://h/x?a=1", `{"a":"2"}`, `reading the body: parameter "a" has different values in two parts of the request`},
		{"body of a GET", "GET", "https://h/x", `{}`, `a GET has its parameters in the query, but this one has a body`},
		{"body of a HEAD", "HEAD", "https://h/x", `{}`, `a GET has its parameters in the query, but this one has a body`},
		{"body that is no object", "POST", "https://h/x", `[]`, `reading the body: one JSON object expected, found '[' at offset 0`},
		{"no path", "GET", "mailto:a", "", `reading the path: the URL has no path`},
	} {
		t.Run(c.name, func(t *testing.T) {
			members, err := MembersOf(c.method, parseURL(t, c.url), []byte(c.body), templates, AllParts)
			if err == nil || err.Error() != c.want {
				t.Errorf("%s, error %v, want %s", describe(members), err, c.want)
			}
		})
	}
}

func TestPathTemplates(t *testing.T) {
	for _, c := range []struct {
		name, path string
		templates  []string
		want       string
	}{
		{"whole path", "/a/1", []string{"/a/{x}"}, `x="1"`},
		{"end of the path", "/base/a/1", []string{"/a/{x}"}, `x="1"`},
		{"not the middle", "/a/1/b", []string{"/a/{x}"}, ``},
		{"whole segments", "/ba/1", []string{"/a/{x}"}, ``},
		{"shorter than the template", "/1", []string{"/a/{x}"}, ``},
		{"shorter than the template's parameters", "/1", []string{"/{y}/{x}"}, ``},
		{"more literal segments win", "/a/b/c", []string{"/{x}/{y}/c", "/{z}/b/c", "/{w}/c"}, `z="a"`},
		{"literal wins over parameter", "/a/b", []string{"/a/{x}", "/a/b"}, ``},
		{"the first among equals", "/a/b", []string{"/a/{x}", "/{y}/b"}, `x="b"`},
		{"several, in the order of the path", "/a/1/2", []string{"/a/{y}/{x}"}, `y="1" x="2"`},
		{"an empty segment", "/a//b", []string{"/a/{x}/b"}, ``},
		{"a slash at the end", "/a/1/", []string{"/a/{x}"}, ``},
		{"escaped literal", "/%61/1", []string{"/a/{x}"}, `x="1"`},
		{"case counts", "/A/1", []string{"/a/{x}"}, ``},
		{"escaped slash", "/a/1%2Fb", []string{"/a/{x}", "/{y}/b"}, `x="1/b"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			members, err := MembersOf(http.MethodGet, parseURL(t, "https://h"+c.path), nil, c.templates, Path)
			if got := describe(members); err != nil || got != c.want {
				t.Errorf("%s, error %v, want %s", got, err, c.want)
			}
		})
	}
	for _, template := range []string{"", "a/{x}", "/a/{x}.json", "/a/{x", "/a/x}", "/a/{}", "/a/{x}{y}", "/a/{{x}}"} {
		if members, err := MembersOf(http.MethodGet, parseURL(t, "https://h/a/1"), nil, []string{template}, Path); err == nil {
			t.Errorf("template %q is accepted and gives %s", template, describe(members))
		}
	}
}
