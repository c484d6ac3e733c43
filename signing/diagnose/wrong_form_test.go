package diagnose

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

// mixed has a value of every kind. The texts made of it are what the named libraries print.
const mixed = `{"url":"https://a/b c","area":"欧洲","note":"it's \"a\\b\"\n","ok":true,"opt":{"z":1,"a":null},"sims":["8","9"]}`

var wrongForms = []wrongSign{
	{id: "spaced", body: `{"b":[1,2],"a":"欧"}`, text: `{"a": "欧", "b": [1, 2]}`},
	{id: "spaced", words: `": "`, body: `{"b":[1,2],"a":"欧"}`, text: `{"a": "欧","b": [1,2]}`},
	{id: "spaced", words: `", "`, body: `{"b":[1,2],"a":"欧"}`, text: `{"a":"欧", "b":[1, 2]}`},
	{id: "spaced", words: `" : "`, body: `{"b":[1,2],"a":"欧"}`, text: `{"a" : "欧","b" : [1,2]}`},
	{id: "spaced", words: `{ "a"`, body: `{"b":[1,2],"a":"欧"}`, text: `{ "a": "欧", "b": [1, 2] }`},
	{id: "python-default", body: mixed, text: `{"area": "\u6b27\u6d32", "note": "it's \"a\\b\"\n", "ok": true, "opt": {"z": 1, "a": null}, "sims": ["8", "9"], "url": "https://a/b c"}`},
	{id: "pretty-printed", words: "2 spaces", body: mixed, text: prettyMixed("  ", "欧洲", "\n")},
	{id: "pretty-printed", words: "4 spaces", body: mixed, text: prettyMixed("    ", "欧洲", "\n")},
	{id: "pretty-printed", words: "tabs", body: mixed, text: prettyMixed("\t", "欧洲", "\n")},
	{id: "pretty-printed", words: "CR LF", body: mixed, text: prettyMixed("  ", "欧洲", "\r\n")},
	{id: "pretty-printed", words: "Python does by 2", body: mixed, text: prettyMixed("  ", `\u6b27\u6d32`, "\n")},
	{id: "pretty-printed", words: "Python does by 4", body: mixed, text: prettyMixed("    ", `\u6b27\u6d32`, "\n")},
	{id: "pretty-printed", words: "Jackson", body: `{"b":["x"],"a":"y"}`, text: "{\n  \"a\" : \"y\",\n  \"b\" : [ \"x\" ]\n}"},
	{id: "pretty-printed", words: "Jackson", body: `{"b":[1,{"c":[],"d":{}}]}`, text: "{\n  \"b\" : [ 1, {\n    \"c\" : [ ],\n    \"d\" : { }\n  } ]\n}"},
	{id: "pretty-printed", words: "PHP", body: `{"b":"/","a":"欧"}`, text: "{\n    \"a\": \"\\u6b27\",\n    \"b\": \"\\/\"\n}"},
	{id: "pretty-printed", words: "PowerShell", body: `{"b":"<","a":"欧"}`, text: "{\r\n    \"a\":  \"欧\",\r\n    \"b\":  \"\\u003c\"\r\n}"},
	{id: "query-string", words: "k=v&k=v", body: `{"b":[1,"x"],"a":"欧 /","c":true}`, text: `a=欧 /&b=[1,"x"]&c=true`},
	{id: "query-string", words: "+ for a space", body: `{"url":"https://a/b~c?d=e&f","area":"欧洲 x"}`, text: "area=%E6%AC%A7%E6%B4%B2+x&url=https%3A%2F%2Fa%2Fb~c%3Fd%3De%26f"},
	{id: "query-string", words: "%20 for a space", body: `{"url":"https://a/b~c?d=e&f","area":"欧洲 x"}`, text: "area=%E6%AC%A7%E6%B4%B2%20x&url=https%3A%2F%2Fa%2Fb~c%3Fd%3De%26f"},
	{id: "query-string", words: "Java", body: `{"url":"https://a/b~c?d=e&f","area":"欧洲 x"}`, text: "area=%E6%AC%A7%E6%B4%B2+x&url=https%3A%2F%2Fa%2Fb%7Ec%3Fd%3De%26f"},
	{id: "query-string", words: "lower case", body: `{"b":"/","a":"欧 "}`, text: "a=%e6%ac%a7+&b=%2f"},
	{id: "query-string", words: "k=v&k=v&", body: `{"b":"/","a":"欧"}`, text: "a=欧&b=/&"},
	{id: "query-string", words: "key=", body: `{"b":"/","a":"欧"}`, text: "a=欧&b=/&key="},
	{id: "query-string", words: "?k", body: `{"b":"/","a":"欧"}`, text: "?a=欧&b=/"},
	{id: "values-only", body: `{"b":"1","a":"2"}`, text: "21"},
	{id: "values-only", words: "|", body: `{"b":"1","a":"2"}`, text: "2|1"},
	{id: "names-and-values", words: "kvkv", body: `{"b":"1","a":"2"}`, text: "a2b1"},
	{id: "names-and-values", words: "k=vk=v", body: `{"b":"1","a":"2"}`, text: "a=2b=1"},
	{id: "names-and-values", words: "lines", body: `{"b":"1","a":"2"}`, text: "a=2\nb=1"},
	{id: "map-text", words: "Python", body: mixed, text: `{'area': '欧洲', 'note': 'it\'s "a\\b"\n', 'ok': True, 'opt': {'z': 1, 'a': None}, 'sims': ['8', '9'], 'url': 'https://a/b c'}`},
	{id: "map-text", words: "Java", body: `{"b":["1",2],"a":{"x":"y"},"c":""}`, text: "{a={x=y}, b=[1, 2]}"},
	{id: "map-text", words: "Go", body: `{"b":["1",2],"a":{"x":"y"}}`, text: fmt.Sprint(map[string]any{"b": []any{"1", 2}, "a": map[string]any{"x": "y"}})},
	{id: "map-text", words: "Ruby's", body: `{"b":["1",2],"a":{"x":"y"}}`, text: `{"a"=>{"x"=>"y"}, "b"=>["1", 2]}`},
	{id: "map-text", words: "Ruby 3.4's", body: `{"b":["1",2],"a":{"x":"y"}}`, text: `{"a" => {"x" => "y"}, "b" => ["1", 2]}`},
	{id: "loose-json", words: "without quotes", body: `{"b":"1","a":2}`, text: `{a:2,b:"1"}`},
	{id: "loose-json", words: "comma", body: `{"b":"1","a":2}`, text: `{"a":2,"b":"1",}`},
	{id: "loose-json", words: "braces", body: `{"b":"1","a":2}`, text: `"a":2,"b":"1"`},
	{id: "loose-json", words: "single", body: `{"b":"1","a":2}`, text: `{'a':2,'b':'1'}`},
	{id: "list-of-pairs", words: "Object.entries", body: `{"b":{"z":"1","y":[2]},"a":"欧"}`, text: `[["a","欧"],["b",{"z":"1","y":[2]}]]`},
	{id: "list-of-pairs", words: "json.dumps", body: `{"b":{"z":"1","y":[2]},"a":"欧"}`, text: `[["a", "欧"], ["b", {"z": "1", "y": [2]}]]`},
	{id: "list-of-pairs", words: "with escapes", body: mixed, text: `[["area", "\u6b27\u6d32"], ["note", "it's \"a\\b\"\n"], ["ok", true], ["opt", {"z": 1, "a": null}], ["sims", ["8", "9"]], ["url", "https://a/b c"]]`},
	{id: "list-of-pairs", words: "str of", body: mixed, text: `[('area', '欧洲'), ('note', 'it\'s "a\\b"\n'), ('ok', True), ('opt', {'z': 1, 'a': None}), ('sims', ['8', '9']), ('url', 'https://a/b c')]`},
	{id: "nothing-signed", words: "nothing at all", body: `{"b":"1","a":2}`, text: ""},
	{id: "nothing-signed", words: "{}", body: `{"b":"1","a":2}`, text: "{}"},
	{id: "nothing-signed", words: "[object Object]", body: `{"b":"1","a":2}`, text: "[object Object]"},
	{id: "body-as-sent", words: "without sign", body: "{ \"b\": \"1\",\n  \"a\":2,\n  \"sign\": \"x\" }", text: "{ \"b\": \"1\",\n  \"a\":2 }"},
	{id: "body-as-sent", words: "without sign", body: `{"sign":"x" , "b": "1", "a":2}`, text: `{"b": "1", "a":2}`},
	{id: "body-as-sent", words: `with ""`, body: `{"b": "1","sign": "x", "a":2}`, text: `{"b": "1","sign": "", "a":2}`},
	{id: "body-as-sent", words: `with null`, body: `{"b": "1","sign": "x", "a":2}`, text: `{"b": "1","sign": null, "a":2}`},
	{id: "body-as-sent", body: `{"b": "1", "a" :2}`, text: `{"b": "1", "a" :2}`},
	{id: "query-as-sent", words: "without sign", query: `{"b":"x y","a":"欧","sign":"s"}`, rawQuery: "b=x+y&sign=s&a=%e6%AC%a7", text: "b=x+y&a=%e6%AC%a7"},
	{id: "single-quoted", words: "fastjson", body: `{"b":"it's","a":1}`, text: `{'a':1,'b':'it\'s'}`},
}

// prettyMixed is mixed, sorted and pretty-printed.
func prettyMixed(indent, area, newline string) string {
	const text = `{/1"area":"AREA",/1"note":"it's \"a\\b\"\n",/1"ok":true,/1"opt":{/2"z":1,/2"a":null/1},/1"sims":[/2"8",/2"9"/1],/1"url":"https:SLASHSLASHaSLASHb c"/0}`
	return strings.NewReplacer(`":`, `": `, "AREA", area, "SLASH", "/", "/0", newline, "/1", newline+indent, "/2", newline+indent+indent).Replace(text)
}

var wrongFrames = []wrongSign{
	{id: "newline", body: `{"b":"1","a":2}`, text: "{\"a\":2,\"b\":\"1\"}\n"},
	{id: "newline", words: `\r\n`, body: `{"b":"1","a":2}`, text: "{\"a\":2,\"b\":\"1\"}\r\n"},
	{id: "white-space-around", words: "zero byte", body: `{"b":"1","a":2}`, text: "{\"a\":2,\"b\":\"1\"}\x00"},
	{id: "byte-order-mark", body: `{"b":"1","a":2}`, text: "\xef\xbb\xbf{\"a\":2,\"b\":\"1\"}"},
	{id: "wrapped", words: "data", body: `{"b":"1","a":2}`, text: `{"data":{"a":2,"b":"1"}}`},
	{id: "wrapped", words: "[…]", body: `{"b":"1","a":2}`, text: `[{"a":2,"b":"1"}]`},
	{id: "secret-added", words: "null", body: `{"b":"1","a":2}`, text: `{"a":2,"b":"1"}null`},
	{id: "secret-added", words: "undefined", body: `{"b":"1","a":2}`, text: `{"a":2,"b":"1"}undefined`},
	{id: "secret-added", words: "partnerCode at the end", body: `{"partnerCode":"P1","a":2}`, text: `{"a":2,"partnerCode":"P1"}P1`},
	{id: "secret-added", words: "beginning", body: `{"partnerCode":"P1","a":2}`, text: `P1{"a":2,"partnerCode":"P1"}`},
	{id: "json-twice", body: `{"b":"1","a":2}`, text: `"{\"a\":2,\"b\":\"1\"}"`},
	{id: "json-twice", words: "escaped", body: `{"b":"1","a":2}`, text: `{\"a\":2,\"b\":\"1\"}`},
	{id: "text-url-encoded", words: "encodeURIComponent", body: `{"b":"x y","a":2}`, text: `%7B%22a%22%3A2%2C%22b%22%3A%22x%20y%22%7D`},
	{id: "text-url-encoded", words: "forms", body: `{"b":"x y","a":2}`, text: `%7B%22a%22%3A2%2C%22b%22%3A%22x+y%22%7D`},
	{id: "text-case", words: "lower", body: `{"b":"X","A":2}`, text: `{"a":2,"b":"x"}`},
	{id: "text-case", words: "upper", body: `{"b":"x","a":true}`, text: `{"A":TRUE,"B":"X"}`},
	{id: "characters-removed", words: "(spaces)", body: `{"b":"x y","a":"\t"}`, text: `{"a":"\t","b":"xy"}`},
	{id: "characters-removed", words: "backslashes", body: `{"b":"x\"y\n","a":2}`, text: `{"a":2,"b":"x"yn"}`},
}

var wrongBytes = []wrongSign{
	{id: "gbk", words: "GBK", body: `{"b":"1","a":"欧洲"}`, text: "{\"a\":\"\xc5\xb7\xd6\xde\",\"b\":\"1\"}"},
	{id: "gbk", words: "GB18030", body: `{"b":"1","a":"欧😀"}`, text: "{\"a\":\"\xc5\xb7\x94\x39\xfc\x36\",\"b\":\"1\"}"},
	{id: "ascii", words: "ISO-8859-1", body: `{"b":"1","a":"é欧"}`, text: "{\"a\":\"\xe9?\",\"b\":\"1\"}"},
	{id: "ascii", words: "ASCII", body: `{"b":"1","a":"é欧"}`, text: `{"a":"??","b":"1"}`},
	{id: "utf-8-twice", body: `{"b":"1","a":"é"}`, text: "{\"a\":\"\xc3\x83\xc2\xa9\",\"b\":\"1\"}"},
	{id: "utf-16", words: "(little-endian)", body: `{"a":"欧"}`, text: "{\x00\"\x00a\x00\"\x00:\x00\"\x00\x27\x6b\"\x00}\x00"},
	{id: "utf-16", words: "(big-endian with", body: `{"a":"😀"}`, text: "\xfe\xff\x00{\x00\"\x00a\x00\"\x00:\x00\"\xd8\x3d\xde\x00\x00\"\x00}"},
	{id: "beyond-ascii-dropped", body: `{"b":"1","a":"é欧x"}`, text: `{"a":"x","b":"1"}`},
	{id: "low-bytes", body: `{"b":"1","a":"欧"}`, text: `{"a":"'","b":"1"}`},
	{id: "cesu-8", body: `{"b":"1","a":"😀欧"}`, text: "{\"a\":\"\xed\xa0\xbd\xed\xb8\x80欧\",\"b\":\"1\"}"},
	{id: "legacy-encoding", words: "Windows-1252", body: `{"a":"5 €"}`, text: "{\"a\":\"5 \x80\"}"},
	{id: "legacy-encoding", words: "Windows-1251", body: `{"a":"я"}`, text: "{\"a\":\"\xff\"}"},
	{id: "body-encoded-twice", words: "ISO 8859-1", body: `{"a":"CafÃ©"}`, text: `{"a":"Café"}`},
	{id: "body-encoded-twice", words: "Windows 1252", body: `{"a":"5 â‚¬"}`, text: `{"a":"5 €"}`},
}

// The text of these is the right one.
const rightText = `{"a":"2","b":"4"}`

func digits(id, words string, sign func(text string) string) wrongSign {
	return wrongSign{id: id, words: words, body: `{"b":"4","a":"2"}`, text: rightText, sign: sign}
}

// numbered is a request whose right text has the number in it, chosen for its MD5.
func numbered(id, words, number string, sign func(text string) string) wrongSign {
	return wrongSign{id: id, words: words, body: `{"a":"` + number + `"}`, text: `{"a":"` + number + `"}`, sign: sign}
}

func fixedSign(sign string) func(string) string { return func(string) string { return sign } }

func md5Bytes(text string) []byte {
	sum := md5.Sum([]byte(text))
	return sum[:]
}

var wrongDigits = []wrongSign{
	digits("double-md5", "hexadecimal", func(s string) string { return md5Hex(md5Hex(s)) }),
	digits("double-md5", "upper case", func(s string) string { return md5Hex(strings.ToUpper(md5Hex(s))) }),
	digits("double-md5", "16 bytes", func(s string) string { return md5Hex(string(md5Bytes(s))) }),
	digits("md5-of-encoded", "Base64", func(s string) string { return md5Hex(base64.StdEncoding.EncodeToString([]byte(s))) }),
	digits("md5-of-encoded", "hexadecimal", func(s string) string { return md5Hex(fmt.Sprintf("%x", s)) }),
	digits("md5-of-encoded", "SHA-1", func(s string) string { return md5Hex(fmt.Sprintf("%x", sha1.Sum([]byte(s)))) }),
	digits("other-hash", "(SHA-1)", func(s string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(s))) }),
	digits("other-hash", "SHA-256, the first", func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:32] }),
	digits("other-hash", "SHA-256, the last", func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[32:] }),
	digits("sign-reversed", "digits", func(s string) string {
		digits := []byte(md5Hex(s))
		slices.Reverse(digits)
		return string(digits)
	}),
	digits("sign-reversed", "its bytes", func(s string) string {
		sum := md5Bytes(s)
		slices.Reverse(sum)
		return fmt.Sprintf("%x", sum)
	}),
	digits("keyed-hash", "empty", func(s string) string {
		h := hmac.New(md5.New, nil)
		h.Write([]byte(s))
		return fmt.Sprintf("%x", h.Sum(nil))
	}),
	digits("sign-case", "upper", func(s string) string { return strings.ToUpper(md5Hex(s)) }),
	digits("sign-case", "mixed", func(s string) string { return strings.ToUpper(md5Hex(s)[:16]) + md5Hex(s)[16:] }),
	digits("sign-shortened", "middle", func(s string) string { return md5Hex(s)[8:24] }),
	digits("sign-shortened", "first", func(s string) string { return md5Hex(s)[:16] }),
	digits("sign-base64", "the bytes in Base64", func(s string) string { return base64.StdEncoding.EncodeToString(md5Bytes(s)) }),
	digits("sign-base64", "the digits in Base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(md5Hex(s))) }),
	digits("sign-separated", `"-"`, func(s string) string { return strings.ReplaceAll(fmt.Sprintf("% X", md5Bytes(s)), " ", "-") }),
	digits("sign-separated", `":"`, func(s string) string { return strings.ReplaceAll(fmt.Sprintf("% x", md5Bytes(s)), " ", ":") }),
	digits("sign-spaced", "", func(s string) string { return " " + md5Hex(s) + "\r\n" }),
	digits("sign-decorated", `"  -"`, func(s string) string { return md5Hex(s) + "  -" }),
	digits("sign-decorated", "stdin", func(s string) string { return "MD5(stdin)= " + md5Hex(s) }),
	digits("sign-decorated", "0x", func(s string) string { return "0x" + md5Hex(s) }),
	numbered("sign-zeros-lost", "leading", "4", func(s string) string { return new(big.Int).SetBytes(md5Bytes(s)).Text(16) }),
	// What Java printed for these texts.
	numbered("sign-zeros-lost", "each byte", "1", fixedSign("7d51436db717294719860214256e3")),
	numbered("sign-extended", "zeros lost", "1", fixedSign("7d51436ffffffdb717294719860214256ffffffe3")),
	numbered("sign-negative", "BigInteger", "13", fixedSign("-57df165cb24bc20574c136ac6a9c75f7")),
	{id: "sign-case", words: "lower", body: `{"b":"4","a":"2"}`, text: rightText, rules: &signing.Rules{Parts: signing.AllParts, Hex: signing.UpperHex}},
	{id: "sign-separated", words: "UUID", body: `{"b":"1","a":"2"}`, text: `{"a":"2","b":"1"}`, sign: func(text string) string {
		sum := md5Hex(text)
		return sum[:8] + "-" + sum[8:12] + "-" + sum[12:16] + "-" + sum[16:20] + "-" + sum[20:]
	}},
}
