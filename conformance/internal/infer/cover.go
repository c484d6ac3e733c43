package infer

import (
	"cmp"
	"math"
)

// The price of an explanation; a deviating check that it explains fully earns 1.
const (
	priceOfPattern = 0.35  // each pattern
	priceInMany    = 0.005 // each pattern, per deviating check: with many, some are only side effects
	leastHits      = 0.15  // the share of a pattern's predicted checks that must deviate
	notRun         = 0.02  // the weight of a predicted check that did not run, relative to one that passed
	enough         = 1e-9
	mostCauses     = 12 // more would explain nothing
)

// chosen is a pattern that explains some deviating checks of a run.
type chosen struct {
	*pattern
	fits   map[string]float64 // how well it explains each deviating check
	misses int                // predicted checks that passed
}

// cover chooses patterns until no other earns its price, always the one that earns most: a weighted set
// cover.
func cover(all []*pattern, seen *observed) []chosen {
	candidates := candidatesOf(all, seen)
	price := priceOfPattern + priceInMany*float64(len(seen.ids))
	explained := map[string]float64{} // how well each deviating check is explained
	var cause []chosen
	for len(cause) < mostCauses {
		var best *candidate
		bestGain := enough
		for i := range candidates {
			c := &candidates[i]
			if gain := c.gain(explained) - price; !c.taken && gain > bestGain {
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
		cause = append(cause, chosen{best.pattern, best.fits, best.misses})
	}
	return cause
}

// candidate is a pattern that explains deviating checks, at least one of which breaks its clause.
type candidate struct {
	*pattern
	fits   map[string]float64
	misses int // predicted checks that passed
	unseen int // predicted checks that did not run
	taken  bool
}

// gain returns what the candidate earns beyond the current explanation: less if its predictions failed
// or are explained already.
func (c *candidate) gain(explained map[string]float64) float64 {
	fresh, all := 0.0, 0.0
	for id, fit := range c.fits {
		fresh += max(0, fit-explained[id])
		all += fit
	}
	return fresh * math.Sqrt(c.hits()*fresh/all)
}

// deviates reports whether a check that the candidate explains deviates from exactly its clause.
func (c *candidate) deviates(seen *observed) bool {
	for id := range c.fits {
		if c.breaks(seen.deviating[id]) {
			return true
		}
	}
	return false
}

// hits is the share of the predicted checks that ran that deviate.
func (c *candidate) hits() float64 {
	return float64(len(c.fits)) / (float64(len(c.fits)+c.misses) + notRun*float64(c.unseen))
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
			} else {
				c.unseen++
			}
		}
		for id, d := range seen.deviating {
			if p.alike(id, d) {
				c.fits[id] = fitAlike
			}
		}
		if c.deviates(seen) && c.hits() >= leastHits {
			candidates = append(candidates, c)
		}
	}
	return candidates
}

// byRank compares two checks as examples of a pattern: first those that break its clause, then
// handwritten ones, then those of one operation.
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
