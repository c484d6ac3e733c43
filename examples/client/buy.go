package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
	"github.com/mallcheck/mallcheck/signing"
)

// services are the clients of one partner, one for each address of the provider.
type services struct {
	vshop   *vshop.ClientWithResponses
	payment *payment.ClientWithResponses
	topup   *topup.ClientWithResponses
}

// connect makes the clients below a base address, such as that of the sandbox.
func connect(base, partner string) (*services, error) {
	signer := signing.Signer{PartnerCode: partner, Rules: signing.Default()}
	client := &http.Client{Timeout: 10 * time.Second}
	shop, err := vshop.NewClientWithResponses(base+"/vshop", vshop.WithHTTPClient(client), vshop.WithRequestEditorFn(signer.Sign))
	if err != nil {
		return nil, fmt.Errorf("making the vshop client: %w", err)
	}
	pay, err := payment.NewClientWithResponses(base+"/payment", payment.WithHTTPClient(client), payment.WithRequestEditorFn(signer.Sign))
	if err != nil {
		return nil, fmt.Errorf("making the payment client: %w", err)
	}
	top, err := topup.NewClientWithResponses(base+"/topup", topup.WithHTTPClient(client), topup.WithRequestEditorFn(signer.Sign))
	if err != nil {
		return nil, fmt.Errorf("making the topup client: %w", err)
	}
	return &services{shop, pay, top}, nil
}

// buy makes a purchase from the SIM card to the order that is looked up: verify,
// choose a plan, order, authorize, confirm, look up.
func buy(ctx context.Context, base, partner, sim string) error {
	s, err := connect(base, partner)
	if err != nil {
		return err
	}
	verified, err := s.vshop.SingleVerifyWithResponse(ctx, nil, mall.SingleVerifyJSONRequestBody{
		DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "1", TradeType: "singleVerify",
	})
	if err != nil || verified.JSON200 == nil || verified.JSON200.OperateCode != "S" {
		return refused("verifying the SIM card", err, verified)
	}
	plans, err := s.vshop.SingleServicePlanPageWithResponse(ctx, nil, mall.SingleServicePlanPageJSONRequestBody{
		DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "0", TradeType: "singleServicePlanPage",
	})
	if err != nil || plans.JSON200 == nil || plans.JSON200.Data == nil || len(plans.JSON200.Data.ServicePlanList) == 0 {
		return refused("asking for plans", err, plans)
	}
	plan := plans.JSON200.Data.ServicePlanList[0]
	fmt.Println("plan", plan.PackageCode, plan.ServicePlanShowName, plan.PayAmount, plan.PayCurrency)

	number := strconv.FormatInt(time.Now().UnixNano(), 10)
	order, err := s.vshop.SingleOrderWithResponse(ctx, nil, mall.SingleOrderJSONRequestBody{
		DeviceCode: sim, LanguageCode: "0", Mark: "0", Terminal: "0", TradeType: "singleOrder",
		OrderNo: number, PayId: partner + number, PackageCode: plan.PackageCode, PayAmount: plan.PayAmount,
		PayCurrency: plan.PayCurrency, OrderPeriod: "1", AutoRenewal: "0",
	})
	if err != nil || order.JSON200 == nil || order.JSON200.OperateCode != "S" {
		return refused("ordering", err, order)
	}
	fmt.Println("order", number)
	if err := s.pay(ctx, partner+number, plan); err != nil {
		return err
	}
	found, err := s.topup.QueryOrderWithResponse(ctx, &mall.QueryOrderParams{OrderId: &number})
	if err != nil || found.JSON200 == nil || found.JSON200.Data == nil {
		return refused("looking the order up", err, found)
	}
	fmt.Println("found", found.JSON200.Data.OrderId, found.JSON200.Data.PayAmount, found.JSON200.Data.PayCurrency)
	return nil
}

// pay authorizes the payment of an order and confirms it. The paths of both
// operations are assumed: no page of the provider tells them.
func (s *services) pay(ctx context.Context, payID string, plan mall.ServicePlan) error {
	method := "pm_card_visa" // the sandbox takes it; a buyer's own comes from the Stripe SDK
	authorized, err := s.payment.StripeSingleAuthorizationWithResponse(ctx, nil, mall.StripeSingleAuthorizationJSONRequestBody{
		PayId: payID, PayAmount: plan.PayAmount, PayCurrency: plan.PayCurrency, Email: "buyer@example.com",
		PmId: &method, TradeType: "stripeSingleAuthorization",
	})
	if err != nil || authorized.JSON200 == nil || authorized.JSON200.OperateCode != "S" {
		return refused("authorizing the payment", err, authorized)
	}
	confirmed, err := s.payment.ConfirmPaymentResultWithResponse(ctx, nil, mall.ConfirmPaymentResultJSONRequestBody{
		PayId: payID, TradeType: "confirmPaymentResult",
	})
	if err != nil || confirmed.JSON200 == nil || confirmed.JSON200.Data == nil {
		return refused("confirming the payment", err, confirmed)
	}
	fmt.Println("paid", confirmed.JSON200.Data.PayId, confirmed.JSON200.Data.PayStatus)
	return nil
}

// answered is what every answer of a generated client can tell.
type answered interface {
	comparable
	StatusCode() int
	GetBody() []byte
}

// refused says what was refused, and how.
func refused[A answered](doing string, err error, answer A) error {
	var none A
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if answer == none {
		return errors.New(doing + ": no answer")
	}
	return fmt.Errorf("%s was refused: HTTP %d %s", doing, answer.StatusCode(), answer.GetBody())
}
