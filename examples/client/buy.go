package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/client"
)

// buy makes a purchase from the SIM card to the order that is looked up: verify,
// choose a plan, order, authorize, confirm, look up, and, where an address for
// pushes is given, wait for the push. Each answer is compared with the order.
func buy(ctx context.Context, mall *client.Client, sim, pushes string) error {
	if err := mall.VerifySIM(ctx, sim); err != nil {
		return err
	}
	plans, err := mall.Plans(ctx, sim, "")
	if err != nil {
		return err
	}
	if len(plans) == 0 {
		return errors.New("there is no plan for this SIM card")
	}
	plan := plans[0]
	fmt.Println("plan", plan.PackageCode, plan.Name, plan.Price, plan.Currency)

	// A service stores the number before it orders, so that it can repeat the order under it.
	request := client.OrderRequest{
		OrderNo: strconv.FormatInt(time.Now().UnixNano(), 10), SIM: sim,
		PackageCode: plan.PackageCode, PlanCode: plan.Code, PlanName: plan.Name, Amount: plan.Price, Currency: plan.Currency,
	}
	finished := make(chan client.Push, 1)
	if pushes != "" {
		stop, err := expect(ctx, pushes, request, finished)
		if err != nil {
			return err
		}
		defer stop()
	}
	order, err := mall.Order(ctx, request)
	if err != nil {
		return err
	}
	fmt.Println("order", order.OrderNo)
	if err := pay(ctx, mall, order.PayID, request); err != nil {
		return err
	}
	found, err := mall.FindOrder(ctx, client.OrderKey{OrderNo: order.OrderNo})
	if err != nil {
		return err
	}
	if err := found.Check(request); err != nil {
		return err
	}
	fmt.Println("found", found.OrderNo, found.Amount, found.Currency)
	if pushes == "" {
		return nil
	}
	select {
	case push := <-finished:
		fmt.Println("finished", push.OrderNo)
		return nil
	case <-time.After(pushWait):
		return fmt.Errorf("no push came for order %s within %s", order.OrderNo, pushWait)
	}
}

// pushWait is how long buy waits for the push of its order.
const pushWait = 10 * time.Second

// pay authorizes the payment of an order and confirms it. The paths of both
// operations are assumed: no page of the provider tells them.
func pay(ctx context.Context, mall *client.Client, payID string, order client.OrderRequest) error {
	_, err := mall.AuthorizePayment(ctx, client.PaymentRequest{
		PayID: payID, Amount: order.Amount, Currency: order.Currency, Email: "buyer@example.com",
		Method: "pm_card_visa", // the sandbox takes it; a buyer's own comes from the Stripe SDK
	})
	if err != nil {
		return err
	}
	payment, err := mall.ConfirmPayment(ctx, payID)
	if err != nil {
		return err
	}
	if !payment.Succeeded() {
		return fmt.Errorf("the payment has status %s", payment.Status)
	}
	if err := payment.Check(order); err != nil {
		return err
	}
	fmt.Println("paid", payment.Amount, payment.Currency)
	return nil
}
