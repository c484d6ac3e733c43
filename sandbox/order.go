package sandbox

import (
	"context"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/topup"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// QueryOrder returns the order found by the first non-empty key. The generated code has it on the server
// of Bundle-groups because both share one address.
func (s topupService) QueryOrder(ctx context.Context, request topup.QueryOrderRequestObject) (topup.QueryOrderResponseObject, error) {
	p := request.Params
	o, refusal := s.state.LookUp(store.CallOf(ctx), deref(p.PurchaseOrderId), deref(p.OrderId), deref(p.SimId))
	if refusal != nil {
		return nil, refusal
	}
	return topup.QueryOrder200JSONResponse{OperateCode: store.CodeSuccess, Message: store.MessageSuccess,
		Data: &mall.Order{PurchaseOrderId: store.Optional(o.PurchaseID), OrderId: o.OrderNo, SimId: o.SIM, PackageCode: o.PackageCode,
			PayId: o.PayID, PayAmount: o.Amount, PayCurrency: o.Currency, PayStatus: o.Payment.Status}}, nil
}
