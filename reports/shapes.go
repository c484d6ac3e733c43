package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// shapeKey names a kind of answer of an operation.
type shapeKey struct{ operation, kind string }

// compareShapes compares the members that the answers of two runs have. Kinds that
// one of the runs did not see are left out: nothing is known of them.
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

// lacking returns what all has and some has not, sorted.
func lacking(some, all map[string]bool) []string {
	var list []string
	for _, member := range slices.Sorted(maps.Keys(all)) {
		if !some[member] {
			list = append(list, member)
		}
	}
	return list
}

// answerKind tells a success, a refusal and an answer without the envelope apart.
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

// pointerEscapes escapes a name as a JSON pointer has it.
var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

const (
	// maxPointer bounds the place of a member that is compared, in bytes, and maxMembers how
	// many members an answer has: the names are those of a target or of a file.
	maxPointer, maxMembers = 1 << 10, 10_000
)

// addShape notes a value and what stands in it. A redacted value keeps its place
// and, as a placeholder tells it, its type.
func addShape(members map[string]bool, pointer string, value any) {
	if len(pointer) > maxPointer || len(members) >= maxMembers {
		return
	}
	kind := "null"
	switch value := value.(type) {
	case map[string]any:
		kind = "object"
		for _, name := range slices.Sorted(maps.Keys(value)) {
			addShape(members, pointer+"/"+pointerEscapes.Replace(name), value[name])
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
