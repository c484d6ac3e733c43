package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/sandbox"
)

// altered serves a sandbox with one text of each answer replaced.
func altered(t *testing.T, old, with string) *httptest.Server {
	t.Helper()
	mall, err := sandbox.New(sandbox.Config{TaskDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		mall.Handler().ServeHTTP(recorded, r)
		for name, values := range recorded.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(bytes.ReplaceAll(recorded.Body.Bytes(), []byte(old), []byte(with)))
	}))
	t.Cleanup(server.Close)
	return server
}

// The exit code is that of the verdict, whatever is written.
func TestExitCodeDoesNotDependOnTheFormat(t *testing.T) {
	testlevel.Plain(t)
	fixtures := sandbox.NewFixtures()
	formats := []string{"markdown", "sarif", "har", "codequality", "github", "html", "junit", "json"}
	for i, test := range []struct {
		name, old, with string
		strict          string
		want            int
	}{
		{"a null message at documented", `"message":"success"`, `"message":null`, "documented", 0},
		{"a null message at assumed", `"message":"success"`, `"message":null`, "assumed", 1},
		{"a null deviceCode at documented", `"deviceCode":"` + fixtures.SIMs[0] + `"`, `"deviceCode":null`, "documented", 0},
		{"a null deviceCode at assumed", `"deviceCode":"` + fixtures.SIMs[0] + `"`, `"deviceCode":null`, "assumed", 1},
		{"a number for partnerCode at documented", `"partnerCode":"` + fixtures.Partner + `"`, `"partnerCode":7`, "documented", 1},
		{"no data at documented", `"data":{`, `"other":{`, "documented", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := altered(t, test.old, test.with)
			if i > 0 {
				formats = []string{"junit", "json"} // the others differ in nothing that a verdict changes
			}
			for _, format := range formats {
				got := process{arguments: []string{
					"run", "--vshop-url", server.URL + "/vshop", "--partner-code", fixtures.Partner, "--sim", fixtures.SIMs[0],
					"--only", "ENV-005/singleQueryOrder", "--strict", test.strict, "--format", format, "--seed", "1",
				}}.run(t)
				if got.code != test.want || strings.Contains(got.err, "bug") {
					t.Errorf("--format %s: exit code %d, want %d\n%s%.1500s", format, got.code, test.want, got.err, got.out)
				}
			}
		})
	}
}
