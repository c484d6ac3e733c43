package client

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// Amount is an amount of money as the API writes it: a decimal number in a
// string. It keeps the text it was made from, so that "4.90" stays "4.90"; it is
// never a float. The zero value means that there is no amount.
type Amount struct{ text string }

// maxAmountText bounds the length of an amount, because arithmetic with millions of digits is slow.
const maxAmountText = 64

// ParseAmount reads up to 64 digits with at most one point between them, such as "4.99".
// Signs, exponents, spaces and separators of thousands are errors.
func ParseAmount(text string) (Amount, error) {
	if len(text) > maxAmountText {
		return Amount{}, fmt.Errorf("%q… is not an amount: it has %d characters", text[:maxAmountText], len(text))
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	if !digits(whole) || pointed && !digits(fraction) {
		return Amount{}, fmt.Errorf("%q is not an amount: write digits, such as 4.99", text)
	}
	return Amount{text}, nil
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// String returns the amount as it was written.
func (a Amount) String() string { return a.text }

// IsZero reports whether there is no amount. It is false for an amount of 0.
func (a Amount) IsZero() bool { return a.text == "" }

// Rat returns the exact value of the amount, 0 if there is none.
func (a Amount) Rat() *big.Rat {
	value, ok := new(big.Rat).SetString(a.text)
	if !ok {
		return new(big.Rat)
	}
	return value
}

// Cmp compares the values: -1 if a < b, 0 if they are equal, such as "4.9" and "4.90", +1 if a > b.
func (a Amount) Cmp(b Amount) int { return a.Rat().Cmp(b.Rat()) }

// MarshalText returns the amount as it was written.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalText reads what ParseAmount reads.
func (a *Amount) UnmarshalText(text []byte) error {
	amount, err := ParseAmount(string(text))
	if err == nil {
		*a = amount
	}
	return err
}

// UnmarshalJSON reads a JSON string. A number is an error, because its sender may already have lost digits.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("an amount must be a string: %w", err)
	}
	return a.UnmarshalText([]byte(text))
}
