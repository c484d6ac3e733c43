package diagnose

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// search looks for the mistakes that turn a request into its wrong sign.
type search struct {
	mistakes.Subject
	found    *Diagnosis
	variants []*mistakes.Variant
	target   []byte // the digest that a sign of the usual form encodes
	limit    int    // on the length of one text
	values   int    // about the number of values in the request
	work     int
	most     int // bytes to write and hash
	tried    int
	covered  int // the cost up to which all combinations were tried
	cut      bool
	showAll  bool // also write the parameters that are left out
	// showMarks adds values that are not strings, which layouts encode differently.
	showMarks bool

	// Memory that is reused for each candidate.
	current             mistakes.Candidate
	entries             []mistakes.Entry
	known               []section // the position of each parameter in texts, by its index in the request
	texts               []byte
	text, framed, coded []byte
	hashed              []byte
}

func newSearch(got Request, found *Diagnosis, rules signing.Rules, effort Effort) *search {
	s := &search{found: found, most: effort.work(), Subject: mistakes.Subject{
		Got: mistakes.Sent(got), Sign: found.Sign, Want: found.Want, Expected: found.Expected,
		Rules: rules, Core: mistakes.CoreOf(found.Sign),
	}}
	s.limit = 16*len(found.Expected) + 4096
	s.values = bytes.Count(found.Expected, []byte(","))
	written := map[string]bool{}
	for _, group := range s.Got.Parts() {
		for _, m := range group.Members {
			s.limit += 16 * (len(m.Name) + len(m.Value))
			e := mistakes.NewEntry(m, len(s.Base.Entries), group.Part, rules)
			e.Written = e.Written && !written[m.Name]
			written[m.Name] = written[m.Name] || e.Written
			s.Base.Entries = append(s.Base.Entries, e)
		}
	}
	slices.SortStableFunc(s.Base.Entries, mistakes.ByName)
	s.Base.Order = mistakes.ByName
	s.Base.Escapes = &jsonform.StandardEscapes
	s.Base.Layout = &jsonform.Compact
	s.Base.Sum = mistakes.MD5Sum
	if mistakes.Usual(found.Sign, rules) {
		s.target, _ = hex.DecodeString(found.Sign)
	}
	return s
}

// run tries all single mistakes and, if none matches, combinations. Both are tried from the likeliest to
// the least likely, so the first match is the best.
func (s *search) run(effort Effort) {
	s.singles()
	if s.cut || len(s.found.Causes) > 0 {
		return
	}
	if s.large() {
		s.cut = true
		return
	}
	most := effort.most()
	if s.target == nil {
		most += 2 // the unusual form of the sign is one mistake already, so few others remain
	}
	s.combine(most)
	s.cut = len(s.found.Causes) == 0 && s.covered < Quick.most()
}

// large reports whether the request is too large for combinations.
func (s *search) large() bool {
	return len(s.Base.Entries) > maxPairMembers || len(s.Expected) > maxPairContent
}

// singles tries each mistake alone.
func (s *search) singles() {
	s.list()
	if s.target == nil && !slices.ContainsFunc(s.variants, func(v *mistakes.Variant) bool { return v.Odd }) {
		s.variants = nil
		return
	}
	for _, v := range s.variants {
		if s.cut {
			return
		}
		if v.Odd != (s.target == nil) {
			continue
		}
		text := s.Expected
		if v.Of.Stage.Early() {
			s.forget()
			text = s.render(s.start(), []*mistakes.Variant{v})
			if text == nil || bytes.Equal(text, s.Expected) {
				continue
			}
		}
		s.try(text, []*mistakes.Variant{v})
	}
}

// list collects all mistakes that may have been made in this request, likeliest first.
func (s *search) list() {
	for i := range mistakes.Table {
		m := &mistakes.Table[i]
		if m.Ways == nil {
			continue
		}
		for _, v := range m.Ways(&s.Subject) {
			v.Of, v.Mask, v.Likely = m, v.Mask|1<<m.Stage, m.Likely
			if v.Rare {
				v.Likely = min(mistakes.Seldom, m.Likely+1)
			}
			for _, other := range m.Also {
				v.Mask |= 1 << other
			}
			s.variants = append(s.variants, &v)
		}
	}
	slices.SortStableFunc(s.variants, func(a, b *mistakes.Variant) int { return int(a.Likely) - int(b.Likely) })
}

// try applies the late variants to the text of the early ones, and records all of them if the result is
// the sign that was sent.
func (s *search) try(text []byte, variants []*mistakes.Variant) {
	if s.cut {
		return
	}
	c := s.start()
	for _, v := range variants {
		if !v.Of.Stage.Early() {
			v.Apply(c)
		}
	}
	text = s.finish(c, text)
	s.tried++
	s.hashed = c.Sum(s.hashed[:0], text)
	if s.matches(c) {
		s.record(text, variants)
	}
}

// start returns the right way to make a sign, as a base for mistakes.
func (s *search) start() *mistakes.Candidate {
	s.current = s.Base
	return &s.current
}

// forget drops the cached texts of single parameters before values are formatted in another way.
func (s *search) forget() {
	s.known = slices.Grow(s.known[:0], len(s.Base.Entries))[:len(s.Base.Entries)]
	clear(s.known)
	s.texts = s.texts[:0]
}

// render applies the early variants and writes the text. It returns nil if the text is too long.
func (s *search) render(c *mistakes.Candidate, variants []*mistakes.Variant) []byte {
	s.spend(len(s.Base.Entries) * 16)
	if s.large() {
		s.spend(s.values * 32)
	}
	if s.cut {
		return nil
	}
	s.entries = append(s.entries[:0], s.Base.Entries...)
	c.Entries = s.entries
	c.Apply(variants)
	s.entries = c.Entries
	if c.Whole != nil {
		return c.Whole
	}
	if s.showMarks && slices.ContainsFunc(c.Entries, func(e mistakes.Entry) bool { return e.Value.Kind != jsonform.KindString }) {
		c.Entries = append(c.Entries, mistakes.Entry{Value: jsonform.String(`[+ ,{:'"<`), Changed: true})
	}
	slices.SortStableFunc(c.Entries, c.Order)
	w := jsonform.Writer{Out: append(s.text[:0], c.Layout.Top[0]...), Escapes: c.Escapes, Limit: s.limit}
	n := 0
	for _, e := range c.Entries {
		if !e.Written && !s.showAll {
			continue
		}
		if text := s.member(c, e); len(text) > 0 {
			w.Before(c.Layout, n, 0)
			w.Out = append(w.Out, text...)
			n++
		}
	}
	if n == 0 {
		w.Out = w.Out[:0]
		w.Nothing(c.Layout, c.Layout.Top)
	} else {
		w.After(c.Layout, 0)
		w.Out = append(w.Out, c.Layout.Top[1]...)
	}
	s.text = w.Out
	s.spend(len(s.text))
	if len(s.text) > s.limit || s.cut {
		return nil
	}
	return s.text
}

// section is a part of a text that was written before.
type section struct{ from, to int }

// member writes one parameter, or several if it is flattened.
func (s *search) member(c *mistakes.Candidate, e mistakes.Entry) []byte {
	if !e.Changed && e.Index < len(s.known) {
		if at := s.known[e.Index]; at.to > 0 {
			return s.texts[at.from:at.to]
		}
	}
	value := e.Value
	for _, format := range c.Format {
		if format != nil {
			formatted := e
			formatted.Value = value
			value = format(formatted)
		}
	}
	pairs := []jsonform.Pair{{Name: e.Name, Value: value}}
	if c.Expand != nil {
		pairs = c.Expand(e.Name, value)
	}
	from := len(s.texts)
	w := jsonform.Writer{Out: s.texts, Escapes: c.Escapes, Limit: from + s.limit}
	for i, p := range pairs {
		if i > 0 {
			w.Before(c.Layout, i, 0)
		}
		w.Member(c.Layout, p)
	}
	s.texts = w.Out
	if !e.Changed && e.Index < len(s.known) {
		s.known[e.Index] = section{from, len(s.texts)}
	}
	return s.texts[from:]
}

// finish applies everything between the text and its digest.
func (s *search) finish(c *mistakes.Candidate, text []byte) []byte {
	if c.Frame != nil {
		s.framed = c.Frame(s.framed[:0], text)
		text = s.framed
	}
	if c.Encode != nil {
		s.coded = c.Encode(s.coded[:0], text)
		text = s.coded
	}
	s.spend(len(text) + md5.BlockSize)
	return text
}

func (s *search) spend(work int) {
	s.work += work
	s.cut = s.cut || s.work > s.most
}

// matches reports whether the last computed digest, written as c writes it, is the sign that was sent.
func (s *search) matches(c *mistakes.Candidate) bool {
	if s.target != nil {
		return bytes.Equal(s.hashed, s.target)
	}
	inner, ok := strings.CutPrefix(s.Sign, c.Around[0])
	if !ok {
		return false
	}
	inner, ok = strings.CutSuffix(inner, c.Around[1])
	return ok && inner == s.digits(c)
}

func (s *search) digits(c *mistakes.Candidate) string {
	if c.Write != nil {
		return c.Write(s.hashed)
	}
	digits := hex.EncodeToString(s.hashed)
	if s.Rules.Hex == signing.UpperHex {
		return strings.ToUpper(digits)
	}
	return digits
}
