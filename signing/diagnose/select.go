package diagnose

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mallcheck/mallcheck/signing"
)

func newEntry(m signing.Member, index int, part signing.Parts, rules signing.Rules) entry {
	value := parseNode(m.Value)
	if rules.Nested == signing.NestedSorted {
		value = value.eachContainer((*jsonNode).sorted)
	}
	return entry{
		name: m.Name, value: value, index: index, part: part,
		written: rules.Parts.Has(part) && m.Name != signName && !rules.Empty.Has([]byte(value.empty())),
	}
}

// find returns the entry of that name, or nil.
func (c *candidate) find(name string) *entry {
	for i := range c.entries {
		if c.entries[i].name == name {
			return &c.entries[i]
		}
	}
	return nil
}

// include writes a parameter with a value, at its place in the request if it has one.
func (c *candidate) include(name string, value *jsonNode) {
	e := c.find(name)
	if e == nil {
		c.entries = append(c.entries, entry{name: name, index: len(c.entries), part: signing.Body})
		e = &c.entries[len(c.entries)-1]
	}
	e.value, e.written, e.changed = value, true, true
}

// writeIf changes whether the signed parameters that match are written.
func (s *search) writeIf(written bool, match func(*entry) bool) func(*candidate) {
	return func(c *candidate) {
		for i := range c.entries {
			e := &c.entries[i]
			if e.name != signName && s.rules.Parts.Has(e.part) && match(e) {
				e.written = written
			}
		}
	}
}

func signIncluded(s *search) []variant {
	ways := []variant{
		{detail: "with an empty value", apply: func(c *candidate) { c.include(signName, stringNode("")) }},
		{detail: "as null", apply: func(c *candidate) { c.include(signName, literalNode("null")) }},
		{detail: "with the right sign as its value: the request was signed twice",
			apply: func(c *candidate) { c.include(signName, stringNode(s.found.Want)) }},
	}
	if sent := s.base.find(signName); sent != nil && sent.value.text != s.found.Sign {
		ways = append(ways, variant{detail: "with the value that was sent",
			apply: func(c *candidate) { c.include(signName, sent.value) }})
	}
	for _, printed := range printedSigns[:placeholders] {
		ways = append(ways, variant{rare: true, detail: "with the value " + printed.sign + ", a placeholder of the documentation",
			apply: func(c *candidate) { c.include(signName, stringNode(printed.sign)) }})
	}
	return ways
}

// emptyWays are the sets of empty values that clients treat alike.
var emptyWays = []struct {
	detail string
	texts  []string
}{
	{`""`, []string{`""`}},
	{`"" and null`, []string{`""`, "null"}},
	{"[] and {}", []string{"[]", "{}"}},
	{`"", null, [] and {}`, []string{`""`, "null", "[]", "{}"}},
}

// emptyKept is for values that the rules leave out, emptyLeftOut for those that they write.
func emptyKept(s *search) []variant    { return s.emptyAs(true) }
func emptyLeftOut(s *search) []variant { return s.emptyAs(false) }

func (s *search) emptyAs(written bool) (ways []variant) {
	for _, way := range emptyWays {
		ways = append(ways, variant{detail: way.detail, apply: s.writeIf(written, func(e *entry) bool {
			return slices.Contains(way.texts, e.value.empty())
		})})
	}
	return ways
}

func isNull(e *entry) bool { return e.value.empty() == "null" }

func nullKept(s *search) []variant {
	return []variant{{apply: s.writeIf(true, isNull)}}
}

func nullLeftOut(s *search) []variant {
	return []variant{{apply: s.writeIf(false, isNull)}}
}

func nullAsText(s *search) (ways []variant) {
	for _, text := range []string{"null", ""} {
		ways = append(ways, variant{detail: strconv.Quote(text), apply: func(c *candidate) {
			s.writeIf(true, isNull)(c)
			for i := range c.entries {
				if isNull(&c.entries[i]) {
					c.entries[i].value, c.entries[i].changed = stringNode(text), true
				}
			}
		}})
	}
	return ways
}

// leftOut makes a mistake of leaving out the values that match.
func leftOut(match func(*jsonNode) bool) ways {
	return func(s *search) []variant {
		return []variant{{apply: s.writeIf(false, func(e *entry) bool { return match(e.value) })}}
	}
}

func isFalsy(n *jsonNode) bool {
	return n.kind == kindNumber && strings.Trim(n.text, "-0.") == "" || n.kind == kindLiteral && n.text == "false"
}

func isEmptyForPHP(n *jsonNode) bool {
	return isFalsy(n) || n.empty() != "" || n.kind == kindString && n.text == "0"
}

func isBlank(n *jsonNode) bool { return n.kind == kindString && strings.TrimSpace(n.text) == "" }

// globals are the parameters of every request, as far as they are signed.
var globals = []string{"version", "partnerCode"}

func globalLeftOut(s *search) []variant {
	names := func(names ...string) func(*candidate) {
		return s.writeIf(false, func(e *entry) bool { return slices.Contains(names, e.name) })
	}
	return []variant{
		{detail: globals[0], apply: names(globals[0])},
		{detail: globals[1], apply: names(globals[1])},
		{detail: strings.Join(globals, " and "), apply: names(globals...)},
	}
}

func parameterLeftOut(s *search) (ways []variant) {
	for _, e := range s.base.entries {
		if !e.written || slices.Contains(globals, e.name) {
			continue
		}
		ways = append(ways, variant{detail: e.name, apply: s.writeIf(false, func(other *entry) bool {
			return other.index == e.index
		})})
	}
	return ways
}

func partLeftOut(s *search) (ways []variant) {
	if !s.severalParts() {
		return nil
	}
	for _, place := range s.got.places() {
		if len(place.members) > 0 {
			ways = append(ways, variant{detail: place.part.String(), apply: s.writeIf(false, func(e *entry) bool {
				return e.part == place.part
			})})
		}
	}
	return ways
}

func partAdded(s *search) (ways []variant) {
	for _, place := range s.got.places() {
		if s.rules.Parts.Has(place.part) || len(place.members) == 0 {
			continue
		}
		ways = append(ways, variant{detail: place.part.String(), apply: func(c *candidate) {
			for i := range c.entries {
				e := &c.entries[i]
				if e.part == place.part && e.name != signName && !s.rules.Empty.Has([]byte(e.value.empty())) {
					e.written = true
				}
			}
		}})
	}
	return ways
}

func namesRewritten(*search) []variant {
	rename := func(detail string, change func(string) string) variant {
		return variant{detail: detail, apply: func(c *candidate) {
			for i := range c.entries {
				c.entries[i].name, c.entries[i].changed = change(c.entries[i].name), true
			}
		}}
	}
	return []variant{
		rename("camelCase", camelCase),
		rename("snake_case", snakeCase),
		rename("lower case", strings.ToLower),
		rename("upper case", strings.ToUpper),
		rename("with a capital first letter", capital),
	}
}

func camelCase(name string) string {
	words := strings.Split(name, "_")
	for i := 1; i < len(words); i++ {
		words[i] = capital(words[i])
	}
	return strings.Join(words, "")
}

func snakeCase(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func capital(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// signName is the parameter that carries the sign.
const signName = "sign"
