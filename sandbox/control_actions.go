package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// The outcomes that the control path can set for the next payment or task.
const (
	nextFail = "fail"
	nextHold = "hold"
)

// next is the outcome set for the next payment and the next task; empty leaves it to the sandbox.
type next struct {
	payment, task string
}

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
		{http.MethodPost, "push", `sends a push once more: {"orderNo": "..."}; without orderNo that of a made-up order`, k.push},
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
	st.mu.Lock()
	defer st.mu.Unlock()
	st.fill()
	k.sandbox.clock.ahead.Store(0)
	if st.push != nil {
		st.push.reset()
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
			return nil, fmt.Errorf("partner %s: %s", shown(partner), wantPartner)
		}
	}
	for _, sim := range want.SIMs {
		if !iccidDigits(sim) {
			return nil, fmt.Errorf("SIM %s: %s", shown(sim), wantICCID)
		}
	}
	if err := k.sandbox.state.seedAll(want.Partners, want.SIMs, want.Groups); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

// seedAll adds everything or nothing.
func (st *State) seedAll(partners, sims []string, groups []seedGroup) error {
	defer st.lock()()
	all := maps.Clone(st.partners)
	for _, partner := range partners {
		all[partner] = true
	}
	if len(all) > maxPartners || len(st.sims)+len(sims) > maxSIMs || len(st.groups)+len(groups) > st.bounds.Groups {
		return fmt.Errorf("too many: a sandbox holds %d partners, %d SIMs and %d groups", maxPartners, maxSIMs, st.bounds.Groups)
	}
	made := make([]*group, 0, len(groups))
	for _, g := range groups {
		at := slices.IndexFunc(catalogue, func(p plan) bool { return p.packageCode == g.PackageCode })
		switch {
		case g.ID == "" || st.groups[g.ID] != nil:
			return fmt.Errorf("group %s: its id is empty or taken", shown(g.ID))
		case !all[g.PartnerCode]:
			return fmt.Errorf("group %s: there is no partner %s", shown(g.ID), shown(g.PartnerCode))
		case at < 0:
			return fmt.Errorf("group %s: there is no package %s", shown(g.ID), shown(g.PackageCode))
		}
		made = append(made, &group{id: g.ID, name: g.Name, owner: g.PartnerCode, plan: catalogue[at], counts: map[string]int{}})
	}
	st.partners = all
	for _, sim := range sims {
		st.sims[sim] = true
	}
	for _, g := range made {
		st.groups[g.id] = g
	}
	return nil
}

// heldGroup is a group with its SIM cards, each repeated as often as it was added.
type heldGroup struct {
	ID          string   `json:"id"`
	PartnerCode string   `json:"partnerCode"`
	SIMs        []string `json:"sims"`
}

// heldRenewal is an active auto-renewal.
type heldRenewal struct {
	PartnerCode string `json:"partnerCode"`
	DeviceCode  string `json:"deviceCode"`
	OrderNo     string `json:"orderNo"`
}

func (k *control) state(func(any) error) (any, error) {
	st := k.sandbox.state
	defer st.lock()()
	groups, renewals := []heldGroup{}, []heldRenewal{}
	for _, id := range slices.Sorted(maps.Keys(st.groups)) {
		groups = append(groups, heldGroup{id, st.groups[id].owner, st.groups[id].listed()})
	}
	for _, o := range st.orders.all {
		if o.Renewal.Active {
			renewals = append(renewals, heldRenewal{o.Partner, o.SIM, o.OrderNo})
		}
	}
	return map[string]any{"groups": groups, "renewals": renewals, "tasks": len(st.tasks.pending)}, nil
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
		return nil, fmt.Errorf(`advance %s: want a duration that is not negative, such as "720h"`, shown(want.Advance))
	}
	st := k.sandbox.state
	st.mu.Lock()
	if time.Duration(k.sandbox.clock.ahead.Load()) > maxAhead-by {
		st.mu.Unlock()
		return nil, fmt.Errorf("advance %s: the clock would be more than %s ahead", shown(want.Advance), maxAhead)
	}
	k.sandbox.clock.ahead.Add(int64(by))
	st.mu.Unlock()
	st.lock()()
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
		if value != nil && *value != "" && *value != nextFail && *value != nextHold {
			return nil, fmt.Errorf("%s: want %q, %q or %q", shown(*value), nextFail, nextHold, "")
		}
	}
	st := k.sandbox.state
	defer st.lock()()
	if want.Payment != nil {
		st.next.payment = *want.Payment
	}
	if want.Task != nil {
		st.next.task = *want.Task
	}
	return map[string]string{"payment": st.next.payment, "task": st.next.task}, nil
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
	defer st.lock()()
	for _, o := range st.orders.by[ByPayID][want.PayID] {
		if o.Partner != want.PartnerCode {
			continue
		}
		if o.Payment.Status != PayOpen {
			return nil, fmt.Errorf("the payment %s is not open", shown(want.PayID))
		}
		o.Payment.Method = want.Method
		return struct{}{}, nil
	}
	return nil, fmt.Errorf("partner %s has no payment %s", shown(want.PartnerCode), shown(want.PayID))
}

func (k *control) release(read func(any) error) (any, error) {
	if err := read(&struct{}{}); err != nil {
		return nil, err
	}
	st := k.sandbox.state
	defer st.lock()()
	return map[string]int{"released": st.tasks.release(st.now())}, nil
}

// push sends the push of an order, or of one that is not kept: a receiver can be tried without ordering.
func (k *control) push(read func(any) error) (any, error) {
	var want struct {
		OrderNo string `json:"orderNo"`
	}
	if err := read(&want); err != nil {
		return nil, err
	}
	st := k.sandbox.state
	defer st.lock()()
	if st.push == nil {
		return nil, errors.New("no address for pushes is set")
	}
	partner := st.push.cfg.Partner
	if want.OrderNo == "" {
		number := fmt.Sprintf("SAMPLE%d", st.now().UnixMilli())
		p := catalogue[0]
		st.Notify(&Order{Partner: partner, OrderNo: number, PayID: "P" + number, SIM: NewFixtures().SIMs[0],
			PackageCode: p.packageCode, Amount: p.amount, Currency: p.currency})
		return map[string]string{"orderNo": number}, nil
	}
	for _, o := range st.orders.by[ByOrderNo][want.OrderNo] {
		if o.Partner == partner {
			st.Notify(o)
			return map[string]string{"orderNo": o.OrderNo}, nil
		}
	}
	return nil, fmt.Errorf("partner %s has no order %s", shown(partner), shown(want.OrderNo))
}

func (k *control) pushes(func(any) error) (any, error) { return k.sandbox.Pushes(), nil }

func (k *control) requests(func(any) error) (any, error) { return k.seen.list(), nil }
