package client

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mismatch is an answer or a push that contradicts the order: another amount,
// another order. Deliver nothing because of it. That the mall repeats these members
// is assumed.
type Mismatch struct {
	// Source is the operation that answered, or rechargeSuccess for a push.
	Source string
	// Member is the first member that differs, as the API names it. Want is what was ordered, Got what the mall returned.
	Member, Want, Got string
}

// Error names the member and both values. The id of a payment is hidden.
func (m *Mismatch) Error() string {
	if strings.Contains(strings.ToLower(m.Member), "pay_id") || m.Member == "payId" {
		return fmt.Sprintf("%s names another order: its %s belongs to another payment", m.Source, m.Member)
	}
	return fmt.Sprintf("%s contradicts the order: %s is %q, the order has %q", m.Source, m.Member, m.Got, m.Want)
}

// pair is a member with its value in the order and in the answer.
type pair struct{ member, want, got string }

// compare returns a *Mismatch for the first pair that differs. It ignores the case of a currency and trailing zeros of an amount.
func compare(source string, pairs ...pair) error {
	for _, p := range pairs {
		same := p.want == p.got
		switch strings.ReplaceAll(strings.ToLower(p.member), "_", "") {
		case "paycurrency":
			same = strings.EqualFold(p.want, p.got)
		case "payamount":
			same = Amount{p.want}.Cmp(Amount{p.got}) == 0
		}
		if !same {
			return &Mismatch{Source: source, Member: p.member, Want: p.want, Got: p.got}
		}
	}
	return nil
}

// Check compares the payment with its order, and returns a *Mismatch if the mall
// returned another amount or currency. PayID was compared when the payment was read.
func (p *Payment) Check(order OrderRequest) error {
	return compare(cmp.Or(p.source, resultQuery.name),
		pair{"payAmount", order.Amount.String(), p.Amount.String()}, pair{"payCurrency", order.Currency, p.Currency})
}

// Check compares an order that was found with the one that was placed, and returns a
// *Mismatch for the first member that differs. An empty order.PayID is not compared.
func (o *FoundOrder) Check(order OrderRequest) error {
	return compare(queryOrder.name,
		pair{"order_id", order.OrderNo, o.OrderNo}, pair{"pay_id", cmp.Or(order.PayID, o.PayID), o.PayID}, pair{"sim_id", order.SIM, o.SIM},
		pair{"package_code", order.PackageCode, o.PackageCode}, pair{"pay_amount", order.Amount.String(), o.Amount.String()},
		pair{"pay_currency", order.Currency, o.Currency})
}

// Check compares an auto-renewal with the order that was subscribed to, and returns
// a *Mismatch if it belongs to another order. An empty order.PayID is not compared.
func (a *AutoRenewal) Check(order OrderRequest) error {
	return compare(queryAutoRenewalRecord.name,
		pair{"orderNo", order.OrderNo, a.OrderNo}, pair{"payId", cmp.Or(order.PayID, a.PayID), a.PayID}, pair{"deviceCode", order.SIM, a.SIM})
}

// Check compares a push with its order, and returns a *Mismatch for the first member
// that differs. It does not compare members that the push lacks: their names are assumed.
func (p *Push) Check(order OrderRequest) error {
	return compare("rechargeSuccess", told(
		pair{"orderNo", order.OrderNo, p.OrderNo}, pair{"payId", cmp.Or(order.PayID, p.PayID), p.PayID}, pair{"deviceCode", order.SIM, p.SIM},
		pair{"packageCode", order.PackageCode, p.PackageCode}, pair{"payAmount", order.Amount.String(), p.Amount.String()},
		pair{"payCurrency", order.Currency, p.Currency})...)
}

// told returns the pairs whose member the mall returned.
func told(pairs ...pair) []pair {
	return slices.DeleteFunc(pairs, func(p pair) bool { return p.got == "" })
}
