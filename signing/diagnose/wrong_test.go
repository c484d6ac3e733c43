package diagnose

import (
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

var (
	bodyOnly     = &signing.Rules{Parts: signing.Body}
	onlyStrings  = &signing.Rules{Parts: signing.AllParts, Empty: signing.EmptyStringOnly}
	sortedNested = &signing.Rules{Parts: signing.AllParts, Nested: signing.NestedSorted}
)

var wrongMembers = []wrongSign{
	{id: "global-left-out", words: "(version)", body: `{"a":"1","partnerCode":"P1","version":"3.0"}`, text: `{"a":"1","partnerCode":"P1"}`},
	{id: "global-left-out", words: "(partnerCode)", body: `{"a":"1","partnerCode":"P1","version":"3.0"}`, text: `{"a":"1","version":"3.0"}`},
	{id: "global-left-out", words: "(version and partnerCode)", body: `{"a":"1","partnerCode":"P1","version":"3.0"}`, text: `{"a":"1"}`},
	{id: "sign-included", words: "empty value", body: `{"a":"1","sign":"x","z":"2"}`, text: `{"a":"1","sign":"","z":"2"}`},
	{id: "sign-included", words: "null", body: `{"a":"1","z":"2"}`, text: `{"a":"1","sign":null,"z":"2"}`},
	{id: "sign-included", words: "twice", body: `{"a":"1","z":"2"}`, text: `{"a":"1","sign":"` + md5Hex(`{"a":"1","z":"2"}`) + `","z":"2"}`},
	{id: "sign-included", words: "was sent", body: `{"a":"1","sign":"old","z":"2"}`, text: `{"a":"1","sign":"old","z":"2"}`},
	{id: "sign-included", words: "placeholder", body: `{"a":"1","z":"2"}`, text: `{"a":"1","sign":"b2a9e697bdff66049803d62ffeffccaf","z":"2"}`},
	{id: "empty-kept", words: `""`, body: `{"a":"1","b":"","c":null}`, text: `{"a":"1","b":""}`},
	{id: "empty-kept", words: `"" and null`, body: `{"a":"1","b":"","c":null}`, text: `{"a":"1","b":"","c":null}`},
	{id: "empty-kept", words: "[] and {}", body: `{"a":"1","b":"","c":[],"d":{}}`, text: `{"a":"1","c":[],"d":{}}`, rules: &signing.Rules{Parts: signing.AllParts, Empty: signing.EmptyContainersToo}},
	{id: "null-kept", body: `{"a":"1","b":"","c":null}`, text: `{"a":"1","c":null}`},
	{id: "null-as-text", words: `("null")`, body: `{"a":"1","c":null}`, text: `{"a":"1","c":"null"}`},
	{id: "null-as-text", words: `("")`, body: `{"a":"1","c":null}`, text: `{"a":"1","c":""}`},
	{id: "null-left-out", body: `{"a":"1","c":null}`, text: `{"a":"1"}`, rules: onlyStrings},
	{id: "empty-left-out", words: "[] and {}", body: `{"a":"1","c":[]}`, text: `{"a":"1"}`},
	{id: "falsy-left-out", body: `{"a":0,"b":false,"c":"0"}`, text: `{"c":"0"}`},
	{id: "zero-text-left-out", words: "array_filter", body: `{"languageCode":"1","mark":"0","terminal":"0"}`, text: `{"languageCode":"1"}`},
	{id: "blank-left-out", body: `{"a":" ","b":"1","c":"\t"}`, text: `{"b":"1"}`},
	{id: "part-left-out", words: "(path)", path: `{"group_id":"G1"}`, body: `{"a":"1"}`, text: `{"a":"1"}`},
	{id: "part-left-out", words: "(query)", path: `{"group_id":"G1"}`, query: `{"version":"3.0","partnerCode":"P1","a":"1"}`, text: `{"group_id":"G1"}`},
	{id: "part-added", words: "(path)", path: `{"group_id":"G1"}`, body: `{"a":"1"}`, text: `{"a":"1","group_id":"G1"}`, rules: bodyOnly},
	{id: "version-other", words: `"1.0"`, body: `{"a":"1","version":"3.0"}`, text: `{"a":"1","version":"1.0"}`},
	{id: "version-other", words: `"3.0"`, body: `{"a":"1","version":"1.0"}`, text: `{"a":"1","version":"3.0"}`},
	{id: "version-added", words: `"3.0"`, body: `{"a":"1"}`, text: `{"a":"1","version":"3.0"}`},
	{id: "parameter-left-out", words: "(url)", body: `{"a":"1","url":"x"}`, text: `{"a":"1"}`},
	{id: "trade-time-form", words: "seconds", body: `{"tradeTime":"1645683857572"}`, text: `{"tradeTime":"1645683857"}`},
	{id: "trade-time-form", words: "000", body: `{"tradeTime":"1645683857572"}`, text: `{"tradeTime":"1645683857000"}`},
	{id: "trade-time-form", words: "UTC", body: `{"tradeTime":"1645683857572"}`, text: `{"tradeTime":"20220224062417"}`},
	{id: "trade-time-form", words: "China", body: `{"tradeTime":"1645683857572"}`, text: `{"tradeTime":"20220224142417"}`},
	{id: "trade-time-clock", words: "-3 ms", body: `{"tradeTime":"1645683857572"}`, text: `{"tradeTime":"1645683857569"}`},
	{id: "trade-time-clock", words: "+50 ms", body: `{"tradeTime":"1645683857572"}`, text: `{"tradeTime":"1645683857622"}`},
	{id: "partner-code-example", words: "P012345", body: `{"a":"1","partnerCode":"P1"}`, text: `{"a":"1","partnerCode":"P012345"}`},
	{id: "path-template", words: "{group_id}", path: `{"group_id":"G1"}`, body: `{"a":"1"}`, text: `{"a":"1","group_id":"{group_id}"}`},
	{id: "names-rewritten", words: "camelCase", body: `{"a":"1","sim_ids":["8"]}`, text: `{"a":"1","simIds":["8"]}`},
	{id: "names-rewritten", words: "snake_case", body: `{"deviceCode":"1","payId":"8"}`, text: `{"device_code":"1","pay_id":"8"}`},
	{id: "names-rewritten", words: "lower case", body: `{"deviceCode":"X","payId":"8"}`, text: `{"devicecode":"X","payid":"8"}`},
	{id: "names-rewritten", words: "capital", body: `{"deviceCode":"1","payId":"8"}`, text: `{"DeviceCode":"1","PayId":"8"}`},
}

var wrongOrders = []wrongSign{
	{id: "unsorted", body: `{"b":"1","a":"2","c":"3"}`, text: `{"b":"1","a":"2","c":"3"}`},
	{id: "unsorted", path: `{"p":"1"}`, query: `{"v":"3"}`, body: `{"b":"1","a":"2"}`, text: `{"v":"3","p":"1","b":"1","a":"2"}`},
	{id: "unsorted", words: "body, then query, then path", path: `{"p":"1"}`, query: `{"v":"3"}`, body: `{"b":"1","a":"2"}`, text: `{"b":"1","a":"2","v":"3","p":"1"}`},
	{id: "reverse-sorted", body: `{"b":"1","a":"2","c":"3"}`, text: `{"c":"3","b":"1","a":"2"}`},
	{id: "case-insensitive", body: `{"order_id":"1","orderNo":"2","Z":"3","a":"4"}`, text: `{"a":"4","order_id":"1","orderNo":"2","Z":"3"}`},
	{id: "parts-sorted-apart", path: `{"n":"1"}`, query: `{"version":"3","m":"1"}`, body: `{"b":"1","a":"2"}`, text: `{"m":"1","version":"3","n":"1","a":"2","b":"1"}`},
	{id: "globals-apart", words: "last", body: `{"version":"3.0","partnerCode":"P1","z":"1","a":"2"}`, text: `{"a":"2","z":"1","partnerCode":"P1","version":"3.0"}`},
	{id: "globals-apart", words: "first", body: `{"z":"1","a":"2","version":"3.0","partnerCode":"P1"}`, text: `{"version":"3.0","partnerCode":"P1","a":"2","z":"1"}`},
	{id: "numeric-order", body: `{"10":"a","2":"b","b":"c","a":"d"}`, text: `{"2":"b","10":"a","a":"d","b":"c"}`},
	{id: "sorted-by-value", body: `{"a":"2","b":"1","c":"3"}`, text: `{"b":"1","a":"2","c":"3"}`},
	{id: "utf16-order", body: `{"a":"0","ﬀ":"1","😀":"2"}`, text: `{"a":"0","😀":"2","ﬀ":"1"}`},
	{id: "java-hash-order", body: `{"version":"1","partnerCode":"1","deviceCode":"1","area":"1","url":"1","tradeTime":"1","mark":"1"}`,
		text: `{"area":"1","tradeTime":"1","partnerCode":"1","deviceCode":"1","version":"1","url":"1","mark":"1"}`},
	{id: "java-hash-order", body: jsonOfOnes("version partnerCode deviceCode area url tradeTime mark note languageCode terminal tradeType orderNo payId payAmount payCurrency"),
		text: jsonOfOnes("area note orderNo partnerCode deviceCode terminal languageCode version url tradeTime payAmount payCurrency payId mark tradeType")},
	{id: "length-order", body: `{"cc":"1","aaa":"2","b":"3","version":"3.0","partnerCode":"P1"}`,
		text: `{"b":"3","cc":"1","aaa":"2","version":"3.0","partnerCode":"P1"}`},
}

// jsonOfOnes is an object in which each name has the value "1".
func jsonOfOnes(names string) string {
	return `{"` + strings.ReplaceAll(names, " ", `":"1","`) + `":"1"}`
}

var wrongValues = []wrongSign{
	{id: "number-unquoted", words: "(tradeTime as 1645683857572)", body: `{"a":"1","tradeTime":"1645683857572"}`, text: `{"a":"1","tradeTime":1645683857572}`},
	{id: "number-unquoted", words: "(version as 3)", body: `{"a":"1","version":"3.0"}`, text: `{"a":"1","version":3}`},
	{id: "numbers-unquoted", body: `{"a":"1","b":["2"],"c":"x","version":"3.0"}`, text: `{"a":1,"b":[2],"c":"x","version":3.0}`},
	{id: "numbers-unquoted", words: "JavaScript", body: `{"a":"1","deviceCode":"89852420180910340793","c":"000001","version":"3.0"}`, text: `{"a":1,"c":"000001","deviceCode":89852420180910340000,"version":3}`},
	{id: "numbers-quoted", body: `{"a":1,"b":[2.0],"c":true}`, text: `{"a":"1","b":["2.0"],"c":true}`},
	{id: "values-stringified", words: "(booleans)", body: `{"a":1,"c":true}`, text: `{"a":1,"c":"true"}`},
	{id: "values-stringified", words: "numbers, booleans", body: `{"a":1,"c":true}`, text: `{"a":"1","c":"true"}`},
	{id: "values-stringified", words: "arrays and objects", body: `{"a":1,"c":["8","9"]}`, text: `{"a":1,"c":"[\"8\",\"9\"]"}`},
	{id: "values-stringified", words: "(all)", body: `{"a":1,"c":{"z":"8"}}`, text: `{"a":"1","c":"{\"z\":\"8\"}"}`},
	{id: "values-trimmed", body: `{"a":" x ","c":["\ty"]}`, text: `{"a":"x","c":["y"]}`},
	{id: "values-url-encoded", words: "encodeURIComponent", body: `{"a":"欧 x/y~"}`, text: `{"a":"%E6%AC%A7%20x%2Fy~"}`},
	{id: "values-url-encoded", words: "forms", body: `{"a":"欧 x/y"}`, text: `{"a":"%E6%AC%A7+x%2Fy"}`},
	{id: "values-url-encoded", words: ".NET", body: `{"a":"欧 x/y"}`, text: `{"a":"%e6%ac%a7+x%2fy"}`},
	{id: "values-url-decoded", query: `{"a":"x%20y+z"}`, text: `{"a":"x y+z"}`},
	{id: "values-url-decoded", words: "space", query: `{"a":"x%20y+z"}`, text: `{"a":"x y z"}`},
	{id: "nested-sorted", body: `{"c":{"b":1,"a":[{"z":1,"y":2}]}}`, text: `{"c":{"a":[{"y":2,"z":1}],"b":1}}`},
	{id: "nested-as-sent", body: `{"c":{"b":1,"a":[{"z":1,"y":2}]},"d":1}`, text: `{"c":{"b":1,"a":[{"z":1,"y":2}]},"d":1}`, rules: sortedNested},
	{id: "nested-filtered", body: `{"area":"欧洲","opt":{"z":1,"area":null},"sims":[{"sim":1,"area":2}]}`, text: `{"area":"欧洲","opt":{"area":null},"sims":[{"area":2}]}`},
	{id: "nested-empty-dropped", words: "null", body: `{"c":{"b":null,"a":[{"z":"","y":null}]}}`, text: `{"c":{"a":[{"z":""}]}}`},
	{id: "nested-empty-dropped", words: `"" and null`, body: `{"c":{"b":null,"a":[{"z":"","y":2}]}}`, text: `{"c":{"a":[{"y":2}]}}`},
	{id: "nested-spaced", body: `{"c":[1, 2], "b":"x"}`, text: `{"b":"x","c":[1, 2]}`},
	{id: "booleans-rewritten", words: "True", body: `{"a":true,"b":[false]}`, text: `{"a":True,"b":[False]}`},
	{id: "booleans-rewritten", words: "1 and 0", body: `{"a":true,"b":[false]}`, text: `{"a":1,"b":[0]}`},
	{id: "numbers-respelled", words: "JavaScript", body: `{"a":1.0,"b":1e2,"c":1e21,"d":0.0000001,"e":-0,"f":1.50,"g":0.1}`, text: `{"a":1,"b":100,"c":1e+21,"d":1e-7,"e":0,"f":1.5,"g":0.1}`},
	{id: "numbers-respelled", words: "Python", body: `{"a":1,"b":1e2,"c":0.5,"d":89852202306250040073,"e":0.00001}`, text: `{"a":1.0,"b":100.0,"c":0.5,"d":8.985220230625005e+19,"e":1e-05}`},
	{id: "numbers-respelled", words: "Java", body: `{"a":1,"b":10000000,"c":0.5,"d":1645683857572,"e":0.0001}`, text: `{"a":1.0,"b":1.0E7,"c":0.5,"d":1.645683857572E12,"e":1.0E-4}`},
	{id: "list-as-text", body: `{"sim_ids":["8","9"]}`, text: `{"sim_ids":"8,9"}`},
	{id: "list-as-text", body: `{"sim_ids":["8","9"]}`, text: `{"sim_ids":"[8, 9]"}`},
	{id: "list-sorted", body: `{"sim_ids":["9","8"]}`, text: `{"sim_ids":["8","9"]}`},
	{id: "empty-object-as-array", body: `{"a":{},"b":[{}],"c":{"d":1}}`, text: `{"a":[],"b":[[]],"c":{"d":1}}`},
	{id: "values-html", words: "(escaped)", body: `{"a":"<b> & \"c\""}`, text: `{"a":"&lt;b&gt; &amp; &#34;c&#34;"}`},
	{id: "values-html", words: "unescaped", body: `{"a":"x &amp; y"}`, text: `{"a":"x & y"}`},
	{id: "values-normalised", words: "NFC", body: `{"a":"e\u0301"}`, text: "{\"a\":\"\u00e9\"}"},
	{id: "values-normalised", words: "NFD", body: `{"a":"é"}`, text: "{\"a\":\"e\u0301\"}"},
	{id: "value-case", words: "payCurrency in lower", body: `{"a":"X","payCurrency":"USD"}`, text: `{"a":"X","payCurrency":"usd"}`},
	{id: "value-case", words: "payCurrency in upper", body: `{"a":"x","payCurrency":"usd"}`, text: `{"a":"x","payCurrency":"USD"}`},
	{id: "amount-respelled", words: `(payAmount as "1,000.00")`, body: `{"a":"1","payAmount":"1000.00"}`, text: `{"a":"1","payAmount":"1,000.00"}`},
	{id: "amount-respelled", words: `(payAmount as "10")`, body: `{"a":"1","payAmount":"10.00"}`, text: `{"a":"1","payAmount":"10"}`},
	{id: "amount-respelled", words: `(payAmount as "10.0")`, body: `{"a":"1","payAmount":"10.00"}`, text: `{"a":"1","payAmount":"10.0"}`},
	{id: "amount-respelled", words: `(payAmount as "1000")`, body: `{"a":"x","payAmount":"10.00"}`, text: `{"a":"x","payAmount":"1000"}`},
	{id: "number-unquoted", words: "(payAmount as 10.0)", body: `{"a":"x","payAmount":"10.00"}`, text: `{"a":"x","payAmount":10.0}`},
	{id: "number-unquoted", words: "(payAmount as 4.9900000000000002)", body: `{"a":"x","payAmount":"4.99"}`, text: `{"a":"x","payAmount":4.9900000000000002}`},
	{id: "amount-respelled", words: `(payAmount as "4.9900000000000002")`, body: `{"a":"x","payAmount":"4.99"}`, text: `{"a":"x","payAmount":"4.9900000000000002"}`},
	{id: "numbers-respelled", words: "17 digits", body: `{"amount":4.99,"count":2}`, text: `{"amount":4.9900000000000002,"count":2}`},
	{id: "numbers-respelled", words: "Python", body: `{"amount":10.00,"count":2}`, text: `{"amount":10.0,"count":2}`},
	{id: "values-as-text", words: "Go's", body: `{"ids":["8",null],"a":true}`, text: `{"a":"true","ids":"[8 <nil>]"}`},
	{id: "values-as-text", words: "PHP", body: `{"ids":["8"],"a":true}`, text: `{"a":"1","ids":"Array"}`},
	{id: "list-flattened", words: "a[0]=x", body: `{"ids":["8","9"]}`, text: `{"ids[0]":"8","ids[1]":"9"}`},
	{id: "values-backslashed", body: `{"a":"it's","b":"/"}`, text: `{"a":"it\\'s","b":"/"}`},
}

var wrongEscapes = []wrongSign{
	{id: "slash-escaped", body: `{"url":"https://a/b"}`, text: `{"url":"https:\/\/a\/b"}`},
	{id: "slash-escaped", words: "after <", body: `{"a":"</b> /"}`, text: `{"a":"<\/b> /"}`},
	{id: "unicode-escaped", words: "lower", body: `{"a":"欧😀"}`, text: `{"a":"\u6b27\ud83d\ude00"}`},
	{id: "unicode-escaped", words: "upper", body: `{"a":"欧😀"}`, text: `{"a":"\u6B27\uD83D\uDE00"}`},
	{id: "php-default", body: `{"a":"欧/"}`, text: `{"a":"\u6b27\/"}`},
	{id: "html-escaped", words: "Go", body: `{"a":"<a>&='\u2028"}`, text: `{"a":"\u003ca\u003e\u0026='\u2028"}`},
	{id: "html-escaped", words: "Gson", body: `{"a":"<a>&='"}`, text: `{"a":"\u003ca\u003e\u0026\u003d\u0027"}`},
	{id: "dotnet-default", words: ".NET", body: `{"a":"<a>&='+\"欧"}`, text: `{"a":"\u003Ca\u003E\u0026=\u0027\u002B\u0022\u6B27"}`},
	{id: "html-escaped", words: "PowerShell", body: `{"a":"<a>&='"}`, text: `{"a":"\u003ca\u003e\u0026=\u0027"}`},
	{id: "controls-escaped", body: `{"a":"x\ny\b"}`, text: `{"a":"x\u000ay\u0008"}`},
	{id: "controls-escaped", words: "U+007F", body: "{\"a\":\"x\x7f\"}", text: `{"a":"x\u007f"}`},
	{id: "controls-escaped", words: "upper", body: `{"a":"\u001f"}`, text: `{"a":"\u001F"}`},
	{id: "line-separators-escaped", words: "U+2028", body: "{\"a\":\"\u2028欧<\"}", text: `{"a":"\u2028欧<"}`},
	{id: "not-escaped", body: `{"a":"say \"x\\y\"\n"}`, text: "{\"a\":\"say \"x\\y\"\n\"}"},
	{id: "escapes-as-sent", body: `{"a":"\u6b27欧\/\u0041"}`, query: `{"z":"/"}`, text: `{"a":"\u6b27欧\/\u0041","z":"/"}`},
	{id: "library-escapes", words: "org.json", body: `{"a":"Café – 5 €"}`, text: `{"a":"Café \u2013 5 \u20ac"}`},
	{id: "library-escapes", words: "Symfony", body: `{"a":"A&B O'Neil/é"}`, text: `{"a":"A\u0026B O\u0027Neil\/\u00e9"}`},
}
