package observe

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/openapi"
)

// Imitator changes answers to what was learnt: members, types, forms and values. It is safe for
// concurrent use.
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

// Answer returns the value of an operation's answer in the way that the target would write it.
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

// turn returns a number that changes with each call, so that the imitation does sometimes what the
// target does sometimes. For the same thing, such as an order, it stays the same, so that two reads
// agree.
func (i *Imitator) turn(what, thing string) int {
	if thing != "" {
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(what + " " + thing)) // it cannot fail
		return int(hash.Sum32() >> 8)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.turns[what]++
	return i.turns[what]
}

// thingOf returns the first id in an object; "" if there is none. Groups do not count: there are few of
// them, and what sometimes occurs must sometimes occur.
func thingOf(object map[string]any) string {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		folded := strings.ToLower(name)
		text, isText := object[name].(string)
		if isText && (strings.HasSuffix(folded, "id") || strings.HasSuffix(folded, "no")) && !strings.Contains(folded, "group") {
			return name + " " + text
		}
	}
	return ""
}

// below changes the contents of a value.
func (i *Imitator) below(n *node, value any) any {
	switch value := value.(type) {
	case map[string]any:
		thing := thingOf(value)
		status, isTask := value["status"].(string)
		for name, member := range n.members {
			i.member(value, name, member, thing, isTask && status == completed)
		}
		i.more(n.pointer, value, thing)
	case []any:
		if n.items != nil {
			for at := range value {
				value[at] = i.value(n.items.pointer, i.below(n.items.content, value[at]), "")
			}
		}
	}
	return value
}

// completed is the sandbox's status of a finished task.
const completed = "completed"

// member changes a documented member of an object. Members that the target sometimes omits from tasks
// are omitted from unfinished tasks.
func (i *Imitator) member(object map[string]any, name string, n *node, thing string, ended bool) {
	m := i.members[n.pointer]
	value, there := object[name]
	if m == nil {
		if there {
			object[name] = i.below(n.content, value)
		}
		return
	}
	switch {
	case m.Presence == Never, there && m.Presence == Sometimes && n.required && !ended && i.turn(n.pointer, thing)%3 == 0:
		delete(object, name)
	case !there && m.Presence == Always:
		object[name] = i.sample(m, thing)
	case !there && m.Presence == Sometimes && m.Null == Always && i.turn(n.pointer, thing)%2 == 0:
		object[name] = nil
	case there:
		object[name] = i.value(n.pointer, i.below(n.content, value), thing)
	}
}

// more adds the undocumented members.
func (i *Imitator) more(holder string, object map[string]any, thing string) {
	for _, at := range slices.Sorted(maps.Keys(i.members)) {
		m := i.members[at]
		if !m.New || HolderOf(at) != holder || !strings.Contains(at[len(holder):], "/properties/") {
			continue
		}
		if m.Presence == Always || m.Presence == Sometimes && i.turn(at, thing)%2 == 0 {
			object[m.Name()] = i.sample(m, thing)
		}
	}
}

// sample returns a value for a member that the contract does not have or does not describe.
func (i *Imitator) sample(m *Member, thing string) any {
	if m.Null == Always || m.Null == Sometimes && i.turn(m.At+" null", thing)%2 == 0 {
		return nil
	}
	kind := ""
	if len(m.Types) > 0 {
		kind = m.Types[i.turn(m.At+" type", thing)%len(m.Types)]
	}
	switch kind {
	case "number":
		return 1.0
	case "boolean":
		return true
	case "object":
		object := map[string]any{}
		i.more(m.At, object, thing)
		return object
	case "array":
		if element := i.members[m.At+"/items"]; element != nil {
			return []any{i.sample(element, thing)}
		}
		return []any{}
	}
	if len(m.Values) > 0 {
		return m.Values[i.turn(m.At+" value", thing)%len(m.Values)]
	}
	return textform.Sample(m.Form)
}

// value changes a value to the types, forms and values that were seen at a location.
func (i *Imitator) value(pointer string, value any, thing string) any {
	m := i.members[pointer]
	if m == nil {
		return value
	}
	if m.Null == Always || m.Null == Sometimes && i.turn(pointer+" null", thing)%3 == 0 {
		return nil
	}
	if kind := typeOf(value); len(m.Types) > 0 && !slices.Contains(m.Types, kind) {
		return converted(value, m.Types[0], m, i)
	}
	text, isText := value.(string)
	switch {
	case !isText:
		return value
	case m.Empty && i.turn(pointer+" empty", thing)%3 == 0:
		return ""
	case len(m.Values) > 0 && !slices.Contains(m.Values, text) && !slices.Contains(m.Count.Rare, text):
		return i.known(m, text)
	case m.Form != "" && text == "": // a form is claimed only if no string was empty
		return textform.Sample(m.Form)
	case m.Form != "":
		return textform.Rewrite(text, m.Form)
	}
	return text
}

// known returns a value that was seen. A finished task gets a final status, and an unpaid payment does
// not get the status of a paid one.
func (i *Imitator) known(m *Member, text string) string {
	values := slices.Clone(m.Values)
	switch m.Name() {
	case "status":
		isEnd := text == completed
		values = slices.DeleteFunc(values, func(v string) bool { return slices.Contains(i.ends, v) != isEnd })
	case "payStatus", "pay_status":
		values = slices.DeleteFunc(values, func(v string) bool { return v == paid })
	}
	if len(values) == 0 {
		return text
	}
	return values[i.turn(m.At+" value", "")%len(values)]
}

// paid is the status of a payment that succeeded.
const paid = "1"

// converted returns a value as another type.
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
	return i.sample(m, "")
}
