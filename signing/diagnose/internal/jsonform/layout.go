package jsonform

import "strings"

// Layout is how names and values are put together. A zero field means the same as in JSON.
type Layout struct {
	Top           [2]string // around the outermost object
	Object, Array [2]string // around nested values
	Member        [3]string // before, inside and after each outermost member, if not ""
	Item, Colon   string
	Newline       string // before each member, if not ""
	Indent        string
	Empty         string // between the brackets of an empty value
	FlatArrays    bool   // arrays are not broken into lines
	NoNames       bool
	// Plain writes names and strings in a form other than JSON strings; PlainNames writes only names.
	Plain, PlainNames func(dst []byte, text string) []byte
	Literals          map[string]string
	// Inner is the layout of nested values if it differs. The result is written with Plain.
	Inner *Layout
}

// Writer writes values in a layout, up to a limit in bytes.
type Writer struct {
	Out     []byte
	Escapes *Escaping
	Limit   int
	over    bool
}

// Member writes one outermost parameter.
func (w *Writer) Member(l *Layout, p Pair) {
	if l.Member[1] != "" {
		w.Out = append(w.Out, l.Member[0]...)
		w.name(l, p.Name)
		w.Out = append(w.Out, l.Member[1]...)
		w.Value(l, p.Value, 1)
		w.Out = append(w.Out, l.Member[2]...)
		return
	}
	if !l.NoNames {
		w.name(l, p.Name)
		if p.Bare {
			return
		}
		w.Out = append(w.Out, l.Colon...)
	}
	w.Value(l, p.Value, 1)
}

func (w *Writer) object(l *Layout, n *Node, depth int) {
	if len(n.Items) == 0 {
		w.Nothing(l, l.Object)
		return
	}
	w.Out = append(w.Out, l.Object[0]...)
	for i, item := range n.Items {
		w.Before(l, i, depth)
		if !l.NoNames {
			w.name(l, n.Names[i])
			w.Out = append(w.Out, l.Colon...)
		}
		w.Value(l, item, depth+1)
	}
	w.After(l, depth)
	w.Out = append(w.Out, l.Object[1]...)
}

func (w *Writer) array(l *Layout, n *Node, depth int) {
	if len(n.Items) == 0 {
		w.Nothing(l, l.Array)
		return
	}
	w.Out = append(w.Out, l.Array[0]...)
	for i, item := range n.Items {
		if !l.FlatArrays {
			w.Before(l, i, depth)
			w.Value(l, item, depth+1)
			continue
		}
		if i > 0 {
			w.Out = append(w.Out, ", "...)
		}
		w.Value(l, item, depth)
	}
	if !l.FlatArrays {
		w.After(l, depth)
	}
	w.Out = append(w.Out, l.Array[1]...)
}

// Nothing writes an empty array or object.
func (w *Writer) Nothing(l *Layout, brackets [2]string) {
	w.Out = append(w.Out, strings.TrimSpace(brackets[0])...)
	w.Out = append(w.Out, l.Empty...)
	w.Out = append(w.Out, strings.TrimSpace(brackets[1])...)
}

// Before writes the separator before element i.
func (w *Writer) Before(l *Layout, i, depth int) {
	if i > 0 {
		w.Out = append(w.Out, l.Item...)
	}
	if l.Newline != "" {
		w.line(l, depth+1)
	}
}

// After writes the text that follows the last element.
func (w *Writer) After(l *Layout, depth int) {
	if l.Newline != "" {
		w.line(l, depth)
	}
}

func (w *Writer) line(l *Layout, depth int) {
	w.Out = append(w.Out, l.Newline...)
	for range depth {
		w.Out = append(w.Out, l.Indent...)
	}
}

func (w *Writer) name(l *Layout, name string) {
	switch {
	case l.PlainNames != nil:
		w.Out = l.PlainNames(w.Out, name)
	case l.Plain != nil:
		w.Out = l.Plain(w.Out, name)
	default:
		w.Out = w.Escapes.Append(w.Out, name)
	}
}

// Value writes a value at a nesting depth.
func (w *Writer) Value(l *Layout, n *Node, depth int) {
	if len(w.Out) > w.Limit {
		w.over = true
		return
	}
	switch n.Kind {
	case KindArray, KindObject:
		switch {
		case l.Inner != nil:
			w.nested(l, n)
		case n.Kind == KindArray:
			w.array(l, n, depth)
		default:
			w.object(l, n, depth)
		}
	case KindString:
		switch {
		case l.Plain != nil:
			w.Out = l.Plain(w.Out, n.Text)
		case w.Escapes.AsSent && n.raw != "":
			w.Out = append(w.Out, n.raw...)
		default:
			w.Out = w.Escapes.Append(w.Out, n.Text)
		}
	default:
		text, ok := l.Literals[n.Text]
		if !ok {
			text = n.Text
		}
		w.Out = append(w.Out, text...)
	}
}

// nested writes a value in the inner layout, and writes the result as a string of the outer layout.
func (w *Writer) nested(l *Layout, n *Node) {
	inner := Writer{Escapes: w.Escapes, Limit: w.Limit}
	inner.Value(l.Inner, n, 1)
	w.over = w.over || inner.over
	if l.Plain != nil {
		w.Out = l.Plain(w.Out, string(inner.Out))
	} else {
		w.Out = append(w.Out, inner.Out...)
	}
}

// Pair is a name and a value to be written.
type Pair struct {
	Name  string
	Value *Node
	Bare  bool // only the name is written
}

var (
	// Braces surround objects.
	Braces = [2]string{"{", "}"}
	// Brackets surround lists.
	Brackets = [2]string{"[", "]"}
	// Compact is JSON without white space.
	Compact = JSONLayout(",", ":")
	// PythonWords are the literals of Python.
	PythonWords = map[string]string{"true": "True", "false": "False", "null": "None"}
)

// JSONLayout returns the layout of JSON with the given separators.
func JSONLayout(item, colon string) Layout {
	return Layout{Top: Braces, Object: Braces, Array: Brackets, Item: item, Colon: colon}
}

// Pretty returns the layout of JSON with one member per line.
func Pretty(newline, indent, colon string) Layout {
	l := JSONLayout(",", colon)
	l.Newline, l.Indent = newline, indent
	return l
}
