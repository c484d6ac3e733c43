package infer

import "cmp"

// The price of an explanation, where a deviating check that it explains in full earns 1.
const (
	priceOfPattern = 0.5 // each further pattern
	priceOfMiss    = 0.7 // each check that the pattern says deviates, and that passed
	enough         = 1e-9
	mostCauses     = 12 // more are no explanation
)

// chosen is a pattern that explains a part of a run.
type chosen struct {
	*pattern
	gain   float64
	misses int
}

// cover chooses patterns until no further one earns its price, always the one that earns
// most: a weighted set cover.
func cover(all []*pattern, seen *observed) []chosen {
	candidates := candidatesOf(all, seen)
	explained := map[string]float64{} // how well each deviating check is explained
	var cause []chosen
	for len(cause) < mostCauses {
		var best *candidate
		bestGain := enough
		for i := range candidates {
			c := &candidates[i]
			if gain := c.gain(explained); !c.taken && gain > bestGain {
				best, bestGain = c, gain
			}
		}
		if best == nil {
			break
		}
		best.taken = true
		for id, fit := range best.fits {
			explained[id] = max(explained[id], fit)
		}
		cause = append(cause, chosen{best.pattern, bestGain, best.misses})
	}
	return cause
}

// candidate is a pattern that explains at least one deviating check.
type candidate struct {
	*pattern
	fits   map[string]float64
	misses int
	taken  bool
}

// gain returns what the candidate earns beside what is explained.
func (c *candidate) gain(explained map[string]float64) float64 {
	gain := -priceOfPattern - priceOfMiss*float64(c.misses)
	for id, fit := range c.fits {
		gain += max(0, fit-explained[id])
	}
	return gain
}

func candidatesOf(all []*pattern, seen *observed) []candidate {
	var candidates []candidate
	for _, p := range all {
		c := candidate{pattern: p, fits: map[string]float64{}}
		for id := range p.checks {
			if d := seen.deviating[id]; d != nil {
				c.fits[id] = p.fit(id, d)
			} else if seen.held[id] {
				c.misses++
			}
		}
		if len(c.fits) > 0 {
			candidates = append(candidates, c)
		}
	}
	return candidates
}

// byRank compares two checks as examples of a pattern: those first that break its clause,
// written by hand and of one operation.
func (p *pattern) byRank(a, b *deviating) int {
	rank := func(d *deviating) int {
		rank := 0
		if !p.breaks(d) {
			rank += 4
		}
		if d.result.Area == "GEN" {
			rank += 2
		}
		if len(d.result.Operations) > 1 {
			rank++
		}
		return rank
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.result.ID, b.result.ID))
}
