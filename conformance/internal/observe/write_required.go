package observe

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/overlay"
	"github.com/mallcheck/mallcheck/openapi"
)

// required writes which members each object always has, as one list for each object that differs from
// the contract.
func (w *writer) required(learned *Learned) {
	wanted, order := map[string]*requirement{}, []string{}
	for i := range learned.Members {
		m := &learned.Members[i]
		if m.node == nil || m.node.parent == nil {
			continue
		}
		parent := m.node.parent
		if wanted[parent.pointer] == nil {
			wanted[parent.pointer] = &requirement{parent: parent}
			order = append(order, parent.pointer)
		}
		wanted[parent.pointer].note(w, m)
	}
	for _, pointer := range order {
		wanted[pointer].write(w)
	}
}

// requirement is the list of the required members of an object.
type requirement struct {
	parent     *node
	more, gone []string
}

func (r *requirement) note(w *writer, m *Member) {
	n := m.node
	listed := r.parent.schema != nil && slices.Contains(r.parent.schema.Required, n.name)
	switch m.Presence {
	case Always:
		if !listed && (!r.parent.envelope || n.name != "data") {
			r.more = append(r.more, n.name)
		}
	case Sometimes, Never:
		if listed && presenceGrade(w.contract, n) != openapi.Documented {
			r.gone = append(r.gone, n.name)
		}
		if n.required && !listed {
			w.notOnSuccess(n)
		}
	}
}

func (r *requirement) write(w *writer) {
	if len(r.more)+len(r.gone) == 0 {
		return
	}
	var list []string
	if r.parent.schema != nil {
		list = slices.Clone(r.parent.schema.Required)
	}
	target := pathOf(r.parent.pointer)
	if len(list) > 0 {
		w.actions = append(w.actions, overlay.Action{Target: target + ".required", Remove: true, Description: "Removed to make room for the observed value."})
	}
	list = slices.DeleteFunc(append(list, r.more...), func(name string) bool { return slices.Contains(r.gone, name) })
	if len(list) > 0 {
		w.actions = append(w.actions, overlay.Action{
			Target: target, Description: "Always present: " + strings.Join(list, ", ") + ".", Update: mapping("required", list),
		})
	}
}

// notOnSuccess removes a member from those that the contract requires of a success.
func (w *writer) notOnSuccess(n *node) {
	for _, id := range slices.Sorted(operationsOf(n)) {
		op, _ := w.contract.Operation(id)
		at := pathOf(op.Pointer + "/responses/200")
		if lookUp(w.root, op.Pointer+"/responses/200/x-required-on-success/members") != nil {
			w.actions = append(w.actions, overlay.Action{
				Target: at + "['x-required-on-success'].members", Remove: true, Description: n.name + " is not always sent with a success.",
			})
		}
	}
}
