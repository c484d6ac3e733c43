package observe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/internal/overlay"
	"github.com/mallcheck/mallcheck/openapi"
)

// The extensions of an overlay that was learnt.
const (
	// observed holds the claims of an action and, at the root of the contract, everything that is not a
	// schema statement.
	observed = "x-observed"
	// observations is the block of counts and dates.
	observations = "x-observations"
)

// Overlay returns what was learnt as an overlay of the contract, for a target with the given name.
func (learned *Learned) Overlay(contract *openapi.Contract, target string) (*overlay.Document, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(contract.Bytes(), &file); err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	w := &writer{contract: contract, root: file.Content[0], target: target}
	for i := range learned.Members {
		if m := &learned.Members[i]; m.node != nil {
			w.member(m)
		}
	}
	w.required(learned)
	w.facts(learned.Facts)
	block, err := nodeOf(learned.observations())
	if err != nil {
		return nil, err
	}
	for _, list := range block.Content {
		if list.Kind == yaml.SequenceNode {
			for _, one := range list.Content {
				one.Style |= yaml.FlowStyle
			}
			continue
		}
		for i := 1; i < len(list.Content); i += 2 {
			list.Content[i].Style |= yaml.FlowStyle
		}
	}
	if w.err != nil {
		return nil, w.err
	}
	if len(w.actions) == 0 {
		w.actions = []overlay.Action{{Target: "$", Description: "Nothing was learnt: there are too few answers.", Update: mapping(observed, mapping())}}
	}
	return &overlay.Document{
		Overlay: overlay.Version,
		Info:    overlay.Info{Title: "What " + target + " does, as observed by mallcheck", Version: "1"},
		Actions: w.actions, Extensions: map[string]yaml.Node{observations: block},
	}, nil
}

// writer makes the actions.
type writer struct {
	contract *openapi.Contract
	root     *yaml.Node // of the contract
	target   string
	actions  []overlay.Action
	err      error
}

// change is the change that a member's claims make to the contract.
type change struct {
	schema   yaml.Node // to merge into the member's schema, or to replace it
	rewrite  bool      // replace the old schema
	evidence yaml.Node // x-evidence-for, by keyword
}

// member writes the actions of a member.
func (w *writer) member(m *Member) {
	n := m.node
	holder, key := n.pointer[:strings.LastIndexByte(n.pointer, '/')], "properties"
	if n.name == "" {
		key = "items"
	} else {
		holder = strings.TrimSuffix(holder, "/properties")
	}
	c := &change{schema: mapping(), evidence: mapping()}
	w.changes(m, c)
	update := mapping()
	switch {
	case key == "items" && len(c.schema.Content) > 0:
		put(&update, "items", c.schema)
	case len(c.schema.Content) > 0:
		put(&update, key, mapping(n.name, c.schema))
	}
	if key == "properties" {
		graded := mapping()
		if m.New {
			put(&graded, "x-evidence", w.evidence())
		}
		if len(c.evidence.Content) > 0 {
			put(&graded, "x-evidence-for", c.evidence)
		}
		if len(graded.Content) > 0 {
			put(&update, "x-evidence-of", flow(mapping(n.name, graded)))
		}
	}
	if c.rewrite {
		w.actions = append(w.actions, overlay.Action{Target: pathOf(n.pointer), Remove: true, Description: "Removed to make room for the observed value."})
	}
	claim, err := nodeOf(m)
	w.err = cmp.Or(w.err, err)
	if len(update.Content) == 0 {
		update = yaml.Node{}
	}
	w.actions = append(w.actions, overlay.Action{
		Target: pathOf(holder), Description: m.Sentence(), Update: update, Extensions: map[string]yaml.Node{observed: flow(claim)},
	})
}

func (w *writer) evidence() yaml.Node {
	return mapping("grade", openapi.Observed, "source", "", "note", "Seen in answers.")
}

// raise changes the grade of a keyword to observed if its grade is weaker.
func (w *writer) raise(m *Member, c *change, keyword string) {
	if m.New || gradeOf(w.contract, m.node, keyword) != openapi.Documented {
		put(&c.evidence, keyword, w.evidence())
	}
}

// may reports whether a keyword may be changed because no page states it.
func (w *writer) may(m *Member, keyword string) bool {
	return m.New || gradeOf(w.contract, m.node, keyword) != openapi.Documented
}

// edit returns the schema to change: the whole schema if something must be removed from it or the
// contract has a reference there.
func (w *writer) edit(m *Member, c *change, whole bool) *yaml.Node {
	if m.New || c.rewrite || !whole && !m.node.inlined {
		return &c.schema
	}
	copied := w.resolved(m.node.pointer)
	for i := 0; i+1 < len(c.schema.Content); i += 2 {
		put(&copied, c.schema.Content[i].Value, *c.schema.Content[i+1])
	}
	c.schema, c.rewrite = copied, true
	return &c.schema
}

// resolved returns a copy of the schema at a location, with the reference resolved.
func (w *writer) resolved(pointer string) yaml.Node {
	node := lookUp(w.root, pointer)
	for range 16 {
		reference := lookUp(node, "/$ref")
		if reference == nil {
			break
		}
		node = lookUp(w.root, strings.TrimPrefix(reference.Value, "#"))
	}
	if node == nil {
		w.err = cmp.Or(w.err, fmt.Errorf("the contract has nothing at %s", pointer))
		return mapping()
	}
	return *copyOf(node)
}

// changes turns the claims of a member into changes of its schema.
func (w *writer) changes(m *Member, c *change) {
	w.typeChange(m, c)
	w.nullChange(m, c)
	w.formChange(m, c)
	w.valueChange(m, c)
	if m.Presence == Always {
		if m.New || presenceGrade(w.contract, m.node) != openapi.Documented {
			put(&c.evidence, "required", w.evidence())
		}
	}
}

func (w *writer) typeChange(m *Member, c *change) {
	switch n := m.node; {
	case len(m.Types) == 0:
	case m.New:
		if len(m.Types) == 1 {
			put(&c.schema, "type", m.Types[0])
			if m.Types[0] == "array" {
				put(&c.schema, "items", mapping())
			}
		}
	case typesFit(n.schema, m.Types):
		if len(m.Types) == 1 && n.schema.Type != nil {
			w.raise(m, c, "type")
		}
	case !w.may(m, "type"):
	default:
		schema := w.edit(m, c, true)
		take(schema, "type", "pattern", "minLength", "maxLength", "enum", "x-known-values", "x-go-type", "format")
		if len(m.Types) == 1 {
			put(schema, "type", m.Types[0])
			w.raise(m, c, "type")
		}
	}
}

func (w *writer) nullChange(m *Member, c *change) {
	n := m.node
	switch {
	case m.Null == "":
	case m.New:
		if m.Null != Never {
			put(&c.schema, "nullable", true)
		}
		if m.Null == Always && len(m.Types) == 0 {
			put(&c.schema, "type", "object") // 3.0 has no type for null alone
		}
	case m.Null == Never:
		if !nullable(n) {
			w.raise(m, c, "nullable")
		}
	case !nullable(n) && w.may(m, "nullable"):
		if n.content != n {
			w.actions = append(w.actions, overlay.Action{
				Target: pathOf(n.content.pointer), Description: "It may be null.", Update: mapping("nullable", true),
			})
			return
		}
		put(w.edit(m, c, false), "nullable", true)
	}
}

func (w *writer) formChange(m *Member, c *change) {
	n := m.node
	pattern := textform.Pattern(m.Form)
	switch {
	case m.New:
		if pattern != "" {
			put(&c.schema, "pattern", pattern)
			w.raise(m, c, "pattern")
		}
		return
	case !slices.Contains(m.Types, typeString) || len(m.Types) > 1:
		return
	case m.OffPattern && w.may(m, "pattern"):
		schema := w.edit(m, c, true)
		take(schema, "pattern")
		if pattern != "" {
			put(schema, "pattern", pattern)
			w.raise(m, c, "pattern")
		}
	case m.OffPattern:
	case n.schema.Pattern != "" && m.Form != "":
		w.raise(m, c, "pattern")
	case pattern != "":
		put(w.edit(m, c, false), "pattern", pattern)
		w.raise(m, c, "pattern")
	}
	if m.Empty && n.schema.MinLength > 0 && w.may(m, "minLength") {
		take(w.edit(m, c, true), "minLength")
	}
}

func (w *writer) valueChange(m *Member, c *change) {
	if len(m.Values) == 0 || len(m.Types) > 1 || m.node.name == "message" {
		return // messages are for people
	}
	known := map[string]bool{}
	if !m.New {
		for value := range w.contract.KnownValues(m.node.clause) {
			known[value] = true
		}
	}
	more := mapping()
	for _, value := range m.Values {
		if !known[value] {
			put(&more, value, "observed")
		}
	}
	if len(more.Content) == 0 {
		return
	}
	schema := &c.schema
	if !m.New {
		others := len(beyond(m.node.schema, m.Values)) > 0
		if others && !w.may(m, "enum") {
			return
		}
		schema = w.edit(m, c, others)
		if others {
			take(schema, "enum")
		}
	}
	if there := lookUp(schema, "/x-known-values"); there != nil {
		there.Content = append(there.Content, more.Content...)
		return
	}
	put(schema, "x-known-values", more)
}
