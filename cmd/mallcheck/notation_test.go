package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports/render"
)

// No report shows a value in Go notation: not for failures of many kinds, an unreached target, or
// a comparison of the two.
func TestNoGoNotation(t *testing.T) {
	testlevel.Long(t)
	dir := t.TempDir()
	formats := "--format=" + strings.Join(render.Formats(), ",")
	broken := []string{"run", formats, "--report-dir=broken", "--only=NTF-*,SIG-00*,ENV-*,ASY-00*,GRP-*,ERR-*,VSH-00*,PAY-00*"}
	for _, fault := range []string{"sign-wrong-accepted", "push-timestamp-in-seconds", "push-member-twice", "refusal-code-changes", "request-id-on-refusal",
		"action-code-as-number", "detail-without-message", "sim-lost", "results-mixed", "group-twice-in-bundles", "bundles-count-stale", "currency-as-symbol",
		"order-answer-names-another-sim", "malformed-amount-accepted", "unknown-group-crashes"} {
		broken = append(broken, "--fault="+fault)
	}
	got := process{arguments: broken, dir: dir}.run(t)
	if got.code != 1 {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	dead := process{arguments: []string{"run", formats, "--report-dir=dead", "--topup-url=http://127.0.0.1:1", "--partner-code=P1", "--only=ENV-*,SIG-001"}, dir: dir}.run(t)
	compared := process{arguments: []string{"compare", "broken/run.json", "dead/run.json"}, dir: dir}.run(t)
	texts := map[string]string{"broken": got.out + got.err, "dead": dead.out + dead.err, "compare": compared.out + compared.err}
	for _, folder := range []string{"broken", "dead"} {
		for _, path := range render.Files(filepath.Join(dir, folder), render.Formats()) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(text)
		}
	}
	if len(texts) < 3+2*7 {
		t.Errorf("only %d texts were looked at", len(texts))
	}
	notation := regexp.MustCompile(`<\*|\b0x[0-9a-f]{6,}|\b(len|cap):\d|\bmap\[|&\{|%!|\bm=[+-]\d|\b(matchers|reports|json|http|url)\.[A-Z]\w+|goroutine|runtime error`)
	for name, text := range texts {
		for _, at := range notation.FindAllStringIndex(text, 5) {
			t.Errorf("%s: %q", name, text[max(0, at[0]-60):min(len(text), at[1]+60)])
		}
	}
}
