package curl

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// sent is a request as curl understands it.
type sent struct {
	Method, URL, Body string
	Header            []string
}

// fakeCurl stands in for curl: it prints the number of its arguments, each of
// them, and its standard input where curl would read it, zero bytes between.
const fakeCurl = `#!/bin/sh
printf '%s\000' $#
for a; do printf '%s\000' "$a"; done
for a; do [ "$a" = @- ] && exec cat; done
exit 0
`

// understand reads what fakeCurl printed as curl reads its arguments.
func understand(t fixture.TB, out []byte) sent {
	t.Helper()
	parts := strings.SplitN(string(out), "\x00", 2)
	count, err := strconv.Atoi(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	args := strings.SplitN(parts[1], "\x00", count+1)
	input := args[count]
	got := sent{Method: "GET"}
	for i := 0; i < count; i++ {
		switch args[i] {
		case "-sS", "-i", "--globoff", "--path-as-is":
			continue
		}
		option, value := args[i], args[i+1]
		i++
		switch option {
		case "-X":
			got.Method = value
		case "--url":
			got.URL = value
		case "-H":
			got.Header = append(got.Header, value)
		case "--data-raw":
			got.Body = value
		case "--data-binary":
			if value != "@-" {
				t.Fatalf("a body from %q", value)
			}
			got.Body = input
		default:
			t.Fatalf("unknown option %q", option)
		}
	}
	return got
}

// shell runs line in sh, in which curl is fakeCurl.
func shell(t fixture.TB, dir, line string) sent {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	// As a script, since an argument could not hold a long line.
	script := filepath.Join(dir, "line.sh")
	if err := os.WriteFile(script, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, "sh", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%.300q: %v: %s", line, err, stderr.String())
	}
	return understand(t, out)
}

func fakeCurlDir(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no POSIX shell here")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(fakeCurl), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCurlThroughShell(t *testing.T) {
	dir := fakeCurlDir(t)
	for _, body := range []string{
		"", "plain", "it's", `'`, `''`, `"$HOME" $(touch owned) ` + "`touch owned`", `\n\`, "@file", "-X", "-n%s%%\n", "!!",
		"a\tb\r\nc\n", "\x00\x01\xff", "欧洲", "* ? [a] {b,c} ~ # ; & | > owned", `{"a":"<&>"}`, strings.Repeat("x", 200_000),
	} {
		request := reports.Request{Method: "POST", URL: "http://127.0.0.1/a'b?c=$(touch owned)&d=[1]", Body: reports.Body(body),
			Header: []reports.Header{{Name: "X-Odd", Value: `'; touch owned; '`}, {Name: "Content-Type", Value: "text/plain"}}}
		want := sent{Method: "POST", URL: request.URL, Body: body,
			Header: []string{`X-Odd: '; touch owned; '`, "Content-Type: text/plain"}}
		line := Command(reports.Exchange{Request: request})
		if got := shell(t, dir, line); !reflect.DeepEqual(got, want) {
			t.Errorf("%.200s\ngot  %.300v\nwant %.300v", line, got, want)
		}
		if strings.Contains(line, "\n") {
			t.Errorf("not one line: %q", line)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil {
		t.Error("the shell ran what was quoted")
	}
}

func TestCurlThroughShellProperty(t *testing.T) {
	dir := fakeCurlDir(t)
	word := rapid.StringMatching(`[ -~]{1,20}`)
	rapid.Check(t, func(t *rapid.T) {
		request := reports.Request{
			Method: rapid.StringMatching(`[A-Z]{1,8}`).Filter(func(m string) bool { return m != "HEAD" }).Draw(t, "method"),
			URL:    word.Draw(t, "url"),
			Header: []reports.Header{{Name: "Content-Type", Value: word.Draw(t, "value")}},
			Body:   rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		}
		want := sent{request.Method, request.URL, string(request.Body), []string{"Content-Type: " + request.Header[0].Value}}
		if got := shell(t, dir, Command(reports.Exchange{Request: request})); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestCurlForms(t *testing.T) {
	for _, test := range []struct {
		name    string
		request reports.Request
		want    string
	}{
		{"GET", reports.Request{Method: "GET", URL: "http://h/a"}, `curl -sS -i --url 'http://h/a'`},
		{"HEAD", reports.Request{Method: "HEAD", URL: "http://h/a"}, `curl -sS -i --head --url 'http://h/a'`},
		{"GET with a body", reports.Request{Method: "GET", URL: "u", Body: reports.Body("b")}, `curl -sS -i -X GET --url u -H 'Content-Type:' --data-raw b`},
		{"glob characters", reports.Request{Method: "GET", URL: "u?a[]=1"}, `curl -sS -i --globoff --url 'u?a[]=1'`},
		{"dot segments", reports.Request{Method: "GET", URL: "u/../b"}, `curl -sS -i --path-as-is --url 'u/../b'`},
		{"empty header", reports.Request{Method: "GET", URL: "u", Header: []reports.Header{{Name: "X-Empty", Value: ""}}}, `curl -sS -i --url u -H 'X-Empty;'`},
		{"what curl does itself", reports.Request{Method: "GET", URL: "u", Header: []reports.Header{{Name: "Content-Length", Value: "1"}, {Name: "accept-encoding", Value: "gzip"}}},
			`curl -sS -i --url u`},
		{"cut", reports.Request{Method: "POST", URL: "u", Header: []reports.Header{{Name: "Content-Type", Value: "t"}}, Body: reports.Body("b"), Cut: 7},
			`curl -sS -i -X POST --url u -H 'Content-Type: t' --data-raw b # the last 7 bytes of the body are left out`},
		{"bytes", reports.Request{Method: "POST", URL: "u", Header: []reports.Header{{Name: "Content-Type", Value: "t"}}, Body: reports.Body("-%\n\x00")},
			`printf '\055%%\012\000' | curl -sS -i -X POST --url u -H 'Content-Type: t' --data-binary @-`},
	} {
		if got := Command(reports.Exchange{Request: test.request}); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestCurlAgainstServer(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed; TestCurlThroughShell has run without it")
	}
	type seen struct{ method, uri, contentType, odd, body string }
	requests := make(chan seen, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- seen{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("X-Odd"), string(body)}
		w.Header().Set("request_id", "RQ-1")
	}))
	defer server.Close()
	for _, body := range []string{`{"a":"it's"}`, "欧洲", "\x00\xff", "@x"} {
		for _, method := range []string{"POST", "DELETE"} {
			line := Command(reports.Exchange{Request: reports.Request{
				Method: method, URL: server.URL + "/a/../b?c=[1]&d={2}", Body: reports.Body(body),
				Header: []reports.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Odd", Value: `a'"b`}, {Name: "Content-Length", Value: "99"}},
			}})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			out, err := exec.CommandContext(ctx, "sh", "-c", line).CombinedOutput()
			cancel()
			want := seen{method, "/a/../b?c=[1]&d={2}", "application/json", `a'"b`, body}
			if err != nil {
				t.Fatalf("%s: %v: %s", line, err, out)
			}
			if got := <-requests; got != want {
				t.Errorf("%s\ngot  %q\nwant %q", line, got, want)
			}
			if !strings.Contains(strings.ToLower(string(out)), "request_id: rq-1") {
				t.Errorf("the answer's headers are not shown: %s", out)
			}
		}
	}
}
