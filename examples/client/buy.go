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
// choose a plan, order, authorize, confirm, look up.
func buy(ctx context.Context, mall *client.Client, sim string) error {
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
	order, err := mall.Order(ctx, client.OrderRequest{
		OrderNo: strconv.FormatInt(time.Now().UnixNano(), 10), SIM: sim,
		PackageCode: plan.PackageCode, PlanCode: plan.Code, PlanName: plan.Name, Amount: plan.Price, Currency: plan.Currency,
	})
	if err != nil {
		return err
	}
	fmt.Println("order", order.OrderNo)
	if err := pay(ctx, mall, order.PayID, plan); err != nil {
		return err
	}
	found, err := mall.FindOrder(ctx, client.OrderKey{OrderNo: order.OrderNo})
	if err != nil {
		return err
	}
	fmt.Println("found", found.OrderNo, found.Amount, found.Currency)
	return nil
}

// pay authorizes the payment of an order and confirms it. The paths of both
// operations are assumed: no page of the provider tells them.
func pay(ctx context.Context, mall *client.Client, payID string, plan client.Plan) error {
	_, err := mall.AuthorizePayment(ctx, client.PaymentRequest{
		PayID: payID, Amount: plan.Price, Currency: plan.Currency, Email: "buyer@example.com",
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
	fmt.Println("paid", payment.Amount, payment.Currency)
	return nil
}
