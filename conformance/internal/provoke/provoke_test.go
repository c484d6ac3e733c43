package provoke

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// TestEachMistakeIsNamed makes one mistake each in a signed singleVerify.
func TestEachMistakeIsNamed(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	forms, err := Forms(contract)
	if err != nil {
		t.Fatal(err)
	}
	const unsigned = `{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270","terminal":"1","tradeTime":"1645683857572","tradeType":"singleVerify","version":"3.0"}`
	signed := func(body string) string {
		sign, err := signing.SignBody([]byte(body), signing.Default())
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(body, "}") + `,"sign":"` + sign + `"}`
	}
	replaced := func(before, after string) string { return signed(strings.Replace(unsigned, before, after, 1)) }
	right := signed(unsigned)
	sign := right[len(right)-34 : len(right)-2]
	for _, test := range []struct{ name, method, path, media, body, kind, parameter string }{
		{name: "right", kind: WellFormed},
		{name: "method", method: "PUT", kind: OtherMethods},
		{name: "path", path: "/vshop/singleVerifyX", kind: UnknownPaths},
		{name: "media type", media: "text/plain", kind: OtherMediaTypes},
		{name: "charset", media: "application/json; charset=latin1", kind: OtherMediaTypes},
		{name: "no body", body: " ", kind: missingBody},
		{name: "too large", body: right + strings.Repeat(" ", oversized), kind: OversizedBodies},
		{name: "malformed", body: `{"a":`, kind: malformedJSON},
		{name: "trailing", body: right + "}", kind: TrailingData},
		{name: "twice", body: `{"mark":"0",` + right[1:], kind: RepeatedParameters},
		{name: "no version", body: replaced(`,"version":"3.0"`, ""), kind: MissingParameters, parameter: "version"},
		{name: "no sign", body: unsigned, kind: MissingSign},
		{name: "empty sign", body: strings.Replace(right, sign, "", 1), kind: EmptySign},
		{name: "short sign", body: strings.Replace(right, sign, sign[:31], 1), kind: MalformedSign},
		{name: "upper case", body: strings.Replace(right, sign, strings.ToUpper(sign), 1), kind: upperCaseSign},
		{name: "another sign", body: strings.Replace(right, sign, strings.Repeat("0", 32), 1), kind: WrongSign},
		{name: "no member", body: replaced(`"mark":"0",`, ""), kind: MissingParameters, parameter: "mark"},
		{name: "null", body: replaced(`"mark":"0"`, `"mark":null`), kind: nullForStrings, parameter: "mark"},
		{name: "number", body: replaced(`"mark":"0"`, `"mark":0`), kind: numbersForStrings, parameter: "mark"},
		{name: "list", body: replaced(`"mark":"0"`, `"mark":["0"]`), kind: OtherTypes, parameter: "mark"},
		{name: "empty", body: replaced(`"mark":"0"`, `"mark":""`), kind: emptyValues, parameter: "mark"},
		{name: "spaces", body: replaced(`"3.0"`, `" 3.0"`), kind: SpacesAround, parameter: "version"},
		{name: "form", body: replaced(`"3.0"`, `"three"`), kind: malformedValues, parameter: "version"},
		{name: "redacted number", body: replaced(`"mark":"0"`, `"mark":"<redacted:mark:number>"`), kind: numbersForStrings, parameter: "mark"},
		{name: "redacted list", body: replaced(`"mark":"0"`, `"mark":"<redacted:mark:array>"`), kind: OtherTypes, parameter: "mark"},
		{name: "redacted", body: strings.Replace(right, "P000270", "<redacted:partnerCode>", 1), kind: Unclear},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := reports.Request{Method: "POST", URL: "http://127.0.0.1/vshop/singleVerify", Body: reports.Body(right)}
			if test.method != "" {
				request.Method = test.method
			}
			if test.path != "" {
				request.URL = "http://127.0.0.1" + test.path
			}
			if test.body != "" {
				request.Body = reports.Body(test.body)
			}
			if test.media == "" {
				test.media = "application/json"
			}
			request.Header = []reports.Header{{Name: "Content-Type", Value: test.media}}
			got := forms["singleVerify"].Judge(&request, NewCache()).Provocation
			if got != (Provocation{test.kind, test.parameter}) {
				t.Errorf("got %+v, want %s %s", got, test.kind, test.parameter)
			}
			if test.kind != Unclear && (Words(test.kind) == "" || IsMistake(test.kind) && sentences[test.kind] == "") {
				t.Errorf("there are no words for %s", test.kind)
			}
		})
	}
}
