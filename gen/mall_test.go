package gen_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	. "github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/gen/push"
	paymentserver "github.com/mallcheck/mallcheck/gen/server/payment"
	pushserver "github.com/mallcheck/mallcheck/gen/server/push"
	topupserver "github.com/mallcheck/mallcheck/gen/server/topup"
	vshopserver "github.com/mallcheck/mallcheck/gen/server/vshop"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
)

// listen serves a handler until the test ends, and returns its address and a
// client for it that does not wait for ever.
func listen(t *testing.T, handler http.Handler) (string, *http.Client) {
	t.Helper()
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	return listening.URL, &http.Client{Timeout: 10 * time.Second}
}

// orders implements the operation that creates an order.
type orders struct {
	vshopserver.StrictServerInterface
}

func (orders) SingleOrder(_ context.Context, request vshopserver.SingleOrderRequestObject) (vshopserver.SingleOrderResponseObject, error) {
	return vshopserver.SingleOrder200JSONResponse{OperateCode: "S", Message: "success", Data: &SingleOrder{
		DeviceCode: request.Body.DeviceCode, OrderNo: request.Body.OrderNo, PartnerCode: request.Body.PartnerCode, PayID: request.Body.PayID,
	}}, nil
}

// payments implements the query of a payment's result.
type payments struct {
	paymentserver.StrictServerInterface
}

func (payments) ResultQuery(_ context.Context, request paymentserver.ResultQueryRequestObject) (paymentserver.ResultQueryResponseObject, error) {
	if request.Body.PayID != "P0123451" {
		return paymentserver.ResultQuerydefaultJSONResponse{Body: Refusal{OperateCode: "F", Message: "no such payment"}, StatusCode: 404}, nil
	}
	return paymentserver.ResultQuery200JSONResponse{OperateCode: "S", Message: "success", Data: &PaymentResult{
		PayID: request.Body.PayID, PayStatus: "1", PayAmount: "4.99", PayCurrency: "USD",
	}}, nil
}

// lookup implements the look-up of orders and answers with the keys that it got.
type lookup struct {
	topupserver.StrictServerInterface
}

func (lookup) QueryOrder(_ context.Context, request topupserver.QueryOrderRequestObject) (topupserver.QueryOrderResponseObject, error) {
	keys := request.Params
	if keys.PurchaseOrderID == nil || *keys.PurchaseOrderID != "" || keys.OrderID == nil || keys.SIMID != nil {
		return topupserver.QueryOrder200JSONResponse{OperateCode: "F", Message: "other keys"}, nil
	}
	return topupserver.QueryOrder200JSONResponse{OperateCode: "S", Message: "success", Data: &Order{OrderID: *keys.OrderID}}, nil
}

func TestAnOrderIsCreatedPaidAndLookedUp(t *testing.T) {
	address, caller := listen(t, vshopserver.Handler(vshopserver.NewStrictHandler(orders{}, nil)))
	shop, err := vshop.NewClientWithResponses(address, vshop.WithHTTPClient(caller))
	if err != nil {
		t.Fatal(err)
	}
	created, err := shop.SingleOrderWithResponse(t.Context(), &SingleOrderParams{},
		SingleOrderRequest{PartnerCode: "P012345", OrderNo: "1", PayID: "P0123451", DeviceCode: "89852420180910340793"})
	if err != nil || created.JSON200 == nil || created.JSON200.Data == nil || created.JSON200.Data.OrderNo != "1" {
		t.Fatalf("singleOrder: %v, %+v", err, created)
	}

	address, caller = listen(t, paymentserver.Handler(paymentserver.NewStrictHandler(payments{}, nil)))
	pay, err := payment.NewClientWithResponses(address, payment.WithHTTPClient(caller))
	if err != nil {
		t.Fatal(err)
	}
	paid, err := pay.ResultQueryWithResponse(t.Context(), &ResultQueryParams{}, ResultQueryRequest{PayID: created.JSON200.Data.PayID})
	if err != nil || paid.JSON200 == nil || paid.JSON200.Data == nil || paid.JSON200.Data.PayAmount != "4.99" {
		t.Errorf("resultQuery: %v, %+v", err, paid)
	}
	refused, err := pay.ResultQueryWithResponse(t.Context(), &ResultQueryParams{}, ResultQueryRequest{PayID: "another"})
	if err != nil || refused.JSON200 != nil || refused.JSONDefault == nil || refused.JSONDefault.OperateCode != "F" {
		t.Errorf("resultQuery of an unknown payment: %v, %+v", err, refused)
	}

	address, caller = listen(t, topupserver.Handler(topupserver.NewStrictHandler(lookup{}, nil)))
	desk, err := topup.NewClientWithResponses(address, topup.WithHTTPClient(caller))
	if err != nil {
		t.Fatal(err)
	}
	empty := ""
	found, err := desk.QueryOrderWithResponse(t.Context(), &QueryOrderParams{PurchaseOrderID: &empty, OrderID: &created.JSON200.Data.OrderNo})
	if err != nil || found.JSON200 == nil || found.JSON200.Data == nil || found.JSON200.Data.OrderID != "1" {
		t.Errorf("queryOrder: %v, %+v", err, found)
	}
}

// receiver implements the receiver of pushes, for one signature and one order.
type receiver struct{}

func (receiver) RechargeSuccess(_ context.Context, request pushserver.RechargeSuccessRequestObject) (pushserver.RechargeSuccessResponseObject, error) {
	want := push.RechargeSuccessParams{Version: "1.0", Algo: "HMAC-SHA1", Signature: "key-1/0bikjR3rSBHOkTLg22NH/395ls8=", Timestamp: "1760000000000"}
	switch {
	case request.Params != want:
		return pushserver.RechargeSuccessdefaultResponse{StatusCode: 401}, nil
	case request.Body.OrderNo != "1":
		return pushserver.RechargeSuccessdefaultResponse{StatusCode: 503}, nil
	}
	return pushserver.RechargeSuccess200JSONResponse{OperateCode: "S", Message: "success"}, nil
}

// The headers of a push arrive as they are sent, the signature with its slashes
// and its padding among them.
func TestSenderAndReceiverOfAPushAgree(t *testing.T) {
	address, caller := listen(t, pushserver.Handler(pushserver.NewStrictHandler(receiver{}, nil)))
	sender, err := push.NewClientWithResponses(address, push.WithHTTPClient(caller))
	if err != nil {
		t.Fatal(err)
	}
	signed := push.RechargeSuccessParams{Version: "1.0", Algo: "HMAC-SHA1", Signature: "key-1/0bikjR3rSBHOkTLg22NH/395ls8=", Timestamp: "1760000000000"}
	altered := signed
	altered.Signature = "key-1/0bikjR3rSBHOkTLg22NH/395ls9="
	for _, test := range []struct {
		params  push.RechargeSuccessParams
		orderNo string
		status  int
	}{{signed, "1", 200}, {altered, "1", 401}, {signed, "2", 503}} {
		answer, err := sender.RechargeSuccessWithResponse(t.Context(), &test.params, push.RechargeSuccessRequest{OrderNo: test.orderNo})
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode() != test.status || (answer.JSON200 != nil) != (test.status == 200) {
			t.Errorf("order %s, signature %s: %s %s", test.orderNo, test.params.Signature, answer.Status(), answer.Body)
		}
	}
}

// What is optional and not set is not written: an empty text would be another request.
func TestOptionalMembersAreLeftOut(t *testing.T) {
	for _, test := range []struct {
		request any
		want    string
	}{
		{push.RechargeSuccessRequest{OrderNo: "1"}, `{"deviceCode":"","orderNo":"1","packageCode":"","partnerCode":"","payAmount":"","payCurrency":"","payId":""}`},
		{ResultQueryRequest{PayID: "1"}, `{"partnerCode":"","payId":"1","sign":"","tradeTime":"","tradeType":"","version":""}`},
		{StripeSubDirectlyRequest{PlanID: "1"}, `{"email":"","partnerCode":"","payAmount":"","payCurrency":"","payId":"","plan_id":"1","pm_id":"",` +
			`"sign":"","tradeTime":"","tradeType":"","version":""}`},
		{CancelAutoRenewalRecordResponse{OperateCode: "S"}, `{"message":"","operateCode":"S"}`},
	} {
		text, err := json.Marshal(test.request)
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != test.want {
			t.Errorf("written as\n%s\nwant\n%s", text, test.want)
		}
	}
}
