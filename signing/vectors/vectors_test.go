package vectors_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing/vectors"
)

func TestOutcomesAreWellFormed(t *testing.T) {
	md5Hex := regexp.MustCompile(`^[0-9a-f]{32}$`)
	for _, v := range requests(t) {
		if v.Verifies && v.Error == "" && !md5Hex.MatchString(v.Sign) {
			t.Errorf("%s: the right sign %q is not an MD5 in lower case", v.Name, v.Sign)
		}
		if !strings.HasPrefix(v.Path, "/") || v.Method == "" || len(v.Parts) == 0 {
			t.Errorf("%s: method, path or parts are missing", v.Name)
		}
	}
	for _, v := range pushes(t) {
		if keyID, _, _ := strings.Cut(v.Sign, "/"); v.Error == "" && v.Keys[keyID] == "" {
			t.Errorf("%s: the signature names a key that is not there", v.Name)
		}
		if v.Grade != "assumed" {
			t.Errorf("%s: graded %s, but join and encoding are assumed", v.Name, v.Grade)
		}
	}
	reasons := schemaEnum(t, "error")
	for _, v := range all(t) {
		if _, err := v.RawBody(); err != nil {
			t.Error(err)
		}
		switch {
		case v.Error != "":
			if !slices.Contains(reasons, v.Error) || v.Content != "" || !v.Verifies || v.Mistake != "" || v.WrongContent != nil || v.WrongContentHex != "" {
				t.Errorf("%s: a text that cannot be signed has an outcome of another kind too", v.Name)
			}
		case v.Verifies:
			if v.Content == "" || v.Mistake != "" || v.WrongContent != nil || v.WrongContentHex != "" {
				t.Errorf("%s: a right sign without content, or with a mistake", v.Name)
			}
		case v.Content == "" || v.Mistake == "" || v.WrongContent != nil && *v.WrongContent == v.Content:
			t.Errorf("%s: a wrong sign without content or mistake, or of the right content", v.Name)
		}
	}
}

func TestNamesGradesAndSources(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	source := regexp.MustCompile(`^((doc|api)-[0-9]+|mallcheck: .+)$`)
	page := regexp.MustCompile(`^(doc|api)-[0-9]+$`)
	grades := schemaEnum(t, "grade")
	seen := map[string]bool{}
	for _, v := range all(t) {
		if !name.MatchString(v.Name) || seen[v.Name] {
			t.Errorf("the name %q is not in kebab case, or given twice", v.Name)
		}
		seen[v.Name] = true
		if !slices.Contains(grades, v.Grade) {
			t.Errorf("%s: %q is no grade", v.Name, v.Grade)
		}
		if !source.MatchString(v.Source) || v.Grade == "documented" && !page.MatchString(v.Source) {
			t.Errorf("%s: %q is no source for grade %s", v.Name, v.Source, v.Grade)
		}
		if !strings.HasSuffix(v.Why, ".") {
			t.Errorf("%s: why is not a sentence: %q", v.Name, v.Why)
		}
	}
}

// Everything else rests on the signs that pages print.
func TestDocumentedSignsComeFirst(t *testing.T) {
	want := []string{
		"documented-single-verify documented api-42599728 ea7a3bba7e345e0b8ca7f7e3b43d6e72",
		"documented-single-service-plan-page documented api-42599729 3fdb15332726c77cd792ea2328f98a80",
		"specification-sign-content derived doc-1486828 01b9a6e419475d81e6a55d869c1506c3",
		"printed-sign-of-single-query-order derived api-12209092 b2a9e697bdff66049803d62ffeffccaf",
	}
	for i, v := range requests(t) {
		if i < len(want) {
			if got := fmt.Sprint(v.Name, " ", v.Grade, " ", v.Source, " ", v.Sign); got != want[i] {
				t.Errorf("vector %d is %s, not %s", i, got, want[i])
			}
		} else if v.Verifies && v.Grade == "documented" && v.Error == "" {
			t.Errorf("%s: no other sign is printed on a page", v.Name)
		}
	}
}

// The table of README.md has the numbers of the files, and the files have at least the promised numbers.
func TestReadmeCounts(t *testing.T) {
	readme := read(t, "README.md")
	var request, push []vectors.Vector
	for _, v := range requests(t) {
		request = append(request, v.Vector)
	}
	for _, v := range pushes(t) {
		push = append(push, v.Vector)
	}
	for name, file := range map[string][]vectors.Vector{"request.json": request, "push.json": push} {
		var right, wrong, refused int
		for _, v := range file {
			switch {
			case v.Error != "":
				refused++
			case v.Verifies:
				right++
			default:
				wrong++
			}
		}
		row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(name) + "` .*\\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$").FindStringSubmatch(readme)
		if want := []string{strconv.Itoa(right), strconv.Itoa(wrong), strconv.Itoa(refused)}; row == nil || !slices.Equal(row[1:], want) {
			t.Errorf("the row of %s in README.md is %v, the file has %v", name, row, want)
		}
	}
	if total := len(request) + len(push); strings.Count(readme, fmt.Sprintf("%d of %d vectors passed", total, total)) != 2 {
		t.Errorf("README.md does not say twice that %d vectors passed", total)
	}
}

// schema.json allows the members that the Go types read.
func TestSchemaKnowsTheFields(t *testing.T) {
	for definition, value := range map[string]any{"requestVector": vectors.RequestVector{}, "pushVector": vectors.PushVector{}} {
		var allowed []string
		for name := range schema(t).Defs[definition].Properties {
			allowed = append(allowed, name)
		}
		var fields []string
		for _, field := range reflect.VisibleFields(reflect.TypeOf(value)) {
			if name := field.Tag.Get("json"); name != "" {
				fields = append(fields, name)
			}
		}
		slices.Sort(allowed)
		slices.Sort(fields)
		if !slices.Equal(allowed, fields) {
			t.Errorf("%s has %v in schema.json and %v in Go", definition, allowed, fields)
		}
	}
}

// A partner reads the two programs before copying them, so they stay short.
func TestVerifiersStayShort(t *testing.T) {
	for _, name := range []string{"verify.py", "verify.mjs"} {
		if lines := strings.Count(read(t, name), "\n"); lines >= 60 {
			t.Errorf("%s has %d lines", name, lines)
		}
	}
}

type schemaFile struct {
	Defs map[string]struct {
		Properties map[string]struct {
			Enum []string `json:"enum"`
		} `json:"properties"`
	} `json:"$defs"`
}

func schema(t *testing.T) (file schemaFile) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, "schema.json")), &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func schemaEnum(t *testing.T, field string) []string {
	t.Helper()
	values := schema(t).Defs["requestVector"].Properties[field].Enum
	if len(values) == 0 {
		t.Fatalf("schema.json lists no values for %s", field)
	}
	return values
}

func requests(t *testing.T) []vectors.RequestVector {
	t.Helper()
	request, err := vectors.Request()
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func pushes(t *testing.T) []vectors.PushVector {
	t.Helper()
	push, err := vectors.Push()
	if err != nil {
		t.Fatal(err)
	}
	return push
}

func all(t *testing.T) []vectors.Vector {
	t.Helper()
	var both []vectors.Vector
	for _, v := range requests(t) {
		both = append(both, v.Vector)
	}
	for _, v := range pushes(t) {
		both = append(both, v.Vector)
	}
	return both
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func ExampleRequest() {
	request, err := vectors.Request()
	if err != nil {
		fmt.Println(err)
		return
	}
	documented := request[0]
	fmt.Println(documented.Grade, documented.Source)
	fmt.Println(documented.Method, documented.Path, documented.Sign)
	// Output:
	// documented api-42599728
	// POST /singleVerify ea7a3bba7e345e0b8ca7f7e3b43d6e72
}
