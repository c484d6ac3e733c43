package measures

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// TestClientIsDocumented keeps a comment at each exported name of package client, fields and
// constants too. The comment stands above the name or behind it, or above the fields before it,
// which it names with them.
func TestClientIsDocumented(t *testing.T) {
	names := 0
	for _, file := range sources(t) {
		if file.test || !strings.HasPrefix(file.path, "client/") || strings.Count(file.path, "/") > 1 {
			continue
		}
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, file.path, file.text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for name, documented := range exported(parsed) {
			names++
			if !documented {
				t.Errorf("%s: %s has no comment", positions.Position(name.Pos()), name.Name)
			}
		}
	}
	if names < 100 {
		t.Errorf("only %d exported names were found", names)
	}
}

// exported returns the exported names that a file declares, and whether each has a comment of
// its own.
func exported(file *ast.File) map[*ast.Ident]bool {
	found := map[*ast.Ident]bool{}
	add := func(documented bool, names ...*ast.Ident) {
		for _, name := range names {
			if name.IsExported() {
				found[name] = documented
			}
		}
	}
	fields := func(list *ast.FieldList) {
		above := "" // the comment above the last field that has one
		for _, field := range list.List {
			if field.Doc != nil {
				above = field.Doc.Text()
			}
			for _, name := range field.Names {
				named := regexp.MustCompile(`\b` + name.Name + `\b`).MatchString(above)
				add(field.Doc != nil || field.Comment != nil || named, name)
			}
		}
	}
	for _, declared := range file.Decls {
		if function, ok := declared.(*ast.FuncDecl); ok {
			if function.Recv == nil || ast.IsExported(receiver(function)) {
				add(function.Doc != nil, function.Name)
			}
			continue
		}
		group, ok := declared.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				add(spec.Doc != nil || spec.Comment != nil || !group.Lparen.IsValid() && group.Doc != nil, spec.Names...)
			case *ast.TypeSpec:
				add(spec.Doc != nil || group.Doc != nil, spec.Name)
				if !spec.Name.IsExported() {
					continue
				}
				switch of := spec.Type.(type) {
				case *ast.StructType:
					fields(of.Fields)
				case *ast.InterfaceType:
					fields(of.Methods)
				}
			}
		}
	}
	return found
}

// receiver returns the name of the type that a method belongs to.
func receiver(function *ast.FuncDecl) string {
	of := function.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	name, _ := of.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}
