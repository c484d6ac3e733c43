package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// A test of a partner's client starts a mall, and points the client at it.
func ExampleStart() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	server, err := sandbox.Start(ctx, sandbox.Config{}, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close(ctx) }()

	fixtures := server.Sandbox().Fixtures()
	signer := &signing.Signer{PartnerCode: fixtures.Partner, Templates: []string{
		"/mall/bundle-groups/{group_id}/sims", "/async-result/{request_id}"}}
	client, err := topup.NewClientWithResponses(server.URL()+"/topup", topup.WithRequestEditorFn(signer.Sign))
	if err != nil {
		fmt.Println(err)
		return
	}
	accepted, err := client.AddSIMsWithResponse(ctx, fixtures.Groups[0], nil,
		mall.AddSIMsRequest{SIMIDs: []string{fixtures.SIMs[0], fixtures.UnknownSIM}})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.AsyncResultWithResponse(ctx, accepted.HTTPResponse.Header.Get("request_id"), &mall.AsyncResultParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.JSON200.Data.Status)
	for _, d := range result.JSON200.Data.Details {
		fmt.Println(d.SIMID, d.Result, d.Message)
	}
	// Output:
	// completed
	// 89852420180910340793 10 success
	// 89852202306250040074 31 The SIM card does not exist.
}

// A purchase runs over three services and ends with a push to the partner.
func ExamplePush() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fixtures := store.NewFixtures()
	verifier := &signing.PushVerifier{Keys: map[string][]byte{fixtures.PushKeyID: fixtures.PushKey}}
	pushed := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = verifier.Verify(r.Header, body)
		}
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		pushed <- string(body)
	}))
	defer receiver.Close()
	server, err := sandbox.Start(ctx, sandbox.Config{Push: store.Push{To: receiver.URL}}, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close(ctx) }()

	signer := &signing.Signer{PartnerCode: fixtures.Partner}
	shop, err := vshop.NewClientWithResponses(server.URL()+"/vshop", vshop.WithRequestEditorFn(signer.Sign))
	if err != nil {
		fmt.Println(err)
		return
	}
	till, err := payment.NewClientWithResponses(server.URL()+"/payment", payment.WithRequestEditorFn(signer.Sign))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = shop.SingleOrderWithResponse(ctx, nil, mall.SingleOrderRequest{
		DeviceCode: fixtures.SIMs[0], LanguageCode: "1", Mark: "0", Terminal: "1", TradeTime: "1793525400000", TradeType: "singleOrder",
		OrderNo: "N1", PayID: "I1", PackageCode: fixtures.Packages[0], PayAmount: "4.99", PayCurrency: "USD", OrderPeriod: "1", AutoRenewal: "0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	method := store.MethodPays
	_, err = till.StripeSingleAuthorizationWithResponse(ctx, nil, mall.StripeSingleAuthorizationRequest{
		PayID: "I1", PayAmount: "4.99", PayCurrency: "USD", Email: "buyer@example.com", PmID: &method, TradeTime: "1793525400000", TradeType: "x"})
	if err != nil {
		fmt.Println(err)
		return
	}
	confirmed, err := till.ConfirmPaymentResultWithResponse(ctx, nil, mall.ConfirmPaymentResultRequest{
		PayID: "I1", TradeTime: "1793525400000", TradeType: "x"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("payStatus", confirmed.JSON200.Data.PayStatus)
	fmt.Println(<-pushed)
	// Output:
	// payStatus 1
	// {"deviceCode":"89852420180910340793","orderNo":"N1","packageCode":"PACKAGE20180428000007","partnerCode":"P000270","payAmount":"4.99","payCurrency":"USD","payId":"I1"}
}

// A habit that the contract leaves open, or a violation of it, is an interceptor.
func ExampleInterceptor() {
	refusalsAs422 := store.Interceptor{Answer: func(_ *store.Call, a *store.Answer) {
		if a.Refused != nil {
			a.Status = http.StatusUnprocessableEntity
		}
	}}
	embedded, err := sandbox.New(sandbox.Config{Interceptors: []store.Interceptor{refusalsAs422}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statusOf(embedded.Handler(), "/topup/mall/bundle-groups/bundles"))
	// Output: 422
}
