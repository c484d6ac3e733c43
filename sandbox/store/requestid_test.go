package store

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// The walk through the numbers comes back to its start only after all of them, whatever the seed.
func TestRequestIDsComeOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := newRequestIDs(rapid.Int64().Draw(t, "seed"))
		common := new(big.Int).GCD(nil, nil, new(big.Int).SetUint64(ids.step), big.NewInt(requestIDSpace))
		if ids.at >= requestIDSpace || !common.IsInt64() || common.Int64() != 1 {
			t.Fatalf("step %d has the factor %s in common with the numbers", ids.step, common)
		}
	})
}
