package sandbox_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// Many buyers at once: every order is paid once and told of once, whoever confirms it how often; the
// race detector watches.
func TestConcurrentPurchases(t *testing.T) {
	const buyers, rounds = 12, 10
	r := receive(t, accept)
	m := controlled(t, sandbox.Config{Push: r.quick(), TaskDelay: time.Millisecond})
	m.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 2 * buyers
	var running sync.WaitGroup
	for i := range buyers {
		sim := m.fix.SIMs[i]
		running.Go(func() {
			buyer := *m
			buyer.fresh = 1000 * (i + 1)
			for range rounds {
				o := buyer.buy(m.fix.Partner, forSIM(sim), withPurchaseID("all"))
				buyer.authorize(o, store.MethodPays)
				var twice sync.WaitGroup
				for range 2 {
					twice.Go(func() { buyer.confirm(o) })
				}
				twice.Wait()
				found, a := buyer.find(m.fix.Partner, "", o.OrderNo, "")
				if found == nil || found.PayStatus != "1" {
					t.Errorf("%s: %+v %s", o.OrderNo, found, a)
				}
			}
			paid := func() (active int) {
				for _, plan := range buyer.plans(m.fix.Partner, sim) {
					if plan.OrderStatus == "2" {
						active++
					}
				}
				return active
			}
			for deadline := time.Now().Add(limit); paid() < rounds && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			if got := paid(); got != rounds {
				t.Errorf("buyer %d: %d orders are in effect", i, got)
			}
			buyer.control(http.MethodGet, "requests", "")
		})
	}
	running.Wait()
	told := map[string]int{}
	r.await(buyers * rounds)
	for _, p := range m.server.Sandbox().Pushes().Pushes {
		told[p.OrderNo]++
	}
	if len(told) != buyers*rounds {
		t.Errorf("%d orders were told of", len(told))
	}
	for order, times := range told {
		if times != 1 {
			t.Errorf("%s was told of %d times", order, times)
		}
	}
}

// However often an order is sent at once, it is taken on once.
func TestConcurrentDuplicates(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.newOrder()
	var running sync.WaitGroup
	codes := make(chan string, 20)
	for range cap(codes) {
		running.Go(func() { codes <- m.tryToBuy(m.fix.Partner, o).code })
	}
	running.Wait()
	close(codes)
	count := map[string]int{}
	for code := range codes {
		count[code]++
	}
	if count["S"] != 1 || count["F"] != 19 {
		t.Errorf("answers %v", count)
	}
	if a := m.tryToBuy(m.fix.Partner, m.newOrder(func(r *mall.SingleOrderRequest) { r.PayID = "another" })); a.code != store.CodeSuccess {
		t.Error(a)
	}
}
