package diagnose

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"hash/maphash"
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
	tried    int
	cut      bool

	// Memory that is used again for each candidate.
	current             candidate
	entries             []entry
	top                 jsonNode
	text, framed, coded []byte
	hashed              []byte
}

func newSearch(got Request, found *Diagnosis, rules signing.Rules) *search {
	s := &search{got: got, found: found, rules: rules}
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

// run tries all single mistakes and, if none is found, pairs. Both go from the
// likeliest to the least likely, so the first that is found is the best.
func (s *search) run() {
	s.singles()
	if s.cut || len(s.found.Causes) > 0 {
		return
	}
	if len(s.base.entries) > maxPairMembers || len(s.found.Expected) > maxPairContent {
		s.cut = true
		return
	}
	last := 2 * sometimes
	if s.target == nil {
		last = 2 * seldom
	}
	for sum := 2 * often; sum <= last; sum++ {
		s.runPairs(sum)
		if s.cut || len(s.found.Causes) > 0 {
			return
		}
	}
}

// runPairs tries the pairs whose likelihoods add up to sum, until one is found.
func (s *search) runPairs(sum likelihood) {
	for i, a := range s.variants {
		for _, b := range s.variants[i+1:] {
			if a.likely+b.likely != sum || !combine(a, b) || !s.fits(a, b) {
				continue
			}
			s.try(a, b)
			if s.cut || len(s.found.Causes) > 0 {
				return
			}
		}
	}
}

// singles tries each mistake and keeps those that make a difference, for pairs.
func (s *search) singles() {
	all := s.list()
	if s.target == nil && !slices.ContainsFunc(all, func(v *variant) bool { return v.odd }) {
		return
	}
	known := map[shape]bool{}
	for _, v := range all {
		if !s.matters(v, known) {
			continue
		}
		s.variants = append(s.variants, v)
		if s.fits(v, nil) {
			s.try(v, nil)
		}
	}
}

// list returns all that can have gone wrong in this request, the likeliest first.
func (s *search) list() (all []*variant) {
	for i := range mistakes {
		m := &mistakes[i]
		if m.ways == nil {
			continue
		}
		for _, v := range m.ways(s) {
			v.of, v.mask, v.likely = m, 1<<m.stage, m.likely
			if v.rare {
				v.likely = min(seldom, m.likely+1)
			}
			for _, other := range m.also {
				v.mask |= 1 << other
			}
			all = append(all, &v)
		}
	}
	slices.SortStableFunc(all, func(a, b *variant) int { return int(a.likely) - int(b.likely) })
	return all
}

// shape tells what mistakes of one stage make of the content.
type shape struct {
	stage stage
	text  uint64
}

var shapeSeed = maphash.MakeSeed()

// matters reports whether a mistake makes a difference in this request, and prepares it for pairs.
func (s *search) matters(v *variant, known map[shape]bool) bool {
	if v.of.stage >= stageDigest {
		return true
	}
	c := s.start()
	text := s.found.Expected
	if v.of.stage.early() {
		text = s.render(c, v, nil)
		v.text = bytes.Clone(text)
	} else {
		v.apply(c)
		text = s.finish(c, text)
	}
	if s.cut || text == nil {
		return false
	}
	if bytes.Equal(text, s.found.Expected) {
		return v.late
	}
	is := shape{v.of.stage, maphash.Bytes(shapeSeed, text)}
	v.again = known[is]
	known[is] = true
	return true
}

// fits reports whether a candidate with these mistakes can have a sign that looks like the one sent. Pairs with a
// seldom mistake are left out unless that look leaves few, for they are many and the least likely.
func (s *search) fits(a, b *variant) bool {
	if s.target == nil {
		return a.odd || b != nil && b.odd
	}
	return !a.odd && (b == nil || !b.odd && a.likely < seldom && b.likely < seldom)
}

// combine reports whether two mistakes can be made together.
func combine(a, b *variant) bool {
	if a.of.alone || b.of.alone || a.again || b.again {
		return false
	}
	if a.mask&b.mask == 0 {
		return true
	}
	return a.mask == b.mask && (a.of.stage == stageMembers || a.of.stage == stageValues)
}

// try makes one or two mistakes and records them if that leads to the sign that was sent. b may be nil.
func (s *search) try(a, b *variant) {
	if s.cut {
		return
	}
	if b != nil && b.of.stage < a.of.stage {
		a, b = b, a
	}
	c := s.start()
	text := s.found.Expected
	switch {
	case b != nil && b.of.stage.early():
		text = s.render(c, a, b)
	case a.of.stage.early():
		text = a.text
	default:
		a.apply(c)
	}
	if text == nil {
		return
	}
	if b != nil && !b.of.stage.early() {
		b.apply(c)
	}
	text = s.finish(c, text)
	s.tried++
	s.hashed = c.sum(s.hashed[:0], text)
	if s.matches(c) {
		s.record(text, a, b)
	}
}

// start returns the right way to make a sign, to make mistakes in.
func (s *search) start() *candidate {
	s.current = s.base
	return &s.current
}

// render makes the mistakes of the early stages and writes the text. It returns nil if that is too long.
func (s *search) render(c *candidate, a, b *variant) []byte {
	s.spend(len(s.base.entries) * 16)
	if s.cut {
		return nil
	}
	s.entries = append(s.entries[:0], s.base.entries...)
	c.entries = s.entries
	a.apply(c)
	if b != nil {
		b.apply(c)
	}
	s.entries = c.entries
	if c.whole != nil {
		return c.whole
	}
	slices.SortStableFunc(c.entries, c.order)
	s.top.names, s.top.items = s.top.names[:0], s.top.items[:0]
	for i := range c.entries {
		if c.entries[i].written {
			s.top.names = append(s.top.names, c.entries[i].name)
			s.top.items = append(s.top.items, c.entries[i].value)
		}
	}
	w := writer{out: s.text[:0], escapes: c.escapes, limit: s.limit}
	w.object(c.layout, &s.top, 0)
	s.text = w.out
	s.spend(len(s.text))
	if w.over || s.cut {
		return nil
	}
	return s.text
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
	s.cut = s.cut || s.work > maxWork
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
