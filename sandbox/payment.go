package sandbox

import (
	"context"
	"net/http"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/payment"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// paymentService implements the operations of Payment.
type paymentService struct{ state *store.State }

// The placeholder paths of the operations whose paths are undocumented.
const (
	singleAuthorizationPath       = "/stripeSingleAuthorization"
	subscriptionAuthorizationPath = "/stripeSubscriptionAuthorization"
	confirmationPath              = "/confirmPaymentResult"
)

// paymentOperations lists the operations of Payment with their rules.
func paymentOperations(st *store.State) []*operation {
	server := &payment.ServerInterfaceWrapper{
		ErrorHandlerFunc: unreadable,
		Handler: payment.NewStrictHandlerWithOptions(paymentService{st}, nil, payment.StrictHTTPServerOptions{
			RequestErrorHandlerFunc: unreadable, ResponseErrorHandlerFunc: failed}),
	}
	single := append(paymentRules("email"), moneyRules()...)
	return []*operation{
		{id: "stripeSingleAuthorization", method: http.MethodPost, base: store.PaymentBase, path: singleAuthorizationPath,
			rules: append(single, optional("pm_id")...), handle: server.StripeSingleAuthorization},
		{id: "stripeSubscriptionAuthorization", method: http.MethodPost, base: store.PaymentBase, path: subscriptionAuthorizationPath,
			rules: paymentRules("email"), handle: server.StripeSubscriptionAuthorization},
		{id: "stripeSubDirectly", method: http.MethodPost, base: store.PaymentBase, path: "/stripeSubDirectly",
			rules: append(paymentRules("email", "plan_id", "pm_id"), moneyRules()...), handle: server.StripeSubDirectly},
		{id: "resultQuery", method: http.MethodPost, base: store.PaymentBase, path: "/resultQuery",
			rules: paymentRules(), handle: server.ResultQuery},
		{id: "confirmPaymentResult", method: http.MethodPost, base: store.PaymentBase, path: confirmationPath,
			rules: paymentRules(), handle: server.ConfirmPaymentResult},
	}
}

// StripeSingleAuthorization starts the single payment of an order, which confirmPaymentResult ends.
func (s paymentService) StripeSingleAuthorization(
	ctx context.Context, request payment.StripeSingleAuthorizationRequestObject,
) (payment.StripeSingleAuthorizationResponseObject, error) {
	b := request.Body
	a, refusal := s.state.Authorize(store.CallOf(ctx), b.PayID, b.PayAmount, b.PayCurrency, deref(b.PmID), b.Email)
	if refusal != nil {
		return nil, refusal
	}
	return payment.StripeSingleAuthorization200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.StripeSingleAuthorization{PayID: a.Order.PayID, ClientSecret: a.Secret, CustomerID: a.Customer,
			PayAmount: a.Order.Amount, PayCurrency: a.Order.Currency}}, nil
}

// StripeSubscriptionAuthorization starts a subscription, which stripeSubDirectly completes.
func (s paymentService) StripeSubscriptionAuthorization(
	ctx context.Context, request payment.StripeSubscriptionAuthorizationRequestObject,
) (payment.StripeSubscriptionAuthorizationResponseObject, error) {
	a, refusal := s.state.AuthorizeSubscription(store.CallOf(ctx), request.Body.PayID, request.Body.Email)
	if refusal != nil {
		return nil, refusal
	}
	return payment.StripeSubscriptionAuthorization200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.StripeSubscriptionAuthorization{PayID: a.Order.PayID, ClientSecret: a.Secret, CustomerID: a.Customer}}, nil
}

// StripeSubDirectly pays an order and starts its auto-renewal.
func (s paymentService) StripeSubDirectly(
	ctx context.Context, request payment.StripeSubDirectlyRequestObject,
) (payment.StripeSubDirectlyResponseObject, error) {
	b := request.Body
	sub, refusal := s.state.Subscribe(store.CallOf(ctx), b.PayID, b.PayAmount, b.PayCurrency, b.PlanID, b.PmID, b.Email)
	if refusal != nil {
		return nil, refusal
	}
	return payment.StripeSubDirectly200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.StripeSubDirectly{CustomerID: sub.Customer, PayMethod: sub.Order.Payment.Method, ProductID: sub.Product,
			Status: sub.Status, SubID: sub.Order.Renewal.SubID}}, nil
}

// ResultQuery returns the state of a payment.
func (s paymentService) ResultQuery(
	ctx context.Context, request payment.ResultQueryRequestObject,
) (payment.ResultQueryResponseObject, error) {
	o, refusal := s.state.Payment(store.CallOf(ctx), request.Body.PayID)
	if refusal != nil {
		return nil, refusal
	}
	return payment.ResultQuery200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: paymentResult(o)}, nil
}

// ConfirmPaymentResult ends an open payment and returns its state.
func (s paymentService) ConfirmPaymentResult(
	ctx context.Context, request payment.ConfirmPaymentResultRequestObject,
) (payment.ConfirmPaymentResultResponseObject, error) {
	o, refusal := s.state.Confirm(store.CallOf(ctx), request.Body.PayID)
	if refusal != nil {
		return nil, refusal
	}
	return payment.ConfirmPaymentResult200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: paymentResult(o),
	}, nil
}

func paymentResult(o store.Order) *mall.PaymentResult {
	return &mall.PaymentResult{PayID: o.PayID, PayStatus: o.Payment.Status, PayAmount: o.Amount, PayCurrency: o.Currency,
		PayResultDate: store.Optional(o.Payment.Ended)}
}
