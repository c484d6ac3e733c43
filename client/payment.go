package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// The operations of payment.
var (
	stripeSingleAuthorization       = operation{name: "stripeSingleAuthorization"}
	stripeSubscriptionAuthorization = operation{name: "stripeSubscriptionAuthorization"}
	stripeSubDirectly               = operation{name: "stripeSubDirectly", bare: true}
	resultQuery                     = operation{name: "resultQuery", reads: true}
	confirmPaymentResult            = operation{name: "confirmPaymentResult"}
)

// PaymentRequest is the payment of an order.
type PaymentRequest struct {
	// PayID, Amount and Currency are taken from the order.
	PayID    string
	Amount   Amount
	Currency string
	// Email is the buyer's address.
	Email string
	// Method is the buyer's payment method at Stripe. Subscribe needs it; AuthorizePayment
	// leaves the choice to the Stripe SDK if it is empty.
	Method string
	// PlanCode is the Code of the Plan. Only Subscribe needs it.
	PlanCode string
}

// Authorization is what the Stripe SDK needs in the partner's app.
type Authorization struct {
	// PayID is the payment id of the order.
	PayID string
	// ClientSecret is for the buyer only.
	ClientSecret Secret
	// CustomerID is the buyer's customer id at Stripe.
	CustomerID string
}

// AuthorizePayment begins the single payment of an order. Path and bodies are
// assumed. The request is sent once. If the mall returns another amount or currency,
// the error is a *Mismatch, and the authorization is returned as well.
func (c *Client) AuthorizePayment(ctx context.Context, request PaymentRequest) (*Authorization, error) {
	if err := required("PayID", request.PayID, "Amount", request.Amount.String(), "Currency", request.Currency, "Email", request.Email); err != nil {
		return nil, fmt.Errorf("authorizing a payment: %w", err)
	}
	body := mall.StripeSingleAuthorizationRequest{
		PayID: request.PayID, PayAmount: request.Amount.String(), PayCurrency: request.Currency, Email: request.Email,
		PmID: optional(request.Method), TradeType: stripeSingleAuthorization.name,
	}
	data, got, err := call[mall.StripeSingleAuthorization](ctx, c, stripeSingleAuthorization,
		func(ctx context.Context) (*http.Response, error) {
			return c.payment.StripeSingleAuthorization(ctx, nil, body)
		})
	if err != nil {
		return nil, err
	}
	authorized, err := authorization(stripeSingleAuthorization, got, request.PayID, data.PayID, data.ClientSecret, data.CustomerID)
	if err != nil {
		return nil, err
	}
	return authorized, compare(stripeSingleAuthorization.name, told(
		pair{"payAmount", request.Amount.String(), data.PayAmount}, pair{"payCurrency", request.Currency, data.PayCurrency})...)
}

// AuthorizeSubscription begins the subscription of an order that was placed with
// AutoRenew. Path and bodies are assumed. The request is sent once.
func (c *Client) AuthorizeSubscription(ctx context.Context, payID, email string) (*Authorization, error) {
	if err := required("payID", payID, "email", email); err != nil {
		return nil, fmt.Errorf("authorizing a subscription: %w", err)
	}
	body := mall.StripeSubscriptionAuthorizationRequest{PayID: payID, Email: email, TradeType: stripeSubscriptionAuthorization.name}
	data, got, err := call[mall.StripeSubscriptionAuthorization](ctx, c, stripeSubscriptionAuthorization,
		func(ctx context.Context) (*http.Response, error) {
			return c.payment.StripeSubscriptionAuthorization(ctx, nil, body)
		})
	if err != nil {
		return nil, err
	}
	return authorization(stripeSubscriptionAuthorization, got, payID, data.PayID, data.ClientSecret, data.CustomerID)
}

func authorization(op operation, got *answer, asked, payID, secret, customer string) (*Authorization, error) {
	if payID != asked || secret == "" {
		return nil, got.malformed(op, "it does not authorize this payment")
	}
	return &Authorization{PayID: payID, ClientSecret: Secret{secret}, CustomerID: customer}, nil
}

// Subscription is a subscription at Stripe.
type Subscription struct {
	// ID is its own id. The others identify the buyer, the payment method and the product.
	ID, CustomerID, Method, ProductID string
	// Status is its state at Stripe. No value is documented. Stripe has several, and the order is
	// paid only in the state active. Call Payment to find out.
	Status string
}

// Subscribe subscribes to a plan with a payment method of the buyer. This pays the
// order. The request is sent once: after an error other than a *Refused, call Payment.
func (c *Client) Subscribe(ctx context.Context, request PaymentRequest) (*Subscription, error) {
	if err := required("PayID", request.PayID, "Amount", request.Amount.String(), "Currency", request.Currency,
		"Email", request.Email, "Method", request.Method, "PlanCode", request.PlanCode); err != nil {
		return nil, fmt.Errorf("subscribing: %w", err)
	}
	body := mall.StripeSubDirectlyRequest{
		PayID: request.PayID, PayAmount: request.Amount.String(), PayCurrency: request.Currency, Email: request.Email,
		PmID: request.Method, PlanID: request.PlanCode, TradeType: stripeSubDirectly.name,
	}
	data, got, err := call[mall.StripeSubDirectly](ctx, c, stripeSubDirectly, func(ctx context.Context) (*http.Response, error) {
		return c.payment.StripeSubDirectly(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	if data.SubID == "" || data.Status == "" {
		return nil, got.malformed(stripeSubDirectly, "it has no sub_id or no status")
	}
	return &Subscription{ID: data.SubID, CustomerID: data.CustomerID, Method: data.PayMethod, ProductID: data.ProductID,
		Status: data.Status}, nil
}

// Payment is the state of a payment.
type Payment struct {
	// PayID is the payment id of the order.
	PayID string
	// Status is PaymentOpen, PaymentSucceeded, PaymentFailed or another code.
	Status string
	// Amount and Currency are the price.
	Amount   Amount
	Currency string
	// EndedAt is when the payment ended, as the mall writes it; the time zone is not documented.
	EndedAt string

	source string // the operation
}

// Succeeded reports whether the order is paid. An unknown code is no success. Check
// compares the amount with the order.
func (p *Payment) Succeeded() bool { return p.Status == PaymentSucceeded }

// Payment returns the state of a payment. It changes nothing.
func (c *Client) Payment(ctx context.Context, payID string) (*Payment, error) {
	if err := required("payID", payID); err != nil {
		return nil, fmt.Errorf("looking up a payment: %w", err)
	}
	body := mall.ResultQueryRequest{PayID: payID, TradeType: resultQuery.name}
	data, got, err := call[mall.PaymentResult](ctx, c, resultQuery, func(ctx context.Context) (*http.Response, error) {
		return c.payment.ResultQuery(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	return paymentOf(resultQuery, got, payID, data)
}

// ConfirmPayment tells the mall that the buyer has completed the payment, and returns
// its state. Path and bodies are assumed. The request is sent once: after an error,
// call Payment.
func (c *Client) ConfirmPayment(ctx context.Context, payID string) (*Payment, error) {
	if err := required("payID", payID); err != nil {
		return nil, fmt.Errorf("confirming a payment: %w", err)
	}
	body := mall.ConfirmPaymentResultRequest{PayID: payID, TradeType: confirmPaymentResult.name}
	data, got, err := call[mall.PaymentResult](ctx, c, confirmPaymentResult, func(ctx context.Context) (*http.Response, error) {
		return c.payment.ConfirmPaymentResult(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	return paymentOf(confirmPaymentResult, got, payID, data)
}

func paymentOf(op operation, got *answer, asked string, data *mall.PaymentResult) (*Payment, error) {
	amount, err := ParseAmount(data.PayAmount)
	if err != nil {
		return nil, got.malformed(op, err.Error())
	}
	if data.PayID != asked || data.PayStatus == "" {
		return nil, got.malformed(op, "it is not the result of this payment")
	}
	payment := &Payment{PayID: data.PayID, Status: data.PayStatus, Amount: amount, Currency: data.PayCurrency, source: op.name}
	if data.PayResultDate != nil {
		payment.EndedAt = *data.PayResultDate
	}
	return payment, nil
}
