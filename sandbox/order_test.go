package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// Every combination of the three keys: the first one that is not empty decides alone.
func TestOrderKeys(t *testing.T) {
	m := serve(t, sandbox.Config{})
	p := m.fix.Partner
	byPurchase := m.buy(p, withPurchaseID("purchase"))
	byOrder := m.buy(p, forSIM(m.fix.SIMs[1]))
	bySIM := m.buy(p, forSIM(m.fix.SIMs[2]))
	for _, purchase := range []string{"", "none", "purchase"} {
		for _, order := range []string{"", "none", byOrder.OrderNo} {
			for _, sim := range []string{"", m.fix.SIMs[3], bySIM.DeviceCode} {
				want := map[string]string{"purchase": byPurchase.OrderNo, byOrder.OrderNo: byOrder.OrderNo, bySIM.DeviceCode: bySIM.OrderNo}
				decides := sim
				if order != "" {
					decides = order
				}
				if purchase != "" {
					decides = purchase
				}
				found, a := m.find(p, purchase, order, sim)
				if expected := want[decides]; expected == "" {
					if found != nil || a.code != "F" {
						t.Errorf("%q %q %q: found %+v", purchase, order, sim, found)
					}
				} else if found == nil || found.OrderID != expected {
					t.Errorf("%q %q %q: %+v %s, want %s", purchase, order, sim, found, a, expected)
				}
			}
		}
	}
	_, a := m.find(p, "none", byOrder.OrderNo, bySIM.DeviceCode)
	expectRefusal(t, a, `purchase_order_id "none": partner "P000270" has no such order; the first non-empty key decides, so order_id and sim_id were ignored`)
}

// Of several orders with one purchase_order_id the most recent one that is paid is found.
func TestDuplicatePurchaseIDs(t *testing.T) {
	m := serve(t, sandbox.Config{})
	p := m.fix.Partner
	find := func() string {
		t.Helper()
		found, a := m.find(p, "same", "", "")
		if found == nil {
			t.Fatal(a)
		}
		return found.OrderID
	}
	var orders []bought
	for range 4 {
		orders = append(orders, m.buy(p, withPurchaseID("same")))
	}
	if got := find(); got != orders[3].OrderNo {
		t.Errorf("none is paid: %s", got)
	}
	m.pay(orders[0], store.MethodPays)
	if got := find(); got != orders[0].OrderNo {
		t.Errorf("the oldest is paid: %s", got)
	}
	m.pay(orders[2], store.MethodPays)
	m.pay(orders[3], store.MethodFails)
	if got := find(); got != orders[2].OrderNo {
		t.Errorf("the third is paid, the fourth failed: %s", got)
	}
	m.tell(p, m.newOrder(withPurchaseID("same")), "SUCCESS")
	if got := find(); got != fmt.Sprintf("N%d", m.fresh) {
		t.Errorf("a third party paid the fifth: %s", got)
	}
	other := m.buy(m.fix.SecondPartner, withPurchaseID("same"))
	m.pay(other, store.MethodPays)
	if got := find(); got != fmt.Sprintf("N%d", m.fresh-1) {
		t.Errorf("another partner's order decides: %s", got)
	}
	if found, _ := m.find(m.fix.SecondPartner, "same", "", ""); found == nil || found.OrderID != other.OrderNo {
		t.Errorf("the other partner finds %+v", found)
	}
}

func TestOrdersAreThePartnersOwn(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner, withPurchaseID("mine"))
	for _, keys := range [][3]string{{"mine", "", ""}, {"", o.OrderNo, ""}, {"", "", o.DeviceCode}} {
		if found, _ := m.find(m.fix.Partner, keys[0], keys[1], keys[2]); found == nil || found.OrderID != o.OrderNo {
			t.Errorf("%q: its own partner finds %+v", keys, found)
		}
		found, a := m.find(m.fix.SecondPartner, keys[0], keys[1], keys[2])
		if found != nil {
			t.Errorf("%q: another partner finds %+v", keys, found)
		}
		expectRefusal(t, a, `partner "P000818" has no such order`)
	}
}

func TestMostRecentOrderOfASIM(t *testing.T) {
	m := serve(t, sandbox.Config{})
	first := m.buy(m.fix.Partner)
	m.pay(first, store.MethodPays)
	second := m.buy(m.fix.Partner, func(r *mall.SingleOrderRequest) { r.PackageCode = m.fix.Packages[1] })
	if found, _ := m.find(m.fix.Partner, "", "", first.DeviceCode); found == nil || found.OrderID != second.OrderNo || found.PackageCode != m.fix.Packages[1] || found.PurchaseOrderID != nil {
		t.Errorf("found %+v", found)
	}
}
