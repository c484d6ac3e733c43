package mistakes

import (
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/languages"
)

// valuesAsText returns ways that convert every value to the text of a language.
func valuesAsText(*Subject) (ways []Variant) {
	for _, l := range languages.All {
		v := changed(l.Detail, func(n *jsonform.Node) *jsonform.Node {
			if n.Kind == jsonform.KindString {
				return n
			}
			return jsonform.String(l.Format(n, false))
		})
		v.Rare = !l.Likely
		ways = append(ways, v)
	}
	return ways
}

// flattened returns ways that turn a list or an object into several parameters, as query strings do.
func flattened(*Subject) (ways []Variant) {
	for _, way := range []struct {
		detail string
		flattening
	}{
		{"a[0]=x, as PHP and qs do", flattening{index: func(i int) string { return "[" + strconv.Itoa(i) + "]" }}},
		{"a[]=x, as axios, jQuery and Rails do", flattening{index: func(int) string { return "[]" }}},
		{"the name repeated, a=x&a=y", flattening{index: func(int) string { return "" }}},
		{"a[0]=x, null left out, as PHP does", flattening{index: func(i int) string { return "[" + strconv.Itoa(i) + "]" }, nulls: dropNull}},
		{"a[]=x, null left out, as axios does", flattening{index: func(int) string { return "[]" }, nulls: dropNull}},
		{"a[]=x, names alone for null, as Rack does", flattening{index: func(int) string { return "[]" }, nulls: bareNull}},
		{"commas between elements, a=x,y, as qs does on request", flattening{comma: true}},
		{"a[]=x, sorted, as Rails does", flattening{index: func(int) string { return "[]" }, sorted: true}},
		{"the name repeated, objects as Ruby's text", flattening{index: func(int) string { return "" }, object: textIn("Ruby")}},
		{"the name repeated, objects as Go's text", flattening{index: func(int) string { return "" }, object: textIn("Go")}},
		{"the name repeated, objects empty, as Node's querystring does", flattening{index: func(int) string { return "" },
			object: func(*jsonform.Node) string { return "" }}},
		{"the name repeated, names of objects instead of their values, as Python's doseq does",
			flattening{index: func(int) string { return "" }, keys: true}},
		{"a.0=x", flattening{index: func(i int) string { return "." + strconv.Itoa(i) }}},
	} {
		ways = append(ways, Variant{Detail: way.detail, Apply: func(c *Candidate) { c.Expand = way.pairs }})
	}
	return ways
}

type nulls uint8

const (
	emptyNull nulls = iota // a=
	dropNull
	bareNull // a
)

// flattening is how lists and objects become parameters.
type flattening struct {
	index  func(i int) string
	comma  bool
	sorted bool
	keys   bool                        // an object is written as its names
	object func(*jsonform.Node) string // an object as one text, if not nil
	nulls  nulls
}

// textIn returns how a language converts an object to text.
func textIn(name string) func(*jsonform.Node) string {
	for _, l := range languages.All {
		if strings.Contains(l.Detail, name) {
			return func(n *jsonform.Node) string { return l.Format(n, false) }
		}
	}
	return (*jsonform.Node).CompactText
}

func (f flattening) pairs(name string, n *jsonform.Node) (all []jsonform.Pair) {
	if f.sorted {
		n = n.Sorted()
	}
	switch {
	case n.Kind == jsonform.KindObject && f.object != nil:
		return []jsonform.Pair{{Name: name, Value: jsonform.String(f.object(n))}}
	case n.Kind == jsonform.KindObject && f.keys:
		for _, key := range n.Names {
			all = append(all, jsonform.Pair{Name: name, Value: jsonform.String(key)})
		}
		return all
	case n.Kind == jsonform.KindObject:
		for i, item := range n.Items {
			all = append(all, f.pairs(name+"["+n.Names[i]+"]", item)...)
		}
		return all
	case n.Kind == jsonform.KindArray && f.comma:
		items := make([]string, len(n.Items))
		for i, item := range n.Items {
			items[i] = item.Text
		}
		return []jsonform.Pair{{Name: name, Value: jsonform.String(strings.Join(items, ","))}}
	case n.Kind == jsonform.KindArray:
		for i, item := range n.Items {
			all = append(all, f.pairs(name+f.index(i), item)...)
		}
		return all
	case n.Empty() == "null" && f.nulls == dropNull:
		return nil
	case n.Empty() == "null":
		return []jsonform.Pair{{Name: name, Value: jsonform.String(""), Bare: f.nulls == bareNull}}
	}
	return []jsonform.Pair{{Name: name, Value: n}}
}
