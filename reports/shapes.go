package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/jsonpointer"
)

// shapeKey identifies a kind of answer of an operation.
type shapeKey struct{ operation, kind string }

// compareShapes compares the members in the answers of two runs. Kinds that one of the runs did not see
// are left out, because nothing is known about them.
func compareShapes(was, is map[shapeKey]map[string]bool) []ShapeChange {
	list := []ShapeChange{}
	for key, members := range is {
		earlier, known := was[key]
		if !known {
			continue
		}
		change := ShapeChange{Operation: key.operation, Kind: key.kind, Added: lacking(earlier, members),
			Removed: lacking(members, earlier)}
		if len(change.Added)+len(change.Removed) > 0 {
			list = append(list, change)
		}
	}
	slices.SortFunc(list, func(a, b ShapeChange) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}

// lacking returns the items of all that some lacks, sorted.
func lacking(some, all map[string]bool) []string {
	var list []string
	for _, member := range slices.Sorted(maps.Keys(all)) {
		if !some[member] {
			list = append(list, member)
		}
	}
	return list
}

// answerKind distinguishes successes, refusals and answers without the envelope.
func answerKind(value any) string {
	object, _ := value.(map[string]any)
	switch code, given := object["operateCode"]; {
	case !given:
		return "no envelope"
	case code == CodeSuccess:
		return "success"
	}
	return "refusal"
}

const (
	// maxPointer limits the length of a member's pointer in bytes, and maxMembers the number of members
	// of an answer: the names come from a target or a file.
	maxPointer, maxMembers = 1 << 10, 10_000
)

// addShape adds a value and its contents. A redacted value keeps its location and, if its placeholder
// names it, its type.
func addShape(members map[string]bool, pointer string, value any) {
	if len(pointer) > maxPointer || len(members) >= maxMembers {
		return
	}
	kind := "null"
	switch value := value.(type) {
	case map[string]any:
		kind = "object"
		for _, name := range slices.Sorted(maps.Keys(value)) {
			addShape(members, pointer+"/"+jsonpointer.Escape(name), value[name])
		}
	case []any:
		kind = "array"
		for _, item := range value {
			addShape(members, pointer+"/*", item)
		}
	case string:
		kind = "string"
		if IsPlaceholder(value) {
			if parts := strings.Split(strings.TrimSuffix(value, ">"), ":"); len(parts) == 3 {
				kind = parts[2]
			}
		}
	case float64:
		kind = "number"
	case bool:
		kind = "boolean"
	}
	if pointer != "" {
		members[pointer+" "+kind] = true
	}
}
