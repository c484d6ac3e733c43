package store

import (
	"fmt"
	"math/rand/v2"
)

// requestIDs generates ids of the documented form, RQ- and 14 digits. It visits all 10^14 numbers before
// one repeats.
type requestIDs struct{ at, step uint64 }

const requestIDSpace = 100_000_000_000_000

func newRequestIDs(seed int64) *requestIDs {
	random := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // any 64 bits make a seed
	ids := &requestIDs{at: random.Uint64N(requestIDSpace)}
	for ids.step%2 == 0 || ids.step%5 == 0 { // a common factor would shorten the cycle
		ids.step = random.Uint64N(requestIDSpace)
	}
	return ids
}

func (ids *requestIDs) next() string {
	ids.at = (ids.at + ids.step) % requestIDSpace
	return fmt.Sprintf("RQ-%014d", ids.at)
}
