package diagnose

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/signing"
)

// libraryText is what real libraries made of one of the bodies.
type libraryText struct {
	Body string
	By   []string
	Text string
	Hex  string
}

// unexplained are texts that no diagnosis explains, and why.
var unexplained = map[string]string{
	"sims/org.json 20240303: new JSONObject(filled).toString(2)":  "objects of one member stay on one line",
	"latin/org.json 20240303: new JSONObject(filled).toString(2)": "order, layout and escapes are those of the library, and the order depends on how its map grew",
	"text/Python 3.11.7: json.dumps in big5":                      "its Big5 has characters that the Encoding Standard's lacks",
}

// libraryTexts reads testdata/texts.jsonl, which testdata/producers/produce wrote by running the libraries.
func libraryTexts(t *testing.T) (bodies map[string]string, texts []libraryText) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "bodies.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &bodies); err != nil {
		t.Fatal(err)
	}
	lines, err := os.ReadFile(filepath.Join("testdata", "texts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(lines) {
		var text libraryText
		if err := json.Unmarshal(line, &text); err != nil {
			t.Fatal(err)
		}
		if text.Hex != "" {
			decoded, err := hex.DecodeString(text.Hex)
			if err != nil {
				t.Fatal(err)
			}
			text.Text = string(decoded)
		}
		texts = append(texts, text)
	}
	return bodies, texts
}

// What real libraries make of a request is explained, whatever they are: in a short run, every eighth text.
func TestTextsOfLibrariesAreExplained(t *testing.T) {
	bodies, texts := libraryTexts(t)
	if len(texts) < 400 {
		t.Fatalf("only %d texts", len(texts))
	}
	for i, text := range texts {
		if testing.Short() && i%8 != 0 {
			continue
		}
		t.Run(text.Body+"/"+text.By[0], func(t *testing.T) {
			t.Parallel()
			body := bodies[text.Body]
			d := Sign(Request{Body: membersOf(t, body), RawBody: []byte(body)}, md5Hex(text.Text), signing.Default(), Thorough)
			explained := d.Right || len(d.Causes) > 0 && string(d.Causes[0].Text) == text.Text
			_, known := unexplained[text.Body+"/"+text.By[0]]
			if explained == known {
				t.Errorf("explained: %t, by %s:\n%q\n%s", explained, text.By, text.Text, d)
			}
		})
	}
}

// The diagnosis names the library, or what sets it apart.
func TestLibrariesAreNamed(t *testing.T) {
	bodies, texts := libraryTexts(t)
	for _, c := range []struct{ body, by, words string }{
		{"text", "Python 3.11.7: json.dumps(filled(d))", "Python's json.dumps"},
		{"text", "PHP 8.2.36: json_encode(filled($d))", "PHP's json_encode"},
		{"text", "PHP 8.2.36: json_encode, JSON_HEX_TAG | JSON_HEX_APOS | JSON_HEX_AMP | JSON_HEX_QUOT", "Symfony"},
		{"text", "Go 1.26.8: json.Marshal(filled)", "Go's encoding/json"},
		{"text", "Gson 2.11.0: new Gson().toJson(filled)", "Gson"},
		{"text", "Jackson 2.18.2: ESCAPE_NON_ASCII", "Jackson"},
		{"text", "fastjson 1.2.83: toJSONString(filled)", "fastjson 1"},
		{"text", "fastjson 1.2.83: UseSingleQuotes", "UseSingleQuotes"},
		{"text", "fastjson2 2.0.53: BrowserSecure", "fastjson 2"},
		{"text", "org.json 20240303: keys sorted, valueToString", "org.json"},
		{"text", "json-simple 1.1.1: toJSONString(filled)", "json-simple"},
		{"text", "Hutool 5.8.34: toJsonStr(filled)", "Hutool"},
		{"text", "Json.NET 6.0.0.0: SerializeObject", "Json.NET"},
		{"text", "Mono 4.0.30319.42000: JavaScriptSerializer", "JavaScriptSerializer"},
		{"text", "Ruby 3.1.2: inspect", "Ruby"},
		{"text", "lua-cjson 2.1.0: members sorted, cjson.encode", "lua-cjson"},
		{"text", "Jansson 2.14: JSON_SORT_KEYS", "Jansson"},
		{"text", "serialize-javascript 7.1.4: serialize(filled(d), {isJSON: true})", "serialize-javascript"},
		{"text", "PHP 8.2.36: json_encode of htmlentities", "htmlentities"},
		{"text", "PHP 8.2.36: http_build_query, PHP_QUERY_RFC3986", "RFC 3986"},
		{"sims", "qs 6.17.1: stringify(filled(d))", "a[0]=x"},
		{"sims", "qs 6.17.1: stringify(filled(d), {arrayFormat: 'repeat'})", "the name repeated"},
		{"sims", "PHP 8.2.36: \"$k=$v\" imploded by &", "as PHP does"},
		{"sims", "Go 1.26.8: k=v of fmt.Sprint joined by &", "Go's fmt.Sprint"},
		{"amounts", "PHP 8.2.36: json_encode, serialize_precision=17, both unescaped", "17 digits"},
		{"amounts", "Jackson 2.18.2: writeValueAsString(filled)", "as Java writes them"},
		{"money", "PHP 8.2.36: payAmount as number_format", `payAmount as "1,000.00"`},
		{"money", "PHP 8.2.36: json_encode, JSON_NUMERIC_CHECK, both unescaped", "JSON_NUMERIC_CHECK"},
		{"money", "Python 3.11.7: json.dumps with payAmount as float", "payAmount as 1000.0"},
		{"latin", "Java 17.0.15: getBytes(windows-1252)", "Windows-1252"},
		{"latin", "Python 3.11.7: json.dumps in iso-8859-15", "ISO-8859-15"},
		{"chinese", "Java 17.0.15: getBytes(GBK)", "GBK"},
		{"chinese", "Python 3.11.7: json.dumps in shift_jis", "Shift_JIS"},
	} {
		t.Run(c.by, func(t *testing.T) {
			at := slices.IndexFunc(texts, func(text libraryText) bool { return text.Body == c.body && slices.Contains(text.By, c.by) })
			if at < 0 {
				t.Fatalf("%s has no text of %s", c.by, c.body)
			}
			body := bodies[c.body]
			d := Sign(Request{Body: membersOf(t, body), RawBody: []byte(body)}, md5Hex(texts[at].Text), signing.Default(), Thorough)
			if !strings.Contains(d.String(), c.words) {
				t.Errorf("%q is not in\n%s", c.words, d)
			}
		})
	}
}

// The search for an unknown mistake ends: it compares a bounded number of texts. How long that
// takes, BenchmarkSign measures.
func TestThoroughSearchEnds(t *testing.T) {
	testlevel.Long(t) // it tries every combination
	bodies, _ := libraryTexts(t)
	for name, body := range bodies {
		d := Sign(Request{Body: membersOf(t, body), RawBody: []byte(body)}, "0123456789abcdef0123456789abcdef", signing.Default(), Thorough)
		t.Logf("%s: %d texts", name, d.Tried)
		if len(d.Causes) > 0 || d.Tried > 1_500_000 {
			t.Errorf("%s: %d texts\n%s", name, d.Tried, d)
		}
	}
}
