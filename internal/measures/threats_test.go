package measures

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)

// testsByName returns the folders with a test or fuzz test of a name.
func testsByName(t *testing.T) map[string][]string {
	t.Helper()
	tests := map[string][]string{}
	for _, file := range sources(t) {
		if !file.test {
			continue
		}
		for _, found := range testFunction.FindAllSubmatch(file.text, -1) {
			name := string(found[1])
			tests[name] = append(tests[name], filepath.ToSlash(filepath.Dir(file.path)))
		}
	}
	return tests
}

// Every fuzz test begins with the inputs that others found.
func TestEveryFuzzTestHasACorpus(t *testing.T) {
	found := 0
	for name, folders := range testsByName(t) {
		if !strings.HasPrefix(name, "Fuzz") {
			continue
		}
		for _, folder := range folders {
			found++
			corpus, err := os.ReadDir(filepath.Join("..", "..", folder, "testdata", "fuzz", name))
			if err != nil || len(corpus) < 5 {
				t.Errorf("%s of %s has %d inputs in testdata/fuzz (%v)", name, folder, len(corpus), err)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d fuzz tests were found", found)
	}
}

// Each threat in SECURITY.md names the tests that show what is done about it.
func TestThreatsNameTests(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := testsByName(t)
	quoted := regexp.MustCompile("`([^`]+)`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 3 || strings.HasPrefix(line, "| threat") {
			continue
		}
		rows++
		named := quoted.FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 {
			t.Errorf("no test is named for %q", cells[0])
		}
		for _, name := range named {
			if _, err := os.Stat(filepath.Join("..", "..", name[1])); tests[name[1]] == nil && err != nil {
				t.Errorf("%q: there is no test and no script %s", cells[0], name[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d threats were found", rows)
	}
}

// Each HTTP transport is quiet: net/http would print what servers send without being asked.
func TestEveryTransportIsQuiet(t *testing.T) {
	for _, file := range sources(t) {
		if file.test || strings.HasPrefix(file.path, "examples/") || !strings.Contains(string(file.text), "http.Transport{") {
			continue
		}
		if !strings.Contains(string(file.text), "quiet.Transport(") {
			t.Errorf("%s has an http.Transport without quiet.Transport", file.path)
		}
	}
}
