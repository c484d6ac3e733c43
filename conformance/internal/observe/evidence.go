package observe

import (
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
)

// SeenTypes returns all types that were seen.
func (m *Member) SeenTypes() []string {
	if m.node != nil {
		return slices.Sorted(maps.Keys(m.node.types))
	}
	return m.Types
}

// Has reports whether the strings of a member have a form other than the claimed one.
func (m *Member) Has(form string) bool {
	return m.node != nil && m.node.texts > 0 && m.node.forms&textform.Named(form) != 0
}

// Lost reports whether a string without the form was seen.
func (m *Member) Lost(form string) bool {
	return m.node != nil && m.node.texts > m.node.empty && m.node.forms&textform.Named(form) == 0
}

// SeenValues returns all values that were seen, and whether there are strings that are not codes.
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

// Often returns the values that were seen more than once.
func (m *Member) Often(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return m.node != nil && m.node.values[v] < enoughValue })
}

// By returns the members by location.
func (learned *Learned) By() map[string]*Member {
	members := map[string]*Member{}
	for i := range learned.Members {
		members[learned.Members[i].At] = &learned.Members[i]
	}
	return members
}

// Path names a member for people: the member and the object that contains it.
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

// HolderOf returns the location of the object that contains a member.
func HolderOf(at string) string {
	at = at[:max(strings.LastIndexByte(at, '/'), 0)]
	return strings.TrimSuffix(at, "/properties")
}
