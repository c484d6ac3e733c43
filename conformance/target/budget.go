package target

import (
	"math/big"
	"strconv"
)

// Budget bounds what a run may buy. The zero value sets no limit.
type Budget struct {
	// Purchases is the largest number of orders, 0 for no limit.
	Purchases int
	// Amount is the largest sum of their amounts, in the currency of the target's
	// price; nil for no limit.
	Amount *big.Rat
}

// Limited reports whether the budget has a limit.
func (b Budget) Limited() bool { return b.Purchases > 0 || b.Amount != nil }

// unlimited is the text of a budget without a limit.
const unlimited = "none"

// maxAmountText bounds the length of an amount, because arithmetic with millions of digits is slow.
const maxAmountText = 32

// ParseAmount parses an amount: a decimal number such as 4.99.
func ParseAmount(text string) (*big.Rat, bool) {
	if len(text) > maxAmountText || !amountForm.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func budgetPurchases(text string) (int, error) {
	if text == unlimited {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return 0, malformed{problem: "is not a valid number of purchases", instead: "write a whole number from 1, such as 20, or none for no limit; --allow without purchase forbids them"}
	}
	return int(n), nil
}

func budgetAmount(text string) (*big.Rat, error) {
	if text == unlimited {
		return nil, nil
	}
	amount, ok := ParseAmount(text)
	if !ok {
		return nil, malformed{problem: "is not a valid amount", instead: "write a decimal number, such as 99.80, or none for no limit"}
	}
	return amount, nil
}
