package sandbox

import (
	"context"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/server/topup"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

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
