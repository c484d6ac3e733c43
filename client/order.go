package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// queryOrder looks up one order.
var queryOrder = operation{name: "queryOrder", reads: true}

// ErrOtherOrder is wrapped by the error that Order returns when its OrderNo or PayID
// belongs to an order with other contents.
var ErrOtherOrder = errors.New("the number belongs to another order")

// Order places an order. It is safe to repeat with the same OrderNo. If no answer can
// be read, it looks up the order, by OrderNo and by PayID, and sends it again only if
// the mall knows neither. If it cannot find out, or the answer names another order, the
// error is an *Uncertain. It returns a refusal only if no earlier attempt placed the
// order. That the mall shows an unpaid order is assumed.
func (c *Client) Order(ctx context.Context, request OrderRequest) (*PlacedOrder, error) {
	request, err := request.complete(c.config.PartnerCode)
	if err != nil {
		return nil, fmt.Errorf("ordering: %w", err)
	}
	if request.MayExist {
		if found, err := c.existing(ctx, request); found != nil || err != nil {
			return found, err
		}
	}
	for attempt := 1; ; attempt++ {
		placed, failure := c.sendOrder(ctx, request)
		if failure == nil {
			return placed, nil
		}
		if other := new(Mismatch); errors.As(failure, &other) {
			return nil, &Uncertain{OrderNo: request.OrderNo, PayID: request.PayID, Err: failure}
		}
		if pause, waits := asked(failure); waits && !sleep(ctx, pause) {
			return nil, &Uncertain{OrderNo: request.OrderNo, PayID: request.PayID, Err: failure}
		}
		found, err := c.existing(ctx, request)
		refused := new(Refused)
		switch {
		case found != nil, errors.Is(err, ErrOtherOrder):
			return found, err
		case errors.As(failure, &refused) && refused.Status != http.StatusTooManyRequests:
			return nil, failure
		case err != nil:
			return nil, err
		case attempt >= c.config.Attempts || !sleep(ctx, retryPause(attempt, nil)):
			return nil, &Uncertain{OrderNo: request.OrderNo, PayID: request.PayID, Err: failure}
		}
	}
}

// existing returns the order if the mall has it, and nil without an error if it does not.
func (c *Client) existing(ctx context.Context, request OrderRequest) (*PlacedOrder, error) {
	placed := &PlacedOrder{OrderNo: request.OrderNo, PayID: request.PayID, SIM: request.SIM, Existed: true}
	uncertain := func(err error) error {
		return &Uncertain{OrderNo: request.OrderNo, PayID: request.PayID, Err: err}
	}
	refused := new(Refused)
	order, err := c.FindOrder(ctx, OrderKey{OrderNo: request.OrderNo})
	if err == nil {
		if other := order.Check(request); other != nil {
			return nil, fmt.Errorf("order %s: %w: %w", request.OrderNo, ErrOtherOrder, other)
		}
		return placed, nil
	}
	if !errors.As(err, &refused) {
		return nil, uncertain(err)
	}
	payment, err := c.Payment(ctx, request.PayID)
	if err == nil {
		if other := payment.Check(request); other != nil {
			return nil, fmt.Errorf("payment of order %s: %w: %w", request.OrderNo, ErrOtherOrder, other)
		}
		return placed, nil
	}
	if !errors.As(err, &refused) {
		return nil, uncertain(err)
	}
	return nil, nil // neither is known: there is no such order
}

// OrderKey selects an order. The first field that is not empty decides, in this
// order (documented).
type OrderKey struct {
	// PurchaseOrderID is the partner's own id of the order.
	PurchaseOrderID string
	// OrderNo is the number under which the order was placed.
	OrderNo string
	// SIM is the ICCID of the card. It selects the most recent order (assumed).
	SIM string
}

// FoundOrder is an order as the mall returns it.
type FoundOrder struct {
	// PurchaseOrderID, OrderNo, SIM, PackageCode and PayID are the values that it was placed with.
	PurchaseOrderID, OrderNo, SIM, PackageCode, PayID string
	// Amount and Currency are its price.
	Amount   Amount
	Currency string
	// PayStatus is the state of its payment: PaymentOpen, PaymentSucceeded, PaymentFailed or another code.
	PayStatus string
}

// FindOrder looks up an order of the partner. If there is none, the error is a *Refused (assumed).
func (c *Client) FindOrder(ctx context.Context, key OrderKey) (*FoundOrder, error) {
	if key == (OrderKey{}) {
		return nil, errors.New("looking up an order: the key is empty")
	}
	params := &mall.QueryOrderParams{
		PurchaseOrderID: optional(key.PurchaseOrderID), OrderID: optional(key.OrderNo), SIMID: optional(key.SIM),
	}
	data, got, err := call[mall.Order](ctx, c, queryOrder, func(ctx context.Context) (*http.Response, error) {
		return c.topup.QueryOrder(ctx, params)
	})
	if err != nil {
		return nil, err
	}
	amount, err := ParseAmount(data.PayAmount)
	if err != nil {
		return nil, got.malformed(queryOrder, err.Error())
	}
	order := &FoundOrder{
		OrderNo: data.OrderID, SIM: data.SIMID, PackageCode: data.PackageCode, PayID: data.PayID, Amount: amount,
		Currency: data.PayCurrency, PayStatus: data.PayStatus,
	}
	if data.PurchaseOrderID != nil {
		order.PurchaseOrderID = *data.PurchaseOrderID
	}
	if !key.finds(order) {
		return nil, got.malformed(queryOrder, "it names another order than the key")
	}
	return order, nil
}

// finds reports whether the deciding field of the key belongs to the order.
func (k OrderKey) finds(order *FoundOrder) bool {
	switch {
	case k.PurchaseOrderID != "":
		return order.PurchaseOrderID == k.PurchaseOrderID
	case k.OrderNo != "":
		return order.OrderNo == k.OrderNo
	}
	return order.SIM == k.SIM
}
