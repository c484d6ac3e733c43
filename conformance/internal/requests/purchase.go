package requests

// Purchase has the values of an order, exactly as sent.
type Purchase struct {
	// SIM is the ICCID that the plan is for.
	SIM string
	// OrderNo and PayID are the partner's ids of order and payment. PurchaseID is the third id, by which
	// queryOrder finds the order.
	OrderNo, PayID, PurchaseID string
	// Package, Plan and PlanName name the plan.
	Package, Plan, PlanName string
	// Amount and Currency are the price.
	Amount, Currency string
	// Period is the number of periods. AutoRenewal is "1" for a subscription, otherwise "0".
	Period, AutoRenewal string
}

// OrderKeys are the three keys of queryOrder; an empty one is not sent.
type OrderKeys struct{ PurchaseID, OrderID, SIM string }

// Email is the address of the buyer in the requests of a run.
const Email = "buyer@example.com"

// PayAccount is the account of the buyer in the requests of a run.
const PayAccount = "1"
