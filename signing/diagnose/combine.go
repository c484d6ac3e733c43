package diagnose

import (
	"bytes"
	"hash/maphash"
	"slices"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// A combination is a set of mistakes that can be made together. Its mistakes belong either to the stages
// that write the text (early) or to the stages after them (late). Early combinations are kept in two
// lists: what is done to single parameters, and which parameters are written in which order. The text of
// a parameter is written once per entry of the first list and reused for the whole second list.
type combination struct {
	variants []*mistakes.Variant
	mask     uint
	cost     int
}

// maxMistakes is the largest number of mistakes in a combination, maxCombinations the largest number of
// combinations that are kept at once.
const (
	maxMistakes     = 4
	maxCombinations = 1 << 17
)

// combinations returns all sets of variants of the selected stages that cost at most most, cheapest
// first; the empty set costs nothing. Two variants of one stage combine only if both belong to select,
// or both only format values. If there are too many, it returns those of a lower cost.
func combinations(variants []*mistakes.Variant, most int, in func(mistakes.Stage) bool) [][]combination {
	all := make([][]combination, most+1)
	all[0] = []combination{{}}
	kept := 1
	for _, v := range variants {
		if !in(v.Of.Stage) || v.Of.Alone {
			continue
		}
		cost := v.Likely.Cost()
		for sum := most - cost; sum >= 0; sum-- {
			for _, c := range all[sum] {
				if c.takes(v) {
					with := combination{append(slices.Clone(c.variants), v), c.mask | v.Mask, sum + cost}
					all[sum+cost] = append(all[sum+cost], with)
					kept++
				}
			}
		}
		for ; kept > maxCombinations; most-- {
			kept -= len(all[most])
			all = all[:most]
		}
	}
	return all
}

// takes reports whether the combination can be extended by v.
func (c combination) takes(v *mistakes.Variant) bool {
	if len(c.variants) == maxMistakes {
		return false
	}
	if c.mask&v.Mask == 0 {
		return true
	}
	same := 0
	for _, other := range c.variants {
		if other.Mask&v.Mask == 0 {
			continue
		}
		formats := v.Of.Stage == mistakes.StageFormat && v.Apply == nil && other.Apply == nil
		if other.Mask != v.Mask || v.Of.Stage != mistakes.StageSelect && !formats {
			return false
		}
		same++
	}
	return same == 1
}

// odd reports whether a variant produces a sign that does not have the usual form.
func (c combination) odd() bool {
	return slices.ContainsFunc(c.variants, func(v *mistakes.Variant) bool { return v.Odd })
}

// combine tries combinations of two or more mistakes, cheapest first, until one produces the sign.
func (s *search) combine(most int) {
	distinct := s.distinct()
	formats := combinations(distinct, most, func(at mistakes.Stage) bool {
		return at == mistakes.StageFormat || at == mistakes.StageEscape || at == mistakes.StageFrame
	})
	choices := combinations(distinct, most, func(at mistakes.Stage) bool { return at == mistakes.StageSelect || at == mistakes.StageOrder })
	lates := combinations(distinct, most, func(at mistakes.Stage) bool { return !at.Early() })
	most = min(len(formats), len(choices), len(lates)) - 1
	for cost := range lates {
		lates[cost] = slices.DeleteFunc(lates[cost], func(c combination) bool { return c.odd() == (s.target != nil) })
	}
	for cost := 2 * mistakes.Often.Cost(); cost <= most; cost++ {
		for i := 0; i <= cost; i++ {
			for _, format := range formats[i] {
				s.forget()
				s.withFormat(format, choices[:cost-i+1], lates[:cost-i+1])
				if s.cut || len(s.found.Causes) > 0 {
					return
				}
			}
		}
		s.covered = cost
	}
}

// withFormat tries all combinations of a cost that share one way of formatting values.
func (s *search) withFormat(format combination, choices, lates [][]combination) {
	cost := len(choices) - 1
	for j := range choices {
		if len(lates[cost-j]) == 0 {
			continue
		}
		for _, choice := range choices[j] {
			if format.mask&choice.mask != 0 || len(format.variants)+len(choice.variants) > maxMistakes {
				continue
			}
			s.tryEach(format, choice, lates[cost-j])
			if s.cut || len(s.found.Causes) > 0 {
				return
			}
		}
	}
}

// tryEach writes one text and tries every late combination on it.
func (s *search) tryEach(format, choice combination, lates []combination) {
	if len(format.variants)+len(choice.variants)+len(lates[0].variants) < 2 {
		return // a single mistake, already tried
	}
	text := s.render(s.start(), slices.Concat(choice.variants, format.variants))
	if text == nil || len(format.variants)+len(choice.variants) > 0 && bytes.Equal(text, s.Expected) {
		return
	}
	for _, late := range lates {
		if len(format.variants)+len(choice.variants)+len(late.variants) <= maxMistakes {
			s.try(text, slices.Concat(choice.variants, format.variants, late.variants))
		}
		if s.cut || len(s.found.Causes) > 0 {
			return
		}
	}
}

// effect is what a variant does to the parameters, including those that are not written.
type effect struct {
	mask   uint
	output uint64
}

// distinct returns one variant for each different effect on this request, without those that have none.
func (s *search) distinct() []*mistakes.Variant {
	seed := maphash.MakeSeed()
	none, known := map[mistakes.Stage]uint64{}, map[effect]bool{}
	for at := mistakes.StageSelect; at < mistakes.StageDigest; at++ {
		none[at] = maphash.Bytes(seed, s.probe(at, nil))
	}
	var kept []*mistakes.Variant
	for _, v := range s.variants {
		if v.Of.Stage >= mistakes.StageDigest {
			kept = append(kept, v)
			continue
		}
		text := s.probe(v.Of.Stage, v)
		is := effect{v.Mask, maphash.Bytes(seed, text)}
		if text != nil && is.output != none[v.Of.Stage] && !known[is] {
			known[is] = true
			kept = append(kept, v)
		}
	}
	return kept
}

// probe returns the effect of a variant within its own stage, regardless of other stages. v may be nil.
func (s *search) probe(at mistakes.Stage, v *mistakes.Variant) []byte {
	s.forget()
	var variants []*mistakes.Variant
	if v != nil {
		variants = []*mistakes.Variant{v}
	}
	if !at.Early() {
		c := s.start()
		c.Apply(variants)
		return bytes.Clone(s.finish(c, s.Expected))
	}
	s.showAll, s.showMarks = at != mistakes.StageSelect, at == mistakes.StageFrame
	defer func() { s.showAll, s.showMarks = false, false }()
	return bytes.Clone(s.render(s.start(), variants))
}
