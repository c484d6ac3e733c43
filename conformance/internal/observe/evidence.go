package observe

import (
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
)

// SeenTypes are the types with any evidence.
func (m *Member) SeenTypes() []string {
	if m.node != nil {
		return slices.Sorted(maps.Keys(m.node.types))
	}
	return m.Types
}

// Has reports whether the texts of a member have a form beside the one that is claimed.
func (m *Member) Has(form string) bool {
	return m.node != nil && m.node.texts > 0 && m.node.forms&textform.Named(form) != 0
}

// Lost reports whether a text was seen that does not have a form.
func (m *Member) Lost(form string) bool {
	return m.node != nil && m.node.texts > m.node.empty && m.node.forms&textform.Named(form) == 0
}

// SeenValues are the values with any evidence, and whether there are texts
// that are no codes.
func (m *Member) SeenValues() (values []string, others bool) {
	if m.node == nil {
		return m.Values, false
	}
	for value := range m.node.values {
		if value != "" {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return values, m.node.overflown && m.node.texts > 0
}

// Often returns those of the values that were seen more than once.
func (m *Member) Often(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return m.node != nil && m.node.values[v] < enoughValue })
}

// By returns the members by their places.
func (learned *Learned) By() map[string]*Member {
	members := map[string]*Member{}
	for i := range learned.Members {
		members[learned.Members[i].At] = &learned.Members[i]
	}
	return members
}

// Path names a member for people: the member, and what it stands in.
func (m *Member) Path() string {
	steps := strings.Split(strings.TrimPrefix(m.At, "/"), "/")
	var names []string
	for i := 0; i < len(steps); i++ {
		switch {
		case steps[i] == "properties" && i+1 < len(steps):
			i++
			names = append(names, steps[i])
		case steps[i] == "schemas" && i+1 < len(steps):
			i++
			names = append(names, steps[i])
		case steps[i] == "items" && len(names) > 0:
			names[len(names)-1] += "[]"
		}
	}
	return (&Member{At: strings.Join(names, ".")}).Name()
}

// HolderOf is the place of the object that a member stands in.
func HolderOf(at string) string {
	at = at[:max(strings.LastIndexByte(at, '/'), 0)]
	return strings.TrimSuffix(at, "/properties")
}
