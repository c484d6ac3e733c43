package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
)

// serve stands in for the mall: it answers each path with one text. It returns its address and how to stop it.
func serve(answers map[string]string) (string, func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("request_id", "RQ-1")
		fmt.Fprint(w, answers[r.URL.Path])
	}))
	return server.URL, server.Close
}

// Buy a data plan: from the SIM card to the paid order.
func Example() {
	address, stop := serve(map[string]string{
		"/vshop/singleServicePlanPage": `{"operateCode":"S","message":"success","data":{"partnerCode":"P000270","deviceCode":"89852420180910340793",
			"servicePlanList":[{"packageCode":"PACKAGE1","servicePlanCode":"SP1","servicePlanShowName":"Europe","payAmount":"4.99","payCurrency":"USD"}]}}`,
		"/vshop/singleOrder": `{"operateCode":"S","message":"success","data":{"deviceCode":"89852420180910340793",
			"orderNo":"2026110109300000001","partnerCode":"P000270","payId":"P0002702026110109300000001"}}`,
		"/payment/stripeSingleAuthorization": `{"operateCode":"S","message":"success","data":{"payId":"P0002702026110109300000001",
			"client_secret":"pi_1_secret_1","customer_id":"cus_1","payAmount":"4.99","payCurrency":"USD"}}`,
		"/payment/confirmPaymentResult": `{"operateCode":"S","message":"success","data":{"payId":"P0002702026110109300000001",
			"payStatus":"1","payAmount":"4.99","payCurrency":"USD"}}`,
	})
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	mall, err := client.New(client.Config{
		PartnerCode: "P000270",
		Addresses:   client.Addresses{Vshop: address + "/vshop", Payment: address + "/payment", Topup: address + "/topup"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	const sim = "89852420180910340793"
	plans, err := mall.Plans(ctx, sim, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	request := client.OrderRequest{
		OrderNo: "2026110109300000001", SIM: sim, PackageCode: plans[0].PackageCode, Amount: plans[0].Price, Currency: plans[0].Currency,
	}
	order, err := mall.Order(ctx, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = mall.AuthorizePayment(ctx, client.PaymentRequest{
		PayID: order.PayID, Amount: plans[0].Price, Currency: plans[0].Currency, Email: "buyer@example.com", Method: "pm_card_visa",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	payment, err := mall.ConfirmPayment(ctx, order.PayID)
	if err == nil {
		err = payment.Check(request) // paid as ordered
	}
	fmt.Println(payment.Succeeded(), payment.Amount, payment.Currency, err)
	// Output: true 4.99 USD <nil>
}

// Put SIM cards into a group, and see which ones failed.
func ExampleTask_Wait() {
	address, stop := serve(map[string]string{
		"/topup/mall/bundle-groups/G0001/sims": `{"operateCode":"S","message":"success"}`,
		"/topup/async-result/RQ-1": `{"operateCode":"S","message":"success","data":{"request_id":"RQ-1","action_code":"70","status":"completed",
			"details":[{"sim_id":"89852420180910340793","result":"10","message":"success"},
			{"sim_id":"89852202306250040074","result":"31","message":"The SIM card does not exist."}]}}`,
	})
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	mall, err := client.New(client.Config{PartnerCode: "P000270", Addresses: clienttest.At(address)})
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := mall.AddSIMs(ctx, "G0001", "89852420180910340793", "89852202306250040074")
	if err != nil {
		fmt.Println(err)
		return
	}
	// Store task.RequestID() here: mall.Task resumes it after a restart.
	_, err = task.Wait(ctx)
	if failed := new(client.FailedSIMs); errors.As(err, &failed) {
		for _, sim := range failed.SIMs {
			fmt.Println(sim.SIM, sim.Result, sim.Message)
		}
	}
	// Output: 89852202306250040074 31 The SIM card does not exist.
}

// Tell a refusal by the mall from an answer that is none.
func ExampleRefused() {
	address, stop := serve(map[string]string{
		"/vshop/singleVerify": `{"operateCode":"F","message":"The SIM card does not exist."}`,
	})
	defer stop()

	mall, err := client.New(client.Config{PartnerCode: "P000270", Addresses: clienttest.At(address)})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = mall.VerifySIM(context.Background(), "89852202306250040074")
	refused := new(client.Refused)
	malformed := new(client.Malformed)
	switch {
	case errors.As(err, &refused):
		fmt.Println("refused with code", refused.Code)
	case errors.As(err, &malformed):
		fmt.Println("no answer of the mall: HTTP", malformed.Status)
	}
	// Output: refused with code F
}

// Receive pushes: what the function returns decides whether the mall sends a push again.
func ExamplePushHandler() {
	keys := map[string][]byte{"key-1": []byte("the secret that the provider gave")}
	mux := http.NewServeMux()
	mux.Handle("/mall/recharged", client.PushHandler(keys, func(_ context.Context, push client.Push) error {
		fmt.Println("top-up of order", push.OrderNo, "is finished")
		return nil // after it is stored
	}))
	server := httptest.NewServer(mux)
	defer server.Close()

	answer, err := http.Post(server.URL+"/mall/recharged", "application/json", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	fmt.Println("without a signature:", answer.StatusCode)
	// Output: without a signature: 400
}
