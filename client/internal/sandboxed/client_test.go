package sandboxed_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox"
)

// open starts a sandbox and connects to it.
func open(t testing.TB, config sandbox.Config) (*client.Client, sandbox.Fixtures) {
	t.Helper()
	box, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	return clienttest.Connect(t, box, nil), box.Fixtures()
}

// order is a request for the first plan of a SIM card.
func order(t testing.TB, mall *client.Client, sim, number string) client.OrderRequest {
	t.Helper()
	plans, err := mall.Plans(clienttest.Within(t), sim, "")
	if err != nil || len(plans) == 0 {
		t.Fatalf("plans: %v, %v", plans, err)
	}
	return client.OrderRequest{
		OrderNo: number, SIM: sim, PackageCode: plans[0].PackageCode, PlanCode: plans[0].Code, PlanName: plans[0].Name,
		Amount: plans[0].Price, Currency: plans[0].Currency, PurchaseOrderID: "own-" + number,
	}
}

func TestPurchase(t *testing.T) {
	mall, fixtures := open(t, sandbox.Config{})
	ctx, sim := clienttest.Within(t), fixtures.SIMs[0]
	if err := mall.VerifySIM(ctx, sim); err != nil {
		t.Fatal(err)
	}
	request := order(t, mall, sim, "1001")
	placed, err := mall.Order(ctx, request)
	if err != nil || placed.PayID != "P0002701001" || placed.Existed {
		t.Fatalf("order: %+v, %v", placed, err)
	}
	payment := client.PaymentRequest{
		PayID: placed.PayID, Amount: request.Amount, Currency: request.Currency, Email: "buyer@example.com", Method: "pm_card_visa",
	}
	authorized, err := mall.AuthorizePayment(ctx, payment)
	if err != nil || authorized.ClientSecret.Reveal() == "" || fmt.Sprint(authorized.ClientSecret) != "[redacted]" {
		t.Fatalf("authorization: %v, %v", authorized, err)
	}
	confirmed, err := mall.ConfirmPayment(ctx, placed.PayID)
	if err != nil || !confirmed.Succeeded() {
		t.Fatalf("confirmation: %+v, %v", confirmed, err)
	}
	asked, err := mall.Payment(ctx, placed.PayID)
	if err != nil || asked.Amount.Cmp(request.Amount) != 0 || !asked.Succeeded() || asked.EndedAt == "" {
		t.Fatalf("payment: %+v, %v", asked, err)
	}
	for _, key := range []client.OrderKey{{PurchaseOrderID: "own-1001"}, {OrderNo: "1001"}, {SIM: sim}} {
		found, err := mall.FindOrder(ctx, key)
		if err != nil || found.OrderNo != "1001" || found.PayStatus != client.PaymentSucceeded {
			t.Errorf("%+v finds %+v, %v", key, found, err)
		}
	}
	orders, err := mall.SIMOrders(ctx, sim)
	if err != nil || len(orders) != 1 || orders[0].Status != client.OrderActive {
		t.Errorf("orders of the SIM card: %+v, %v", orders, err)
	}
}

func TestSubscription(t *testing.T) {
	mall, fixtures := open(t, sandbox.Config{})
	ctx, sim := clienttest.Within(t), fixtures.SIMs[0]
	request := order(t, mall, sim, "2001")
	request.AutoRenew = true
	placed, err := mall.Order(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mall.AuthorizeSubscription(ctx, placed.PayID, "buyer@example.com"); err != nil {
		t.Fatal(err)
	}
	subscribed, err := mall.Subscribe(ctx, client.PaymentRequest{
		PayID: placed.PayID, Amount: request.Amount, Currency: request.Currency, Email: "buyer@example.com",
		Method: "pm_card_visa", PlanCode: request.PlanCode,
	})
	if err != nil || subscribed.Status != "active" {
		t.Fatalf("subscription: %+v, %v", subscribed, err)
	}
	renewal, err := mall.AutoRenewal(ctx, sim)
	if err != nil || renewal.OrderNo != "2001" {
		t.Fatalf("auto-renewal: %+v, %v", renewal, err)
	}
	if err := mall.CancelAutoRenewal(ctx, *renewal); err != nil {
		t.Fatal(err)
	}
	if _, err := mall.AutoRenewal(ctx, sim); !errors.As(err, new(*client.Refused)) {
		t.Errorf("after the cancellation: %v", err)
	}
}

func TestReportPaidOrder(t *testing.T) {
	mall, fixtures := open(t, sandbox.Config{})
	ctx := clienttest.Within(t)
	request := order(t, mall, fixtures.SIMs[0], "3001")
	if _, err := mall.ReportPaidOrder(ctx, client.PaidOrder{OrderRequest: request, PaidAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	found, err := mall.FindOrder(ctx, client.OrderKey{OrderNo: "3001"})
	if err != nil || found.PayStatus != client.PaymentSucceeded {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestGroups(t *testing.T) {
	mall, fixtures := open(t, sandbox.Config{TaskDelay: 300 * time.Millisecond})
	ctx, group, sim := clienttest.Within(t), fixtures.Groups[0], fixtures.SIMs[0]
	task, err := mall.AddSIMs(ctx, group, sim, sim, fixtures.UnknownSIM)
	if err != nil {
		t.Fatal(err)
	}
	result, err := task.Wait(ctx)
	failed := new(client.FailedSIMs)
	if !errors.As(err, &failed) || len(failed.SIMs) != 1 || failed.SIMs[0].SIM != fixtures.UnknownSIM ||
		failed.SIMs[0].Result != client.ResultUnknownSIM || len(result.SIMs) != 3 {
		t.Fatalf("result %+v, error %v", result, err)
	}
	listed, err := mall.GroupSIMs(ctx, group)
	if err != nil || len(listed) != 2 {
		t.Errorf("the group has %v, %v", listed, err)
	}
	groups, err := mall.Groups(ctx)
	if err != nil || len(groups) == 0 || groups[0].ID == group && groups[0].SIMCount != 2 {
		t.Errorf("groups %+v, %v", groups, err)
	}
	removing, err := mall.RemoveSIMs(ctx, group, sim, sim)
	if err != nil {
		t.Fatal(err)
	}
	resumed, err := mall.Task(removing.RequestID()).Wait(ctx)
	if err != nil || resumed.Action != client.ActionRemoveSIMs {
		t.Errorf("the resumed task: %+v, %v", resumed, err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	mall, fixtures := open(t, sandbox.Config{TaskDelay: time.Hour})
	task, err := mall.AddSIMs(clienttest.Within(t), fixtures.Groups[0], fixtures.SIMs[0])
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(clienttest.Within(t), 300*time.Millisecond)
	defer cancel()
	_, err = task.Wait(ctx)
	unfinished := new(client.Unfinished)
	if !errors.As(err, &unfinished) || unfinished.RequestID != task.RequestID() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestUnknownTaskIsRefusedAtOnce(t *testing.T) {
	mall, _ := open(t, sandbox.Config{})
	started := time.Now()
	if _, err := mall.Task("RQ-of-nobody").Wait(clienttest.Within(t)); !errors.As(err, new(*client.Refused)) || time.Since(started) > 5*time.Second {
		t.Errorf("error %v after %s", err, time.Since(started))
	}
}

func TestConcurrentUse(t *testing.T) {
	mall, fixtures := open(t, sandbox.Config{})
	var calls sync.WaitGroup
	for _, sim := range fixtures.SIMs[:4] {
		calls.Go(func() {
			task, err := mall.AddSIMs(clienttest.Within(t), fixtures.Groups[0], sim)
			if err != nil {
				t.Error(err)
				return
			}
			if result, err := task.Wait(clienttest.Within(t)); err != nil || len(result.SIMs) != 1 || result.SIMs[0].SIM != sim {
				t.Errorf("%s: %+v, %v", sim, result, err)
			}
		})
	}
	calls.Wait()
}

func TestAddressesAreThoseOfTheContract(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	for _, environment := range []client.Environment{client.Test, client.Production} {
		got := environment.Addresses()
		ours := map[string]string{"vshop": got.Vshop, "payment": got.Payment, "topup": got.Topup}
		for service, address := range ours {
			for _, documented := range contract.Addresses(service) {
				if documented.Environment == string(environment) && documented.URL != address {
					t.Errorf("%s in %s is %s, the contract says %s", service, environment, address, documented.URL)
				}
			}
		}
	}
}
