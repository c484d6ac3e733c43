package observe

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/openapi"
)

// Imitator changes answers to what was learnt: members, types, forms and values. It is
// safe for concurrent use.
type Imitator struct {
	roots   map[string]roots
	members map[string]*Member
	ends    []string // of tasks

	mu    sync.Mutex
	turns map[string]int
}

// NewImitator returns an imitator of what was learnt.
func NewImitator(contract *openapi.Contract, learned *Learned) (*Imitator, error) {
	roots, err := rootsOf(contract)
	if err != nil {
		return nil, fmt.Errorf("reading the answers of the contract: %w", err)
	}
	return &Imitator{
		roots: roots, members: learned.By(), turns: map[string]int{}, ends: strings.Split(learned.Settings()["terminal-status"], ","),
	}, nil
}

// Answer returns the value of an answer of an operation as the target would write it.
func (i *Imitator) Answer(operation string, success bool, value any) any {
	root := i.roots[operation].refusal
	if success {
		root = i.roots[operation].success
	}
	if root == nil {
		return value
	}
	return i.below(root.content, value)
}

// turn counts how often something comes up.
func (i *Imitator) turn(what string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.turns[what]++
	return i.turns[what]
}

// below changes what stands in a value.
func (i *Imitator) below(n *node, value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range n.members {
			i.member(value, name, member)
		}
		i.more(n.pointer, value)
	case []any:
		if n.items != nil {
			for at := range value {
				value[at] = i.value(n.items.pointer, i.below(n.items.content, value[at]))
			}
		}
	}
	return value
}

// member changes a member of the contract within an object.
func (i *Imitator) member(object map[string]any, name string, n *node) {
	m := i.members[n.pointer]
	value, there := object[name]
	if m == nil {
		if there {
			object[name] = i.below(n.content, value)
		}
		return
	}
	switch {
	case m.Presence == Never, there && m.Presence == Sometimes && n.required && i.turn(n.pointer)%3 == 0:
		delete(object, name)
	case !there && m.Presence == Always:
		object[name] = i.sample(m)
	case !there && m.Presence == Sometimes && m.Null == Always && i.turn(n.pointer)%2 == 0:
		object[name] = nil
	case there:
		object[name] = i.value(n.pointer, i.below(n.content, value))
	}
}

// more adds the members that the contract does not have.
func (i *Imitator) more(holder string, object map[string]any) {
	for _, at := range slices.Sorted(maps.Keys(i.members)) {
		m := i.members[at]
		if !m.New || HolderOf(at) != holder || !strings.Contains(at[len(holder):], "/properties/") {
			continue
		}
		if m.Presence == Always || m.Presence == Sometimes && i.turn(at)%2 == 0 {
			object[m.Name()] = i.sample(m)
		}
	}
}

// sample returns a value of a member that the contract does not have, or does not say more of.
func (i *Imitator) sample(m *Member) any {
	if m.Null == Always || m.Null == Sometimes && i.turn(m.At+" null")%2 == 0 {
		return nil
	}
	kind := ""
	if len(m.Types) > 0 {
		kind = m.Types[i.turn(m.At+" type")%len(m.Types)]
	}
	switch kind {
	case "number":
		return 1.0
	case "boolean":
		return true
	case "object":
		object := map[string]any{}
		i.more(m.At, object)
		return object
	case "array":
		if element := i.members[m.At+"/items"]; element != nil {
			return []any{i.sample(element)}
		}
		return []any{}
	}
	if len(m.Values) > 0 {
		return m.Values[i.turn(m.At+" value")%len(m.Values)]
	}
	return sampleOf(m.Form)
}

// samples are a text of each form.
var samples = map[string]string{
	"uuid": "6d6d0c2e-0f9b-4a6e-8a11-0d7c1a2b3c4d", "date and time": "2026-11-01 09:30:00", "date": "2026-11-01", "date with dots": "2026.11.01",
	"RFC 3339": "2026-11-01T09:30:00Z", "more than 22 digits": "900719925474099312345678", "two decimals": "4.99", "three decimals": "4.990",
	"digits": "1", "decimal number": "4.5", "lower-case letters": "sample", "upper-case letters": "SAMPLE", "hexadecimal digits": "0a1b2c",
}

// sampleOf returns a text of a form, one that has none for "".
func sampleOf(form string) string {
	if text := samples[form]; text != "" {
		return text
	}
	return "sample text, 1"
}

// value changes a value to the types, forms and values that were seen at a place.
func (i *Imitator) value(pointer string, value any) any {
	m := i.members[pointer]
	if m == nil {
		return value
	}
	if m.Null == Always || m.Null == Sometimes && i.turn(pointer+" null")%3 == 0 {
		return nil
	}
	if kind := typeOf(value); len(m.Types) > 0 && !slices.Contains(m.Types, kind) {
		return converted(value, m.Types[0], m, i)
	}
	text, isText := value.(string)
	switch {
	case !isText:
		return value
	case m.Empty && i.turn(pointer+" empty")%3 == 0:
		return ""
	case len(m.Values) > 0 && !slices.Contains(m.Values, text) && !slices.Contains(m.Count.Rare, text):
		return i.known(m, text)
	case m.Form != "" && text == "": // a form is claimed where no text was empty
		return sampleOf(m.Form)
	case m.Form != "":
		return formed(text, m.Form)
	}
	return text
}

// known returns one of the values that were seen: of a task, an end for an end.
func (i *Imitator) known(m *Member, text string) string {
	values := m.Values
	if m.Name() == "status" {
		isEnd := text == "completed"
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return slices.Contains(i.ends, v) != isEnd })
	}
	if len(values) == 0 {
		return text
	}
	return values[i.turn(m.At+" value")%len(values)]
}

// converted returns a value in another type.
func converted(value any, kind string, m *Member, i *Imitator) any {
	text := fmt.Sprint(value)
	switch kind {
	case "number":
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			return number
		}
		return 1.0
	case "boolean":
		return text != "0" && text != "false" && text != ""
	case typeString:
		if _, isObject := value.(map[string]any); !isObject {
			return text
		}
	case "array":
		return []any{value}
	}
	return i.sample(m)
}

// formed returns a text in another form, where it can be written so.
func formed(text, form string) string {
	if formsOf(text)&formNamed(form) != 0 {
		return text
	}
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case form == "two decimals" && err == nil:
		return strconv.FormatFloat(number, 'f', 2, 64)
	case form == "three decimals" && err == nil:
		return strconv.FormatFloat(number, 'f', 3, 64)
	case form == "lower-case letters":
		return strings.ToLower(text)
	case form == "upper-case letters":
		return strings.ToUpper(text)
	}
	layouts := map[string]string{
		"date and time": time.DateTime, "date": time.DateOnly, "date with dots": "2006.01.02", "RFC 3339": time.RFC3339,
	}
	if layout := layouts[form]; layout != "" {
		for _, other := range layouts {
			if at, err := time.Parse(other, text); err == nil {
				return at.Format(layout)
			}
		}
	}
	return text
}
