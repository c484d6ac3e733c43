package mistakes

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// NewEntry returns a parameter as the rules require it to be written.
func NewEntry(m signing.Member, index int, part signing.Parts, rules signing.Rules) Entry {
	value := jsonform.Parse(m.Value)
	if rules.Nested == signing.NestedSorted {
		value = value.EachContainer((*jsonform.Node).Sorted)
	}
	return Entry{
		Name: m.Name, Value: value, Index: index, part: part,
		Written: rules.Parts.Has(part) && m.Name != signName && !rules.Empty.Has([]byte(value.Empty())),
	}
}

// find returns the entry with a name, or nil.
func (c *Candidate) find(name string) *Entry {
	for i := range c.Entries {
		if c.Entries[i].Name == name {
			return &c.Entries[i]
		}
	}
	return nil
}

// include writes a parameter with a value, at its position in the request if it has one.
func (c *Candidate) include(name string, value *jsonform.Node) {
	e := c.find(name)
	if e == nil {
		c.Entries = append(c.Entries, Entry{Name: name, Index: len(c.Entries), part: signing.Body})
		e = &c.Entries[len(c.Entries)-1]
	}
	e.Value, e.Written, e.Changed = value, true, true
}

// writeIf changes whether the signed parameters that match are written.
func (s *Subject) writeIf(written bool, match func(*Entry) bool) func(*Candidate) {
	return func(c *Candidate) {
		for i := range c.Entries {
			e := &c.Entries[i]
			if e.Name != signName && s.Rules.Parts.Has(e.part) && match(e) {
				e.Written = written
			}
		}
	}
}

func signIncluded(s *Subject) []Variant {
	ways := []Variant{
		{Detail: "with an empty value", Apply: func(c *Candidate) { c.include(signName, jsonform.String("")) }},
		{Detail: "as null", Apply: func(c *Candidate) { c.include(signName, jsonform.Literal("null")) }},
		{Detail: "with the right sign as its value: the request was signed twice",
			Apply: func(c *Candidate) { c.include(signName, jsonform.String(s.Want)) }},
	}
	if sent := s.Base.find(signName); sent != nil && sent.Value.Text != s.Sign {
		ways = append(ways, Variant{Detail: "with the value that was sent",
			Apply: func(c *Candidate) { c.include(signName, sent.Value) }})
	}
	for _, printed := range printedSigns[:placeholders] {
		ways = append(ways, Variant{Rare: true, Detail: "with the value " + printed.sign + ", the documentation's placeholder",
			Apply: func(c *Candidate) { c.include(signName, jsonform.String(printed.sign)) }})
	}
	return ways
}

// emptyWays are sets of empty values that clients treat alike.
var emptyWays = []struct {
	detail string
	texts  []string
}{
	{`""`, []string{`""`}},
	{`"" and null`, []string{`""`, "null"}},
	{"[] and {}", []string{"[]", "{}"}},
	{`"", null, [] and {}`, []string{`""`, "null", "[]", "{}"}},
}

// emptyAs returns the mistake of writing empty values that the rules leave out, or of leaving out those that
// they write.
func emptyAs(written bool) ways {
	return func(s *Subject) (list []Variant) {
		for _, way := range emptyWays {
			list = append(list, Variant{Detail: way.detail, Apply: s.writeIf(written, func(e *Entry) bool {
				return slices.Contains(way.texts, e.Value.Empty())
			})})
		}
		return list
	}
}

func isNull(e *Entry) bool { return e.Value.Empty() == "null" }

// nullAs is emptyAs for null alone.
func nullAs(written bool) ways {
	return func(s *Subject) []Variant { return []Variant{{Apply: s.writeIf(written, isNull)}} }
}

func nullAsText(s *Subject) (ways []Variant) {
	for _, text := range []string{"null", ""} {
		ways = append(ways, Variant{Detail: strconv.Quote(text), Apply: func(c *Candidate) {
			s.writeIf(true, isNull)(c)
			for i := range c.Entries {
				if isNull(&c.Entries[i]) {
					c.Entries[i].Value, c.Entries[i].Changed = jsonform.String(text), true
				}
			}
		}})
	}
	return ways
}

// leftOut returns the mistake of leaving out the matching values.
func leftOut(match func(*jsonform.Node) bool) ways {
	return func(s *Subject) []Variant {
		return []Variant{{Apply: s.writeIf(false, func(e *Entry) bool { return match(e.Value) })}}
	}
}

func isFalsy(n *jsonform.Node) bool {
	return n.Kind == jsonform.KindNumber && strings.Trim(n.Text, "-0.") == "" || n.Kind == jsonform.KindLiteral && n.Text == "false"
}

func isEmptyForPHP(n *jsonform.Node) bool {
	return isFalsy(n) || n.Empty() != "" || n.Kind == jsonform.KindString && n.Text == "0"
}

func isBlank(n *jsonform.Node) bool {
	return n.Kind == jsonform.KindString && strings.TrimSpace(n.Text) == ""
}

// globals are the global parameters that are signed.
var globals = []string{"version", "partnerCode"}

func globalLeftOut(s *Subject) []Variant {
	names := func(names ...string) func(*Candidate) {
		return s.writeIf(false, func(e *Entry) bool { return slices.Contains(names, e.Name) })
	}
	return []Variant{
		{Detail: globals[0], Apply: names(globals[0])},
		{Detail: globals[1], Apply: names(globals[1])},
		{Detail: strings.Join(globals, " and "), Apply: names(globals...)},
	}
}

func parameterLeftOut(s *Subject) (ways []Variant) {
	for _, e := range s.singled() {
		if !e.Written || slices.Contains(globals, e.Name) {
			continue
		}
		ways = append(ways, Variant{Detail: e.Name, Apply: s.writeIf(false, func(other *Entry) bool {
			return other.Index == e.Index
		})})
	}
	return ways
}

func partLeftOut(s *Subject) (ways []Variant) {
	if !s.severalParts() {
		return nil
	}
	for _, group := range s.Got.Parts() {
		if len(group.Members) > 0 {
			ways = append(ways, Variant{Detail: group.Part.String(), Apply: s.writeIf(false, func(e *Entry) bool {
				return e.part == group.Part
			})})
		}
	}
	return ways
}

func partAdded(s *Subject) (ways []Variant) {
	for _, group := range s.Got.Parts() {
		if s.Rules.Parts.Has(group.Part) || len(group.Members) == 0 {
			continue
		}
		ways = append(ways, Variant{Detail: group.Part.String(), Apply: func(c *Candidate) {
			for i := range c.Entries {
				e := &c.Entries[i]
				if e.part == group.Part && e.Name != signName && !s.Rules.Empty.Has([]byte(e.Value.Empty())) {
					e.Written = true
				}
			}
		}})
	}
	return ways
}

func namesRewritten(*Subject) []Variant {
	rename := func(detail string, change func(string) string) Variant {
		return Variant{Detail: detail, Apply: func(c *Candidate) {
			for i := range c.Entries {
				c.Entries[i].Name, c.Entries[i].Changed = change(c.Entries[i].Name), true
			}
		}}
	}
	return []Variant{
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
