package wire

import (
	"encoding/json"
	"strconv"
)

// FoundOrder is the order in an answer of queryOrder; missing members are empty.
type FoundOrder struct {
	// PurchaseID, OrderID and SIM are the values of the three keys.
	PurchaseID, OrderID, SIM string
	// Package, PayID, Amount and Currency describe the order.
	Package, PayID, Amount, Currency string
	// Status is the state of the payment.
	Status string
	// Answer is the whole answer.
	Answer *Answer
}

// FoundOrderOf reads the order in an answer of queryOrder.
func FoundOrderOf(answer *Answer) FoundOrder {
	var data struct {
		PurchaseID LooseString `json:"purchase_order_id"`
		OrderID    LooseString `json:"order_id"`
		SIM        LooseString `json:"sim_id"`
		Package    LooseString `json:"package_code"`
		PayID      LooseString `json:"pay_id"`
		Amount     LooseString `json:"pay_amount"`
		Currency   LooseString `json:"pay_currency"`
		Status     LooseString `json:"pay_status"`
	}
	found := FoundOrder{Answer: answer}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return found // the oracle reports what is wrong with it
	}
	found.PurchaseID, found.OrderID, found.SIM = string(data.PurchaseID), string(data.OrderID), string(data.SIM)
	found.Package, found.PayID = string(data.Package), string(data.PayID)
	found.Amount, found.Currency, found.Status = string(data.Amount), string(data.Currency), string(data.Status)
	return found
}

// Result is a task's result in an answer of asyncResult.
type Result struct {
	RequestID  string
	ActionCode string
	Status     string
	Details    []Detail
	// Answer is the whole answer.
	Answer *Answer
}

// Detail is the outcome for one SIM card of a task.
type Detail struct{ SimID, Result, Message string }

// ResultOf reads the result in an answer of asyncResult.
func ResultOf(answer *Answer) Result {
	var data struct {
		RequestID  LooseString `json:"request_id"`
		ActionCode LooseString `json:"action_code"`
		Status     LooseString `json:"status"`
		Details    []struct {
			SimID   LooseString `json:"sim_id"`
			Result  LooseString `json:"result"`
			Message LooseString `json:"message"`
		} `json:"details"`
	}
	result := Result{Answer: answer}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return result // the oracle reports what is wrong with it
	}
	result.RequestID, result.ActionCode, result.Status = string(data.RequestID), string(data.ActionCode), string(data.Status)
	for _, d := range data.Details {
		result.Details = append(result.Details, Detail{string(d.SimID), string(d.Result), string(d.Message)})
	}
	return result
}

// Listing is the content of a group in an answer of listGroupSims.
type Listing struct {
	// SIMs are the listed ICCIDs, with repetitions.
	SIMs []string
	// Count is the number of SIM cards that the answer states, -1 if it states none.
	Count int
}

// Times returns how often a SIM card is listed.
func (l Listing) Times(sim string) int {
	n := 0
	for _, listed := range l.SIMs {
		if listed == sim {
			n++
		}
	}
	return n
}

// Bundle is one group of listBundles.
type Bundle struct {
	GroupID string
	// Count is the number of SIM cards that the answer states, -1 if it states none.
	Count int
}

// ListingOf reads a listing and reports whether it has a list of SIMs.
func ListingOf(answer *Answer) (listing Listing, known bool) {
	var data struct {
		SIMCount LooseString    `json:"sim_count"`
		SimIDs   *[]LooseString `json:"sim_ids"`
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil || data.SimIDs == nil {
		return Listing{Count: -1}, false
	}
	listing = Listing{Count: countOf(data.SIMCount)}
	for _, sim := range *data.SimIDs {
		listing.SIMs = append(listing.SIMs, string(sim))
	}
	return listing, true
}

// BundlesOf reads the groups in an answer of listBundles and reports whether it has a list.
func BundlesOf(answer *Answer) (bundles []Bundle, known bool) {
	var data []struct {
		GroupID  LooseString `json:"group_id"`
		SIMCount LooseString `json:"sim_count"`
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil || data == nil {
		return nil, false
	}
	bundles = make([]Bundle, len(data))
	for i, b := range data {
		bundles[i] = Bundle{string(b.GroupID), countOf(b.SIMCount)}
	}
	return bundles, true
}

// countOf reads a number of SIM cards, -1 if it is not a number.
func countOf(number LooseString) int {
	n, err := strconv.Atoi(string(number))
	if err != nil {
		return -1
	}
	return n
}

// PlanCodeOf returns the code of a package's plan in an answer of singleServicePlanPage; "" if it lists
// none.
func PlanCodeOf(answer *Answer, packageCode string) string {
	var page struct {
		Plans []struct {
			Package LooseString `json:"packageCode"`
			Code    LooseString `json:"servicePlanCode"`
		} `json:"servicePlanList"`
	}
	if !answer.Accepted() || json.Unmarshal(answer.Data, &page) != nil {
		return ""
	}
	for _, listed := range page.Plans {
		if string(listed.Package) == packageCode && listed.Code != "" {
			return string(listed.Code)
		}
	}
	return ""
}
