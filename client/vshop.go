package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// The operations of vshop.
var (
	singleVerify            = operation{name: "singleVerify", reads: true}
	singleServicePlanPage   = operation{name: "singleServicePlanPage", reads: true}
	singleOrder             = operation{name: "singleOrder", bare: true}
	singleQueryOrder        = operation{name: "singleQueryOrder", reads: true}
	queryAutoRenewalRecord  = operation{name: "queryAutoRenewalRecord", reads: true, bare: true}
	cancelAutoRenewalRecord = operation{name: "cancelAutoRenewalRecord", bare: true, empty: true}
	synOrderInfo            = operation{name: "synOrderInfo"}
)

// VerifySIM asks whether a data plan can be bought for a SIM card, given by its
// ICCID. If the card does not exist, the error is a *Refused.
func (c *Client) VerifySIM(ctx context.Context, sim string) error {
	body := mall.SingleVerifyRequest{
		DeviceCode: sim, LanguageCode: c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal, TradeType: singleVerify.name,
	}
	data, got, err := call[mall.SingleVerify](ctx, c, singleVerify, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.SingleVerify(ctx, nil, body)
	})
	if err == nil && data.DeviceCode != sim {
		return got.malformed(singleVerify, "it names another SIM card")
	}
	return err
}

// Plan is a data plan that can be bought.
type Plan struct {
	// PackageCode identifies the plan in an order, Code in a subscription.
	PackageCode, Code string
	// Name is the name for buyers.
	Name string
	// Price and Currency are its price. Whether for one period or for all is not documented.
	Price    Amount
	Currency string
}

// Plans lists the data plans that can be bought for a SIM card. If area is not empty, it
// narrows them down; which areas exist is not documented.
func (c *Client) Plans(ctx context.Context, sim, area string) ([]Plan, error) {
	body := mall.SingleServicePlanPageRequest{
		DeviceCode: sim, LanguageCode: c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal,
		TradeType: singleServicePlanPage.name,
	}
	if area != "" {
		body.Area = &area
	}
	data, got, err := call[mall.SingleServicePlanPage](ctx, c, singleServicePlanPage, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.SingleServicePlanPage(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	plans := make([]Plan, 0, len(data.ServicePlanList))
	for _, listed := range data.ServicePlanList {
		price, err := ParseAmount(listed.PayAmount)
		if err != nil {
			return nil, got.malformed(singleServicePlanPage, err.Error())
		}
		plans = append(plans, Plan{listed.PackageCode, listed.ServicePlanCode, listed.ServicePlanShowName, price, listed.PayCurrency})
	}
	return plans, nil
}

// OrderRequest is an order of a data plan for a SIM card.
type OrderRequest struct {
	// OrderNo identifies the order. Choose it, store it before the call, and never use it for another order.
	OrderNo string
	// PayID identifies the payment. Default: the partner code followed by OrderNo, as in the printed example.
	PayID string
	// SIM is the ICCID of the card.
	SIM string
	// PackageCode, Amount and Currency are taken from a Plan.
	PackageCode string
	Amount      Amount
	Currency    string
	// PlanCode and PlanName are taken from the Plan. They may be empty (assumed).
	PlanCode, PlanName string
	// Periods is the number of periods. Default: 1.
	Periods int
	// AutoRenew asks for an auto-renewal; call Subscribe afterwards.
	AutoRenew bool
	// PurchaseOrderID is another id of the partner's own. FindOrder finds the order by it. It may be empty.
	PurchaseOrderID string
	// MayExist says that the order may have been sent before, by this process or another. Order then looks it up first.
	MayExist bool
}

// PlacedOrder is an order that the mall has accepted. It is not paid yet.
type PlacedOrder struct {
	// OrderNo, PayID and SIM are taken from the request.
	OrderNo, PayID, SIM string
	// Existed says that an earlier attempt placed the order.
	Existed bool
}

// complete returns the request with its defaults filled in, or an error that says what is missing.
func (r OrderRequest) complete(partner string) (OrderRequest, error) {
	if err := required("OrderNo", r.OrderNo, "SIM", r.SIM, "PackageCode", r.PackageCode, "Amount", r.Amount.String(), "Currency", r.Currency); err != nil {
		return r, err
	}
	r.PayID = cmp.Or(r.PayID, partner+r.OrderNo)
	r.Periods = cmp.Or(r.Periods, 1)
	if r.Periods < 0 {
		return r, fmt.Errorf("the number of Periods is negative: %d", r.Periods)
	}
	return r, nil
}

// required takes alternating names and values, and returns an error for the first empty value.
func required(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return errors.New(pairs[i] + " is empty")
		}
	}
	return nil
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// optional returns nil for an empty string, so that it is not sent.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// sendOrder sends an order once.
func (c *Client) sendOrder(ctx context.Context, request OrderRequest) (*PlacedOrder, error) {
	body := mall.SingleOrderRequest{
		DeviceCode: request.SIM, LanguageCode: c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal, TradeType: singleOrder.name,
		OrderNo: request.OrderNo, PayID: request.PayID, PackageCode: request.PackageCode,
		PayAmount: request.Amount.String(), PayCurrency: request.Currency,
		OrderPeriod: strconv.Itoa(request.Periods), AutoRenewal: flag(request.AutoRenew),
		RequestOrderID: optional(request.PurchaseOrderID), ServicePlanCode: optional(request.PlanCode),
		ServicePlanShowName: optional(request.PlanName),
	}
	data, got, err := call[mall.SingleOrder](ctx, c, singleOrder, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.SingleOrder(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	if data.OrderNo == "" || data.PayID == "" {
		return nil, got.malformed(singleOrder, "it lacks orderNo or payId")
	}
	if err := compare(singleOrder.name, pair{"orderNo", request.OrderNo, data.OrderNo}, pair{"payId", request.PayID, data.PayID}); err != nil {
		return nil, err
	}
	return &PlacedOrder{OrderNo: request.OrderNo, PayID: request.PayID, SIM: request.SIM}, nil
}

// PaidOrder is an order that was paid to the partner, not through the operations of
// Payment.
type PaidOrder struct {
	// OrderRequest is the order; MayExist has no effect.
	OrderRequest
	// PaidAt is when it was paid. It is sent in its own time zone: no page says which one is expected.
	PaidAt time.Time
	// Account and Method say how it was paid, in codes that are not documented. Default: "1" and "3",
	// as printed.
	Account, Method string
}

// ReportPaidOrder reports an order that was paid to the partner. The request is sent
// once: after an error other than a *Refused, call FindOrder.
func (c *Client) ReportPaidOrder(ctx context.Context, order PaidOrder) (*PlacedOrder, error) {
	request, err := order.complete(c.config.PartnerCode)
	if err != nil {
		return nil, fmt.Errorf("reporting a paid order: %w", err)
	}
	body := mall.SynOrderInfoRequest{
		DeviceCode: request.SIM, LanguageCode: &c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal,
		TradeType: synOrderInfo.name,
		OrderNo:   request.OrderNo, PayID: request.PayID, PackageCode: request.PackageCode, OrgOrderID: &request.PurchaseOrderID,
		PayAmount: request.Amount.String(), PayCurrency: request.Currency,
		OrderPeriod: strconv.Itoa(request.Periods), AutoRenewal: flag(request.AutoRenew),
		PayAccount: cmp.Or(order.Account, "1"), PayType: cmp.Or(order.Method, "3"), PayResultDate: order.PaidAt.Format(time.DateTime),
		PayRst: "SUCCESS", PayStatus: PaymentSucceeded,
	}
	data, got, err := call[mall.SynOrderInfo](ctx, c, synOrderInfo, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.SynOrderInfo(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	if data.OrderNo == "" || data.PayID == "" {
		return nil, got.malformed(synOrderInfo, "it lacks orderNo or payId")
	}
	if err := compare(synOrderInfo.name, pair{"orderNo", request.OrderNo, data.OrderNo}, pair{"payId", request.PayID, data.PayID}); err != nil {
		return nil, err
	}
	return &PlacedOrder{OrderNo: request.OrderNo, PayID: request.PayID, SIM: request.SIM}, nil
}

// SIMOrder is an active or pending order of a SIM card.
type SIMOrder struct {
	// Status is OrderActive, OrderPending or another code.
	Status string
	// PlanName is the name of the plan.
	PlanName string
	// Time and Unit give the duration of the plan; "1" and "2" are printed for a plan of 30 days.
	Time, Unit string
	// ExpireDate is the last day as year-month-day. It is empty while the order is pending.
	ExpireDate string
	// RemainingDays is the number of days left, in digits.
	RemainingDays string
}

// SIMOrders lists the active and the pending orders of a SIM card.
func (c *Client) SIMOrders(ctx context.Context, sim string) ([]SIMOrder, error) {
	body := mall.SingleQueryOrderRequest{
		DeviceCode: sim, LanguageCode: c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal, TradeType: singleQueryOrder.name,
	}
	data, got, err := call[mall.SingleQueryOrder](ctx, c, singleQueryOrder, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.SingleQueryOrder(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	if data.DeviceCode != sim {
		return nil, got.malformed(singleQueryOrder, "it names another SIM card")
	}
	orders := make([]SIMOrder, 0, len(data.OrderList))
	for _, listed := range data.OrderList {
		order := SIMOrder{Status: listed.OrderStatus, PlanName: listed.ServicePlanShowName, Time: listed.Time, Unit: listed.Unit,
			RemainingDays: listed.RemainingDays}
		if listed.ExpireDate != nil {
			order.ExpireDate = *listed.ExpireDate
		}
		orders = append(orders, order)
	}
	return orders, nil
}

// AutoRenewal is the active auto-renewal of a SIM card.
type AutoRenewal struct {
	// SIM, OrderNo and PayID identify it.
	SIM, OrderNo, PayID string
	// Periods is the number of periods, in digits. PackageType is a code that is not documented.
	Periods, PackageType string
	// PlanName is the name of the plan.
	PlanName string
	// SubscribedOn is the day of the subscription, as year.month.day.
	SubscribedOn string
}

// AutoRenewal returns the active auto-renewal of a SIM card. If there is none, the
// error is a *Refused (assumed).
func (c *Client) AutoRenewal(ctx context.Context, sim string) (*AutoRenewal, error) {
	body := mall.QueryAutoRenewalRecordRequest{
		DeviceCode: sim, LanguageCode: c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal,
		TradeType: queryAutoRenewalRecord.name,
	}
	data, got, err := call[mall.AutoRenewalRecord](ctx, c, queryAutoRenewalRecord, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.QueryAutoRenewalRecord(ctx, nil, body)
	})
	if err != nil {
		return nil, err
	}
	if data.DeviceCode != sim || data.OrderNo == "" || data.PayID == "" {
		return nil, got.malformed(queryAutoRenewalRecord, "it is not an auto-renewal of this SIM card")
	}
	return &AutoRenewal{
		SIM: data.DeviceCode, OrderNo: data.OrderNo, PayID: data.PayID, Periods: data.OrderPeriod, PackageType: data.PackageType,
		PlanName: data.ServicePlanShowName, SubscribedOn: data.SubscriptionTime,
	}, nil
}

// CancelAutoRenewal ends the auto-renewal that SIM, OrderNo and PayID identify. The request is sent once.
func (c *Client) CancelAutoRenewal(ctx context.Context, renewal AutoRenewal) error {
	body := mall.CancelAutoRenewalRecordRequest{
		DeviceCode: renewal.SIM, LanguageCode: c.config.LanguageCode, Mark: mark, Terminal: c.config.Terminal,
		TradeType: cancelAutoRenewalRecord.name, OrderNo: renewal.OrderNo, PayID: renewal.PayID,
	}
	data, got, err := call[map[string]json.RawMessage](ctx, c, cancelAutoRenewalRecord, func(ctx context.Context) (*http.Response, error) {
		return c.vshop.CancelAutoRenewalRecord(ctx, nil, body)
	})
	if err == nil && got.bare && len(*data) > 0 {
		return got.malformed(cancelAutoRenewalRecord, "it is neither an envelope nor the printed empty object")
	}
	return err
}
