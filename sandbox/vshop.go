package sandbox

import (
	"context"
	"net/http"
	"slices"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/vshop"
)

// vshopService carries out the operations of Vshop.
type vshopService struct{ state *State }

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
		{id: "singleServicePlanPage", method: http.MethodPost, base: vshopBase, path: "/singleServicePlanPage",
			rules: vshopRules("area"), handle: server.SingleServicePlanPage},
	}
}

// SingleVerify answers whether there is a SIM card with the ICCID.
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

// SingleServicePlanPage answers the plans that the SIM card can be sold: all, or those of one area.
// An area that no plan is for has none; which areas there are is not documented.
func (s vshopService) SingleServicePlanPage(ctx context.Context, request vshop.SingleServicePlanPageRequestObject) (vshop.SingleServicePlanPageResponseObject, error) {
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
