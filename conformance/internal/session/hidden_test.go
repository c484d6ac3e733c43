package session

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// renewalMall is a mall with orders for one SIM card. It shows the active auto-renewal of
// the newest order alone.
type renewalMall struct {
	mu     sync.Mutex
	orders []mallOrder // oldest first
	// silent is a payId whose subscription is executed but not answered.
	silent string
}

type mallOrder struct {
	orderNo, payID, sim string
	renewed             bool
}

func (m *renewalMall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var body struct{ OrderNo, PayID, DeviceCode string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	operation, done, data := path.Base(r.URL.Path), false, ""
	if operation == "singleOrder" {
		m.orders = append(m.orders, mallOrder{body.OrderNo, body.PayID, body.DeviceCode, false})
		done = true
	}
	for i := range m.orders {
		o := &m.orders[i]
		switch {
		case operation == "stripeSubDirectly" && o.payID == body.PayID && !o.renewed:
			o.renewed, done = true, true
		case operation == "queryAutoRenewalRecord" && o.sim == body.DeviceCode && o.renewed:
			done, data = true, fmt.Sprintf(`{"orderNo":%q,"payId":%q}`, o.orderNo, o.payID)
		case operation == "cancelAutoRenewalRecord" && o.orderNo == body.OrderNo && o.payID == body.PayID && o.sim == body.DeviceCode && o.renewed:
			o.renewed, done = false, true
		}
	}
	if operation == "stripeSubDirectly" && body.PayID == m.silent {
		panic(http.ErrAbortHandler)
	}
	code := "F"
	if done {
		code = "S"
	}
	if data == "" {
		data = "{}"
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"operateCode":%q,"message":"m","data":%s}`, code, data)
}

// renewed returns the orders with an active auto-renewal.
func (m *renewalMall) renewed() (orders []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range m.orders {
		if o.renewed {
			orders = append(orders, o.orderNo)
		}
	}
	return orders
}

// A subscription by the payId of an order of an earlier run is cancelled, also while the
// target shows a newer auto-renewal of the same SIM card, which another check started, and
// also by a sweep.
func TestHiddenRenewalsAreCancelled(t *testing.T) {
	const earlier, older = "P-earlier", "P-older"
	for _, test := range []struct {
		name   string
		silent string // the payId whose subscription gets no answer
		swept  bool
	}{
		{"a run", "", false},
		{"no answer", earlier, false},
		{"a sweep", "", true},
		{"a sweep, no answer", earlier, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			mall := &renewalMall{orders: []mallOrder{{"O-older", older, heldSIM, false}, {"O-earlier", earlier, heldSIM, false}}, silent: test.silent}
			s := connected(t, mall.ServeHTTP)
			s.Target().URLs["payment"], s.Target().Package, s.Target().PayingMethod = s.Target().URLs["vshop"], "K", "pm"
			s.Target().Amount, s.Target().Currency = "4.99", "USD"
			s.Target().Allow = target.Permissions{Read: true, Write: true, Purchase: true}
			dir := t.TempDir()
			if err := s.connection.OpenJournal(dir); err != nil {
				t.Fatal(err)
			}
			for _, payID := range []string{older, earlier} { // neither order is one of this run
				_ = attempt(func() {
					s.Send(t.Context(), s.NewStripeSubDirectly(Purchase{PayID: payID, Amount: "4.99", Currency: "USD"}, "pm"))
				})
			}
			other := s.connection.Session(t.Context())
			p := other.NewPurchase()
			p.SIM = heldSIM
			other.Subscribe(t.Context(), p)
			if got := mall.renewed(); len(got) != 3 {
				t.Fatalf("renewed before the undoing: %q", got)
			}

			var left []string
			if test.swept {
				s.connection.journal.Close(false) // as if it had been killed
				swept, err := s.connection.Sweep(filepath.Join(dir, journal.File))
				if err != nil || !swept.Undone {
					t.Errorf("swept %+v, %v", swept, err)
				}
			} else {
				left = append(s.Undo(), other.Undo()...)
				left = append(left, s.connection.Finish(len(left) == 0)...)
			}
			if strings.Contains(strings.Join(left, "\n"), "renewed") {
				t.Errorf("left behind: %q", left)
			}
			if got := mall.renewed(); len(got) > 0 {
				t.Errorf("still renewed: %q", got)
			}
			if old, err := journal.Read(filepath.Join(dir, journal.File)); err != nil || !old.Finished() {
				t.Errorf("the journal is not closed: %v", err)
			}
		})
	}
}

// An auto-renewal of somebody else stays, although neither it nor an accepted subscription of the
// run names a payment.
func TestNamelessSubscriptionCancelsNothing(t *testing.T) {
	s := connected(t, func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) == "cancelAutoRenewalRecord" {
			t.Error("the auto-renewal of somebody else was cancelled")
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"operateCode":"S","message":"m","data":{"orderNo":"O-foreign"}}`)
	})
	s.Target().URLs["payment"] = s.Target().URLs["vshop"]
	s.Target().Amount, s.Target().Currency = "4.99", "USD"
	s.Send(t.Context(), s.NewStripeSubDirectly(Purchase{Amount: "4.99", Currency: "USD"}, "pm"))
	left := append(s.Undo(), s.connection.Finish(true)...)
	if !strings.Contains(strings.Join(left, "\n"), "without a known order; it may be renewed") {
		t.Errorf("left behind: %q", left)
	}
}
