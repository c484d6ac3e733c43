package har

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func written(t interface{ Fatal(...any) }, run *reports.Run) []byte {
	var out bytes.Buffer
	if err := Write(&out, run); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) { fixture.Golden(t, "report.har", written(t, fixture.Run())) }

// members are those that a reader of the format requires, by the path of the object.
var members = map[string][]string{
	"log":                  {"version", "creator", "pages", "entries"},
	"log.creator":          {"name", "version"},
	"log.pages":            {"startedDateTime", "id", "title", "pageTimings"},
	"log.entries":          {"startedDateTime", "time", "request", "response", "cache", "timings", "pageref"},
	"log.entries.request":  {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
	"log.entries.response": {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"},

	"log.entries.request.postData":    {"mimeType", "text", "params"},
	"log.entries.request.headers":     {"name", "value"},
	"log.entries.request.queryString": {"name", "value"},
	"log.entries.response.headers":    {"name", "value"},
	"log.entries.response.content":    {"size", "mimeType"},
	"log.entries.timings":             {"send", "wait", "receive"},
}

// missing returns the required members that are not there.
func missing(path string, value any) (found []string) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			found = append(found, missing(path, item)...)
		}
	case map[string]any:
		for _, name := range members[path] {
			if value[name] == nil {
				found = append(found, path+"."+name)
			}
		}
		for name, member := range value {
			found = append(found, missing(strings.TrimPrefix(path+"."+name, "."), member)...)
		}
	}
	return found
}

// TestAnyExchange writes exchanges of any text and reads them again.
func TestAnyExchange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\x1b[2J\u202e", "<redacted:payId>", "%zz", "a b"}))
		body := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Just([]byte("{\"a\":\"\u202e\"}"))).Draw(t, "body")
		run := &reports.Run{Tool: reports.Tool{Name: "mallcheck"}, Results: []reports.Result{{ID: "A-1", Requirement: text.Draw(t, "requirement"),
			Exchanges: []reports.Exchange{{
				Started: time.Unix(1, 0), Duration: time.Millisecond,
				Request: reports.Request{Method: "POST", URL: "http://h/" + text.Draw(t, "path") + "?a=" + text.Draw(t, "query"), Body: body,
					Header: []reports.Header{{Name: "Cookie", Value: text.Draw(t, "cookie")}, {Name: "X", Value: text.Draw(t, "value")}}},
				Response: &reports.Response{Status: 200, Body: body, Announced: -1,
					Header: []reports.Header{{Name: "content-type", Value: text.Draw(t, "media")}, {Name: "Set-Cookie", Value: text.Draw(t, "set")}}},
			}}}}}
		out := written(t, run)
		var archive map[string]any
		if err := json.Unmarshal(out, &archive); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if found := missing("", archive); len(found) > 0 {
			t.Fatalf("missing: %v", found)
		}
		if bytes.ContainsAny(out, "\x1b\u202e\x7f") || !utf8.Valid(out) {
			t.Fatalf("it acts on a terminal: %q", out)
		}
		entry := archive["log"].(map[string]any)["entries"].([]any)[0].(map[string]any)
		if address, err := url.Parse(entry["request"].(map[string]any)["url"].(string)); err != nil || address.Host != "h" {
			t.Fatalf("the address: %v", err)
		}
		content := entry["response"].(map[string]any)["content"].(map[string]any)
		got, _ := content["text"].(string)
		if content["encoding"] == "base64" {
			decoded, err := base64.StdEncoding.DecodeString(got)
			if err != nil {
				t.Fatal(err)
			}
			got = string(decoded)
		}
		if got != string(body) {
			t.Fatalf("the body is %q, want %q", got, body)
		}
	})
}

func TestEntriesAreInTheOrderOfTime(t *testing.T) {
	exchange := func(second int64) reports.Exchange { return reports.Exchange{Started: time.Unix(second, 0)} }
	run := &reports.Run{Results: []reports.Result{
		{ID: "A-1", Exchanges: []reports.Exchange{exchange(1), exchange(3)}}, {ID: "A-2"}, {ID: "A-3", Exchanges: []reports.Exchange{exchange(2)}},
	}}
	var archive struct {
		Log struct {
			Pages []struct {
				ID string `json:"id"`
			} `json:"pages"`
			Entries []struct {
				Page     string `json:"pageref"`
				Response struct {
					Status int `json:"status"`
				} `json:"response"`
			} `json:"entries"`
		} `json:"log"`
	}
	if err := json.Unmarshal(written(t, run), &archive); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, e := range archive.Log.Entries {
		order = append(order, e.Page)
	}
	if !slices.Equal(order, []string{"A-1", "A-3", "A-1"}) || len(archive.Log.Pages) != 2 {
		t.Errorf("entries %v, pages %v", order, archive.Log.Pages)
	}
}
