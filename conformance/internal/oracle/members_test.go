package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// places returns the paths to all values in a JSON value.
func paths(value any, at []string) [][]string {
	var all [][]string
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			path := append(slices.Clone(at), name)
			all = append(append(all, path), paths(value[name], path)...)
		}
	case []any:
		if len(value) > 0 {
			all = paths(value[0], append(slices.Clone(at), "0"))
		}
	}
	return all
}

// changedAt returns a copy of a value with another one at a path, or without what is there.
func changedAt(value any, path []string, with any, drop bool) any {
	switch value := value.(type) {
	case map[string]any:
		copied := maps.Clone(value)
		if len(path) == 1 && drop {
			delete(copied, path[0])
		} else if len(path) == 1 {
			copied[path[0]] = with
		} else {
			copied[path[0]] = changedAt(value[path[0]], path[1:], with, drop)
		}
		return copied
	case []any:
		index, _ := strconv.Atoi(path[0])
		copied := slices.Clone(value)
		copied[index] = changedAt(value[index], path[1:], with, drop)
		return copied
	}
	return value
}

// otherType is a value of another JSON type.
func otherType(value any) any {
	if _, isText := value.(string); isText {
		return 7
	}
	return "mallcheck"
}

// Every member of every answer that the contract has an example of is null, of another
// type, and absent. Null is graded as nullability, the others as the clause that they
// break, and the verdict at each strictness follows from that.
func TestEveryMemberOfEveryAnswer(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	document, err := contract.SharedDocument()
	if err != nil {
		t.Fatal(err)
	}
	o := newOracle(t, Options{})
	tried := 0
	for _, operation := range contract.Operations() {
		for name, example := range document.Paths.Value(operation.Path).GetOperation(operation.Method).Responses.Value("200").Value.Content["application/json"].Examples {
			root, isObject := example.Value.Value.(map[string]any)
			if !isObject || root["operateCode"] != "S" {
				continue
			}
			for _, path := range paths(root, nil) {
				if path[0] == "operateCode" {
					continue // without its code it is no success
				}
				tried++
				where := operation.ID + " " + name + " " + pointer(path)
				judgeMember(t, o, contract, operation, where, path, root)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d members were tried", tried)
	}
}

func judgeMember(t *testing.T, o *Oracle, contract *openapi.Contract, operation openapi.Operation, where string, path []string, root any) {
	t.Helper()
	judge := func(with any, drop bool) []reports.Deviation {
		body, err := json.Marshal(changedAt(root, path, with, drop))
		if err != nil {
			t.Fatal(err)
		}
		return o.Judge(answer(operation.ID, 200, string(body), reports.Header{Name: "request_id", Value: "RQ-1"}), true)
	}
	at := o.operations[operation.ID].success
	data := len(path) == 1 && path[0] == "data" // whose required members are no schema's
	mayBeNull := data && !slices.ContainsFunc(o.operations[operation.ID].required, func(r openapi.Required) bool { return r.Name == "data" })
	for what, deviations := range map[string][]reports.Deviation{
		"null": judge(nil, false), "another type": judge(otherType(valueAt(root, path)), false), "absent": judge(nil, true),
	} {
		for _, d := range deviations {
			found, known := contract.ClauseFor(d.Clause, operation.ID)
			want := reports.Grade(found.Enforced.Grade)
			if what == "null" {
				want = reports.Assumed
			}
			if !known || d.Grade != want {
				t.Errorf("%s %s: %s graded %s, want %s of a clause that exists (%t)", where, what, d.Clause, d.Grade, want, known)
			}
			for _, strict := range reports.Grades() {
				verdict := reports.Finding
				if want.AtLeast(strict) {
					verdict = reports.Failed
				}
				if got := (reports.Policy{Strict: strict}).VerdictOf(d); got != verdict {
					t.Errorf("%s %s at %s: %s, want %s", where, what, strict, got, verdict)
				}
			}
		}
		required := slices.Contains(nodeAt(at, path[:len(path)-1]).shallow.Required, path[len(path)-1]) || data && !mayBeNull
		if len(deviations) == 0 && (what == "another type" || what == "null" && !mayBeNull || what == "absent" && required) {
			t.Errorf("%s %s: nothing is noticed", where, what)
		}
	}
}

// nodeAt returns the node of the value at a path.
func nodeAt(n *node, path []string) *node {
	for _, name := range path {
		if n.properties[name] != nil {
			n = n.properties[name]
		} else {
			n = n.items
		}
	}
	return n
}

func valueAt(value any, path []string) any {
	for _, step := range path {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[step]
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil {
				panic(fmt.Sprint(step, " is no index"))
			}
			value = inner[index]
		}
	}
	return value
}
