package trial

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/signing"
)

// shop does everything that a partner does.
func shop(mode string) error {
	var rules signing.Rules
	if parts, err := signing.ParseParts(os.Getenv("MALL_SIGN_PARTS")); err == nil {
		rules.Parts = parts
	}
	if empty, err := signing.ParseEmpty(os.Getenv("MALL_SIGN_EMPTY")); err == nil {
		rules.Empty = empty
	}
	mall, err := client.New(client.Config{SignatureRules: rules, PartnerCode: os.Getenv("MALL_PARTNER_CODE"), RequestIDHeader: os.Getenv("MALL_REQUEST_ID_HEADER"),
		HTTPClient: &http.Client{Timeout: 10 * time.Second, Transport: transport(mode)},
		Addresses:  client.Addresses{Vshop: os.Getenv("MALL_VSHOP_URL"), Payment: os.Getenv("MALL_PAYMENT_URL"), Topup: os.Getenv("MALL_TOPUP_URL")}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	inbox := listen(mode)
	sim, group := os.Getenv("MALL_SIM"), os.Getenv("MALL_GROUP")
	if err := mall.VerifySIM(ctx, sim); err != nil {
		return err
	}
	var all []error
	all = append(all, buy(ctx, mall, sim, inbox), subscribe(ctx, mall, sim, inbox))
	for _, change := range []func(context.Context, string, ...string) (*client.Task, error){mall.AddSIMs, mall.RemoveSIMs} {
		task, err := change(ctx, group, sim)
		if err == nil {
			_, err = task.Wait(ctx)
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

// transport is that of the client; an impatient one asks again at once.
func transport(mode string) http.RoundTripper {
	if mode != "impatient" {
		return http.DefaultTransport
	}
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		for {
			response, err := http.DefaultTransport.RoundTrip(r)
			if err != nil || response.StatusCode != 429 && response.StatusCode != 503 {
				return response, err
			}
			response.Body.Close()
			if r.GetBody != nil {
				r.Body, _ = r.GetBody()
			}
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func order(ctx context.Context, mall *client.Client, sim string, renew bool, inbox *inbox) (client.OrderRequest, client.Plan, error) {
	plans, err := mall.Plans(ctx, sim, "")
	if err != nil {
		return client.OrderRequest{}, client.Plan{}, err
	}
	plan := plans[slices.IndexFunc(plans, func(p client.Plan) bool { return p.PackageCode == os.Getenv("MALL_PACKAGE") })]
	request := client.OrderRequest{OrderNo: strconv.FormatInt(time.Now().UnixNano(), 10), SIM: sim, AutoRenew: renew,
		PackageCode: plan.PackageCode, PlanCode: plan.Code, PlanName: plan.Name, Amount: plan.Price, Currency: plan.Currency}
	inbox.store(request)
	placed, err := mall.Order(ctx, request)
	if err != nil {
		return client.OrderRequest{}, client.Plan{}, err
	}
	request.PayID = placed.PayID
	return request, plan, nil
}

func buy(ctx context.Context, mall *client.Client, sim string, inbox *inbox) error {
	placed, plan, err := order(ctx, mall, sim, false, inbox)
	if err != nil {
		return err
	}
	// Without a method: the buyer pays in the app.
	if _, err := mall.AuthorizePayment(ctx, client.PaymentRequest{PayID: placed.PayID, Amount: plan.Price, Currency: plan.Currency, Email: "b@example.com"}); err != nil {
		return err
	}
	paid, err := mall.ConfirmPayment(ctx, placed.PayID)
	if err != nil {
		return err
	}
	if !paid.Succeeded() {
		return errors.New("the payment failed")
	}
	if err := paid.Check(placed); err != nil {
		return err
	}
	found, err := mall.FindOrder(ctx, client.OrderKey{OrderNo: placed.OrderNo})
	if err != nil {
		return err
	}
	if err := found.Check(placed); err != nil {
		return err
	}
	return inbox.await(placed.OrderNo)
}

func subscribe(ctx context.Context, mall *client.Client, sim string, inbox *inbox) error {
	placed, plan, err := order(ctx, mall, sim, true, inbox)
	if err != nil {
		return err
	}
	if _, err := mall.Subscribe(ctx, client.PaymentRequest{PayID: placed.PayID, Amount: plan.Price, Currency: plan.Currency, Email: "b@example.com",
		Method: "pm_card_visa", PlanCode: plan.Code}); err != nil {
		return err
	}
	var renewal *client.AutoRenewal
	for range 3 {
		if renewal, err = mall.AutoRenewal(ctx, sim); err == nil {
			if err := renewal.Check(placed); err != nil {
				return err
			}
			return mall.CancelAutoRenewal(ctx, *renewal)
		}
		time.Sleep(250 * time.Millisecond)
	}
	return err
}

// inbox takes pushes.
type inbox struct {
	mu          sync.Mutex
	orders      map[string]client.OrderRequest
	seen        map[string]int
	dropsOrders bool
}

// store keeps an order, to compare its push with.
func (b *inbox) store(order client.OrderRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.orders[order.OrderNo] = order
}

func listen(mode string) *inbox {
	box := &inbox{orders: map[string]client.OrderRequest{}, seen: map[string]int{}, dropsOrders: mode == "says-success"}
	id, key, err := signing.ParsePushKey(os.Getenv("MALL_PUSH_KEY"))
	if err != nil {
		panic(err)
	}
	handler := client.PushHandler(map[string][]byte{id: key}, func(_ context.Context, push client.Push) error {
		box.mu.Lock()
		defer box.mu.Unlock()
		if err := push.Check(box.orders[push.OrderNo]); err != nil {
			return err
		}
		box.seen[push.OrderNo]++
		if mode == "refuses-pushes" || mode == "refuses-repetitions" && box.seen[push.OrderNo] > 1 {
			return errors.New("refused")
		}
		return nil
	})
	if mode == "says-success" { // takes every push
		handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"operateCode":"S","message":"success"}`) })
	}
	go func() { _ = http.ListenAndServe(os.Getenv("MALL_PUSH_LISTEN"), handler) }()
	return box
}

func (b *inbox) await(orderNo string) error {
	for range 100 {
		b.mu.Lock()
		n := b.seen[orderNo]
		b.mu.Unlock()
		if n > 0 || b.dropsOrders {
			time.Sleep(100 * time.Millisecond) // for a repetition
			return nil
		}
		time.Sleep(30 * time.Millisecond)
	}
	return errors.New("no push came")
}
