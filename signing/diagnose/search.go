package diagnose

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

// search looks for the mistakes that lead from a request to its wrong sign.
type search struct {
	got      Request
	found    *Diagnosis
	rules    signing.Rules
	base     candidate
	variants []*variant
	target   []byte // the sum that a sign of the usual look stands for
	core     string // the sign without what stands around it
	limit    int    // of the length of one text
	work     int
	most     int // bytes to write and hash
	tried    int
	covered  int // the cost up to which all combinations were tried
	cut      bool
	showAll  bool // write the parameters that are left out, too
	// showMarks adds what values may become that are no strings: frames encode it differently.
	showMarks bool

	// Memory that is used again for each candidate.
	current             candidate
	entries             []entry
	known               []section // where texts has each parameter, by its position in the request
	texts               []byte
	text, framed, coded []byte
	hashed              []byte
}

func newSearch(got Request, found *Diagnosis, rules signing.Rules, effort Effort) *search {
	s := &search{got: got, found: found, rules: rules, most: effort.work()}
	s.limit = 16*len(found.Expected) + 4096
	written := map[string]bool{}
	for _, place := range got.places() {
		for _, m := range place.members {
			s.limit += 16 * (len(m.Name) + len(m.Value))
			e := newEntry(m, len(s.base.entries), place.part, rules)
			e.written = e.written && !written[m.Name]
			written[m.Name] = written[m.Name] || e.written
			s.base.entries = append(s.base.entries, e)
		}
	}
	slices.SortStableFunc(s.base.entries, byName)
	s.base.order = byName
	s.base.escapes = &standardEscapes
	s.base.layout = &compact
	s.base.sum = md5Sum
	s.core = coreOf(found.Sign)
	if usual(found.Sign, rules) {
		s.target, _ = hex.DecodeString(found.Sign)
	}
	return s
}

// run tries all single mistakes and, if none is found, combinations. Both go from the
// likeliest to the least likely, so the first that is found is the best.
func (s *search) run(effort Effort) {
	s.singles()
	if s.cut || len(s.found.Causes) > 0 {
		return
	}
	if len(s.base.entries) > maxPairMembers || len(s.found.Expected) > maxPairContent {
		s.cut = true
		return
	}
	most := effort.most()
	if s.target == nil {
		most += 2 // the look of the sign is one mistake, so that few are left
	}
	s.combine(most)
	s.cut = s.cut && s.covered < Quick.most()
}

// singles tries each mistake.
func (s *search) singles() {
	s.list()
	if s.target == nil && !slices.ContainsFunc(s.variants, func(v *variant) bool { return v.odd }) {
		s.variants = nil
		return
	}
	for _, v := range s.variants {
		if v.odd != (s.target == nil) {
			continue
		}
		text := s.found.Expected
		if v.of.stage.early() {
			s.forget()
			text = s.render(s.start(), []*variant{v})
			if text == nil || bytes.Equal(text, s.found.Expected) {
				continue
			}
		}
		s.try(text, []*variant{v})
	}
}

// list finds all that can have gone wrong in this request, the likeliest first.
func (s *search) list() {
	for i := range mistakes {
		m := &mistakes[i]
		if m.ways == nil {
			continue
		}
		for _, v := range m.ways(s) {
			v.of, v.mask, v.likely = m, v.mask|1<<m.stage, m.likely
			if v.rare {
				v.likely = min(seldom, m.likely+1)
			}
			for _, other := range m.also {
				v.mask |= 1 << other
			}
			s.variants = append(s.variants, &v)
		}
	}
	slices.SortStableFunc(s.variants, func(a, b *variant) int { return int(a.likely) - int(b.likely) })
}

// try makes the late ones of some mistakes on the text that the early ones led to, and records them
// all if that leads to the sign that was sent.
func (s *search) try(text []byte, variants []*variant) {
	if s.cut {
		return
	}
	c := s.start()
	for _, v := range variants {
		if !v.of.stage.early() {
			v.apply(c)
		}
	}
	text = s.finish(c, text)
	s.tried++
	s.hashed = c.sum(s.hashed[:0], text)
	if s.matches(c) {
		s.record(text, variants)
	}
}

// start returns the right way to make a sign, to make mistakes in.
func (s *search) start() *candidate {
	s.current = s.base
	return &s.current
}

// forget drops the texts of single parameters, before they are formatted in another way.
func (s *search) forget() {
	s.known = slices.Grow(s.known[:0], len(s.base.entries))[:len(s.base.entries)]
	clear(s.known)
	s.texts = s.texts[:0]
}

// apply makes mistakes in a candidate.
func (c *candidate) apply(variants []*variant) {
	formats := 0
	for _, v := range variants {
		if v.value != nil {
			c.format[formats] = v.value
			formats++
		}
		if v.apply != nil {
			v.apply(c)
		}
	}
}

// render makes the mistakes of the early stages and writes the text. It returns nil if that is too long.
func (s *search) render(c *candidate, variants []*variant) []byte {
	s.spend(len(s.base.entries) * 16)
	if s.cut {
		return nil
	}
	s.entries = append(s.entries[:0], s.base.entries...)
	c.entries = s.entries
	c.apply(variants)
	s.entries = c.entries
	if c.whole != nil {
		return c.whole
	}
	if s.showMarks && slices.ContainsFunc(c.entries, func(e entry) bool { return e.value.kind != kindString }) {
		c.entries = append(c.entries, entry{value: stringNode(`[+ ,{:'"<`), changed: true})
	}
	slices.SortStableFunc(c.entries, c.order)
	w := writer{out: append(s.text[:0], c.layout.top[0]...), escapes: c.escapes, limit: s.limit}
	n := 0
	for _, e := range c.entries {
		if !e.written && !s.showAll {
			continue
		}
		if text := s.member(c, e); len(text) > 0 {
			w.before(c.layout, n, 0)
			w.out = append(w.out, text...)
			n++
		}
	}
	if n == 0 {
		w.out = w.out[:0]
		w.nothing(c.layout, c.layout.top)
	} else {
		w.after(c.layout, 0)
		w.out = append(w.out, c.layout.top[1]...)
	}
	s.text = w.out
	s.spend(len(s.text))
	if len(s.text) > s.limit || s.cut {
		return nil
	}
	return s.text
}

// section is a part of a text that was written before.
type section struct{ from, to int }

// member writes one parameter, or several if it is expanded.
func (s *search) member(c *candidate, e entry) []byte {
	if !e.changed && e.index < len(s.known) {
		if at := s.known[e.index]; at.to > 0 {
			return s.texts[at.from:at.to]
		}
	}
	value := e.value
	for _, format := range c.format {
		if format != nil {
			formatted := e
			formatted.value = value
			value = format(formatted)
		}
	}
	pairs := []pair{{name: e.name, value: value}}
	if c.expand != nil {
		pairs = c.expand(e.name, value)
	}
	from := len(s.texts)
	w := writer{out: s.texts, escapes: c.escapes, limit: from + s.limit}
	for i, p := range pairs {
		if i > 0 {
			w.before(c.layout, i, 0)
		}
		w.member(c.layout, p)
	}
	s.texts = w.out
	if !e.changed && e.index < len(s.known) {
		s.known[e.index] = section{from, len(s.texts)}
	}
	return s.texts[from:]
}

// finish does what comes between the text and its digest.
func (s *search) finish(c *candidate, text []byte) []byte {
	if c.frame != nil {
		s.framed = c.frame(s.framed[:0], text)
		text = s.framed
	}
	if c.encode != nil {
		s.coded = c.encode(s.coded[:0], text)
		text = s.coded
	}
	s.spend(len(text) + md5.BlockSize)
	return text
}

func (s *search) spend(work int) {
	s.work += work
	s.cut = s.cut || s.work > s.most
}

// matches reports whether the sum last computed, written as c writes it, is the sign that was sent.
func (s *search) matches(c *candidate) bool {
	if s.target != nil {
		return bytes.Equal(s.hashed, s.target)
	}
	inner, ok := strings.CutPrefix(s.found.Sign, c.around[0])
	if !ok {
		return false
	}
	inner, ok = strings.CutSuffix(inner, c.around[1])
	return ok && inner == s.digits(c)
}

func (s *search) digits(c *candidate) string {
	if c.write != nil {
		return c.write(s.hashed)
	}
	digits := hex.EncodeToString(s.hashed)
	if s.rules.Hex == signing.UpperHex {
		return strings.ToUpper(digits)
	}
	return digits
}
