package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// The most that seed may add in total.
const (
	maxSIMs     = 100_000
	maxPartners = 100
)

func newControl(s *Sandbox) *control {
	k := &control{sandbox: s, seen: newRequestLog(s.cfg.Bounds.Requests)}
	k.actions = []action{
		{http.MethodGet, "", "lists the control path", k.list},
		{http.MethodPost, "reset", "resets the sandbox to its start: fixtures, ids and clock; no orders, tasks, pushes or requests", k.reset},
		{http.MethodPost, "seed", `adds partners, SIM cards and groups: {"partners": ["P1"], "sims": ["8985..."], "groups": [{"id": "G1", "name": "One", "partnerCode": "P1", "packageCode": "DP20190726001274"}]}`, k.seed},
		{http.MethodGet, "state", "shows the SIM cards of each group, the active auto-renewals and the number of unfinished tasks", k.state},
		{http.MethodGet, "clock", "shows the time of the sandbox", k.time},
		{http.MethodPost, "clock", `advances the clock: {"advance": "720h"}; everything due by then has happened when it responds`, k.advance},
		{http.MethodPost, "next", `sets the outcome of the next payment and the next task: {"payment": "fail" or "hold", "task": "fail" or "hold"}; "" clears it. ` +
			`A held payment stays open until it is confirmed again, a held task until it is released`, k.next},
		{http.MethodPost, "pay", `chooses the payment method of an open payment, as a buyer does in the Stripe SDK: {"partnerCode": "P1", "payId": "...", "pm_id": "pm_card_visa"}; confirmPaymentResult then ends it`, k.pay},
		{http.MethodPost, "release", "releases all held tasks", k.release},
		{http.MethodPost, "push", `sends a push once more: {"orderNo": "..."}; without orderNo, the push of an invented order`, k.push},
		{http.MethodGet, "pushes", "lists the pushes, oldest first", k.pushes},
		{http.MethodGet, "requests", "lists the newest requests to the API, oldest first", k.requests},
	}
	return k
}

func (k *control) list(func(any) error) (any, error) {
	type entry struct {
		Method string `json:"method"`
		Path   string `json:"path"`
		Does   string `json:"does"`
	}
	var entries []entry
	for _, a := range k.actions {
		entries = append(entries, entry{a.method, ControlPath + a.name, a.does})
	}
	return entries, nil
}

func (k *control) reset(read func(any) error) (any, error) {
	if err := read(&struct{}{}); err != nil {
		return nil, err
	}
	st := k.sandbox.state
	st.Mu.Lock()
	defer st.Mu.Unlock()
	st.Fill()
	k.sandbox.clock.Ahead.Store(0)
	if st.Push != nil {
		st.Push.Reset()
	}
	k.seen.reset()
	return struct{}{}, nil
}

// seedGroup is a group to add.
type seedGroup struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	PartnerCode string `json:"partnerCode"`
	PackageCode string `json:"packageCode"`
}

func (k *control) seed(read func(any) error) (any, error) {
	var want struct {
		Partners []string    `json:"partners"`
		SIMs     []string    `json:"sims"`
		Groups   []seedGroup `json:"groups"`
	}
	if err := read(&want); err != nil {
		return nil, err
	}
	for _, partner := range want.Partners {
		if !partnerForm(partner) {
			return nil, fmt.Errorf("partner %s: %s", store.Shown(partner), wantPartner)
		}
	}
	for _, sim := range want.SIMs {
		if !iccidDigits(sim) {
			return nil, fmt.Errorf("SIM %s: %s", store.Shown(sim), wantICCID)
		}
	}
	if err := seedAll(k.sandbox.state, want.Partners, want.SIMs, want.Groups); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

// seedAll adds everything or nothing.
func seedAll(st *store.State, partners, sims []string, groups []seedGroup) error {
	defer st.Lock()()
	all := maps.Clone(st.Partners)
	for _, partner := range partners {
		all[partner] = true
	}
	if len(all) > maxPartners || len(st.Sims)+len(sims) > maxSIMs || len(st.Groups)+len(groups) > st.Bounds.Groups {
		return fmt.Errorf("too many: a sandbox holds %d partners, %d SIMs and %d groups", maxPartners, maxSIMs, st.Bounds.Groups)
	}
	made := make([]*store.Group, 0, len(groups))
	for _, g := range groups {
		at := slices.IndexFunc(store.Catalogue, func(p store.Plan) bool { return p.PackageCode == g.PackageCode })
		switch {
		case g.ID == "" || st.Groups[g.ID] != nil:
			return fmt.Errorf("group %s: its id is empty or taken", store.Shown(g.ID))
		case !all[g.PartnerCode]:
			return fmt.Errorf("group %s: there is no partner %s", store.Shown(g.ID), store.Shown(g.PartnerCode))
		case at < 0:
			return fmt.Errorf("group %s: there is no package %s", store.Shown(g.ID), store.Shown(g.PackageCode))
		}
		made = append(made, &store.Group{ID: g.ID, Name: g.Name, Owner: g.PartnerCode, Plan: store.Catalogue[at], Counts: map[string]int{}})
	}
	st.Partners = all
	for _, sim := range sims {
		st.Sims[sim] = true
	}
	for _, g := range made {
		st.Groups[g.ID] = g
	}
	return nil
}

// groupState is a group with its SIM cards, each repeated as often as it was added.
type groupState struct {
	ID          string   `json:"id"`
	PartnerCode string   `json:"partnerCode"`
	SIMs        []string `json:"sims"`
}

// renewalState is an active auto-renewal.
type renewalState struct {
	PartnerCode string `json:"partnerCode"`
	DeviceCode  string `json:"deviceCode"`
	OrderNo     string `json:"orderNo"`
}

func (k *control) state(func(any) error) (any, error) {
	st := k.sandbox.state
	defer st.Lock()()
	groups, renewals := []groupState{}, []renewalState{}
	for _, id := range slices.Sorted(maps.Keys(st.Groups)) {
		groups = append(groups, groupState{id, st.Groups[id].Owner, st.Groups[id].Listed()})
	}
	for _, o := range st.OrderBook.All {
		if o.Renewal.Active {
			renewals = append(renewals, renewalState{o.Partner, o.SIM, o.OrderNo})
		}
	}
	return map[string]any{"groups": groups, "renewals": renewals, "tasks": len(st.Tasks.Pending)}, nil
}

func (k *control) time(func(any) error) (any, error) {
	return map[string]string{"now": k.sandbox.clock.Now().UTC().Format(time.RFC3339Nano)}, nil
}

// maxAhead is how far the clock may be advanced in total.
const maxAhead = 100 * 365 * 24 * time.Hour

func (k *control) advance(read func(any) error) (any, error) {
	var want struct {
		Advance string `json:"advance"`
	}
	if err := read(&want); err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(want.Advance)
	if err != nil || by < 0 {
		return nil, fmt.Errorf(`advance %s: want a duration that is not negative, such as "720h"`, store.Shown(want.Advance))
	}
	st := k.sandbox.state
	st.Mu.Lock()
	if time.Duration(k.sandbox.clock.Ahead.Load()) > maxAhead-by {
		st.Mu.Unlock()
		return nil, fmt.Errorf("advance %s: the clock would be more than %s ahead", store.Shown(want.Advance), maxAhead)
	}
	k.sandbox.clock.Ahead.Add(int64(by))
	st.Mu.Unlock()
	st.Lock()()
	return k.time(nil)
}

func (k *control) next(read func(any) error) (any, error) {
	var want struct {
		Payment *string `json:"payment"`
		Task    *string `json:"task"`
	}
	if err := read(&want); err != nil {
		return nil, err
	}
	for _, value := range []*string{want.Payment, want.Task} {
		if value != nil && *value != "" && *value != store.NextFail && *value != store.NextHold {
			return nil, fmt.Errorf("%s: want %q, %q or %q", store.Shown(*value), store.NextFail, store.NextHold, "")
		}
	}
	st := k.sandbox.state
	defer st.Lock()()
	if want.Payment != nil {
		st.Next.Payment = *want.Payment
	}
	if want.Task != nil {
		st.Next.Task = *want.Task
	}
	return map[string]string{"payment": st.Next.Payment, "task": st.Next.Task}, nil
}

func (k *control) pay(read func(any) error) (any, error) {
	var want struct {
		PartnerCode string `json:"partnerCode"`
		PayID       string `json:"payId"`
		Method      string `json:"pm_id"`
	}
	if err := read(&want); err != nil {
		return nil, err
	}
	if want.Method == "" {
		return nil, errors.New("pm_id is missing or empty")
	}
	st := k.sandbox.state
	defer st.Lock()()
	for _, o := range st.OrderBook.By[store.ByPayID][want.PayID] {
		if o.Partner != want.PartnerCode {
			continue
		}
		if o.Payment.Status != store.PayOpen {
			return nil, fmt.Errorf("the payment %s is not open", store.Shown(want.PayID))
		}
		o.Payment.Method = want.Method
		return struct{}{}, nil
	}
	return nil, fmt.Errorf("partner %s has no payment %s", store.Shown(want.PartnerCode), store.Shown(want.PayID))
}

func (k *control) release(read func(any) error) (any, error) {
	if err := read(&struct{}{}); err != nil {
		return nil, err
	}
	st := k.sandbox.state
	defer st.Lock()()
	return map[string]int{"released": st.Tasks.Release(st.Now())}, nil
}

// push sends the push of an order, or of an invented one, so that a receiver can be tested without
// ordering.
func (k *control) push(read func(any) error) (any, error) {
	var want struct {
		OrderNo string `json:"orderNo"`
	}
	if err := read(&want); err != nil {
		return nil, err
	}
	st := k.sandbox.state
	defer st.Lock()()
	if st.Push == nil {
		return nil, errors.New("no push address is set")
	}
	partner := st.Push.Partner()
	if want.OrderNo == "" {
		number := fmt.Sprintf("SAMPLE%d", st.Now().UnixMilli())
		p := store.Catalogue[0]
		st.Notify(&Order{Partner: partner, OrderNo: number, PayID: "P" + number, SIM: NewFixtures().SIMs[0],
			PackageCode: p.PackageCode, Amount: p.Amount, Currency: p.Currency})
		return map[string]string{"orderNo": number}, nil
	}
	for _, o := range st.Orders(ByOrderNo, want.OrderNo) {
		if o.Partner == partner {
			st.Notify(o)
			return map[string]string{"orderNo": o.OrderNo}, nil
		}
	}
	return nil, fmt.Errorf("partner %s has no order %s", store.Shown(partner), store.Shown(want.OrderNo))
}

func (k *control) pushes(func(any) error) (any, error) { return k.sandbox.Pushes(), nil }

func (k *control) requests(func(any) error) (any, error) { return k.seen.list(), nil }
