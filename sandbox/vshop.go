package sandbox

import (
	"context"
	"net/http"
	"slices"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/vshop"
)

// vshopService implements the operations of Vshop.
type vshopService struct{ state *State }

const plansPath = "/singleServicePlanPage"

// vshopOperations lists the operations of Vshop with their rules.
func vshopOperations(st *State) []*operation {
	server := &vshop.ServerInterfaceWrapper{
		ErrorHandlerFunc: unreadable,
		Handler: vshop.NewStrictHandlerWithOptions(vshopService{st}, nil, vshop.StrictHTTPServerOptions{
			RequestErrorHandlerFunc: unreadable, ResponseErrorHandlerFunc: failed}),
	}
	return []*operation{
		{id: "singleVerify", method: http.MethodPost, base: vshopBase, path: "/singleVerify",
			rules: vshopRules("url"), handle: server.SingleVerify},
		{id: "singleServicePlanPage", method: http.MethodPost, base: vshopBase, path: plansPath,
			rules: vshopRules("area"), handle: server.SingleServicePlanPage},
		{id: "singleOrder", method: http.MethodPost, base: vshopBase, path: "/singleOrder",
			rules: orderRules(), handle: server.SingleOrder},
		{id: "singleQueryOrder", method: http.MethodPost, base: vshopBase, path: "/singleQueryOrder",
			rules: vshopRules(), handle: server.SingleQueryOrder},
		{id: "queryAutoRenewalRecord", method: http.MethodPost, base: vshopBase, path: "/queryAutoRenewalRecord",
			rules: vshopRules(), handle: server.QueryAutoRenewalRecord},
		{id: "cancelAutoRenewalRecord", method: http.MethodPost, base: vshopBase, path: "/cancelAutoRenewalRecord",
			rules: append(vshopRules(), filled("orderNo", "payId")...), handle: server.CancelAutoRenewalRecord},
		{id: "synOrderInfo", method: http.MethodPost, base: vshopBase, path: "/synPartner/SynOrderInfo",
			rules: thirdPartyRules(), handle: server.SynOrderInfo},
	}
}

// SingleVerify reports whether a SIM card with the ICCID exists.
func (s vshopService) SingleVerify(ctx context.Context, request vshop.SingleVerifyRequestObject) (vshop.SingleVerifyResponseObject, error) {
	c := callOf(ctx)
	if refusal := s.state.sim(c, request.Body.DeviceCode); refusal != nil {
		return nil, refusal
	}
	return vshop.SingleVerify200JSONResponse{
		OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.SingleVerify{PartnerCode: c.Partner, DeviceCode: request.Body.DeviceCode},
	}, nil
}

// SingleServicePlanPage returns the plans for sale to a SIM card: all, or those of one area. An unknown
// area has none; the areas are undocumented.
func (s vshopService) SingleServicePlanPage(
	ctx context.Context, request vshop.SingleServicePlanPageRequestObject,
) (vshop.SingleServicePlanPageResponseObject, error) {
	c := callOf(ctx)
	if refusal := s.state.sim(c, request.Body.DeviceCode); refusal != nil {
		return nil, refusal
	}
	page := &mall.SingleServicePlanPage{PartnerCode: c.Partner, DeviceCode: request.Body.DeviceCode, ServicePlanList: []mall.ServicePlan{}}
	for _, p := range catalogue {
		if area := request.Body.Area; area != nil && *area != "" && !slices.Contains(p.areas, *area) {
			continue
		}
		page.ServicePlanList = append(page.ServicePlanList, mall.ServicePlan{
			PackageCode: p.packageCode, ServicePlanCode: p.planCode, ServicePlanShowName: p.name,
			PayAmount: p.amount, PayCurrency: p.currency,
		})
	}
	return vshop.SingleServicePlanPage200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess, Data: page}, nil
}

// SingleOrder creates an order with the partner's orderNo and payId.
func (s vshopService) SingleOrder(ctx context.Context, request vshop.SingleOrderRequestObject) (vshop.SingleOrderResponseObject, error) {
	c, b := callOf(ctx), request.Body
	o := &Order{
		OrderNo: b.OrderNo, PayID: b.PayId, PurchaseID: deref(b.RequestOrderId), SIM: b.DeviceCode,
		PackageCode: b.PackageCode, PlanCode: deref(b.ServicePlanCode), PlanName: deref(b.ServicePlanShowName),
		Amount: b.PayAmount, Currency: b.PayCurrency, Period: b.OrderPeriod,
	}
	if refusal := s.state.order(c, o, PayOpen); refusal != nil {
		return nil, refusal
	}
	return vshop.SingleOrder200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.SingleOrder{PartnerCode: o.Partner, DeviceCode: o.SIM, OrderNo: o.OrderNo, PayId: o.PayID}}, nil
}

// SynOrderInfo creates a third-party order, paid if payRst is "SUCCESS" and failed otherwise.
func (s vshopService) SynOrderInfo(ctx context.Context, request vshop.SynOrderInfoRequestObject) (vshop.SynOrderInfoResponseObject, error) {
	c, b := callOf(ctx), request.Body
	o := &Order{
		OrderNo: b.OrderNo, PayID: b.PayId, PurchaseID: deref(b.OrgOrderId), SIM: b.DeviceCode, PackageCode: b.PackageCode,
		Amount: b.PayAmount, Currency: b.PayCurrency, Period: b.OrderPeriod,
		ThirdParty: true, Payment: Payment{Ended: b.PayResultDate},
	}
	outcome := PayFailed
	if b.PayRst == paidThirdParty {
		outcome = PayPaid
	}
	if refusal := s.state.order(c, o, outcome); refusal != nil {
		return nil, refusal
	}
	return vshop.SynOrderInfo200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.SynOrderInfo{PartnerCode: o.Partner, DeviceCode: o.SIM, OrderNo: o.OrderNo, PayId: o.PayID}}, nil
}

// SingleQueryOrder returns the active and pending orders of a SIM card.
func (s vshopService) SingleQueryOrder(
	ctx context.Context, request vshop.SingleQueryOrderRequestObject,
) (vshop.SingleQueryOrderResponseObject, error) {
	c := callOf(ctx)
	l, refusal := s.state.orderList(c, request.Body.DeviceCode)
	if refusal != nil {
		return nil, refusal
	}
	orders := make([]mall.QueriedOrder, 0, len(l.Entries))
	for _, e := range l.Entries {
		orders = append(orders, mall.QueriedOrder{OrderStatus: e.Status, ServicePlanShowName: e.PlanName,
			Time: e.Time, Unit: e.Unit, ExpireDate: reference(e.ExpireDate), RemainingDays: e.RemainingDays})
	}
	return vshop.SingleQueryOrder200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.SingleQueryOrder{PartnerCode: c.Partner, DeviceCode: l.SIM, OrderList: orders}}, nil
}

// QueryAutoRenewalRecord returns the active auto-renewal of a SIM card.
func (s vshopService) QueryAutoRenewalRecord(
	ctx context.Context, request vshop.QueryAutoRenewalRecordRequestObject,
) (vshop.QueryAutoRenewalRecordResponseObject, error) {
	c := callOf(ctx)
	o, refusal := s.state.renewal(c, request.Body.DeviceCode)
	if refusal != nil {
		return nil, refusal
	}
	return vshop.QueryAutoRenewalRecord200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess,
		Data: &mall.AutoRenewalRecord{
			PartnerCode: c.Partner, DeviceCode: o.SIM, OrderNo: o.OrderNo, PayId: o.PayID, OrderPeriod: o.Period,
			PackageType: packageType, ServicePlanShowName: o.PlanName, SubscriptionTime: o.Renewal.Since.UTC().Format("2006.01.02"),
		}}, nil
}

// CancelAutoRenewalRecord ends an auto-renewal. Paid periods stay in effect.
func (s vshopService) CancelAutoRenewalRecord(
	ctx context.Context, request vshop.CancelAutoRenewalRecordRequestObject,
) (vshop.CancelAutoRenewalRecordResponseObject, error) {
	b := request.Body
	if refusal := s.state.cancelRenewal(callOf(ctx), b.DeviceCode, b.OrderNo, b.PayId); refusal != nil {
		return nil, refusal
	}
	return vshop.CancelAutoRenewalRecord200JSONResponse{OperateCode: CodeSuccess, Message: messageSuccess, Data: struct{}{}}, nil
}

// deref returns the text of an optional parameter.
func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// reference returns a pointer to text, or nil for an empty one, which the response omits.
func reference(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
