package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

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
