package mistakes

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/languages"
)

// written returns a way that puts names and values together in another layout.
func written(detail string, l jsonform.Layout) Variant {
	return Variant{Detail: detail, Apply: func(c *Candidate) { c.Layout = &l }}
}

// writtenEscaped is written for a library that also has its own escapes.
func writtenEscaped(detail string, l jsonform.Layout, e jsonform.Escaping) Variant {
	return Variant{Detail: detail, Mask: 1 << StageEscape, Apply: func(c *Candidate) { c.Layout, c.Escapes = &l, &e }}
}

var pythonDefault = fixed(
	writtenEscaped("", jsonform.JSONLayout(", ", ": "), jsonform.PythonEscapes),
)

var spaced = fixed(
	written(`", " and ": "`, jsonform.JSONLayout(", ", ": ")),
	written(`": "`, jsonform.JSONLayout(",", ": ")),
).rarely(
	written(`", "`, jsonform.JSONLayout(", ", ":")),
	written(`" : "`, jsonform.JSONLayout(",", " : ")),
	written(`{ "a": "b", "c": "d" }`, jsonform.Layout{Top: [2]string{"{ ", " }"}, Object: [2]string{"{ ", " }"},
		Array: jsonform.Brackets, Item: ", ", Colon: ": "}),
	written("as json-c does", jsonform.Layout{Top: [2]string{"{ ", " }"}, Object: [2]string{"{ ", " }"},
		Array: [2]string{"[ ", " ]"}, Item: ", ", Colon: ": "}),
)

var prettyPrinted = fixed(
	written("indented by 2 spaces", jsonform.Pretty("\n", "  ", ": ")),
	written("indented by 4 spaces", jsonform.Pretty("\n", "    ", ": ")),
).rarely(
	written("indented by tabs", jsonform.Pretty("\n", "\t", ": ")),
	written("indented by tabs without spaces, as fastjson does", jsonform.Pretty("\n", "\t", ":")),
	written("indented by 2 spaces without others, as json-c does", jsonform.Pretty("\n", "  ", ":")),
	written("as cJSON does", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ",", Colon: ":\t",
		Newline: "\n", Indent: "\t", FlatArrays: true}),
	written("as Perl's JSON does", jsonform.Layout{Top: [2]string{"{", "}\n"}, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ",", Colon: " : ",
		Newline: "\n", Indent: "   "}),
	written("indented by 2 spaces, with CR LF line ends", jsonform.Pretty("\r\n", "  ", ": ")),
	written("as Jackson does", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: [2]string{"[ ", " ]"}, Item: ",", Colon: " : ",
		Newline: "\n", Indent: "  ", Empty: " ", FlatArrays: true}),
	writtenEscaped("as Python does by 2 spaces", jsonform.Pretty("\n", "  ", ": "), jsonform.PythonEscapes),
	writtenEscaped("as Python does by 4 spaces", jsonform.Pretty("\n", "    ", ": "), jsonform.PythonEscapes),
	writtenEscaped("as PHP does", jsonform.Pretty("\n", "    ", ": "), jsonform.PHPEscapes),
	writtenEscaped("as Windows PowerShell does", jsonform.Pretty("\r\n", "    ", ":  "), jsonform.PowerShellEscapes),
)

// loose is a layout without JSON's quotes.
func loose(item, colon string) jsonform.Layout {
	return jsonform.Layout{Item: item, Colon: colon, Plain: asIs, Inner: &jsonform.Compact}
}

func looseValues(item string) jsonform.Layout {
	return jsonform.Layout{Item: item, NoNames: true, Plain: asIs, Inner: &jsonform.Compact}
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

// mapText covers the texts that languages print for a map.
var mapText = fixed(
	written("Python's str(dict)", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ", ", Colon: ": ",
		Plain: languages.AppendPython, Literals: jsonform.PythonWords}),
	written("Java's Map.toString", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ", ", Colon: "=", Plain: asIs}),
	written("Go's fmt.Sprint", jsonform.Layout{Top: [2]string{"map[", "]"}, Object: [2]string{"map[", "]"}, Array: jsonform.Brackets,
		Item: " ", Colon: ":", Plain: asIs, Literals: map[string]string{"null": "<nil>"}}),
).rarely(
	written("Ruby's Hash#inspect", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: [2]string{"[", "]"}, Item: ", ", Colon: "=>",
		Plain: languages.AppendRuby, Literals: map[string]string{"null": "nil"}}),
	written("Ruby 3.4's Hash#inspect", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: [2]string{"[", "]"}, Item: ", ", Colon: " => ",
		Plain: languages.AppendRuby, Literals: map[string]string{"null": "nil"}}),
)

var looseJSON = fixed(
	written("names without quotes", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ",", Colon: ":", PlainNames: asIs}),
	written("a comma after the last member", jsonform.Layout{Top: [2]string{"{", ",}"}, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ",", Colon: ":"}),
	written("no braces around it", jsonform.Layout{Object: jsonform.Braces, Array: jsonform.Brackets, Item: ",", Colon: ":"}),
	written("single quotes", jsonform.Layout{Top: jsonform.Braces, Object: jsonform.Braces, Array: jsonform.Brackets, Item: ",", Colon: ":",
		Plain: func(dst []byte, text string) []byte { return append(append(append(dst, '\''), text...), '\'') }}),
)

var singleQuoted = fixed(
	writtenEscaped("as fastjson's UseSingleQuotes does", jsonform.Compact, single("")),
	writtenEscaped("with the spaces that Python adds", jsonform.JSONLayout(", ", ": "), single("")),
)

// single returns escapes for strings in single quotes.
func single(more string) jsonform.Escaping {
	var e jsonform.Escaping
	for _, c := range "\b\f\n\r\t'\\" + more {
		e.Special[c] = true
	}
	e.Single = true
	return e
}

// listOfPairs is the result of sorting a map's entries in JavaScript and Python.
var listOfPairs = fixed(
	written("JavaScript's Object.entries", pairs(jsonform.Brackets, ",", ":")),
	written("json.dumps of Python's sorted(d.items())", pairs(jsonform.Brackets, ", ", ": ")),
	writtenEscaped("json.dumps of Python's sorted(d.items()), with escapes", pairs(jsonform.Brackets, ", ", ": "), jsonform.PythonEscapes),
	written("str of Python's sorted(d.items())", pythonPairs()),
)

func pairs(around [2]string, item, colon string) jsonform.Layout {
	l := jsonform.JSONLayout(item, colon)
	l.Top, l.Member = jsonform.Brackets, [3]string{around[0], item, around[1]}
	return l
}

func pythonPairs() jsonform.Layout {
	l := pairs([2]string{"(", ")"}, ", ", ": ")
	l.Plain, l.Literals = languages.AppendPython, jsonform.PythonWords
	return l
}

// instead returns a way that signs another text in place of the parameters.
func instead(detail string, text []byte) Variant {
	return Variant{Detail: detail, Apply: func(c *Candidate) { c.Whole = text }}
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

// bodyAsSent signs the bytes of the body. The sign cannot have been in them, so it was missing or had
// another value.
func bodyAsSent(s *Subject) []Variant {
	raw := s.Got.RawBody
	if len(raw) == 0 {
		return nil
	}
	if _, err := signing.ParseMembers(raw); err != nil {
		return []Variant{instead("", raw)}
	}
	at, found := findSign(raw)
	if !found {
		return []Variant{instead("", raw)}
	}
	splice := func(from, to int64, value string) []byte {
		return bytes.Join([][]byte{raw[:from], raw[to:]}, []byte(value))
	}
	return []Variant{
		instead("without sign", splice(at.from, at.to, "")),
		instead(`with "" as sign`, splice(at.value, at.end, `""`)),
		instead("with null as sign", splice(at.value, at.end, "null")),
	}
}

// signSpan is the position of sign in a body: its value, and the range to remove with it, including a
// comma.
type signSpan struct{ from, to, value, end int64 }

func findSign(raw []byte) (at signSpan, found bool) {
	r := jsonform.NodeReader{Input: raw, Dec: json.NewDecoder(bytes.NewReader(raw))}
	if first, err := r.Dec.Token(); err != nil || first != json.Delim('{') {
		return at, false
	}
	for first := true; r.Dec.More(); first = false {
		before := r.Dec.InputOffset()
		name, err := r.Dec.Token()
		if err != nil {
			return at, false
		}
		colon := r.Dec.InputOffset()
		r.Node()
		if name != signName {
			continue
		}
		end := r.Dec.InputOffset()
		at = signSpan{from: before, to: end, value: colon + blanks(raw[colon:]), end: end}
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

func queryAsSent(s *Subject) []Variant {
	if s.Got.RawQuery == "" {
		return nil
	}
	var kept []string
	for pair := range strings.SplitSeq(s.Got.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); name != signName {
			kept = append(kept, pair)
		}
	}
	return []Variant{instead("without sign", []byte(strings.Join(kept, "&")))}
}
