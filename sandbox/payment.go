package sandbox

import (
	"context"
	"net/http"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/payment"
)

// paymentService implements the operations of Payment.
type paymentService struct{ state *State }

// The placeholder paths of the operations whose paths are undocumented.
const (
	singleAuthorizationPath       = "/stripeSingleAuthorization"
	subscriptionAuthorizationPath = "/stripeSubscriptionAuthorization"
	confirmationPath              = "/confirmPaymentResult"
)

// paymentOperations lists the operations of Payment with their rules.
func paymentOperations(st *State) []*operation {
	server := &payment.ServerInterfaceWrapper{
		ErrorHandlerFunc: unreadable,
		Handler: payment.NewStrictHandlerWithOptions(paymentService{st}, nil, payment.StrictHTTPServerOptions{
			RequestErrorHandlerFunc: unreadable, ResponseErrorHandlerFunc: failed}),
	}
	single := append(paymentRules("email"), moneyRules()...)
	return []*operation{
		{id: "stripeSingleAuthorization", method: http.MethodPost, base: paymentBase, path: singleAuthorizationPath,
			rules: append(single, optional("pm_id")...), handle: server.StripeSingleAuthorization},
		{id: "stripeSubscriptionAuthorization", method: http.MethodPost, base: paymentBase, path: subscriptionAuthorizationPath,
			rules: paymentRules("email"), handle: server.StripeSubscriptionAuthorization},
		{id: "stripeSubDirectly", method: http.MethodPost, base: paymentBase, path: "/stripeSubDirectly",
			rules: append(paymentRules("email", "plan_id", "pm_id"), moneyRules()...), handle: server.StripeSubDirectly},
		{id: "resultQuery", method: http.MethodPost, base: paymentBase, path: "/resultQuery",
			rules: paymentRules(), handle: server.ResultQuery},
		{id: "confirmPaymentResult", method: http.MethodPost, base: paymentBase, path: confirmationPath,
			rules: paymentRules(), handle: server.ConfirmPaymentResult},
	}
}

// StripeSingleAuthorization starts the single payment of an order, which confirmPaymentResult ends.
func (s paymentService) StripeSingleAuthorization(
	ctx context.Context, request payment.StripeSingleAuthorizationRequestObject,
) (payment.StripeSingleAuthorizationResponseObject, error) {
	b := request.Body
	a, refusal := s.state.authorize(callOf(ctx), b.PayId, b.PayAmount, b.PayCurrency, deref(b.PmId), b.Email)
	if refusal != nil {
		return nil, refusal
	}
	return payment.StripeSingleAuthorization200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.StripeSingleAuthorization{PayId: a.order.PayID, ClientSecret: a.secret, CustomerId: a.customer,
			PayAmount: a.order.Amount, PayCurrency: a.order.Currency}}, nil
}

// StripeSubscriptionAuthorization starts a subscription, which stripeSubDirectly completes.
func (s paymentService) StripeSubscriptionAuthorization(
	ctx context.Context, request payment.StripeSubscriptionAuthorizationRequestObject,
) (payment.StripeSubscriptionAuthorizationResponseObject, error) {
	a, refusal := s.state.authorizeSubscription(callOf(ctx), request.Body.PayId, request.Body.Email)
	if refusal != nil {
		return nil, refusal
	}
	return payment.StripeSubscriptionAuthorization200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.StripeSubscriptionAuthorization{PayId: a.order.PayID, ClientSecret: a.secret, CustomerId: a.customer}}, nil
}

// StripeSubDirectly pays an order and starts its auto-renewal.
func (s paymentService) StripeSubDirectly(
	ctx context.Context, request payment.StripeSubDirectlyRequestObject,
) (payment.StripeSubDirectlyResponseObject, error) {
	b := request.Body
	sub, refusal := s.state.subscribe(callOf(ctx), b.PayId, b.PayAmount, b.PayCurrency, b.PlanId, b.PmId, b.Email)
	if refusal != nil {
		return nil, refusal
	}
	return payment.StripeSubDirectly200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.StripeSubDirectly{CustomerId: sub.customer, PayMethod: sub.order.Payment.Method, ProductId: sub.product,
			Status: sub.status, SubId: sub.order.Renewal.SubID}}, nil
}

// ResultQuery returns the state of a payment.
func (s paymentService) ResultQuery(
	ctx context.Context, request payment.ResultQueryRequestObject,
) (payment.ResultQueryResponseObject, error) {
	o, refusal := s.state.payment(callOf(ctx), request.Body.PayId)
	if refusal != nil {
		return nil, refusal
	}
	return payment.ResultQuery200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess, Data: paymentResult(o)}, nil
}

// ConfirmPaymentResult ends an open payment and returns its state.
func (s paymentService) ConfirmPaymentResult(
	ctx context.Context, request payment.ConfirmPaymentResultRequestObject,
) (payment.ConfirmPaymentResultResponseObject, error) {
	o, refusal := s.state.confirm(callOf(ctx), request.Body.PayId)
	if refusal != nil {
		return nil, refusal
	}
	return payment.ConfirmPaymentResult200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess, Data: paymentResult(o)}, nil
}

func paymentResult(o Order) *mall.PaymentResult {
	return &mall.PaymentResult{PayId: o.PayID, PayStatus: o.Payment.Status, PayAmount: o.Amount, PayCurrency: o.Currency,
		PayResultDate: reference(o.Payment.Ended)}
}
