package requests

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
)

// version is the version in every request.
const version = "3.0"

// AddSIMs builds an addSims of SIM cards to a group.
func AddSIMs(t *target.Target, group string, sims ...string) (*http.Request, error) {
	return topup.NewAddSIMsRequest(base(t, "topup"), group, nil, mall.AddSIMsJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, SIMIDs: notNil(sims),
	})
}

// RemoveSIMs builds a removeSims of SIM cards from a group.
func RemoveSIMs(t *target.Target, group string, sims ...string) (*http.Request, error) {
	return topup.NewRemoveSIMsRequest(base(t, "topup"), group, nil, mall.RemoveSIMsJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, SIMIDs: notNil(sims),
	})
}

// ListGroupSIMs builds a listGroupSims.
func ListGroupSIMs(t *target.Target, group string) (*http.Request, error) {
	return topup.NewListGroupSIMsRequest(base(t, "topup"), group, &mall.ListGroupSIMsParams{
		Version: version, PartnerCode: t.PartnerCode,
	})
}

// ListBundles builds a listBundles.
func ListBundles(t *target.Target) (*http.Request, error) {
	return topup.NewListBundlesRequest(base(t, "topup"), &mall.ListBundlesParams{
		Version: version, PartnerCode: t.PartnerCode,
	})
}

// AsyncResult builds an asyncResult.
func AsyncResult(t *target.Target, requestID string) (*http.Request, error) {
	return topup.NewAsyncResultRequest(base(t, "topup"), requestID, &mall.AsyncResultParams{
		Version: version, PartnerCode: t.PartnerCode,
	})
}

// SingleVerify builds a singleVerify of a SIM card.
func SingleVerify(t *target.Target, sim string) (*http.Request, error) {
	return vshop.NewSingleVerifyRequest(base(t, "vshop"), nil, mall.SingleVerifyJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: sim, LanguageCode: "1",
		Mark: "0", Terminal: "1", TradeTime: Now(), TradeType: "singleVerify",
	})
}

// SingleServicePlanPage builds a singleServicePlanPage for a SIM card.
func SingleServicePlanPage(t *target.Target, sim string) (*http.Request, error) {
	return vshop.NewSingleServicePlanPageRequest(base(t, "vshop"), nil, mall.SingleServicePlanPageJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: sim, LanguageCode: "1",
		Mark: "0", Terminal: "0", TradeTime: Now(), TradeType: "singleServicePlanPage",
	})
}

// SingleOrder builds a singleOrder.
func SingleOrder(t *target.Target, p Purchase) (*http.Request, error) {
	return vshop.NewSingleOrderRequest(base(t, "vshop"), nil, mall.SingleOrderJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: p.SIM, LanguageCode: "0", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "singleOrder", OrderNo: p.OrderNo, PayID: p.PayID, PackageCode: p.Package,
		PayAmount: p.Amount, PayCurrency: p.Currency, OrderPeriod: p.Period, AutoRenewal: p.AutoRenewal,
		RequestOrderID: given(p.PurchaseID), ServicePlanCode: given(p.Plan), ServicePlanShowName: given(p.PlanName),
	})
}

// SingleQueryOrder builds a singleQueryOrder for a SIM card.
func SingleQueryOrder(t *target.Target, sim string) (*http.Request, error) {
	return vshop.NewSingleQueryOrderRequest(base(t, "vshop"), nil, mall.SingleQueryOrderJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "singleQueryOrder",
	})
}

// QueryAutoRenewalRecord builds a queryAutoRenewalRecord for a SIM card.
func QueryAutoRenewalRecord(t *target.Target, sim string) (*http.Request, error) {
	return vshop.NewQueryAutoRenewalRecordRequest(base(t, "vshop"), nil, mall.QueryAutoRenewalRecordJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: sim, LanguageCode: "0", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "queryAutoRenewalRecord",
	})
}

// CancelAutoRenewalRecord builds a cancelAutoRenewalRecord of a purchase.
func CancelAutoRenewalRecord(t *target.Target, p Purchase) (*http.Request, error) {
	return vshop.NewCancelAutoRenewalRecordRequest(base(t, "vshop"), nil, mall.CancelAutoRenewalRecordJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: p.SIM, LanguageCode: "0", Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "cancelAutoRenewalRecord", OrderNo: p.OrderNo, PayID: p.PayID,
	})
}

// SynOrderInfo builds a synOrderInfo of a third-party order.
func SynOrderInfo(t *target.Target, p Purchase) (*http.Request, error) {
	return vshop.NewSynOrderInfoRequest(base(t, "vshop"), nil, mall.SynOrderInfoJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, DeviceCode: p.SIM, LanguageCode: given("1"), Mark: "0", Terminal: "0",
		TradeTime: Now(), TradeType: "SynOrderInfo", OrderNo: p.OrderNo, PayID: p.PayID, PackageCode: p.Package,
		PayAmount: p.Amount, PayCurrency: p.Currency, OrderPeriod: p.Period, AutoRenewal: p.AutoRenewal, OrgOrderID: given(p.PurchaseID),
		PayAccount: PayAccount, PayResultDate: "2022-06-07 15:10:35", PayRst: "SUCCESS", PayStatus: "1", PayType: "3",
	})
}

// StripeSingleAuthorization builds a stripeSingleAuthorization of a purchase
// with a payment method.
func StripeSingleAuthorization(t *target.Target, p Purchase, method string) (*http.Request, error) {
	return payment.NewStripeSingleAuthorizationRequest(base(t, "payment"), nil, mall.StripeSingleAuthorizationJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, TradeTime: Now(), TradeType: "stripeSingleAuthorization",
		PayID: p.PayID, PayAmount: p.Amount, PayCurrency: p.Currency, Email: Email, PmID: given(method),
	})
}

// StripeSubscriptionAuthorization builds a stripeSubscriptionAuthorization of a purchase.
func StripeSubscriptionAuthorization(t *target.Target, p Purchase) (*http.Request, error) {
	return payment.NewStripeSubscriptionAuthorizationRequest(base(t, "payment"), nil, mall.StripeSubscriptionAuthorizationJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, TradeTime: Now(), TradeType: "stripeSubscriptionAuthorization",
		PayID: p.PayID, Email: Email,
	})
}

// StripeSubDirectly builds a stripeSubDirectly of a purchase with a payment method.
func StripeSubDirectly(t *target.Target, p Purchase, method string) (*http.Request, error) {
	return payment.NewStripeSubDirectlyRequest(base(t, "payment"), nil, mall.StripeSubDirectlyJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, TradeTime: Now(), TradeType: "stripeSubDirectly",
		PayID: p.PayID, PayAmount: p.Amount, PayCurrency: strings.ToLower(p.Currency), Email: Email, PlanID: p.Plan, PmID: method,
	})
}

// ResultQuery builds a resultQuery of a payment.
func ResultQuery(t *target.Target, payID string) (*http.Request, error) {
	return payment.NewResultQueryRequest(base(t, "payment"), nil, mall.ResultQueryJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, TradeTime: Now(), TradeType: "resultQuery", PayID: payID,
	})
}

// ConfirmPaymentResult builds a confirmPaymentResult of a payment.
func ConfirmPaymentResult(t *target.Target, payID string) (*http.Request, error) {
	return payment.NewConfirmPaymentResultRequest(base(t, "payment"), nil, mall.ConfirmPaymentResultJSONRequestBody{
		Version: version, PartnerCode: t.PartnerCode, TradeTime: Now(), TradeType: "confirmPaymentResult", PayID: payID,
	})
}

// QueryOrder builds a queryOrder.
func QueryOrder(t *target.Target, keys OrderKeys) (*http.Request, error) {
	return topup.NewQueryOrderRequest(base(t, "topup"), &mall.QueryOrderParams{
		Version: version, PartnerCode: t.PartnerCode,
		PurchaseOrderID: given(keys.PurchaseID), OrderID: given(keys.OrderID), SIMID: given(keys.SIM),
	})
}

// base returns the address of a service with a final slash: the generated builders resolve paths against
// it and would drop its last segment without one.
func base(t *target.Target, service string) string { return t.URLs[service] + "/" }

// Now returns the access time for Vshop bodies: 13-digit milliseconds.
func Now() string { return strconv.FormatInt(time.Now().UnixMilli(), 10) }

// notNil turns a nil list into [] instead of null.
func notNil(list []string) []string { return append([]string{}, list...) }

// given returns nil for an empty string, so that it is not sent.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
