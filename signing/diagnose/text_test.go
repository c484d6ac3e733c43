package diagnose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/excerpt"
	"github.com/mallcheck/mallcheck/signing/internal/signtest"
)

var diagnosisTexts = []struct {
	name string
	wrongSign
	line, text string
}{
	{
		"a difference in long texts, behind wide characters",
		wrongSign{body: signtest.PlansBody, text: strings.Replace(strings.Replace(signtest.PlansBody, `,"sign":"3fdb15332726c77cd792ea2328f98a80"`, "", 1), `"mark":"0"`, `"mark":0`, 1)},
		"the sign is wrong: a string is signed as a number, without quotes (mark as 0)",
		`The sign is wrong.
  sent   "6d48fd397eefd576e61b9845662bbc7d"
  right  3fdb15332726c77cd792ea2328f98a80
A string is signed as a number, without quotes (mark as 0).
The sign sent is MD5(text); the signed text first differs from the right one at byte 79:
  right  …anguageCode":"1","mark":"0","partnerCode":"P000270","terminal":"0","tradeTime":"1645782486394","trad…
  signed …anguageCode":"1","mark":0,"partnerCode":"P000270","terminal":"0","tradeTime":"1645782486394","tradeT…
                                  ^
`,
	}, {
		"wide characters before the difference",
		wrongSign{body: `{"b":1,"a":"亚洲 é"}`, text: "{\"a\":\"亚洲 é\",\"b\":\"1\"}"},
		"the sign is wrong: numbers are signed as strings, in quotes",
		`The sign is wrong.
  sent   "8a51ab830e4a87ef18554c78e491551d"
  right  61b83f44ef2008686eaa2e3965c112ac
Numbers are signed as strings, in quotes.
Another mistake with the same effect: values are turned into strings before they are signed (numbers, booleans and null).
Another mistake with the same effect: values other than strings are signed as the text the language makes of them (as Python's str does).
The sign sent is MD5(text); the signed text first differs from the right one at byte 21:
  right  {"a":"亚洲 é","b":1}
  signed {"a":"亚洲 é","b":"1"}
                           ^
`,
	}, {
		"other bytes than UTF-8, and two mistakes",
		wrongSign{body: `{"b":"1","a":"欧"}`, text: "{\"a\":\"\xc5\xb7\",\"b\":\"1\"}\n"},
		`the sign is wrong: the signed text ends in a new line (\n); and the signed text is in GBK or GB18030 instead of UTF-8 (GBK)`,
		`The sign is wrong.
  sent   "7bc0c670845796ba3d6c9d2e9ab6ba6f"
  right  916da315f32dddbed0df45c68380d335
The signed text ends in a new line (\n); and the signed text is in GBK or GB18030 instead of UTF-8 (GBK).
The sign sent is MD5(text); the signed text first differs from the right one at byte 6:
  right  {"a":"欧","b":"1"}
  signed {"a":"‹0xc5›‹0xb7›","b":"1"}‹LF›
               ^
`,
	}, {
		"what cannot be seen, and another way to the same text",
		wrongSign{body: `{"b":"\n\u2028","a":"x"}`, text: "{\"a\":\"x\",\"b\":\"\\n\\u2028\"}"},
		`the sign is wrong: U+2028 and U+2029 are escaped in the signed text (as Gson, Go and PHP do)`,
		`The sign is wrong.
  sent   "53ec7ce80187d0499ccb76e18aebf42d"
  right  b2b808043cfce0bd254d242f06d197da
U+2028 and U+2029 are escaped in the signed text (as Gson, Go and PHP do).
Another mistake with the same effect: non-ASCII characters are escaped as \uXXXX in the signed text (in lower case).
Another mistake with the same effect: the signed text is written with PHP's json_encode, which escapes slashes and non-ASCII characters by default.
Another mistake with the same effect: characters such as <, > and & are escaped as \u003c, \u003e and \u0026 in the signed text (as Go's encoding/json and Rails do).
The sign sent is MD5(text); the signed text first differs from the right one at byte 16:
  right  {"a":"x","b":"\n‹U+2028›"}
  signed {"a":"x","b":"\n\u2028"}
                         ^
`,
	}, {
		"a mistake in the sign alone",
		wrongSign{body: `{"b":"4","a":"2"}`, text: rightText, sign: func(s string) string { return strings.ToUpper(md5Hex(s)) }},
		"the sign is wrong: the sign is in the wrong letter case (upper case)",
		`The sign is wrong.
  sent   "D0A43B7A746C9A969B9D3EEC36AF1B04"
  right  d0a43b7a746c9a969b9d3eec36af1b04
The sign is in the wrong letter case (upper case).
The right text was signed, but the sign sent is MD5(text) in upper case:
  text   {"a":"2","b":"4"}
`,
	}, {
		"nothing known",
		wrongSign{body: `{"b":"4","a":"2"}`, text: "x"},
		"the sign is wrong, and no known mistake produces it",
		`The sign is wrong.
  sent   "9dd4e461268c8034f5c8564e155c67a6"
  right  d0a43b7a746c9a969b9d3eec36af1b04
No known mistake, and no combination that was tried, produces this sign. Texts compared: N.
Perhaps the request was changed after it was signed, or it carries the sign of another request.
The right sign is the MD5 of these 17 bytes:
  {"a":"2","b":"4"}
`,
	}, {
		"a sign that tells why",
		wrongSign{body: `{"b":"4","a":"2"}`, sign: fixedSign("b2a9e697bdff66049803d62ffeffccaf")},
		"the sign is wrong: the sign is copied from the documentation (it is printed on several pages and is a placeholder)",
		`The sign is wrong.
  sent   "b2a9e697bdff66049803d62ffeffccaf"
  right  d0a43b7a746c9a969b9d3eec36af1b04
The sign is copied from the documentation (it is printed on several pages and is a placeholder).
The right sign is the MD5 of these 17 bytes:
  {"a":"2","b":"4"}
`,
	}, {
		"a sign that tells a part of it",
		wrongSign{body: `{"b":"4","a":"2"}`, sign: fixedSign("0123456789ABCDEF0123456789ABCDEF")},
		"the sign is wrong: the sign is in the wrong letter case; and no known mistake produces its digits",
		`The sign is wrong.
  sent   "0123456789ABCDEF0123456789ABCDEF"
  right  d0a43b7a746c9a969b9d3eec36af1b04
The sign is in the wrong letter case.
No known mistake, and no combination that was tried, produces this sign. Texts compared: N.
Perhaps the request was changed after it was signed, or it carries the sign of another request.
The right sign is the MD5 of these 17 bytes:
  {"a":"2","b":"4"}
`,
	}, {
		"a long sign with line breaks",
		wrongSign{body: `{}`, sign: fixedSign("no\nsign" + strings.Repeat("!", 200))},
		"the sign is wrong: the sign is not hexadecimal",
		`The sign is wrong.
  sent   "no\nsign!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"… (207 bytes)
  right  99914b932bd37a50b983c5e7c90ae93b
The sign is not hexadecimal.
The right sign is the MD5 of these 2 bytes:
  {}
`,
	},
}

func TestDiagnosisString(t *testing.T) {
	for _, c := range diagnosisTexts {
		t.Run(c.name, func(t *testing.T) {
			d, _ := c.diagnose(t)
			if d.Line() != c.line {
				t.Errorf("the line is\n%s\nnot\n%s", d.Line(), c.line)
			}
			text := regexp.MustCompile(`compared: \d+`).ReplaceAllString(d.String(), "compared: N")
			if text != c.text {
				t.Errorf("the text is\n%snot\n%s", text, c.text)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "a b": 3, "欧洲": 4, "é": 1, "e\u0301": 1, "，！": 4, "😀": 2, "한글 かな": 9} {
		if n := excerpt.Columns(text); n != want {
			t.Errorf("%q takes %d columns, not %d", text, n, want)
		}
	}
}
