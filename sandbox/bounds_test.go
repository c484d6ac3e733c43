package sandbox_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

func TestOldestFinishedTasksAreForgotten(t *testing.T) {
	for name, bounds := range map[string]store.Bounds{
		"tasks": {Tasks: 3},
		"SIMs":  {TaskSIMs: 3},
	} {
		m := serve(t, sandbox.Config{Bounds: bounds})
		var ids []string
		for i := range 5 {
			ids = append(ids, m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[i]))
		}
		for _, id := range ids[:2] {
			m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/async-result/"+id, ""), 200, "no such task")
		}
		for _, id := range ids[2:] {
			if got := m.result(m.fix.Partner, id); got.Status != "completed" {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if sims := m.listed(m.fix.Partner, m.fix.Groups[0]); len(sims) != 5 {
			t.Errorf("%s: a forgotten task took its effect along: %v", name, sims)
		}
	}
}

func TestUnfinishedTasksAreNotForgotten(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Second, Bounds: store.Bounds{Tasks: 2, TaskSIMs: 10}})
	p, group := m.fix.Partner, m.fix.Groups[0]
	m.refused(m.signed(p, http.MethodPost, simsPath, simBody(m.fix.SIMs[:11]...)), 200, "at most 2 tasks over 10 SIM cards")
	m.add(p, group, m.fix.SIMs[0])
	m.add(p, group, m.fix.SIMs[1])
	m.refused(m.signed(p, http.MethodPost, simsPath, simBody(m.fix.SIMs[2])), 200, "all current tasks are unfinished")
	c.pass(time.Second)
	m.add(p, group, m.fix.SIMs[2])
	c.pass(time.Second)
	if sims := m.listed(p, group); len(sims) != 3 {
		t.Errorf("the group has %v", sims)
	}
}

// Tasks that an interceptor keeps from ending make room all the same.
func TestEndlessTasksAreForgotten(t *testing.T) {
	m := serve(t, sandbox.Config{Bounds: store.Bounds{Tasks: 2}, Interceptors: []store.Interceptor{{
		Accept: func(_ *store.State, _ *store.Call, task *store.Task) { task.Delay = -1 },
	}}})
	first := m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/async-result/"+first, ""), 200, "no such task")
}

func TestGroupIsBounded(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Second, Bounds: store.Bounds{GroupSIMs: 3}})
	p, group := m.fix.Partner, m.fix.Groups[0]
	m.add(p, group, m.fix.SIMs[0], m.fix.UnknownSIM)
	m.refused(m.signed(p, http.MethodPost, simsPath, simBody(m.fix.SIMs[:2]...)), 200,
		"group G20230001 has 0 SIM cards and 2 more are being added: another 2 would exceed the limit of 3")
	c.pass(time.Second)
	m.add(p, group, m.fix.SIMs[0], m.fix.SIMs[1])
	c.pass(time.Second)
	m.refused(m.signed(p, http.MethodPost, simsPath, simBody(m.fix.SIMs[0])), 200, "group G20230001 has 3 SIM cards")
	m.remove(p, group, m.fix.SIMs[0])
	c.pass(time.Second)
	m.add(p, group, m.fix.SIMs[0])
}

// The oldest orders are forgotten, under all their keys, with their payments and auto-renewals.
func TestOldestOrdersAreForgotten(t *testing.T) {
	for name, bounds := range map[string]store.Bounds{"orders": {Orders: 3}, "bytes": {OrderBytes: 4 << 10}} {
		c := newClock()
		m := serve(t, sandbox.Config{Bounds: bounds, Now: c.Now, TaskDelay: time.Hour})
		p := m.fix.Partner
		var orders []bought
		for range 5 {
			orders = append(orders, m.buy(p, withPurchaseID("same")))
			m.subscribe(orders[len(orders)-1], store.MethodPays)
		}
		for i, o := range orders {
			if found, _ := m.find(p, "", o.OrderNo, ""); (found != nil) != (i >= 2) {
				t.Errorf("%s: order %d: %+v", name, i, found)
			}
		}
		_, a := m.payUnknown(p, orders[0].PayID)
		expectRefusal(t, a, "has no such order")
		if plans := m.plans(p, m.fix.SIMs[0]); len(plans) != 3 {
			t.Errorf("%s: %d plans", name, len(plans))
		}
		c.pass(time.Hour)
		if plans := m.plans(p, m.fix.SIMs[0]); len(plans) != 3 || plans[0].OrderStatus != "2" {
			t.Errorf("%s: %+v", name, plans)
		}
		if a := m.tryToBuy(p, orders[0].SingleOrderRequest); a.code != store.CodeSuccess {
			t.Errorf("%s: the ids of a forgotten order: %s", name, a)
		}
	}
	m := serve(t, sandbox.Config{Bounds: store.Bounds{OrderBytes: 2000}})
	o := m.newOrder(withPurchaseID(strings.Repeat("x", 2000)))
	expectRefusal(t, m.tryToBuy(m.fix.Partner, o), "all orders of this sandbox together may take 2000")
}

// handle sends a signed request to a handler, without a network.
func (m *served) handle(req *http.Request) string {
	m.Helper()
	w := httptest.NewRecorder()
	m.server.Sandbox().Handler().ServeHTTP(w, req)
	return w.Body.String()
}

// Far more SIMs than the bounds allow pass through, and the memory stays at the stated limit.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of thousands of SIMs")
	}
	r := receive(t, func(http.ResponseWriter, int) { time.Sleep(time.Second) })
	m := serve(t, sandbox.Config{Control: true, Push: store.Push{To: r.server.URL, Timeout: time.Millisecond, Backoff: time.Hour}})
	batch := make([]string, 0, store.DefaultSIMs)
	for i := range store.DefaultSIMs {
		batch = append(batch, m.fix.SIMs[i%len(m.fix.SIMs)])
	}
	heap := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	const most = 96 << 20
	before := heap()
	check := func(phase string) {
		after := heap()
		t.Logf("after %s: %d KiB more than before", phase, (int64(after)-int64(before))>>10)
		if after > before+most {
			t.Errorf("after %s: %d MiB more than before", phase, (after-before)>>20)
		}
	}
	full := 0
	for i := range 3 * store.DefaultTaskSIMs / store.DefaultSIMs {
		group := m.fix.Groups[i%len(m.fix.Groups)]
		text := m.handle(m.signed(m.fix.Partner, http.MethodPost, "/topup/mall/bundle-groups/"+group+"/sims", simBody(batch...)))
		if strings.Contains(text, "would exceed the limit of 100000") {
			full++
		} else if !strings.Contains(text, `"S"`) {
			t.Fatal(text)
		}
	}
	if full == 0 {
		t.Error("no group was ever full")
	}
	check("large batches")
	for range store.DefaultTasks + 100 {
		m.handle(m.signed(m.fix.Partner, http.MethodDelete, simsPath, simBody(m.fix.UnknownSIM)))
	}
	check("many tasks")
	for i := range store.DefaultOrders + 2000 {
		name := strings.Repeat("x", i%5000)
		m.tellQuickly(m.newOrder(withPurchaseID(name), forSIM(m.fix.SIMs[i%len(m.fix.SIMs)])))
	}
	check("many orders and pushes")
}

// tellQuickly reports an order with third-party payment to the sandbox, without a network.
func (m *served) tellQuickly(o mall.SingleOrderRequest) {
	m.Helper()
	text := m.handle(m.signed(m.fix.Partner, http.MethodPost, "/vshop/synPartner/SynOrderInfo",
		strings.NewReplacer(`"N1"`, fmt.Sprintf("%q", o.OrderNo), `"I1"`, fmt.Sprintf("%q", o.PayID), m.fix.SIMs[0], o.DeviceCode,
			`"orgOrderId":""`, fmt.Sprintf(`"orgOrderId":%q`, *o.RequestOrderID)).Replace(thirdPartyMembers)))
	if !strings.Contains(text, `"S"`) {
		m.Fatal(text)
	}
}

// Many clients at once lose nothing and mix nothing; the race detector watches.
func TestConcurrentClients(t *testing.T) {
	const clients, rounds = 16, 25
	m := serve(t, sandbox.Config{TaskDelay: time.Millisecond, Bounds: store.Bounds{Tasks: clients * rounds * 2}})
	m.client.Transport.(*http.Transport).MaxIdleConnsPerHost = clients
	var running sync.WaitGroup
	for i := range clients {
		running.Go(func() {
			partner, group := m.fix.Partner, m.fix.Groups[i%2]
			if i%4 == 3 {
				partner, group = m.fix.SecondPartner, m.fix.SecondGroups[0]
			}
			if err := m.rounds(partner, group, m.fix.SIMs[i], rounds); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	running.Wait()
	for _, group := range m.fix.Groups[:2] {
		if sims := m.listed(m.fix.Partner, group); len(sims) != 0 {
			t.Errorf("group %s was left with %d SIMs", group, len(sims))
		}
	}
}

// rounds adds a SIM, sees it in the group, removes it and awaits each result.
func (m *served) rounds(partner, group, sim string, rounds int) error {
	ctx, client := context.Background(), m.topup(partner)
	await := func(id, action string) error {
		for range 10_000 {
			res, err := client.AsyncResultWithResponse(ctx, id, &mall.AsyncResultParams{})
			if err != nil {
				return err
			}
			if data := res.JSON200.Data; data != nil && data.Status == "completed" {
				if data.ActionCode != action || len(data.Details) != 1 || data.Details[0] != ok(sim) {
					return fmt.Errorf("the result of %s is another's: %s", id, res.Body)
				}
				return nil
			}
		}
		return fmt.Errorf("%s does not end", id)
	}
	for range rounds {
		added, err := client.AddSIMsWithResponse(ctx, group, nil, mall.AddSIMsRequest{SIMIDs: []string{sim}})
		if err != nil {
			return err
		}
		if err := await(added.HTTPResponse.Header.Get("request_id"), "70"); err != nil {
			return err
		}
		listed, err := client.ListGroupSIMsWithResponse(ctx, group, &mall.ListGroupSIMsParams{})
		if err != nil {
			return err
		}
		if !strings.Contains(string(listed.Body), sim) {
			return fmt.Errorf("%s is not listed: %s", sim, listed.Body)
		}
		removed, err := client.RemoveSIMsWithResponse(ctx, group, nil, mall.RemoveSIMsRequest{SIMIDs: []string{sim}})
		if err != nil {
			return err
		}
		if err := await(removed.HTTPResponse.Header.Get("request_id"), "71"); err != nil {
			return err
		}
	}
	return nil
}
