// Package measures keeps the sizes that CONTRIBUTING promises.
package measures

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The measures of hand-written Go code. CONTRIBUTING has the same figures.
const (
	mostLine     = 140  // characters of code in a line
	mostFunction = 80   // lines
	mostUsual    = 30   // lines of nine in ten functions
	mostPackage  = 3000 // lines of a package without its tests
)

// catalogues are packages that are lists, and as long as what they list.
var catalogues = []string{"conformance/checks", "sandbox/faults"}

// source is a hand-written Go file.
type source struct {
	path string
	text []byte
	test bool
}

// sources returns the hand-written Go files of the repository.
func sources(t *testing.T) []source {
	t.Helper()
	var files []source
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") && name != ".." || name == "node_modules" || name == "testdata" || name == "dist") {
			return fs.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, ".gen.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		files = append(files, source{filepath.ToSlash(relative), text, strings.HasSuffix(name, "_test.go")})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 300 {
		t.Fatalf("only %d Go files were found", len(files))
	}
	return files
}

// TestLines keeps lines of code to their length. Comments and string literals, such as a message or the
// help of a flag, do not count: they are texts.
func TestLines(t *testing.T) {
	for _, file := range sources(t) {
		if file.test {
			continue
		}
		code := withoutTexts(file)
		lines := bufio.NewScanner(bytes.NewReader(code))
		lines.Buffer(nil, 1<<20)
		for number := 1; lines.Scan(); number++ {
			line := strings.ReplaceAll(lines.Text(), "\t", "    ")
			if n := utf8.RuneCountInString(strings.TrimRight(line, " ")); n > mostLine {
				t.Errorf("%s:%d has %d characters of code, %d are allowed", file.path, number, n, mostLine)
			}
		}
	}
}

// withoutTexts removes comments and string literals, except line feeds in them.
func withoutTexts(file source) []byte {
	set := token.NewFileSet()
	position := set.AddFile(file.path, -1, len(file.text))
	var tokens scanner.Scanner
	tokens.Init(position, file.text, nil, scanner.ScanComments)
	code := make([]byte, 0, len(file.text))
	at := 0
	for {
		pos, kind, literal := tokens.Scan()
		if kind == token.EOF {
			return append(code, file.text[at:]...)
		}
		if kind != token.STRING && kind != token.COMMENT {
			continue
		}
		start := position.Offset(pos)
		code = append(code, file.text[at:start]...)
		code = append(code, strings.Repeat("\n", strings.Count(literal, "\n"))...)
		at = start + len(literal)
	}
}

// TestFunctions keeps functions short.
func TestFunctions(t *testing.T) {
	var lengths []int
	for _, file := range sources(t) {
		if file.test {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file.path, file.text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			function, is := declaration.(*ast.FuncDecl)
			if !is || function.Body == nil {
				continue
			}
			lines := set.Position(function.End()).Line - set.Position(function.Pos()).Line + 1
			lengths = append(lengths, lines)
			if lines > mostFunction {
				t.Errorf("%s: %s has %d lines, %d are allowed", set.Position(function.Pos()), function.Name, lines, mostFunction)
			}
		}
	}
	slices.Sort(lengths)
	if p90 := lengths[len(lengths)*9/10]; p90 > mostUsual {
		t.Errorf("nine in ten functions have up to %d lines, %d are allowed", p90, mostUsual)
	}
	t.Logf("%d functions, half have up to %d lines, nine in ten up to %d", len(lengths), lengths[len(lengths)/2], lengths[len(lengths)*9/10])
}

// TestPackages keeps packages small enough to be held in the head.
func TestPackages(t *testing.T) {
	sizes := map[string]int{}
	for _, file := range sources(t) {
		if !file.test {
			sizes[filepath.ToSlash(filepath.Dir(file.path))] += bytes.Count(file.text, []byte("\n"))
		}
	}
	for name, lines := range sizes {
		if lines > mostPackage && !slices.Contains(catalogues, name) {
			t.Errorf("package %s has %d lines without its tests, %d are allowed", name, lines, mostPackage)
		}
	}
}

// titleComment is the start of a comment that repeats the name of a test, which godoc never shows.
var titleComment = regexp.MustCompile(`(?m)^// (Test|Fuzz)\w+ (holds|(shows|checks) that)\b.*`)

// TestTestComments keeps comments of tests to the behaviour: "A cut value is redacted", not "TestX holds that …".
func TestTestComments(t *testing.T) {
	for _, file := range sources(t) {
		if found := titleComment.Find(file.text); file.test && found != nil {
			t.Errorf("%s: state the behaviour without the name of the test: %s", file.path, found)
		}
	}
}
