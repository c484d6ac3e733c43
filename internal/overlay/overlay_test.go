package overlay

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func value(t *testing.T, data []byte) any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil {
		t.Fatal(err)
	}
	return valueOf(node.Content[0])
}

// TestSetsOfTheSpecification applies the overlays that the specification's authors publish
// with their results.
func TestSetsOfTheSpecification(t *testing.T) {
	sets, err := os.ReadDir(filepath.Join("testdata", "sets"))
	if err != nil || len(sets) != 7 {
		t.Fatalf("%d sets: %v", len(sets), err)
	}
	for _, set := range sets {
		if !set.IsDir() {
			continue
		}
		t.Run(set.Name(), func(t *testing.T) {
			overlay, err := Parse(read(t, "sets", set.Name(), "overlay.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			applied, err := overlay.Apply(read(t, "sets", set.Name(), "openapi.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			want := value(t, read(t, "sets", set.Name(), "output.yaml"))
			if got := value(t, applied); !reflect.DeepEqual(got, want) {
				t.Errorf("applied:\n%s\nwant: %v", applied, want)
			}
		})
	}
}

func TestDocumentsOfTheSpecification(t *testing.T) {
	for _, folder := range []string{"pass", "fail"} {
		files, err := os.ReadDir(filepath.Join("testdata", folder))
		if err != nil || len(files) < 12 {
			t.Fatalf("%d documents to %s: %v", len(files), folder, err)
		}
		for _, file := range files {
			text := read(t, folder, file.Name())
			// RFC 9535 allows no hyphen in a name behind a dot; the example of the specification has one.
			text = bytes.ReplaceAll(text, []byte("@.x-oai-traits.paged"), []byte("@['x-oai-traits'].paged"))
			if _, err := Parse(text); (err == nil) != (folder == "pass") {
				t.Errorf("%s/%s: %v", folder, file.Name(), err)
			}
		}
	}
}

// The specification's own examples work: an action, its input and its result.
func TestExamplesOfTheSpecification(t *testing.T) {
	const head = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
	for _, test := range []struct{ name, actions, before, after string }{
		{"structured", "- {target: $, update: {info: {x-new: true}, paths: {/: {summary: The root, get: {summary: Read}}}}}",
			"info: {title: a}\npaths: {/: {get: {summary: old, x-kept: 1}}}",
			"info: {title: a, x-new: true}\npaths: {/: {get: {summary: Read, x-kept: 1}, summary: The root}}"},
		{"targeted", "- {target: '$.paths[''/foo''].get', update: {description: New}}",
			"paths: {/foo: {get: {description: Old}}, /bar: {get: {}}}", "paths: {/foo: {get: {description: New}}, /bar: {get: {}}}"},
		{"wildcard", "- {target: $.paths.*.get, update: {x-safe: true}}",
			"paths: {/foo: {get: {}, post: {}}, /bar: {get: {a: 1}}}",
			"paths: {/foo: {get: {x-safe: true}, post: {}}, /bar: {get: {a: 1, x-safe: true}}}"},
		{"append", "- {target: $.paths.*.get.parameters, update: {name: new, in: query}}",
			"paths: {/foo: {get: {parameters: [{name: a}]}}}", "paths: {/foo: {get: {parameters: [{name: a}, {name: new, in: query}]}}}"},
		{"remove elements", "- {target: '$.p[?@.name == ''dummy'']', remove: true}",
			"p: [{name: dummy}, {name: a}, {name: dummy}, {name: b}]", "p: [{name: a}, {name: b}]"},
		{"remove before update", "- {target: $.a.b, remove: true, update: {c: 1}}", "a: {b: {d: 1}, e: 2}", "a: {e: 2}"},
		{"one after the other", "- {target: $.a, remove: true}\n- {target: $, update: {a: {c: 1}}}\n- {target: '$[?@.c == 1]', update: {d: 2}}",
			"a: {b: 1}", "a: {c: 1, d: 2}"},
		{"nothing selected", "- {target: $.x.y, update: {c: 1}}", "a: 1", "a: 1"},
		{"a status that is a number", "- {target: '$.responses[''500'']', remove: true}", "responses: {200: {}, 500: {}}", "responses: {200: {}}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			overlay, err := Parse([]byte(head + test.actions))
			if err != nil {
				t.Fatal(err)
			}
			applied, err := overlay.Apply([]byte(test.before))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := value(t, applied), value(t, []byte(test.after)); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestWhatTheSpecificationForbidsIsAnError(t *testing.T) {
	for _, actions := range []string{
		"- {target: $.a, update: {b: 1}}", "- {target: '$.b[0]', remove: true}", "- {target: $, remove: true}", "- {target: $, update: [1]}",
	} {
		overlay, err := Parse([]byte("overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n" + actions))
		if err != nil {
			t.Fatal(err)
		}
		if applied, err := overlay.Apply([]byte("a: text\nb: [text]")); err == nil {
			t.Errorf("%s made %s", actions, applied)
		}
	}
}

// A file from elsewhere must not make endless work of a few lines.
func TestWhatGrowsIsAnError(t *testing.T) {
	const head = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
	bomb := "- target: $\n  update:\n    a0: &a0 [x]\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("    a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
	}
	doubling := "- {target: $, update: {a: {}}}\n"
	for i := range 60 {
		doubling += fmt.Sprintf("- {target: $..a, update: {x: {a: {}}, y: {a: {}}, n%d: 1}}\n", i)
	}
	for name, test := range map[string]struct{ actions, want string }{
		"itself":     {"- target: $\n  update: &x {a: *x}\n", "line 5: the value of the anchor &x contains itself"},
		"through":    {"- target: $\n  update: &x {a: [{b: *x}]}\n", "line 5: the value of the anchor &x contains itself"},
		"aliases":    {bomb, "more than 1048576 values"},
		"descents":   {"- {target: '$..*..*..*..*', update: {a: 1}}", "uses .. more than 3 times"},
		"repetition": {doubling, "adds more than 1048576 values"},
	} {
		overlay, err := Parse([]byte(head + test.actions))
		if err == nil {
			_, err = overlay.Apply([]byte("b: {}"))
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// An alias that is used twice is no loop.
func TestAliases(t *testing.T) {
	overlay, err := Parse([]byte("overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n- {target: $, update: {a: &x {b: 1}, c: *x, d: [*x]}}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := overlay.Apply([]byte("b: {}")); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	var update yaml.Node
	if err := yaml.Unmarshal([]byte("b: 1"), &update); err != nil {
		t.Fatal(err)
	}
	document := &Document{
		Overlay: Version, Info: Info{Title: "t", Version: "1"},
		Actions: []Action{{Target: "$.a", Update: *update.Content[0]}, {Target: "$.c", Remove: true}},
	}
	text, err := document.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if applied, err := again.Apply([]byte("a: {}\nc: {}\n")); err != nil || string(applied) != "a: {b: 1}\n" {
		t.Errorf("applied: %q, %v", applied, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n- {target: $.a, update: {b: 1}}"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if overlay, err := Parse(data); err == nil {
			_, _ = overlay.Apply([]byte("a: {c: [1, {d: 2}]}"))
		}
	})
}
