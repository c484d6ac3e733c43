package observe

import (
	"bytes"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// walker notes what one answer shows.
type walker struct {
	*Learner
	at    time.Time
	stamp int // of the answer
	sent  *reports.Request
}

// touch prepares a node for what the answer shows about it.
func (w *walker) touch(n *node) {
	if n.stamp == w.stamp {
		return
	}
	n.stamp = w.stamp
	types, values := n.seen.types, n.seen.values
	clear(types)
	clear(values)
	n.seen = seen{types: types, values: values}
	if n.seen.types == nil {
		n.seen.types, n.seen.values = map[string]bool{}, map[string]bool{}
	}
}

// once counts something at most once per answer.
func once(counter *int, seen *bool) {
	if !*seen {
		*seen = true
		*counter++
	}
}

func (w *walker) value(n *node, value any, depth int) {
	w.touch(n)
	if n.first.IsZero() || w.at.Before(n.first) {
		n.first = w.at
	}
	if w.at.After(n.last) {
		n.last = w.at
	}
	kind := typeOf(value)
	if kind == typeNull {
		once(&n.nulls, &n.seen.null)
		return
	}
	once(&n.filled, &n.seen.filled)
	if !n.seen.types[kind] {
		n.seen.types[kind] = true
		n.types[kind]++
	}
	switch value := value.(type) {
	case map[string]any:
		w.object(n.content, value, depth)
	case []any:
		w.array(n.content, value, depth)
	case string:
		w.noteString(n, value)
	default:
		n.overflown = true // numbers are not kept as codes
	}
}

// The JSON types, as JSON Schema names them.
const (
	typeNull   = "null"
	typeString = "string"
)

// typeOf returns the JSON type of a value. A redacted value has the type that its placeholder names.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return typeNull
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case string:
		if reports.IsPlaceholder(value) {
			if parts := strings.Split(strings.TrimSuffix(value, ">"), ":"); len(parts) == 3 {
				return parts[2]
			}
		}
	}
	return typeString
}

func (w *walker) object(n *node, object map[string]any, depth int) {
	if n.objectStamp != w.stamp {
		n.objectStamp = w.stamp
		n.objectsSoFar++
	}
	for name, value := range object {
		member := n.members[name]
		if member == nil {
			if member = w.discover(n, name, depth); member == nil {
				continue
			}
		}
		w.touch(member)
		once(&member.present, &member.seen.present)
		w.value(member, value, depth+1)
	}
	for name, member := range n.members {
		w.touch(member)
		once(&member.holders, &member.seen.holder)
		member.ops[w.operation] = true
		if _, there := object[name]; !there {
			once(&member.absent, &member.seen.absent)
		}
	}
}

// discover adds an undocumented member; nil if its name is not a valid name or there are too many.
func (w *walker) discover(n *node, name string, depth int) *node {
	if len(n.members) >= maxMembers+n.known() || depth >= maxDepth || w.nodes >= maxNodes || !isMemberName(name) {
		return nil
	}
	w.nodes++
	member := newNode(n.pointer + "/properties/" + openapi.EscapeToken(name))
	member.name, member.parent, member.private = name, n, identifies(name, nil)
	member.clause = n.clause + "/properties/" + openapi.EscapeToken(name)
	// Earlier answers had objects without it.
	member.holders = n.objectsSoFar - 1
	member.absent = member.holders
	n.members[name] = member
	return member
}

// known is how many members of an object the contract has.
func (n *node) known() int {
	if n.schema == nil {
		return 0
	}
	return len(n.schema.Properties)
}

func (w *walker) array(n *node, array []any, depth int) {
	if n.items == nil {
		if depth >= maxDepth || w.nodes >= maxNodes {
			return
		}
		w.nodes++
		n.items = newNode(n.pointer + "/items")
		n.items.clause, n.items.private = n.clause+"/items", n.private
	}
	for _, element := range array {
		w.value(n.items, element, depth+1)
	}
}

// noteString notes the form of a string, and the string itself if it may be kept.
func (w *walker) noteString(n *node, value string) {
	if reports.IsPlaceholder(value) {
		n.forms, n.overflown = 0, true
		return
	}
	once(&n.texts, &n.seen.text)
	if value == "" {
		once(&n.empty, &n.seen.empty)
	} else if n.forms != 0 {
		n.forms &= textform.Of(value)
	}
	if n.pattern != nil && !n.pattern.MatchString(value) {
		once(&n.offPattern, &n.seen.offPattern)
	}
	if n.overflown || n.seen.values[value] {
		return
	}
	kept := !n.private && isCode(value) && !w.echoes(value)
	if n.name == "message" && n.parent != nil && n.parent.envelope {
		kept = w.success != nil && n.parent == w.success.content && isSaying(value)
	}
	if n.name == "operateCode" && n.parent != nil && n.parent.envelope {
		kept, n.forms = false, 0 // kept with refusals and their causes instead
	}
	if !kept || len(n.values) >= maxValues && n.values[value] == 0 {
		n.overflown = true
		n.values = nil
		return
	}
	n.seen.values[value] = true
	n.values[value]++
}

// echoes reports whether a string was sent by the caller: it may be one of the caller's ids.
func (w *walker) echoes(text string) bool {
	return len(text) >= 6 && (bytes.Contains(w.sent.Body, []byte(text)) || strings.Contains(w.sent.URL, text))
}
