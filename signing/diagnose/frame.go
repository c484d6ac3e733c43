package diagnose

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

var (
	braces      = [2]string{"{", "}"}
	brackets    = [2]string{"[", "]"}
	compact     = jsonLayout(",", ":")
	pythonWords = map[string]string{"true": "True", "false": "False", "null": "None"}
)

func jsonLayout(item, colon string) layout {
	return layout{top: braces, object: braces, array: brackets, item: item, colon: colon}
}

func pretty(newline, indent, colon string) layout {
	l := jsonLayout(",", colon)
	l.newline, l.indent = newline, indent
	return l
}

// written is a way that puts names and values together in another layout.
func written(detail string, l layout) variant {
	return variant{detail: detail, apply: func(c *candidate) { c.layout = &l }}
}

// writtenEscaped is a way of a library that has its own escapes too.
func writtenEscaped(detail string, l layout, e escaping) variant {
	return variant{detail: detail, mask: 1 << stageEscape, apply: func(c *candidate) { c.layout, c.escapes = &l, &e }}
}

var pythonDefault = fixed(
	writtenEscaped("", jsonLayout(", ", ": "), pythonEscapes),
)

var spaced = fixed(
	written(`", " and ": "`, jsonLayout(", ", ": ")),
	written(`": "`, jsonLayout(",", ": ")),
).rarely(
	written(`", "`, jsonLayout(", ", ":")),
	written(`" : "`, jsonLayout(",", " : ")),
	written(`{ "a": "b", "c": "d" }`, layout{top: [2]string{"{ ", " }"}, object: [2]string{"{ ", " }"},
		array: brackets, item: ", ", colon: ": "}),
	written("as json-c does", layout{top: [2]string{"{ ", " }"}, object: [2]string{"{ ", " }"},
		array: [2]string{"[ ", " ]"}, item: ", ", colon: ": "}),
)

var prettyPrinted = fixed(
	written("indented by 2 spaces", pretty("\n", "  ", ": ")),
	written("indented by 4 spaces", pretty("\n", "    ", ": ")),
).rarely(
	written("indented by tabs", pretty("\n", "\t", ": ")),
	written("indented by tabs without spaces, as fastjson does", pretty("\n", "\t", ":")),
	written("indented by 2 spaces without others, as json-c does", pretty("\n", "  ", ":")),
	written("as cJSON does", layout{top: braces, object: braces, array: brackets, item: ",", colon: ":\t",
		newline: "\n", indent: "\t", flatArrays: true}),
	written("as Perl's JSON does", layout{top: [2]string{"{", "}\n"}, object: braces, array: brackets, item: ",", colon: " : ",
		newline: "\n", indent: "   "}),
	written("indented by 2 spaces, lines end in CR LF", pretty("\r\n", "  ", ": ")),
	written("as Jackson does", layout{top: braces, object: braces, array: [2]string{"[ ", " ]"}, item: ",", colon: " : ",
		newline: "\n", indent: "  ", empty: " ", flatArrays: true}),
	writtenEscaped("as Python does by 2 spaces", pretty("\n", "  ", ": "), pythonEscapes),
	writtenEscaped("as Python does by 4 spaces", pretty("\n", "    ", ": "), pythonEscapes),
	writtenEscaped("as PHP does", pretty("\n", "    ", ": "), phpEscapes),
	writtenEscaped("as Windows PowerShell does", pretty("\r\n", "    ", ":  "), powerShellEscapes),
)

// loose is a text without JSON's quotes.
func loose(item, colon string) layout {
	return layout{item: item, colon: colon, plain: asIs, inner: &compact}
}

func looseValues(item string) layout {
	return layout{item: item, noNames: true, plain: asIs, inner: &compact}
}

var valuesOnly = fixed(
	written("with nothing between them", looseValues("")),
	written(`with "&" between them`, looseValues("&")),
).rarely(
	written(`with "," between them`, looseValues(",")),
	written(`with "|" between them`, looseValues("|")),
	written("with a new line between them", looseValues("\n")),
)

var namesAndValues = fixed(
	written("kvkv", loose("", "")),
	written("k=vk=v", loose("", "=")),
).rarely(
	written("k:vk:v", loose("", ":")),
	written("k=v,k=v", loose(",", "=")),
	written("k:v,k:v", loose(",", ":")),
	written("k=v|k=v", loose("|", "=")),
	written("k=v on lines of their own", loose("\n", "=")),
)

// mapText are the texts that languages make of a map when nobody asked for JSON.
var mapText = fixed(
	written("Python's str(dict)", layout{top: braces, object: braces, array: brackets, item: ", ", colon: ": ",
		plain: pythonText, literals: pythonWords}),
	written("Java's Map.toString", layout{top: braces, object: braces, array: brackets, item: ", ", colon: "=", plain: asIs}),
	written("Go's fmt.Sprint", layout{top: [2]string{"map[", "]"}, object: [2]string{"map[", "]"}, array: brackets,
		item: " ", colon: ":", plain: asIs, literals: map[string]string{"null": "<nil>"}}),
).rarely(
	written("Ruby's Hash#inspect", layout{top: braces, object: braces, array: [2]string{"[", "]"}, item: ", ", colon: "=>",
		plain: rubyText, literals: map[string]string{"null": "nil"}}),
	written("Ruby 3.4's Hash#inspect", layout{top: braces, object: braces, array: [2]string{"[", "]"}, item: ", ", colon: " => ",
		plain: rubyText, literals: map[string]string{"null": "nil"}}),
)

var looseJSON = fixed(
	written("names without quotes", layout{top: braces, object: braces, array: brackets, item: ",", colon: ":", plainNames: asIs}),
	written("a comma after the last member", layout{top: [2]string{"{", ",}"}, object: braces, array: brackets, item: ",", colon: ":"}),
	written("no braces around it", layout{object: braces, array: brackets, item: ",", colon: ":"}),
	written("single quotes", layout{top: braces, object: braces, array: brackets, item: ",", colon: ":",
		plain: func(dst []byte, text string) []byte { return append(append(append(dst, '\''), text...), '\'') }}),
)

var singleQuoted = fixed(
	writtenEscaped("as fastjson's UseSingleQuotes does", compact, single("")),
	writtenEscaped("with Python's spaces", jsonLayout(", ", ": "), single("")),
)

// single escapes for single quotes.
func single(more string) escaping {
	var e escaping
	for _, c := range "\b\f\n\r\t'\\" + more {
		e.special[c] = true
	}
	e.single = true
	return e
}

// listOfPairs is what sorting the entries of a map gives in JavaScript and Python.
var listOfPairs = fixed(
	written("JavaScript's Object.entries", pairs(brackets, ",", ":")),
	written("json.dumps of Python's sorted(d.items())", pairs(brackets, ", ", ": ")),
	writtenEscaped("json.dumps of Python's sorted(d.items()), with escapes", pairs(brackets, ", ", ": "), pythonEscapes),
	written("str of Python's sorted(d.items())", pythonPairs()),
)

func pairs(around [2]string, item, colon string) layout {
	l := jsonLayout(item, colon)
	l.top, l.member = brackets, [3]string{around[0], item, around[1]}
	return l
}

func pythonPairs() layout {
	l := pairs([2]string{"(", ")"}, ", ", ": ")
	l.plain, l.literals = pythonText, pythonWords
	return l
}

// instead is a way that signs another text in place of the parameters.
func instead(detail string, text []byte) variant {
	return variant{detail: detail, apply: func(c *candidate) { c.whole = text }}
}

var nothingSigned = fixed(
	instead("nothing at all", []byte{}),
	instead("{}", []byte("{}")),
).rarely(
	instead("[]", []byte("[]")),
	instead("null", []byte("null")),
	instead("None", []byte("None")),
	instead("nil", []byte("nil")),
	instead("undefined", []byte("undefined")),
	instead("[object Object]", []byte("[object Object]")),
	instead("Array", []byte("Array")),
)

// bodyAsSent signs the bytes of the body. The sign cannot have been in them already, so
// it was missing or had another value.
func bodyAsSent(s *search) []variant {
	raw := s.got.RawBody
	if len(raw) == 0 {
		return nil
	}
	if _, err := signing.ParseMembers(raw); err != nil {
		return []variant{instead("", raw)}
	}
	at, found := findSign(raw)
	if !found {
		return []variant{instead("", raw)}
	}
	splice := func(from, to int64, value string) []byte {
		return bytes.Join([][]byte{raw[:from], raw[to:]}, []byte(value))
	}
	return []variant{
		instead("without sign", splice(at.from, at.to, "")),
		instead(`with "" as sign`, splice(at.value, at.end, `""`)),
		instead("with null as sign", splice(at.value, at.end, "null")),
	}
}

// signPlace says where sign stands in a body: its value, and what has to go with it, a comma included.
type signPlace struct{ from, to, value, end int64 }

func findSign(raw []byte) (at signPlace, found bool) {
	r := nodeReader{text: raw, dec: json.NewDecoder(bytes.NewReader(raw))}
	if first, err := r.dec.Token(); err != nil || first != json.Delim('{') {
		return at, false
	}
	for first := true; r.dec.More(); first = false {
		before := r.dec.InputOffset()
		name, err := r.dec.Token()
		if err != nil {
			return at, false
		}
		colon := r.dec.InputOffset()
		r.node()
		if name != signName {
			continue
		}
		end := r.dec.InputOffset()
		at = signPlace{from: before, to: end, value: colon + blanks(raw[colon:]), end: end}
		if first {
			at.to += blanks(raw[end:])
		}
		return at, true
	}
	return at, false
}

// blanks counts the white space and separators at the beginning of a text.
func blanks(text []byte) int64 {
	return int64(len(text) - len(bytes.TrimLeft(text, " \t\r\n,:")))
}

func queryAsSent(s *search) []variant {
	if s.got.RawQuery == "" {
		return nil
	}
	var kept []string
	for pair := range strings.SplitSeq(s.got.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); name != signName {
			kept = append(kept, pair)
		}
	}
	return []variant{instead("without sign", []byte(strings.Join(kept, "&")))}
}
