package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// oneSafeLine checks that a command ended with exit code 2 and said why in one line that
// acts on no terminal and no runner.
func oneSafeLine(t *testing.T, got outcome) {
	t.Helper()
	line := strings.TrimSuffix(got.err, "\n")
	acts := strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }) || strings.HasPrefix(strings.TrimSpace(line), "::")
	if got.code != 2 || !strings.HasPrefix(line, "mallcheck: ") || acts || len(line) > 500 || strings.Contains(line, "panic") {
		t.Errorf("exit code %d, standard error %.600q", got.code, got.err)
	}
}

// TestTamperedRunFiles gives files that claim to be a run.json to every command that
// reads one: exit code 2 and one line, in little time and memory.
func TestTamperedRunFiles(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	if got := (process{arguments: []string{"run", "--seed=7", "--only=SIG-001", "--format=json", "--shard=1/2", "--report-dir=good"}, dir: dir}).run(t); got.code != 0 {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	good, err := os.ReadFile(filepath.Join(dir, "good", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	const evil = "\x1b]0;t\x07\n::stop-commands::t\n</script>\u202e\u009b31m"
	changed := func(change func(run, result map[string]any)) string {
		var run map[string]any
		if err := json.Unmarshal(good, &run); err != nil {
			t.Fatal(err)
		}
		change(run, run["results"].([]any)[0].(map[string]any))
		text, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, text := range map[string]string{
		"nothing":        "",
		"null":           "null",
		"no object":      "[]",
		"no JSON":        evil,
		"deep nesting":   `{"schema":"1","results":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + "}",
		"more after it":  string(good) + "{}",
		"cut off":        string(good[:len(good)/2]),
		"another schema": changed(func(run, _ map[string]any) { run["schema"] = evil }),
		"results of another type": changed(func(run, _ map[string]any) {
			run["results"] = map[string]any{}
		}),
		"results that are null": changed(func(run, _ map[string]any) { run["results"] = []any{nil} }),
		"a seed of 400 digits":  changed(func(run, _ map[string]any) { run["seed"] = json.Number("1" + strings.Repeat("0", 400)) }),
		"a time that is none":   changed(func(run, _ map[string]any) { run["started"] = evil }),
		"an unknown verdict":    changed(func(_, result map[string]any) { result["verdict"] = evil }),
		"an unknown grade":      changed(func(_, result map[string]any) { result["grade"] = evil }),
		"an unknown permission": changed(func(_, result map[string]any) { result["does"] = evil }),
		"a check that is twice": changed(func(run, result map[string]any) { run["results"] = []any{result, result} }),
		"a shard out of bounds": changed(func(run, _ map[string]any) { run["shard"] = map[string]any{"index": 9, "count": 2} }),
		"an exchange out of range": changed(func(_, result map[string]any) {
			result["deviations"] = []any{map[string]any{"verdict": "failed", "exchange": 1 << 40}}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			commands := [][]string{{"compare", "good/run.json", path}}
			if name == "an unknown verdict" || name == "deep nesting" { // all of them read it in the same way
				commands = append(commands, []string{"replay", path, "SIG-001"}, []string{"rerun", path}, []string{"merge", path}, []string{"compare", path, path})
			}
			for _, arguments := range commands {
				oneSafeLine(t, process{arguments: arguments, dir: dir}.run(t))
			}
		})
	}
	t.Run("9 * 10^18 shards", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "run.json")
		text := changed(func(run, _ map[string]any) {
			run["shard"] = map[string]any{"index": 1, "count": json.Number("9000000000000000000")}
		})
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := process{arguments: []string{"merge", path}, dir: dir}.run(t)
		oneSafeLine(t, got)
		if !strings.Contains(got.err, "shards are missing: 2/9000000000000000000, ") || !strings.Contains(got.err, "8999999999999999991 more") {
			t.Error(got.err)
		}
	})
}

// TestTamperedJournals gives a sweep journals that its run did not write: nothing is
// sent, and nothing is undone that the target does not allow.
func TestTamperedJournals(t *testing.T) {
	testlevel.Plain(t)
	var asked recorder
	mall := httptest.NewServer(&asked)
	defer mall.Close()
	head := fmt.Sprintf(`{"head":{"version":"1","urls":{"topup":%q},"partner":"P1"}}`, mall.URL) + "\n"
	const evil = `\u001b[2J\n::error::x\u202e`
	added := `{"entry":1,"operation":"addSims","partner":"P1","group":"G1","sims":["89852000000000000001"]}` + "\n"
	for name, test := range map[string]struct{ text, want string }{
		"no journal":                  {"::error::\n", "this is not a journal of mallcheck"},
		"another version":             {`{"head":{"version":"` + evil + `"}}` + "\n", "this is not a journal of version 1"},
		"another target":              {strings.ReplaceAll(head, mall.URL, "http://"+evil) + added, "is of another target"},
		"another partner":             {strings.ReplaceAll(head, `"P1"`, `"`+evil+`"`) + added, "is of partner"},
		"a line of another type":      {head + `{"entry":{}}` + "\n", "this is not a journal of mallcheck"},
		"deep nesting":                {head + `{"entry":` + strings.Repeat("[", 200_000) + "\n", "this is not a journal of mallcheck"},
		"an entry that is not next":   {head + strings.Replace(added, `"entry":1`, `"entry":4611686018427387904`, 1), "it contradicts the lines before it"},
		"an entry undone too soon":    {head + `{"undone":[-9]}` + "\n", "it names entry -9, which does not exist"},
		"a write that is not allowed": {head + added, `has "addSims", which 127.0.0.1`},
		"an operation of its own":     {head + strings.Replace(added, "addSims", evil, 1), `which 127.0.0.1`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "journal.jsonl"), []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got := process{arguments: []string{"sweep", "--journal=journal.jsonl", "--topup-url=" + mall.URL, "--partner-code=P1"}, dir: dir}.run(t)
			oneSafeLine(t, got)
			if !strings.Contains(got.err, test.want) {
				t.Errorf("standard error %.600q, want %q", got.err, test.want)
			}
			if sent := asked.seen(); len(sent) > 0 {
				t.Errorf("the target received %q", sent)
			}
		})
	}
}

// Files that are larger than any that mallcheck writes are refused before they are parsed.
func TestFilesThatAreTooLarge(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"overlay.yaml": "overlay: 1.0.0\nx: [" + strings.Repeat("{},", 1<<20) + "]\n", "journal.jsonl": strings.Repeat("\n", 33<<20),
		"mallcheck.yaml": "targets: {" + strings.Repeat(" ", 2<<20) + "}",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := []string{"--topup-url=http://127.0.0.1:9", "--partner-code=P1"}
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"drift", "overlay.yaml", "overlay.yaml"}, "it has more than 2 MiB"},
		{append([]string{"run", "--overlay=overlay.yaml"}, at...), "it has more than 2 MiB"},
		{[]string{"contract", "--overlay=overlay.yaml"}, "it has more than 2 MiB"},
		{append([]string{"sweep", "--journal=journal.jsonl"}, at...), "has more than 32 MiB"},
		{[]string{"run", "--config=mallcheck.yaml"}, "is larger than 1048576 bytes"},
		{[]string{"run", "--waivers=overlay.yaml"}, "is larger than 1048576 bytes"},
	} {
		here := dir
		if test.arguments[1] != "--config=mallcheck.yaml" {
			here = t.TempDir()
			for _, name := range []string{"overlay.yaml", "journal.jsonl"} {
				if err := os.Link(filepath.Join(dir, name), filepath.Join(here, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := process{arguments: test.arguments, dir: here}.run(t)
		oneSafeLine(t, got)
		if !strings.Contains(got.err, test.want) {
			t.Errorf("%q: %s want %q", test.arguments, got.err, test.want)
		}
	}
}
