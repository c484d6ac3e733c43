package client

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/conformance/partner/client/observe"
	"github.com/mallcheck/mallcheck/reports"
)

// rule is a check of a request or a flow, without the code that judges it.
type rule struct {
	id, clause, requirement string
	operations              string // space-separated; none means every operation
}

// rules are the checks of single requests and of flows, in the order of their ids.
var rules = []rule{
	{observe.Sign, "client/signs-its-requests", "each request carries the sign of its parameters", ""},
	{observe.PathSigned, "client/signs-the-path", "the parameters of the path are signed", "addSims removeSims listGroupSims asyncResult"},
	{observe.KnownOperation, "client/sends-known-requests", "each request has the method and path of an operation", ""},
	{observe.RightService, "client/uses-the-address-of-the-service", "each request goes to the address of its service", ""},
	{observe.MediaType, "client/announces-json", "each body has the Content-Type application/json", ""},
	{observe.JSONObject, "client/sends-one-json-object", "each body is one JSON object in UTF-8, and a GET has none", ""},
	{observe.Once, "client/sends-nothing-twice", "no request has a parameter twice", ""},
	{observe.Required, "client/sends-what-is-required", "each request has all required parameters", ""},
	{observe.Strings, "client/sends-strings", "each parameter has the documented type: codes and amounts are strings", ""},
	{observe.Forms, "client/keeps-the-forms", "each parameter has the documented form", ""},
	{observe.Known, "client/sends-nothing-unknown", "no request has a parameter that the contract does not have", ""},
	{observe.GlobalsPart, "client/puts-globals-in-their-place", "version, partnerCode and sign are in the query of a GET and in the body of any other request", ""},
	{observe.OwnPartner, "client/uses-its-own-partner-code", "each request has the client's own partner code", ""},
	{ListedPlan, "client/orders-a-listed-plan", "each order is for a package that was listed for the SIM card", "singleOrder synOrderInfo singleServicePlanPage"},
	{ListedPrice, "client/orders-at-the-listed-price", "each order has the amount and currency of its package", "singleOrder synOrderInfo singleServicePlanPage"},
	{SamePrice, "client/pays-the-price-of-the-order", "each payment has the amount and currency of its order", "stripeSingleAuthorization stripeSubDirectly singleOrder"},
	{OwnOrderNo, "client/order-number-is-unique", "each order has its own orderNo", "singleOrder synOrderInfo"},
	{OwnPayID, "client/pay-id-is-unique", "each order has its own payId", "singleOrder synOrderInfo"},
	{OwnPayment, "client/pays-its-own-orders", "each payment is for an order of the client",
		"stripeSingleAuthorization stripeSubscriptionAuthorization stripeSubDirectly"},
	{PaymentEnd, "client/follows-the-payment", "the outcome of each payment is queried until it has ended", "confirmPaymentResult resultQuery stripeSingleAuthorization"},
	{KnownTask, "client/takes-the-request-id-from-the-header", "each request_id comes from a response header", "asyncResult addSims removeSims"},
	{ResultRead, "client/reads-each-result", "the result of each task is read", "asyncResult addSims removeSims"},
	{ResultEnd, "client/waits-for-the-end-of-the-task", "the result of each task is read until the task has ended", "asyncResult addSims removeSims"},
	{PollPause, "client/pauses-between-readings", "the client pauses between two queries of the same task", "asyncResult"},
	{PollStop, "client/stops-at-the-end-of-the-task", "the result of a task is not read after its end", "asyncResult"},
	{NoRepetition, "client/does-not-repeat-a-refused-request", "a refused request is not sent again unchanged", ""},
	{NoEmptyKey, "client/sends-no-empty-key", "a lookup has no empty key", "queryOrder"},
	{RefusalHeeded, "client/heeds-refusals", "a refused order is not paid", "singleOrder stripeSingleAuthorization stripeSubscriptionAuthorization stripeSubDirectly"},
	{OwnRenewal, "client/cancels-its-own-renewal", "an auto-renewal is cancelled under its own orderNo and payId", "cancelAutoRenewalRecord queryAutoRenewalRecord"},
	{NoSecondOrder, "client/orders-once", "an order whose answer was lost is not placed again under another orderNo", "singleOrder synOrderInfo"},
	{NoSecondAdding, "client/adds-once", "SIM cards are not added or removed again after the answer was lost", "addSims removeSims"},
}

// Rules returns the checks that a Judge makes, in the order of their ids. They have no Run.
func Rules() []partner.Check {
	checks := make([]partner.Check, len(rules))
	for i, r := range rules {
		checks[i] = partner.Check{
			ID: r.id, Clause: r.clause, Requirement: r.requirement, Does: reports.Read, Operations: strings.Fields(r.operations),
		}
	}
	return checks
}

// Requirement returns the requirement of a check; "" for an unknown id.
func Requirement(id string) string {
	if at := slices.IndexFunc(rules, func(r rule) bool { return r.id == id }); at >= 0 {
		return rules[at].requirement
	}
	return ""
}

// Clause returns the clause of a check; "" for an unknown id.
func Clause(id string) string {
	if at := slices.IndexFunc(rules, func(r rule) bool { return r.id == id }); at >= 0 {
		return rules[at].clause
	}
	return ""
}
