package trial

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
)

// faultScenarios are wrong answers that would cost money or make a client act on the wrong order.
func faultScenarios() []Scenario {
	confirmed := []string{"confirmPaymentResult", "resultQuery"}
	reading := []string{"asyncResult"}
	another := func(o *sandbox.Order) { o.OrderNo, o.PayID = "9"+o.OrderNo, "9"+o.PayID }
	amount := func(o *sandbox.Order) { o.Amount = "9" + o.Amount }
	currency := func(o *sandbox.Order) { o.Currency = "JPY" }
	return []Scenario{
		fault("order-names-another", "answers an order with the orderNo and payId of another one", []string{"singleOrder"}, sandbox.Interceptor{
			Answer: func(c *sandbox.Call, a *sandbox.Answer) {
				if c.Operation == "singleOrder" && a.Refused == nil {
					a.Body = []byte(strings.ReplaceAll(strings.ReplaceAll(string(a.Body), `"orderNo":"`, `"orderNo":"9`), `"payId":"`, `"payId":"9`))
				}
			}}),
		shown("authorization-of-other-amount", "authorizes a payment of another amount", amount, "stripeSingleAuthorization"),
		shown("authorization-in-other-currency", "authorizes a payment in another currency", currency, "stripeSingleAuthorization"),
		shown("authorization-of-other-payment", "authorizes the payment of another order", another, "stripeSingleAuthorization"),
		shown("payment-of-other-amount", "reports a payment of another amount", amount, confirmed...),
		shown("payment-in-other-currency", "reports a payment in another currency", currency, confirmed...),
		shown("payment-of-other-order", "reports the payment of another order", another, confirmed...),
		shown("look-up-of-other-amount", "returns an order with another amount from a lookup", amount, "queryOrder"),
		shown("look-up-of-other-order", "returns another order from a lookup", another, "queryOrder"),
		shown("renewal-of-other-order", "shows the auto-renewal of another order", another, "queryAutoRenewalRecord"),
		result("sim-missing", "leaves a SIM card out of the details of a task", func(r *sandbox.Result) {
			r.Details = r.Details[:max(0, len(r.Details)-1)]
		}, reading),
		result("foreign-sim", "reports on a SIM card that was not submitted", func(r *sandbox.Result) {
			if len(r.Details) > 0 {
				r.Details[0].SIM = "89860000000000000000"
			}
		}, reading),
		result("action-codes-swapped", "swaps the action codes of adding and removing", func(r *sandbox.Result) {
			swapped := map[string]string{sandbox.ActionAdd: sandbox.ActionRemove, sandbox.ActionRemove: sandbox.ActionAdd}
			r.ActionCode = swapped[r.ActionCode]
		}, reading),
		result("result-of-another-task", "returns the result of another task", func(r *sandbox.Result) { r.RequestID += "9" }, reading),
		{ID: "forged-push", Kind: Fault, Statement: "sends each push with a signature made with another key", push: true,
			behavior: intercepting(sandbox.Interceptor{Attempt: func(a *sandbox.Attempt) { forge(a.Request) }})},
		{ID: "push-of-other-amount", Kind: Fault, Statement: "sends each push with another amount, correctly signed", push: true,
			behavior: intercepting(sandbox.Interceptor{Notify: func(_ *sandbox.State, n *sandbox.Notification) {
				n.Body.PayAmount = "9" + n.Body.PayAmount
			}})},
	}
}

func fault(id, statement string, operations []string, i sandbox.Interceptor) Scenario {
	return Scenario{ID: id, Kind: Fault, Statement: statement, operations: operations, behavior: intercepting(i)}
}

// shown returns the fault that changes how some operations show an order.
func shown(id, statement string, change func(*sandbox.Order), operations ...string) Scenario {
	return fault(id, statement, operations, sandbox.Interceptor{Show: func(_ *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
		if slices.Contains(operations, c.Operation) {
			change(o)
		}
	}})
}

// result returns the fault that changes the result of a finished task.
func result(id, statement string, change func(*sandbox.Result), operations []string) Scenario {
	return fault(id, statement, operations, sandbox.Interceptor{Result: func(_ *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
		if r.Status == sandbox.StatusCompleted {
			change(r)
		}
	}})
}

// forge replaces the signature of a push but keeps its key id.
func forge(r *http.Request) {
	const header = "X-Lf-Signature"
	id, signature, _ := strings.Cut(r.Header.Get(header), "/")
	r.Header.Set(header, id+"/"+strings.Map(rotated, signature))
}

// rotated returns the next letter, so that a signature keeps its form.
func rotated(c rune) rune {
	switch {
	case c >= 'a' && c < 'z', c >= 'A' && c < 'Z':
		return c + 1
	case c == 'z' || c == 'Z':
		return c - 25
	}
	return c
}
