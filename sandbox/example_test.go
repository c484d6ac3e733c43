package sandbox_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/sandbox"
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
	accepted, err := client.AddSimsWithResponse(ctx, fixtures.Groups[0], nil,
		mall.AddSimsRequest{SimIds: []string{fixtures.SIMs[0], fixtures.UnknownSIM}})
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
		fmt.Println(d.SimId, d.Result, d.Message)
	}
	// Output:
	// completed
	// 89852420180910340793 10 success
	// 89852202306250040074 31 The SIM card does not exist.
}

// A habit that the contract leaves open, or a violation of it, is an interceptor.
func ExampleInterceptor() {
	refusalsAs422 := sandbox.Interceptor{Answer: func(_ *sandbox.Call, a *sandbox.Answer) {
		if a.Refused != nil {
			a.Status = http.StatusUnprocessableEntity
		}
	}}
	embedded, err := sandbox.New(sandbox.Config{Interceptors: []sandbox.Interceptor{refusalsAs422}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(statusOf(embedded.Handler(), "/topup/mall/bundle-groups/bundles"))
	// Output: 422
}
