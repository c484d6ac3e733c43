package mimic

import (
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/sandbox"
)

// groups renames the groups of a sandbox to ids in the target's form. Their own ids stay valid.
type groups struct {
	shown map[string]string // ids as the target writes them, by the sandbox's
	own   map[string]string // the reverse
}

func groupsOf(learned *observe.Learned) *groups {
	g := &groups{shown: map[string]string{}, own: map[string]string{}}
	for i := range learned.Members {
		write := groupForms[learned.Members[i].Form]
		if learned.Members[i].Name() != "group_id" || write == nil {
			continue
		}
		fixtures := sandbox.NewFixtures()
		for _, id := range append(fixtures.Groups, fixtures.SecondGroups...) {
			written := write(strings.TrimLeft(id, "G"))
			g.shown[id], g.own[written] = written, id
		}
		break
	}
	return g
}

// groupForms write the eight digits of a group id in a form.
var groupForms = map[string]func(digits string) string{
	"digits":              func(digits string) string { return digits },
	"more than 22 digits": func(digits string) string { return "9007199254740993" + digits },
	"uuid":                func(digits string) string { return "6d6d0c2e-0f9b-4a6e-8a11-0d7c" + digits },
	"hexadecimal digits":  func(digits string) string { return "a0b1c2" + digits },
	"lower-case letters":  func(digits string) string { return letters(digits, 'a') },
	"upper-case letters":  func(digits string) string { return letters(digits, 'A') },
}

// letters writes a letter for each digit, from the first one on.
func letters(digits string, first rune) string {
	return strings.Map(func(digit rune) rune { return first + digit - '0' }, digits)
}

// lookup finds a group by the id in the target's form.
func (g *groups) lookup(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
	id := g.own[l.Key]
	if l.Kind != sandbox.LookupGroup || id == "" || st.Groups[id] == nil {
		return
	}
	l.Key, l.Owner = id, st.Groups[id].Owner
	l.Found = l.Owner == c.Partner
}

// show replaces the ids of groups in an answer by ids in the target's form.
func (g *groups) show(value any) any {
	if len(g.shown) == 0 {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			id, isText := member.(string)
			if written := g.shown[id]; isText && name == "group_id" && written != "" {
				value[name] = written
			} else {
				g.show(member)
			}
		}
	case []any:
		for _, element := range value {
			g.show(element)
		}
	}
	return value
}
