package sandbox

import (
	"fmt"
	"math/rand/v2"
)

// requestIDs gives out ids of the documented form, RQ- and 14 digits. From a seed it walks through
// all 10^14 numbers before one comes again.
type requestIDs struct{ at, step uint64 }

const requestIDSpace = 100_000_000_000_000

func newRequestIDs(seed int64) *requestIDs {
	random := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // any 64 bits are a seed
	ids := &requestIDs{at: random.Uint64N(requestIDSpace)}
	for ids.step%2 == 0 || ids.step%5 == 0 { // a common factor would shorten the walk
		ids.step = random.Uint64N(requestIDSpace)
	}
	return ids
}

func (ids *requestIDs) next() string {
	ids.at = (ids.at + ids.step) % requestIDSpace
	return fmt.Sprintf("RQ-%014d", ids.at)
}
