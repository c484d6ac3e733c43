package sandbox_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
)

func detail(sim, result, message string) mall.AsyncResultDetail {
	return mall.AsyncResultDetail{SIMID: sim, Result: result, Message: message}
}

func ok(sim string) mall.AsyncResultDetail { return detail(sim, "10", "success") }

func noSIM(sim string) mall.AsyncResultDetail {
	return detail(sim, "31", "The SIM card does not exist.")
}

func TestTaskTakesItsTime(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Second})
	p, group := m.fix.Partner, m.fix.Groups[0]
	known, unknown := m.fix.SIMs[1], m.fix.UnknownSIM

	id := m.add(p, group, known, unknown)
	c.pass(time.Second - 1)
	if want := (mall.AsyncResult{RequestID: id, ActionCode: "70", Status: "processing", Details: []mall.AsyncResultDetail{}}); !reflect.DeepEqual(m.result(p, id), want) {
		t.Errorf("before its end: %+v", m.result(p, id))
	}
	if sims := m.listed(p, group); len(sims) != 0 {
		t.Errorf("before its end the group has %v", sims)
	}
	c.pass(1)
	want := mall.AsyncResult{RequestID: id, ActionCode: "70", Status: "completed", Details: []mall.AsyncResultDetail{ok(known), noSIM(unknown)}}
	for range 3 {
		if got := m.result(p, id); !reflect.DeepEqual(got, want) {
			t.Errorf("after its end: %+v", got)
		}
	}
	if sims := m.listed(p, group); !slices.Equal(sims, []string{known}) {
		t.Errorf("after its end the group has %v", sims)
	}

	id = m.remove(p, group, unknown, known, known)
	if got := m.result(p, id); got.Status != "processing" || got.ActionCode != "71" {
		t.Errorf("the remove before its end: %+v", got)
	}
	c.pass(time.Second)
	want = mall.AsyncResult{RequestID: id, ActionCode: "71", Status: "completed", Details: []mall.AsyncResultDetail{
		noSIM(unknown), ok(known), detail(known, "31", "The SIM card does not exist in the group.")}}
	if got := m.result(p, id); !reflect.DeepEqual(got, want) {
		t.Errorf("the remove after its end: %+v", got)
	}
	if sims := m.listed(p, group); len(sims) != 0 {
		t.Errorf("after the remove the group has %v", sims)
	}
}

// Without a clock of its own the sandbox takes the time of the machine.
func TestTaskTakesRealTime(t *testing.T) {
	m := serve(t, sandbox.Config{TaskDelay: 20 * time.Millisecond})
	start := time.Now()
	id := m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	for m.result(m.fix.Partner, id).Status != "completed" {
		if time.Since(start) > limit {
			t.Fatal("the task does not end")
		}
		time.Sleep(time.Millisecond)
	}
	if took := time.Since(start); took < 20*time.Millisecond {
		t.Errorf("the task took %v", took)
	}
}

func TestCountingIsPerOperation(t *testing.T) {
	m := serve(t, sandbox.Config{})
	p, group, sim := m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0]
	if got := m.result(p, m.add(p, group, sim, sim)); len(got.Details) != 2 || got.Details[1] != ok(sim) {
		t.Errorf("a SIM that is named twice: %+v", got)
	}
	m.add(p, group, sim)
	if sims := m.listed(p, group); !slices.Equal(sims, []string{sim, sim, sim}) {
		t.Errorf("after three adds: %v", sims)
	}
	bundles, err := m.topup(p).ListBundlesWithResponse(context.Background(), &mall.ListBundlesParams{})
	if err != nil {
		t.Fatal(err)
	}
	data := *bundles.JSON200.Data
	want := mall.Bundle{GroupID: group, GroupName: "Europe small", PackageCode: "PACKAGE20180428000007", PackageName: "Europe 3GB 30-Days", SIMCount: "3"}
	if len(data) != len(m.fix.Groups) || data[0] != want || data[1].SIMCount != "0" {
		t.Errorf("listBundles: %+v", data)
	}
	m.remove(p, group, sim)
	if sims := m.listed(p, group); !slices.Equal(sims, []string{sim, sim}) {
		t.Errorf("after one remove: %v", sims)
	}
}

// Effects come in the order of acceptance, so a remove finds what an add before it will have added.
func TestEffectsComeInOrder(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Minute})
	p, group, sim := m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0]
	ids := []string{m.remove(p, group, sim), m.add(p, group, sim), m.remove(p, group, sim), m.remove(p, group, sim)}
	c.pass(time.Hour)
	for i, want := range []string{"31", "10", "10", "31"} {
		if got := m.result(p, ids[i]).Details[0].Result; got != want {
			t.Errorf("task %d: %s, want %s", i, got, want)
		}
	}
}

func TestPartnersAreIsolated(t *testing.T) {
	m := serve(t, sandbox.Config{})
	first, second := m.fix.Partner, m.fix.SecondPartner
	id := m.add(first, m.fix.Groups[0], m.fix.SIMs[0])
	m.refused(m.signed(second, http.MethodGet, "/topup/async-result/"+id, ""), 200, `partner "P000818" has no such task`)
	for _, group := range []string{m.fix.Groups[0], m.fix.UnknownGroup, "Gruppe ü"} {
		path := "/topup/mall/bundle-groups/" + strings.ReplaceAll(group, " ", "%20") + "/sims"
		words := fmt.Sprintf(`group_id %q: partner "P000818" has no such group; GET /topup/mall/bundle-groups/bundles lists`, group)
		m.refused(m.signed(second, http.MethodGet, path, ""), 200, words)
		m.refused(m.signed(second, http.MethodPost, path, simBody(m.fix.SIMs[0])), 200, words)
		m.refused(m.signed(second, http.MethodDelete, path, simBody(m.fix.SIMs[0])), 200, words)
	}
	bundles, err := m.topup(second).ListBundlesWithResponse(context.Background(), &mall.ListBundlesParams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range *bundles.JSON200.Data {
		if !slices.Contains(m.fix.SecondGroups, b.GroupID) {
			t.Errorf("the second partner sees %s", b.GroupID)
		}
	}
	if sims := m.listed(first, m.fix.Groups[0]); len(sims) != 1 {
		t.Errorf("the first partner's group was changed: %v", sims)
	}
}

func TestUnknownRequestIDs(t *testing.T) {
	m := serve(t, sandbox.Config{})
	id := m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	for _, other := range []string{"RQ-1", strings.ToLower(id), id + "0", id[3:], "%20" + id, strings.Repeat("9", 3000), ".."} {
		m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/async-result/"+other, ""), 200, "has no such task; the id is in the header request_id")
	}
}

func TestRequestIDHeader(t *testing.T) {
	m := serve(t, sandbox.Config{Seed: 7})
	form := regexp.MustCompile(`^RQ-[0-9]{14}$`)
	seen := map[string]bool{}
	for i := range 100 {
		act := m.add
		if i%2 == 1 {
			act = m.remove
		}
		id := act(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
		if !form.MatchString(id) || seen[id] {
			t.Fatalf("request_id %q", id)
		}
		seen[id] = true
	}
}

// With the same seed and clock the same calls get the same answers, another seed gives other request_ids alone.
func TestDeterminism(t *testing.T) {
	answers := func(seed int64) (all []string) {
		c := newClock()
		m := serve(t, sandbox.Config{Seed: seed, Now: c.Now, TaskDelay: time.Second})
		p, group := m.fix.Partner, m.fix.Groups[0]
		ids := []string{}
		for i := range 5 {
			ids = append(ids, m.add(p, group, m.fix.SIMs[i], m.fix.UnknownSIM))
			c.pass(300 * time.Millisecond)
		}
		for _, id := range ids {
			r := m.do(m.signed(p, http.MethodGet, "/topup/async-result/"+id, ""))
			r.header.Del("Date")
			all = append(all, fmt.Sprint(r.status, r.header, string(r.body)))
		}
		r := m.do(m.signed(p, http.MethodGet, "/topup/mall/bundle-groups/"+group+"/sims", ""))
		return append(all, string(r.body))
	}
	first, again, other := answers(1), answers(1), answers(2)
	if !slices.Equal(first, again) {
		t.Errorf("the same seed:\n%v\n%v", first, again)
	}
	if first[0] == other[0] {
		t.Error("another seed gives the same request_id")
	}
}

// Whatever is added and removed, in whatever batches, a group counts what it should.
func TestGroupCountsLikeALedger(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Second})
	p, group := m.fix.Partner, m.fix.Groups[0]
	sims := append(slices.Clone(m.fix.SIMs[:5]), m.fix.UnknownSIMs(2)...)
	ledger := map[string]int{}
	exists := func(sim string) bool { return slices.Contains(m.fix.SIMs, sim) }
	rapid.Check(t, func(t *rapid.T) {
		batch := rapid.SliceOfN(rapid.SampledFrom(sims), 1, 12).Draw(t, "batch")
		want := map[string]int{}
		var id string
		if rapid.Bool().Draw(t, "add") {
			id = m.add(p, group, batch...)
			for _, sim := range batch {
				if exists(sim) {
					ledger[sim]++
					want[sim+"10"]++
				} else {
					want[sim+"31"]++
				}
			}
		} else {
			id = m.remove(p, group, batch...)
			for _, sim := range batch {
				if exists(sim) && ledger[sim] > 0 {
					ledger[sim]--
					want[sim+"10"]++
				} else {
					want[sim+"31"]++
				}
			}
		}
		c.pass(time.Second)
		got := map[string]int{}
		for _, d := range m.result(p, id).Details {
			got[d.SIMID+d.Result]++
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("details %v, want %v", got, want)
		}
		counted := map[string]int{}
		for _, sim := range m.listed(p, group) {
			counted[sim]++
		}
		for _, sim := range sims {
			if counted[sim] != ledger[sim] {
				t.Fatalf("%s is listed %d times, want %d", sim, counted[sim], ledger[sim])
			}
		}
	})
}

func TestVshopUnknownSIM(t *testing.T) {
	m := serve(t, sandbox.Config{})
	body := strings.Replace(vshopMembers, "89852420180910340793", m.fix.UnknownSIM, 1)
	for _, path := range []string{"/vshop/singleVerify", "/vshop/singleServicePlanPage"} {
		m.refused(m.signed(m.fix.Partner, http.MethodPost, path, body), 200, "no SIM card has this ICCID")
	}
}

func TestVshopPlans(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for area, want := range map[string]int{"": 4, "欧洲": 2, "Europe": 2, "Singapore": 1, "Atlantis": 0} {
		res, err := m.vshop(m.fix.SecondPartner).SingleServicePlanPageWithResponse(context.Background(), nil, mall.SingleServicePlanPageRequest{
			DeviceCode: m.fix.SIMs[9], LanguageCode: "1", Mark: "0", Terminal: "0", TradeTime: "1", TradeType: "x", Area: &area})
		if err != nil {
			t.Fatal(err)
		}
		data := res.JSON200.Data
		if data == nil || len(data.ServicePlanList) != want || data.PartnerCode != m.fix.SecondPartner || data.DeviceCode != m.fix.SIMs[9] {
			t.Errorf("area %q: %s", area, res.Body)
			continue
		}
		for _, plan := range data.ServicePlanList {
			if !slices.Contains(m.fix.Packages, plan.PackageCode) {
				t.Errorf("package %s is in no fixture", plan.PackageCode)
			}
		}
	}
}
