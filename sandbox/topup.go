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
			rules: simRules(), handle: server.AddSims},
		{id: "removeSims", method: http.MethodDelete, base: store.TopupBase, path: sims,
			rules: simRules(), handle: server.RemoveSims},
		{id: "listGroupSims", method: http.MethodGet, base: store.TopupBase, path: sims,
			rules: []rule{groupRule()}, handle: server.ListGroupSims},
		{id: "listBundles", method: http.MethodGet, base: store.TopupBase, path: store.BundlesPath, handle: server.ListBundles},
		{id: "asyncResult", method: http.MethodGet, base: store.TopupBase, path: "/async-result/{request_id}",
			rules: []rule{requestIDRule()}, handle: server.AsyncResult},
		{id: "queryOrder", method: http.MethodGet, base: store.TopupBase, path: "/mall/order",
			rules: lookUpRules(), handle: server.QueryOrder},
	}
}

// AddSims accepts a task that adds SIM cards to a group.
func (s topupService) AddSims(ctx context.Context, request topup.AddSimsRequestObject) (topup.AddSimsResponseObject, error) {
	id, refusal := s.state.Accept(store.CallOf(ctx), store.ActionAdd, request.GroupId, request.Body.SimIds)
	if refusal != nil {
		return nil, refusal
	}
	return topup.AddSims200JSONResponse{
		Body:    mall.AddSimsResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: struct{}{}},
		Headers: topup.AddSims200ResponseHeaders{RequestId: &id},
	}, nil
}

// RemoveSims accepts a task that removes SIM cards from a group.
func (s topupService) RemoveSims(ctx context.Context, request topup.RemoveSimsRequestObject) (topup.RemoveSimsResponseObject, error) {
	id, refusal := s.state.Accept(store.CallOf(ctx), store.ActionRemove, request.GroupId, request.Body.SimIds)
	if refusal != nil {
		return nil, refusal
	}
	return topup.RemoveSims200JSONResponse{
		Body:    mall.RemoveSimsResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: struct{}{}},
		Headers: topup.RemoveSims200ResponseHeaders{RequestId: &id},
	}, nil
}

// ListGroupSims returns the SIM cards of a group, each repeated as often as it is counted.
func (s topupService) ListGroupSims(
	ctx context.Context, request topup.ListGroupSimsRequestObject,
) (topup.ListGroupSimsResponseObject, error) {
	l, refusal := s.state.Listing(store.CallOf(ctx), request.GroupId)
	if refusal != nil {
		return nil, refusal
	}
	return topup.ListGroupSims200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.GroupSims{GroupId: l.Group, SimCount: strconv.Itoa(len(l.SIMs)), SimIds: l.SIMs},
	}, nil
}

// ListBundles returns all groups of the partner, each with its plan.
func (s topupService) ListBundles(ctx context.Context, _ topup.ListBundlesRequestObject) (topup.ListBundlesResponseObject, error) {
	groups := s.state.Bundles(store.CallOf(ctx))
	bundles := make([]mall.Bundle, 0, len(groups))
	for _, g := range groups {
		bundles = append(bundles, mall.Bundle{
			GroupId: g.ID, GroupName: g.Name, PackageCode: g.Plan.PackageCode, PackageName: g.Plan.Name,
			SimCount: strconv.Itoa(g.Size),
		})
	}
	return topup.ListBundles200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess, Data: &bundles}, nil
}

// AsyncResult returns the status of a task and, once it has finished, the result of each SIM card.
func (s topupService) AsyncResult(ctx context.Context, request topup.AsyncResultRequestObject) (topup.AsyncResultResponseObject, error) {
	r, refusal := s.state.Result(store.CallOf(ctx), request.RequestId)
	if refusal != nil {
		return nil, refusal
	}
	details := make([]mall.AsyncResultDetail, 0, len(r.Details))
	for _, d := range r.Details {
		details = append(details, mall.AsyncResultDetail{SimId: d.SIM, Result: d.Result, Message: d.Message})
	}
	return topup.AsyncResult200JSONResponse{
		OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.AsyncResult{RequestId: r.RequestID, ActionCode: r.ActionCode, Status: r.Status, Details: details},
	}, nil
}
