package diagnose

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// language is how values are written when a language turns them into text, in k=v for example.
type language struct {
	yes, no, null string
	numbers       *numberStyle
	list, object  func(w language, n *jsonNode) string
	quote         func(dst []byte, text string) []byte // strings in lists and objects
}

// languages are what values become where nobody asked for JSON.
var languages = []struct {
	detail string
	language
	likely bool
}{
	{"as Python's str does", language{yes: "True", no: "False", null: "None", numbers: &pythonNumbers,
		list: listed("[", ", ", "]"), object: mapped("{", ", ", ": ", "}"), quote: pythonText}, true},
	{"as JavaScript's String does", language{yes: "true", no: "false", null: "null", numbers: &scriptNumbers,
		list: flatList, object: always("[object Object]")}, true},
	{"as PHP does", language{yes: "1", no: "", null: "", numbers: &phpNumbers, list: always("Array"), object: always("Array")}, true},
	{"as Go's fmt.Sprint does", language{yes: "true", no: "false", null: "<nil>", numbers: &goTexts,
		list: listed("[", " ", "]"), object: goMap}, true},
	{"as Java's String.valueOf does", language{yes: "true", no: "false", null: "null", numbers: &javaNumbers,
		list: listed("[", ", ", "]"), object: mapped("{", ", ", "=", "}")}, true},
	{"as Ruby's to_s does", language{yes: "true", no: "false", null: "nil", numbers: &pythonNumbers,
		list: listed("[", ", ", "]"), object: mapped("{", ", ", "=>", "}"), quote: rubyText}, true},
	{"as .NET's ToString does", language{yes: "True", no: "False", null: "", numbers: &scriptNumbers,
		list:   always("System.Collections.ArrayList"),
		object: always("System.Collections.Generic.Dictionary`2[System.String,System.Object]")}, false},
	{"as .NET's ToString does", language{yes: "True", no: "False", null: "", numbers: &scriptNumbers,
		list: always("System.String[]"), object: always("System.Object")}, false},
}

// valuesAsText are ways that turn every value into the text of a language.
func valuesAsText(*search) (ways []variant) {
	for _, l := range languages {
		v := changed(l.detail, func(n *jsonNode) *jsonNode {
			if n.kind == kindString {
				return n
			}
			return stringNode(l.text(n, false))
		})
		v.rare = !l.likely
		ways = append(ways, v)
	}
	return ways
}

// text is a value in the language. Strings are quoted inside of lists and objects where the language does so.
func (l language) text(n *jsonNode, inside bool) string {
	switch n.kind {
	case kindArray:
		return l.list(l, n)
	case kindObject:
		return l.object(l, n)
	case kindNumber:
		return l.numbers.of(n).text
	case kindString:
		if inside && l.quote != nil {
			return string(l.quote(nil, n.text))
		}
		return n.text
	}
	switch n.text {
	case "true":
		return l.yes
	case "false":
		return l.no
	}
	return l.null
}

func listed(first, between, last string) func(language, *jsonNode) string {
	return func(l language, n *jsonNode) string {
		items := make([]string, len(n.items))
		for i, item := range n.items {
			items[i] = l.text(item, true)
		}
		return first + strings.Join(items, between) + last
	}
}

func mapped(first, between, colon, last string) func(language, *jsonNode) string {
	return func(l language, n *jsonNode) string {
		items := make([]string, len(n.items))
		for i, item := range n.items {
			items[i] = l.text(stringNode(n.names[i]), true) + colon + l.text(item, true)
		}
		return first + strings.Join(items, between) + last
	}
}

func goMap(l language, n *jsonNode) string { return mapped("map[", " ", ":", "]")(l, n.sorted()) }

func always(text string) func(language, *jsonNode) string {
	return func(language, *jsonNode) string { return text }
}

// flatList is what JavaScript makes of an array: its elements with commas between them, nothing for null.
func flatList(l language, n *jsonNode) string {
	l.null = ""
	return listed("", ",", "")(l, n)
}

// pythonText writes a string as Python's repr does.
func pythonText(dst []byte, text string) []byte {
	quote := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	dst = append(dst, byte(quote))
	for _, r := range text {
		switch short := strings.IndexRune("\n\r\t", r); {
		case r == quote || r == '\\':
			dst = utf8.AppendRune(append(dst, '\\'), r)
		case short >= 0:
			dst = append(dst, '\\', "nrt"[short])
		case unicode.IsPrint(r):
			dst = utf8.AppendRune(dst, r)
		case r < 0x100:
			dst = append(dst, `\x`+hexDigits(r, 2)...)
		case r < 0x10000:
			dst = append(dst, `\u`+hexDigits(r, 4)...)
		default:
			dst = append(dst, `\U`+hexDigits(r, 8)...)
		}
	}
	return append(dst, byte(quote))
}

// rubyText writes a string as Ruby's inspect does.
func rubyText(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i, r := range text {
		switch short := strings.IndexRune("\n\r\t\a\b\v\f\x1b", r); {
		case r == '"' || r == '\\', r == '#' && strings.HasPrefix(text[i+1:], "{"):
			dst = utf8.AppendRune(append(dst, '\\'), r)
		case short >= 0:
			dst = append(dst, '\\', "nrtabvfe"[short])
		case unicode.IsPrint(r) || r >= 0x80 && r <= 0xa0:
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, `\u`+strings.ToUpper(hexDigits(r, 4))...)
		}
	}
	return append(dst, '"')
}

func hexDigits(r rune, least int) string {
	digits := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, least-len(digits))) + digits
}

// flattened are ways that make several names of a list or an object, as query strings have it.
func flattened(*search) (ways []variant) {
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
			object: func(*jsonNode) string { return "" }}},
		{"the name repeated, names of objects instead of their values, as Python's doseq does",
			flattening{index: func(int) string { return "" }, keys: true}},
		{"a.0=x", flattening{index: func(i int) string { return "." + strconv.Itoa(i) }}},
	} {
		ways = append(ways, variant{detail: way.detail, apply: func(c *candidate) { c.expand = way.pairs }})
	}
	return ways
}

type nulls uint8

const (
	emptyNull nulls = iota // a=
	dropNull
	bareNull // a
)

// flattening is how lists and objects become names.
type flattening struct {
	index  func(i int) string
	comma  bool
	sorted bool
	keys   bool                   // the names in an object stand for it
	object func(*jsonNode) string // an object as one text, if not nil
	nulls  nulls
}

// textIn returns how a language writes an object as text.
func textIn(name string) func(*jsonNode) string {
	for _, l := range languages {
		if strings.Contains(l.detail, name) {
			return func(n *jsonNode) string { return l.text(n, false) }
		}
	}
	return (*jsonNode).compactText
}

func (f flattening) pairs(name string, n *jsonNode) (all []pair) {
	if f.sorted {
		n = n.sorted()
	}
	switch {
	case n.kind == kindObject && f.object != nil:
		return []pair{{name: name, value: stringNode(f.object(n))}}
	case n.kind == kindObject && f.keys:
		for _, key := range n.names {
			all = append(all, pair{name: name, value: stringNode(key)})
		}
		return all
	case n.kind == kindObject:
		for i, item := range n.items {
			all = append(all, f.pairs(name+"["+n.names[i]+"]", item)...)
		}
		return all
	case n.kind == kindArray && f.comma:
		items := make([]string, len(n.items))
		for i, item := range n.items {
			items[i] = item.text
		}
		return []pair{{name: name, value: stringNode(strings.Join(items, ","))}}
	case n.kind == kindArray:
		for i, item := range n.items {
			all = append(all, f.pairs(name+f.index(i), item)...)
		}
		return all
	case n.empty() == "null" && f.nulls == dropNull:
		return nil
	case n.empty() == "null":
		return []pair{{name: name, value: stringNode(""), bare: f.nulls == bareNull}}
	}
	return []pair{{name: name, value: n}}
}
