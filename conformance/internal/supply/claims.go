package supply

import "sync"

// Claims records who has claimed which SIM card, for example for an auto-renewal, because a target may
// allow one per card. Holders of type H may work for others: their claims then belong to those. Its zero
// value has no claims. It is safe for concurrent use.
type Claims[H comparable] struct {
	mu       sync.Mutex
	by       map[string]H
	worksFor map[H]H
	occupied map[string]bool // SIM cards used by somebody outside the run
}

// Claim claims a SIM card that is neither claimed nor occupied, and reports whether it succeeded. giveUp
// reports whether another holder gives up its claim; nil for never. It may take locks of its own, also one
// whose owner calls Claim.
func (c *Claims[H]) Claim(sim string, holder H, giveUp func(H) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, claimed := c.by[sim]; claimed && !c.occupied[sim] {
		if giveUp == nil || !c.unlocked(func() bool { return giveUp(known) }) {
			return false
		}
		if now, still := c.by[sim]; still && now != known {
			return false // somebody took it meanwhile
		}
	}
	if c.occupied[sim] {
		return false
	}
	c.set(sim, holder)
	return true
}

// unlocked calls ask without the lock, which the caller holds.
func (c *Claims[H]) unlocked(ask func() bool) bool {
	c.mu.Unlock()
	defer c.mu.Lock()
	return ask()
}

// Take claims a SIM card regardless of other claims.
func (c *Claims[H]) Take(sim string, holder H) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(sim, holder)
}

func (c *Claims[H]) set(sim string, holder H) {
	if c.by == nil {
		c.by = map[string]H{}
	}
	c.by[sim] = holder
}

// Free ends all claims of a holder, including those for others.
func (c *Claims[H]) Free(holder H) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for sim, known := range c.by {
		if known == holder {
			delete(c.by, sim)
		}
	}
	delete(c.worksFor, holder)
}

// Release ends a holder's claim of a SIM card.
func (c *Claims[H]) Release(sim string, holder H) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by[sim] == holder {
		delete(c.by, sim)
	}
}

// WorkFor records that a holder works for another one.
func (c *Claims[H]) WorkFor(holder, other H) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.worksFor == nil {
		c.worksFor = map[H]H{}
	}
	c.worksFor[holder] = other
}

// Rest records that a holder no longer works for another one.
func (c *Claims[H]) Rest(holder H) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.worksFor, holder)
}

// Chain returns a holder, the one that it works for, and so on.
func (c *Claims[H]) Chain(holder H) []H {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chain(holder)
}

func (c *Claims[H]) chain(holder H) (all []H) {
	for works := true; works; holder, works = c.worksFor[holder] {
		all = append(all, holder)
	}
	return all
}

func (c *Claims[H]) root(holder H) H {
	all := c.chain(holder)
	return all[len(all)-1]
}

// Has reports whether a SIM card is claimed by a holder, by the one that it works for, or on behalf of
// that one.
func (c *Claims[H]) Has(sim string, holder H) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, claimed := c.by[sim]
	return claimed && c.root(known) == c.root(holder)
}

// Count returns the number of SIM cards for which Has is true.
func (c *Claims[H]) Count(holder H) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, known := range c.by {
		if c.root(known) == c.root(holder) {
			n++
		}
	}
	return n
}

// Occupy records that somebody outside the run uses a SIM card. It can no longer be claimed.
func (c *Claims[H]) Occupy(sim string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.occupied == nil {
		c.occupied = map[string]bool{}
	}
	c.occupied[sim] = true
	delete(c.by, sim)
}

// Occupied returns the number of SIM cards used by somebody outside the run, and whether sim is one of
// them.
func (c *Claims[H]) Occupied(sim string) (n int, is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.occupied), c.occupied[sim]
}
