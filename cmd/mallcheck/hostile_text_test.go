package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports/render"
)

// TestHostileTextThroughEveryCommand answers with text that acts on terminals and
// on the runners of CI jobs, in every place of an answer.
func TestHostileTextThroughEveryCommand(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	const evil = "\x1b[2J\x1b]0;t\x07\r\n::stop-commands::t\n  ::add-mask::a\n##[group]x ##vso[task.complete]\u009b31m\u202eevil\u2066\u2028\ufeff\x7f"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; x=\u202e\u009b")
		w.Header().Set("request_id", "##[group]\u202eRQ")
		quoted := strings.NewReplacer("\n", `\n`, "\r", `\r`, "\x1b", `\u001b`, "\x07", `\u0007`).Replace(evil)
		switch {
		case strings.Contains(r.URL.Path, "singleVerify"):
			fmt.Fprint(w, evil) // no JSON at all
		case strings.Contains(r.URL.Path, "bundles"):
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"operateCode":"%s","message":"%s"}`, quoted, quoted)
		default:
			fmt.Fprintf(w, `{"operateCode":"S","message":"%s","%s":1,"data":{"status":"%s","%s":["%s"]}}`, quoted, quoted, quoted, quoted, quoted)
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	at := []string{"--vshop-url=" + server.URL, "--payment-url=" + server.URL, "--topup-url=" + server.URL, "--partner-code=P000270", "--task-timeout=10ms"}
	selected := []string{"--only=SIG-001,ENV-*,GRP-001,ERR-*,ASY-001", "--allow=read,write", "--sim=89852202306250040073", "--group=G20230001"}
	commands := [][]string{
		append([]string{"call", "singleVerify"}, at...),
		append([]string{"call", "listBundles", "--explain"}, at...),
		append([]string{"call", "addSims", "--set=group_id=G1", `--set=sim_ids:=["89852202306250040073"]`}, at...),
		append([]string{"doctor"}, at...),
		append(append([]string{"run", "--format=" + strings.Join(render.Formats(), ",")}, at...), selected...),
		append([]string{"replay", "mallcheck-report/run.json", "ENV-001/listBundles"}, at...),
		{"compare", "mallcheck-report/run.json", "mallcheck-report/run.json"},
		{"compare", "mallcheck-report/run.json", "mallcheck-report/run.json", "--format=markdown"},
		append([]string{"rerun", "mallcheck-report/run.json", "--report-dir=again", "--allow=read,write", "--sim=89852202306250040073", "--group=G20230001"}, at...),
		{"learn", "mallcheck-report/run.json", "-o", "learnt.yaml"},
		append([]string{"learn", "-o", "-", "--only=ENV-*"}, at...),
		append([]string{"drift", "learnt.yaml", "--only=ENV-*,GRP-*", "--format=github,markdown"}, at...),
		append([]string{"plan", "--group=\x1b[2J\u202e"}, at...),
		append([]string{"config", "--group=\x1b[2J\n::error::x\u202e"}, at...),
		{"explain", "\x1b[2J\n::error::x\u202e"},
		{"signer", "--", "printf", "\x1b[2J\n::error::x\u202e\n"},
		{"judge", "--", "printf", "\x1b[2J\n::error::x\u202e\n"},
		{"receiver", server.URL + "/push", "--push-key=k:00ff"},
		append([]string{"sweep"}, at...),
		append([]string{"call", "no\x1b[2J\n::error::such"}, at...),
		{"run", "--only=\x1b[2J\n::error::x\u202e"},
		{"merge", "\x1b[2J\n::error::x\u202e"},
	}
	command := regexp.MustCompile(`(?m)^\s*::|##[A-Za-z]*\[`)
	ours := regexp.MustCompile(`(?m)^::(error|warning|notice) (file=[^:]*,)?title=mallcheck[^:]*::`)
	for _, arguments := range commands {
		got := process{arguments: arguments, dir: dir}.run(t)
		printed := got.out + got.err
		if i := strings.IndexFunc(printed, func(c rune) bool { return c != '\n' && c != '\t' && !unicode.IsPrint(c) }); i >= 0 {
			t.Errorf("%s: %q acts", arguments[:2], printed[max(i-60, 0):min(i+40, len(printed))])
		}
		if found := command.FindStringIndex(ours.ReplaceAllString(printed, "")); found != nil {
			t.Errorf("%s: a command for the runner in %q", arguments[:2], printed)
		}
	}
	for _, path := range render.Files(filepath.Join(dir, "mallcheck-report"), render.Formats()) {
		written, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(string(written), func(c rune) bool { return c != '\n' && c != '\t' && !unicode.IsPrint(c) }); i >= 0 {
			t.Errorf("%s: %q acts", filepath.Base(path), written[max(i-60, 0):min(i+40, len(written))])
		}
	}
}
