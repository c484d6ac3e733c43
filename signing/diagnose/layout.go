package diagnose

import "strings"

// layout is how names and values are put together. The zero value of a field means
// what JSON does.
type layout struct {
	top           [2]string // around the whole
	object, array [2]string // around what is nested
	member        [3]string // before, in and behind each member of the whole, if not ""
	item, colon   string
	newline       string // before each member, if not ""
	indent        string
	empty         string // between the brackets of what is empty
	flatArrays    bool   // arrays are not broken into lines
	noNames       bool
	// plain writes names and strings if they are no JSON strings, and plainNames names alone.
	plain, plainNames func(dst []byte, text string) []byte
	literals          map[string]string
	// inner is how nested values are written, if not as the whole is. plain is applied to the text.
	inner *layout
}

// writer writes values in a layout, up to a limit in bytes.
type writer struct {
	out     []byte
	escapes *escaping
	limit   int
	over    bool
}

// member writes one parameter of the whole.
func (w *writer) member(l *layout, p pair) {
	if l.member[1] != "" {
		w.out = append(w.out, l.member[0]...)
		w.name(l, p.name)
		w.out = append(w.out, l.member[1]...)
		w.value(l, p.value, 1)
		w.out = append(w.out, l.member[2]...)
		return
	}
	if !l.noNames {
		w.name(l, p.name)
		if p.bare {
			return
		}
		w.out = append(w.out, l.colon...)
	}
	w.value(l, p.value, 1)
}

func (w *writer) object(l *layout, n *jsonNode, depth int) {
	if len(n.items) == 0 {
		w.nothing(l, l.object)
		return
	}
	w.out = append(w.out, l.object[0]...)
	for i, item := range n.items {
		w.before(l, i, depth)
		if !l.noNames {
			w.name(l, n.names[i])
			w.out = append(w.out, l.colon...)
		}
		w.value(l, item, depth+1)
	}
	w.after(l, depth)
	w.out = append(w.out, l.object[1]...)
}

func (w *writer) array(l *layout, n *jsonNode, depth int) {
	if len(n.items) == 0 {
		w.nothing(l, l.array)
		return
	}
	w.out = append(w.out, l.array[0]...)
	for i, item := range n.items {
		if !l.flatArrays {
			w.before(l, i, depth)
			w.value(l, item, depth+1)
			continue
		}
		if i > 0 {
			w.out = append(w.out, ", "...)
		}
		w.value(l, item, depth)
	}
	if !l.flatArrays {
		w.after(l, depth)
	}
	w.out = append(w.out, l.array[1]...)
}

// nothing writes an empty array or object.
func (w *writer) nothing(l *layout, brackets [2]string) {
	w.out = append(w.out, strings.TrimSpace(brackets[0])...)
	w.out = append(w.out, l.empty...)
	w.out = append(w.out, strings.TrimSpace(brackets[1])...)
}

func (w *writer) before(l *layout, i, depth int) {
	if i > 0 {
		w.out = append(w.out, l.item...)
	}
	if l.newline != "" {
		w.line(l, depth+1)
	}
}

func (w *writer) after(l *layout, depth int) {
	if l.newline != "" {
		w.line(l, depth)
	}
}

func (w *writer) line(l *layout, depth int) {
	w.out = append(w.out, l.newline...)
	for range depth {
		w.out = append(w.out, l.indent...)
	}
}

func (w *writer) name(l *layout, name string) {
	switch {
	case l.plainNames != nil:
		w.out = l.plainNames(w.out, name)
	case l.plain != nil:
		w.out = l.plain(w.out, name)
	default:
		w.out = w.escapes.append(w.out, name)
	}
}

func (w *writer) value(l *layout, n *jsonNode, depth int) {
	if len(w.out) > w.limit {
		w.over = true
		return
	}
	switch n.kind {
	case kindArray, kindObject:
		switch {
		case l.inner != nil:
			w.nested(l, n)
		case n.kind == kindArray:
			w.array(l, n, depth)
		default:
			w.object(l, n, depth)
		}
	case kindString:
		switch {
		case l.plain != nil:
			w.out = l.plain(w.out, n.text)
		case w.escapes.asSent && n.raw != "":
			w.out = append(w.out, n.raw...)
		default:
			w.out = w.escapes.append(w.out, n.text)
		}
	default:
		text, ok := l.literals[n.text]
		if !ok {
			text = n.text
		}
		w.out = append(w.out, text...)
	}
}

// nested writes a value in the inner layout, and that as the outer layout writes strings.
func (w *writer) nested(l *layout, n *jsonNode) {
	inner := writer{escapes: w.escapes, limit: w.limit}
	inner.value(l.inner, n, 1)
	w.over = w.over || inner.over
	if l.plain != nil {
		w.out = l.plain(w.out, string(inner.out))
	} else {
		w.out = append(w.out, inner.out...)
	}
}
