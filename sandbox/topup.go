package sandbox

import (
	"context"
	"net/http"
	"strconv"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/topup"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// topupService implements the operations of Bundle-groups and Order.
type topupService struct{ state *store.State }

// canonicalRequestID is how net/http spells requestIDHeader.
var canonicalRequestID = http.CanonicalHeaderKey(store.RequestIDHeader)

// topupOperations lists the operations of Bundle-groups and of Order with their rules.
func topupOperations(st *store.State) []*operation {
	server := &topup.ServerInterfaceWrapper{
		ErrorHandlerFunc: unreadable,
		Handler: topup.NewStrictHandlerWithOptions(topupService{st}, nil, topup.StrictHTTPServerOptions{
			RequestErrorHandlerFunc: unreadable, ResponseErrorHandlerFunc: failed}),
	}
	const sims = "/mall/bundle-groups/{group_id}/sims"
	return []*operation{
		{id: "addSims", method: http.MethodPost, base: store.TopupBase, path: sims,
			rules: simRules(), handle: server.AddSIMs},
		{id: "removeSims", method: http.MethodDelete, base: store.TopupBase, path: sims,
			rules: simRules(), handle: server.RemoveSIMs},
		{id: "listGroupSims", method: http.MethodGet, base: store.TopupBase, path: sims,
			rules: []rule{groupRule()}, handle: server.ListGroupSIMs},
		{id: "listBundles", method: http.MethodGet, base: store.TopupBase, path: store.BundlesPath, handle: server.ListBundles},
		{id: "asyncResult", method: http.MethodGet, base: store.TopupBase, path: "/async-result/{request_id}",
			rules: []rule{requestIDRule()}, handle: server.AsyncResult},
		{id: "queryOrder", method: http.MethodGet, base: store.TopupBase, path: "/mall/order",
			rules: lookUpRules(), handle: server.QueryOrder},
	}
}

// AddSIMs accepts a task that adds SIM cards to a group.
func (s topupService) AddSIMs(ctx context.Context, request topup.AddSIMsRequestObject) (topup.AddSIMsResponseObject, error) {
	id, refusal := s.state.Accept(store.CallOf(ctx), store.ActionAdd, request.GroupID, request.Body.SIMIDs)
	if refusal != nil {
		return nil, refusal
	}
	return topup.AddSIMs200JSONResponse{
		Body:    mall.AddSIMsResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: struct{}{}},
		Headers: topup.AddSIMs200ResponseHeaders{RequestID: &id},
	}, nil
}

// RemoveSIMs accepts a task that removes SIM cards from a group.
func (s topupService) RemoveSIMs(ctx context.Context, request topup.RemoveSIMsRequestObject) (topup.RemoveSIMsResponseObject, error) {
	id, refusal := s.state.Accept(store.CallOf(ctx), store.ActionRemove, request.GroupID, request.Body.SIMIDs)
	if refusal != nil {
		return nil, refusal
	}
	return topup.RemoveSIMs200JSONResponse{
		Body:    mall.RemoveSIMsResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: struct{}{}},
		Headers: topup.RemoveSIMs200ResponseHeaders{RequestID: &id},
	}, nil
}

// ListGroupSIMs returns the SIM cards of a group, each repeated as often as it is counted.
func (s topupService) ListGroupSIMs(
	ctx context.Context, request topup.ListGroupSIMsRequestObject,
) (topup.ListGroupSIMsResponseObject, error) {
	l, refusal := s.state.Listing(store.CallOf(ctx), request.GroupID)
	if refusal != nil {
		return nil, refusal
	}
	return topup.ListGroupSIMs200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.GroupSIMs{GroupID: l.Group, SIMCount: strconv.Itoa(len(l.SIMs)), SIMIDs: l.SIMs},
	}, nil
}

// ListBundles returns all groups of the partner, each with its plan.
func (s topupService) ListBundles(ctx context.Context, _ topup.ListBundlesRequestObject) (topup.ListBundlesResponseObject, error) {
	groups := s.state.Bundles(store.CallOf(ctx))
	bundles := make([]mall.Bundle, 0, len(groups))
	for _, g := range groups {
		bundles = append(bundles, mall.Bundle{
			GroupID: g.ID, GroupName: g.Name, PackageCode: g.Plan.PackageCode, PackageName: g.Plan.Name,
			SIMCount: strconv.Itoa(g.Size),
		})
	}
	return topup.ListBundles200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: &bundles}, nil
}

// AsyncResult returns the status of a task and, once it has finished, the result of each SIM card.
func (s topupService) AsyncResult(ctx context.Context, request topup.AsyncResultRequestObject) (topup.AsyncResultResponseObject, error) {
	r, refusal := s.state.Result(store.CallOf(ctx), request.RequestID)
	if refusal != nil {
		return nil, refusal
	}
	details := make([]mall.AsyncResultDetail, 0, len(r.Details))
	for _, d := range r.Details {
		details = append(details, mall.AsyncResultDetail{SIMID: d.SIM, Result: d.Result, Message: d.Message})
	}
	return topup.AsyncResult200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.AsyncResult{RequestID: r.RequestID, ActionCode: r.ActionCode, Status: r.Status, Details: details},
	}, nil
}

// QueryOrder returns the order found by the first non-empty key. The generated code declares it on the
// server of Bundle-groups because both services share one address.
func (s topupService) QueryOrder(ctx context.Context, request topup.QueryOrderRequestObject) (topup.QueryOrderResponseObject, error) {
	p := request.Params
	o, refusal := s.state.LookUp(store.CallOf(ctx), deref(p.PurchaseOrderID), deref(p.OrderID), deref(p.SIMID))
	if refusal != nil {
		return nil, refusal
	}
	return topup.QueryOrder200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.Order{PurchaseOrderID: store.Optional(o.PurchaseID), OrderID: o.OrderNo, SIMID: o.SIM, PackageCode: o.PackageCode,
			PayID: o.PayID, PayAmount: o.Amount, PayCurrency: o.Currency, PayStatus: o.Payment.Status}}, nil
}
