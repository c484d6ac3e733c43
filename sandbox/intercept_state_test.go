package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

func TestInterceptLookup(t *testing.T) {
	m := with(t, store.Interceptor{Lookup: func(_ *store.State, c *store.Call, l *store.Lookup) {
		switch l.Kind {
		case store.LookupPartner:
			if l.Key == "P1" {
				l.Key, l.Found = "P000270", true
			}
		case store.LookupTask:
			l.Key = strings.ToUpper(l.Key)
			l.Found = l.Found || l.Owner != "" || c.Partner == "P000270"
		default:
			l.Found = true
		}
	}})
	p, second := m.fix.Partner, m.fix.SecondPartner
	id := m.add(p, "made-up", m.fix.SIMs[0])
	if sims := m.listed(p, "made-up"); len(sims) != 1 {
		t.Errorf("an unknown group: %v", sims)
	}
	if got := m.result(second, id); got.RequestID != id {
		t.Errorf("another partner's task: %+v", got)
	}
	if got := m.result("P1", strings.ToLower(id)); got.RequestID != id {
		t.Errorf("another key: %+v", got)
	}
	m.refused(m.signed(p, http.MethodGet, "/topup/async-result/none", ""), 200, "no such task")
	if r := m.do(m.signed(p, http.MethodPost, "/vshop/singleVerify", strings.Replace(vshopMembers, "8985242018091034079", "1234567890123456789", 1))); r.code != store.CodeSuccess {
		t.Errorf("an unknown SIM: %s", r.body)
	}
}

func TestInterceptedGroupsAreBounded(t *testing.T) {
	m := serve(t, sandbox.Config{Bounds: store.Bounds{Groups: 8}, Interceptors: []store.Interceptor{{
		Lookup: func(_ *store.State, _ *store.Call, l *store.Lookup) { l.Found = true },
	}}})
	m.listed(m.fix.Partner, "new-1")
	m.listed(m.fix.Partner, "new-2")
	m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/bundle-groups/new-3/sims", ""), 200, "keeps at most 8 groups")
}

func TestInterceptRequestID(t *testing.T) {
	var last atomic.Value
	m := with(t, store.Interceptor{RequestID: func(_ *store.State, _ *store.Call, id string) string {
		if before, ok := last.Load().(string); ok {
			return before
		}
		last.Store(id)
		return id
	}})
	first := m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	second := m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[1])
	if first != second {
		t.Errorf("ids %s and %s", first, second)
	}
	if got := m.result(m.fix.Partner, first).Details[0].SIMID; got != m.fix.SIMs[1] {
		t.Errorf("the id finds %s, not the newer task", got)
	}
	if sims := m.listed(m.fix.Partner, m.fix.Groups[0]); len(sims) != 2 {
		t.Errorf("the older task was lost: %v", sims)
	}
}

// When the older of two tasks with one id is forgotten, the newer is still found.
func TestInterceptedRequestIDIsForgottenLast(t *testing.T) {
	var given atomic.Int64
	m := serve(t, sandbox.Config{Bounds: store.Bounds{Tasks: 2}, Interceptors: []store.Interceptor{{
		RequestID: func(_ *store.State, _ *store.Call, id string) string {
			if given.Add(1) <= 2 {
				return "same"
			}
			return id
		},
	}}})
	for i := range 3 {
		m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[i])
	}
	if got := m.result(m.fix.Partner, "same").Details[0].SIMID; got != m.fix.SIMs[1] {
		t.Errorf("the id finds %s, not the newer task", got)
	}
}

func TestInterceptAccept(t *testing.T) {
	c := newClock()
	var change atomic.Value
	m := serve(t, sandbox.Config{Now: c.Now, Interceptors: []store.Interceptor{{
		Accept: func(_ *store.State, _ *store.Call, task *store.Task) {
			change.Load().(func(*store.Task))(task)
		},
	}}})
	p, group := m.fix.Partner, m.fix.Groups[0]
	change.Store(func(task *store.Task) { task.SIMs = append(task.SIMs, task.SIMs[0]) })
	if got := m.result(p, m.add(p, group, m.fix.SIMs[0])); len(got.Details) != 2 {
		t.Errorf("doubled: %+v", got)
	}
	change.Store(func(task *store.Task) { task.Delay = time.Hour })
	slow := m.add(p, group, m.fix.SIMs[1])
	change.Store(func(task *store.Task) { task.Delay = -1 })
	never := m.add(p, group, m.fix.SIMs[2])
	change.Store(func(task *store.Task) { task.RequestID = "7" })
	if id := m.add(p, group, m.fix.SIMs[3]); id != "7" || m.result(p, "7").Status != "completed" {
		t.Errorf("another id: %s", id)
	}
	if got := m.result(p, slow).Status; got != "processing" {
		t.Errorf("slow: %s", got)
	}
	c.pass(1000 * time.Hour)
	if slow, never := m.result(p, slow).Status, m.result(p, never).Status; slow != "completed" || never != "processing" {
		t.Errorf("after a long time: slow %s, never %s", slow, never)
	}
}

func TestInterceptFinish(t *testing.T) {
	var change atomic.Int64
	m := with(t, store.Interceptor{Finish: func(st *store.State, task *store.Task) {
		if task.Group == "G20230003" {
			st.Change("G20230004", task.SIMs[0], int(change.Load()))
			return
		}
		if task.Action == store.ActionRemove {
			task.Effects = nil
			return
		}
		for i := range task.Details {
			task.Details[i].Result = store.ResultSuccess
		}
		st.Change("G20230002", task.SIMs[0], 2-st.Count("G20230002", task.SIMs[0]))
		if !st.Exists(task.SIMs[0]) {
			task.Effects = append(task.Effects, store.Effect{SIM: task.SIMs[0], Delta: 1})
		}
	}})
	p, group := m.fix.Partner, m.fix.Groups[0]
	got := m.result(p, m.add(p, group, m.fix.UnknownSIM, m.fix.SIMs[0]))
	if got.Details[0].Result != "10" || got.Details[1].Result != "10" {
		t.Errorf("details: %+v", got.Details)
	}
	m.remove(p, group, m.fix.SIMs[0])
	if sims := m.listed(p, group); !slices.Equal(sims, []string{m.fix.UnknownSIM, m.fix.SIMs[0]}) {
		t.Errorf("effects: %v", sims)
	}
	for _, c := range []struct{ delta, want int }{{2, 2}, {-5, 0}, {store.DefaultGroupSIMs + 1, store.DefaultGroupSIMs}} {
		change.Store(int64(c.delta))
		m.add(p, "G20230003", m.fix.SIMs[1])
		if sims := m.listed(p, "G20230004"); len(sims) != c.want {
			t.Errorf("a change by %d leaves %d, want %d", c.delta, len(sims), c.want)
		}
	}
	if sims := m.listed(p, "G20230002"); !slices.Equal(sims, []string{m.fix.UnknownSIM, m.fix.UnknownSIM}) {
		t.Errorf("another group: %v", sims)
	}
}

func TestInterceptReading(t *testing.T) {
	var readings atomic.Int64
	m := with(t, store.Interceptor{
		Result: func(st *store.State, _ *store.Call, r *store.Result) {
			st.Change("G20230001", m0, 1)
			if readings.Add(1) == 2 {
				r.Status, r.ActionCode = "again", "71"
				r.Details[0].SIM = "0000000000000000000"
			}
		},
		Listing: func(_ *store.State, _ *store.Call, l *store.Listing) { l.SIMs = l.SIMs[1:] },
	})
	p, group := m.fix.Partner, m.fix.Groups[0]
	id := m.add(p, group, m.fix.SIMs[0])
	first, second, third := m.result(p, id), m.result(p, id), m.result(p, id)
	if second.Status != "again" || second.ActionCode != "71" || second.Details[0].SIMID == first.Details[0].SIMID {
		t.Errorf("the second reading: %+v", second)
	}
	if third.Status != "completed" || third.Details[0] != first.Details[0] {
		t.Errorf("the task itself was changed: %+v", third)
	}
	if sims := m.listed(p, group); len(sims) != 3 {
		t.Errorf("1 added and 3 by reading, less 1 hidden: %v", sims)
	}
}
