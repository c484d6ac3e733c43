package sandbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

func (m *served) payment(partner string) *payment.ClientWithResponses {
	m.Helper()
	c, err := payment.NewClientWithResponses(m.server.URL()+"/payment", payment.WithHTTPClient(m.client), payment.WithRequestEditorFn(m.signer(partner).Sign))
	if err != nil {
		m.Fatal(err)
	}
	return c
}

// unique returns an id that no other order of the test has, as JSON text.
func (m *served) unique(prefix string) string { return fmt.Sprintf("%q", fmt.Sprint(prefix, m.fresh)) }

// bought is an order as its test made it.
type bought struct {
	mall.SingleOrderRequest
	partner string
}

// answered is an answer of a generated client: the envelope's code and message.
type answered struct{ code, message string }

func (a answered) String() string { return a.code + " " + a.message }

// newOrder returns the request of an order that nothing is wrong with, changed by the changes.
func (m *served) newOrder(changes ...func(*mall.SingleOrderRequest)) mall.SingleOrderRequest {
	m.fresh++
	r := mall.SingleOrderRequest{
		DeviceCode: m.fix.SIMs[0], LanguageCode: "1", Mark: "0", Terminal: "1", TradeTime: "1645683857572", TradeType: "singleOrder",
		OrderNo: fmt.Sprintf("N%d", m.fresh), PayID: fmt.Sprintf("I%d", m.fresh), PackageCode: m.fix.Packages[0],
		PayAmount: "4.99", PayCurrency: "USD", OrderPeriod: "1", AutoRenewal: "0",
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// buy creates an order, which must be accepted.
func (m *served) buy(partner string, changes ...func(*mall.SingleOrderRequest)) bought {
	m.Helper()
	r := m.newOrder(changes...)
	if a := m.tryToBuy(partner, r); a.code != store.CodeSuccess {
		m.Fatalf("singleOrder: %s", a)
	}
	return bought{r, partner}
}

func (m *served) tryToBuy(partner string, r mall.SingleOrderRequest) answered {
	m.Helper()
	res, err := m.vshop(partner).SingleOrderWithResponse(context.Background(), nil, r)
	if err != nil {
		m.Fatal(err)
	}
	if d := res.JSON200.Data; d != nil && (d.OrderNo != r.OrderNo || d.PayID != r.PayID || d.DeviceCode != r.DeviceCode || d.PartnerCode != partner) {
		m.Errorf("singleOrder answers %s to %+v", res.Body, r)
	}
	return answered{res.JSON200.OperateCode, res.JSON200.Message}
}

// authorize begins the payment of an order with a method and returns the answer's data.
func (m *served) authorize(o bought, method string) (*mall.StripeSingleAuthorization, answered) {
	m.Helper()
	r := mall.StripeSingleAuthorizationRequest{PayID: o.PayID, PayAmount: o.PayAmount, PayCurrency: o.PayCurrency,
		Email: "buyer@example.com", TradeTime: "1", TradeType: "x"}
	if method != "" {
		r.PmID = &method
	}
	return m.authorizeWith(o.partner, r)
}

func (m *served) authorizeWith(partner string, r mall.StripeSingleAuthorizationRequest) (*mall.StripeSingleAuthorization, answered) {
	m.Helper()
	res, err := m.payment(partner).StripeSingleAuthorizationWithResponse(context.Background(), nil, r)
	if err != nil {
		m.Fatal(err)
	}
	return res.JSON200.Data, answered{res.JSON200.OperateCode, res.JSON200.Message}
}

// confirm ends a payment and returns its state.
func (m *served) confirm(o bought) mall.PaymentResult {
	m.Helper()
	res, err := m.payment(o.partner).ConfirmPaymentResultWithResponse(context.Background(), nil,
		mall.ConfirmPaymentResultRequest{PayID: o.PayID, TradeTime: "1", TradeType: "x"})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200.Data == nil {
		m.Fatalf("confirmPaymentResult: %s", res.Body)
	}
	return *res.JSON200.Data
}

// query asks for the state of a payment.
func (m *served) query(o bought) mall.PaymentResult {
	m.Helper()
	res, err := m.payment(o.partner).ResultQueryWithResponse(context.Background(), nil,
		mall.ResultQueryRequest{PayID: o.PayID, TradeTime: "1", TradeType: "x"})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200.Data == nil {
		m.Fatalf("resultQuery: %s", res.Body)
	}
	return *res.JSON200.Data
}

// pay takes an order through authorization and confirmation and returns the outcome.
func (m *served) pay(o bought, method string) string {
	m.Helper()
	if _, a := m.authorize(o, method); a.code != store.CodeSuccess {
		m.Fatalf("stripeSingleAuthorization: %s", a)
	}
	return m.confirm(o).PayStatus
}

// plans lists the orders of a SIM card.
func (m *served) plans(partner, sim string) []mall.QueriedOrder {
	m.Helper()
	res, err := m.vshop(partner).SingleQueryOrderWithResponse(context.Background(), nil, mall.SingleQueryOrderRequest{
		DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "1", TradeTime: "1", TradeType: "x"})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200.Data == nil || res.JSON200.Data.DeviceCode != sim || res.JSON200.Data.PartnerCode != partner {
		m.Fatalf("singleQueryOrder: %s", res.Body)
	}
	return res.JSON200.Data.OrderList
}

// find looks an order up by three keys, which may be empty.
func (m *served) find(partner, purchaseID, orderID, sim string) (*mall.Order, answered) {
	m.Helper()
	res, err := m.topup(partner).QueryOrderWithResponse(context.Background(),
		&mall.QueryOrderParams{PurchaseOrderID: &purchaseID, OrderID: &orderID, SIMID: &sim})
	if err != nil {
		m.Fatal(err)
	}
	return res.JSON200.Data, answered{res.JSON200.OperateCode, res.JSON200.Message}
}

func withPurchaseID(id string) func(*mall.SingleOrderRequest) {
	return func(r *mall.SingleOrderRequest) { r.RequestOrderID = &id }
}

func forSIM(sim string) func(*mall.SingleOrderRequest) {
	return func(r *mall.SingleOrderRequest) { r.DeviceCode = sim }
}

func expectRefusal(t *testing.T, a answered, words ...string) {
	t.Helper()
	for _, word := range words {
		if a.code != store.CodeRefused || !strings.Contains(a.message, word) {
			t.Errorf("%s: want a refusal that says %q", a, word)
		}
	}
}

// payUnknown begins a payment under a payId that may not exist.
func (m *served) payUnknown(partner, payID string) (*mall.StripeSingleAuthorization, answered) {
	return m.authorize(bought{mall.SingleOrderRequest{PayID: payID, PayAmount: "4.99", PayCurrency: "USD"}, partner}, "")
}

// tell reports an order with third-party payment to the sandbox.
func (m *served) tell(partner string, o mall.SingleOrderRequest, outcome string) answered {
	m.Helper()
	res, err := m.vshop(partner).SynOrderInfoWithResponse(context.Background(), nil, mall.SynOrderInfoRequest{
		DeviceCode: o.DeviceCode, Mark: "0", Terminal: "1", TradeTime: "1", TradeType: "x", OrderNo: o.OrderNo, PayID: o.PayID,
		PackageCode: o.PackageCode, PayAmount: o.PayAmount, PayCurrency: o.PayCurrency, OrderPeriod: o.OrderPeriod, AutoRenewal: o.AutoRenewal,
		PayAccount: "1", PayResultDate: "2022-06-07 15:10:35", PayRst: outcome, PayStatus: "1", PayType: "3", OrgOrderID: o.RequestOrderID})
	if err != nil {
		m.Fatal(err)
	}
	return answered{res.JSON200.OperateCode, res.JSON200.Message}
}

func shownPlans(orders []mall.QueriedOrder) []string {
	var texts []string
	for _, o := range orders {
		texts = append(texts, strings.Join([]string{o.OrderStatus, o.ServicePlanShowName, o.Time, o.Unit, deref(o.ExpireDate), o.RemainingDays}, "|"))
	}
	return texts
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
