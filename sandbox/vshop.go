package sandbox

import (
	"context"
	"net/http"
	"slices"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/vshop"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// vshopService implements the operations of Vshop.
type vshopService struct{ state *store.State }

// vshopOperations lists the operations of Vshop with their rules.
func vshopOperations(st *store.State) []*operation {
	server := &vshop.ServerInterfaceWrapper{
		ErrorHandlerFunc: unreadable,
		Handler: vshop.NewStrictHandlerWithOptions(vshopService{st}, nil, vshop.StrictHTTPServerOptions{
			RequestErrorHandlerFunc: unreadable, ResponseErrorHandlerFunc: failed}),
	}
	return []*operation{
		{id: "singleVerify", method: http.MethodPost, base: store.VshopBase, path: "/singleVerify",
			rules: vshopRules("url"), handle: server.SingleVerify},
		{id: "singleServicePlanPage", method: http.MethodPost, base: store.VshopBase, path: store.PlansPath,
			rules: vshopRules("area"), handle: server.SingleServicePlanPage},
		{id: "singleOrder", method: http.MethodPost, base: store.VshopBase, path: "/singleOrder",
			rules: orderRules(), handle: server.SingleOrder},
		{id: "singleQueryOrder", method: http.MethodPost, base: store.VshopBase, path: "/singleQueryOrder",
			rules: vshopRules(), handle: server.SingleQueryOrder},
		{id: "queryAutoRenewalRecord", method: http.MethodPost, base: store.VshopBase, path: "/queryAutoRenewalRecord",
			rules: vshopRules(), handle: server.QueryAutoRenewalRecord},
		{id: "cancelAutoRenewalRecord", method: http.MethodPost, base: store.VshopBase, path: "/cancelAutoRenewalRecord",
			rules: append(vshopRules(), filled("orderNo", "payId")...), handle: server.CancelAutoRenewalRecord},
		{id: "synOrderInfo", method: http.MethodPost, base: store.VshopBase, path: "/synPartner/SynOrderInfo",
			rules: thirdPartyRules(), handle: server.SynOrderInfo},
	}
}

// SingleVerify reports whether a SIM card with the ICCID exists.
func (s vshopService) SingleVerify(ctx context.Context, request vshop.SingleVerifyRequestObject) (vshop.SingleVerifyResponseObject, error) {
	c := store.CallOf(ctx)
	if refusal := s.state.Sim(c, request.Body.DeviceCode); refusal != nil {
		return nil, refusal
	}
	return vshop.SingleVerify200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.SingleVerify{PartnerCode: c.Partner, DeviceCode: request.Body.DeviceCode},
	}, nil
}

// SingleServicePlanPage returns the plans for sale to a SIM card: all, or those of one area. An unknown
// area has none; the areas are undocumented.
func (s vshopService) SingleServicePlanPage(
	ctx context.Context, request vshop.SingleServicePlanPageRequestObject,
) (vshop.SingleServicePlanPageResponseObject, error) {
	c := store.CallOf(ctx)
	if refusal := s.state.Sim(c, request.Body.DeviceCode); refusal != nil {
		return nil, refusal
	}
	page := &mall.SingleServicePlanPage{PartnerCode: c.Partner, DeviceCode: request.Body.DeviceCode, ServicePlanList: []mall.ServicePlan{}}
	for _, p := range store.Catalogue {
		if area := request.Body.Area; area != nil && *area != "" && !slices.Contains(p.Areas, *area) {
			continue
		}
		page.ServicePlanList = append(page.ServicePlanList, mall.ServicePlan{
			PackageCode: p.PackageCode, ServicePlanCode: p.PlanCode, ServicePlanShowName: p.Name,
			PayAmount: p.Amount, PayCurrency: p.Currency,
		})
	}
	return vshop.SingleServicePlanPage200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: page}, nil
}

// SingleOrder creates an order with the partner's orderNo and payId.
func (s vshopService) SingleOrder(ctx context.Context, request vshop.SingleOrderRequestObject) (vshop.SingleOrderResponseObject, error) {
	c, b := store.CallOf(ctx), request.Body
	o := &store.Order{
		OrderNo: b.OrderNo, PayID: b.PayID, PurchaseID: deref(b.RequestOrderID), SIM: b.DeviceCode,
		PackageCode: b.PackageCode, PlanCode: deref(b.ServicePlanCode), PlanName: deref(b.ServicePlanShowName),
		Amount: b.PayAmount, Currency: b.PayCurrency, Period: b.OrderPeriod,
	}
	if refusal := s.state.Order(c, o, store.PayOpen); refusal != nil {
		return nil, refusal
	}
	return vshop.SingleOrder200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.SingleOrder{PartnerCode: o.Partner, DeviceCode: o.SIM, OrderNo: o.OrderNo, PayID: o.PayID}}, nil
}

// SynOrderInfo creates a third-party order, paid if payRst is "SUCCESS" and failed otherwise.
func (s vshopService) SynOrderInfo(ctx context.Context, request vshop.SynOrderInfoRequestObject) (vshop.SynOrderInfoResponseObject, error) {
	c, b := store.CallOf(ctx), request.Body
	o := &store.Order{
		OrderNo: b.OrderNo, PayID: b.PayID, PurchaseID: deref(b.OrgOrderID), SIM: b.DeviceCode, PackageCode: b.PackageCode,
		Amount: b.PayAmount, Currency: b.PayCurrency, Period: b.OrderPeriod,
		ThirdParty: true, Payment: store.Payment{Ended: b.PayResultDate},
	}
	outcome := store.PayFailed
	if b.PayRst == store.PaidThirdParty {
		outcome = store.PayPaid
	}
	if refusal := s.state.Order(c, o, outcome); refusal != nil {
		return nil, refusal
	}
	return vshop.SynOrderInfo200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.SynOrderInfo{PartnerCode: o.Partner, DeviceCode: o.SIM, OrderNo: o.OrderNo, PayID: o.PayID}}, nil
}

// SingleQueryOrder returns the active and pending orders of a SIM card.
func (s vshopService) SingleQueryOrder(
	ctx context.Context, request vshop.SingleQueryOrderRequestObject,
) (vshop.SingleQueryOrderResponseObject, error) {
	c := store.CallOf(ctx)
	l, refusal := s.state.OrderList(c, request.Body.DeviceCode)
	if refusal != nil {
		return nil, refusal
	}
	orders := make([]mall.QueriedOrder, 0, len(l.Entries))
	for _, e := range l.Entries {
		orders = append(orders, mall.QueriedOrder{OrderStatus: e.Status, ServicePlanShowName: e.PlanName,
			Time: e.Time, Unit: e.Unit, ExpireDate: store.Optional(e.ExpireDate), RemainingDays: e.RemainingDays})
	}
	return vshop.SingleQueryOrder200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.SingleQueryOrder{PartnerCode: c.Partner, DeviceCode: l.SIM, OrderList: orders}}, nil
}

// QueryAutoRenewalRecord returns the active auto-renewal of a SIM card.
func (s vshopService) QueryAutoRenewalRecord(
	ctx context.Context, request vshop.QueryAutoRenewalRecordRequestObject,
) (vshop.QueryAutoRenewalRecordResponseObject, error) {
	c := store.CallOf(ctx)
	o, refusal := s.state.Renewal(c, request.Body.DeviceCode)
	if refusal != nil {
		return nil, refusal
	}
	return vshop.QueryAutoRenewalRecord200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.AutoRenewalRecord{
			PartnerCode: c.Partner, DeviceCode: o.SIM, OrderNo: o.OrderNo, PayID: o.PayID, OrderPeriod: o.Period,
			PackageType: store.PackageType, ServicePlanShowName: o.PlanName, SubscriptionTime: o.Renewal.Since.UTC().Format("2006.01.02"),
		}}, nil
}

// CancelAutoRenewalRecord ends an auto-renewal. Paid periods stay in effect.
func (s vshopService) CancelAutoRenewalRecord(
	ctx context.Context, request vshop.CancelAutoRenewalRecordRequestObject,
) (vshop.CancelAutoRenewalRecordResponseObject, error) {
	b := request.Body
	if refusal := s.state.CancelRenewal(store.CallOf(ctx), b.DeviceCode, b.OrderNo, b.PayID); refusal != nil {
		return nil, refusal
	}
	return vshop.CancelAutoRenewalRecord200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: struct{}{},
	}, nil
}

// deref returns the text of an optional parameter.
func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
