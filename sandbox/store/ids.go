package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
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

// stripeIDs generates unique ids from the seed that look like Stripe's.
type stripeIDs struct{ numbers *requestIDs }

func newStripeIDs(seed int64) stripeIDs { return stripeIDs{newRequestIDs(^seed)} }

// id returns a new id, such as sub_00000000000042.
func (s stripeIDs) id(prefix string) string {
	_, digits, _ := strings.Cut(s.numbers.next(), "-")
	return prefix + "_" + digits
}

// secret returns a new client secret of a payment intent (pi) or a setup intent (seti).
func (s stripeIDs) secret(prefix string) string { return s.id(s.id(prefix) + "_secret") }

// customerID returns the id of a buyer, which depends only on partner and email.
func customerID(partner, email string) string {
	sum := sha256.Sum256([]byte(partner + "\n" + strings.ToLower(email)))
	return "cus_" + hex.EncodeToString(sum[:7])
}
