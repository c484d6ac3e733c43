package measures

import (
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "github.com/mallcheck/mallcheck/"

// rule says what the packages below a folder must not import.
type rule struct {
	below string
	not   []string
	why   string
}

// rules keep the arrows between packages pointing one way.
var rules = []rule{
	{below: "sandbox", not: []string{"conformance", "openapi", "reports", "client", "cmd"},
		why: "the sandbox judges by rules of its own, so that a mistake in the contract or in the suite does not hide in it"},
	{below: "conformance/checks", not: []string{"sandbox", "cmd"}, why: "the suite shares no validator with the sandbox"},
	{below: "conformance/internal", not: []string{"sandbox", "cmd"}, why: "the suite shares no validator with the sandbox"},
	{below: "conformance/target", not: []string{"sandbox", "cmd"}, why: "the suite shares no validator with the sandbox"},
	{below: "conformance", not: []string{"cmd"}, why: "arrows point down from cmd"},
	{below: "reports", not: []string{"conformance", "openapi", "sandbox", "signing", "client", "cmd"}, why: "a run is data"},
	{below: "openapi", not: []string{"conformance", "reports", "sandbox", "signing", "client", "cmd"}, why: "the contract knows none of its readers"},
	{below: "signing", not: []string{"conformance", "openapi", "reports", "sandbox", "client", "cmd", "internal", "gen"}, why: "the signature stands alone"},
	{below: "client", not: []string{"conformance", "openapi", "reports", "sandbox", "cmd"}, why: "partners import the client"},
	{below: "internal", not: []string{"conformance", "openapi", "reports", "sandbox", "signing", "client", "cmd", "gen"},
		why: "helpers know none of their callers"},
}

// within reports whether a package is a folder or below it.
func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// Imports point one way, from cmd down to openapi and signing, and suite and sandbox stay apart.
func TestImports(t *testing.T) {
	met := map[string]bool{}
	for _, file := range sources(t) {
		if file.test {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.path, file.text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		folder := path.Dir(file.path)
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			name, ours := strings.CutPrefix(imported, module)
			if folder == "signing" && (ours || strings.Contains(imported, ".")) {
				t.Errorf("%s imports %s: signing has the standard library alone", file.path, imported)
			}
			for _, rule := range rules {
				if !within(folder, rule.below) {
					continue
				}
				met[rule.below] = true
				for _, not := range rule.not {
					if ours && within(name, not) && !within(name, rule.below) {
						t.Errorf("%s imports %s: %s", file.path, name, rule.why)
					}
				}
			}
		}
	}
	for _, rule := range rules {
		if !met[rule.below] {
			t.Errorf("no package below %s imports anything: the rule has no effect", rule.below)
		}
	}
}
