package gen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"testing"
)

// Exported names write initialisms as Go does: RequestID and SIMIDs. HttpRequestDoer is a
// name of the generator's templates.
func TestNamesFollowGo(t *testing.T) {
	lower := regexp.MustCompile(`(Id|Ids|Url|Http|Sim|Sims|Api|Json)([A-Z0-9]|$)`)
	own := map[string]bool{"HttpRequestDoer": true}
	var files []string
	for _, pattern := range []string{"*/*.gen.go", "server/*/*.gen.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) != 9 {
		t.Fatalf("%d generated files, want 9", len(files))
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if identifier, ok := node.(*ast.Ident); ok && identifier.IsExported() && !own[identifier.Name] && lower.MatchString(identifier.Name) {
				t.Errorf("%s: %s", name, identifier.Name)
			}
			return true
		})
	}
}
