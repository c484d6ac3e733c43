package journal

import "testing"

// A partner code that is no text names no partner: the request counts for that of the run.
func TestNamedPartner(t *testing.T) {
	for body, want := range map[string]string{
		`{"partnerCode":"P2","deviceCode":"1"}`: "P2", `{"partnerCode":[]}`: "P1", `{"partnerCode":{}}`: "P1",
		`{"partnerCode":""}`: "P1", `{}`: "P1", `[]`: "P1", `{"partnerCode":7}`: "7",
	} {
		if got := New().Named("singleOrder", "P1", "", "", []byte(body)).Partner; got != want {
			t.Errorf("%s names partner %q, want %q", body, got, want)
		}
	}
}

// A path with a slash at its end names the same group.
func TestNamedGroup(t *testing.T) {
	const template = "/mall/bundle-groups/{group_id}/sims"
	for path, want := range map[string]string{
		"/topup/mall/bundle-groups/g1/sims": "g1", "/topup/mall/bundle-groups/g1/sims/": "g1", "/mall/bundle-groups/g1/sims": "g1",
		"/mall/bundle-groups//sims": "", "/sims": "",
	} {
		if got := New().Named(AddSIMs, "P1", template, path, []byte(`{"sim_ids":["1"]}`)).Group; got != want {
			t.Errorf("%s names group %q, want %q", path, got, want)
		}
	}
}

// Orders that stay are named with their price, which a changed request may not have.
func TestBoughtStatesThePrice(t *testing.T) {
	j := New()
	if _, err := j.Enter(Request{Operation: "singleOrder", Partner: "P1", Order: "MC1"}); err != nil {
		t.Fatal(err)
	}
	got := Bought(j.Entries(), "4.99 USD")
	if want := "1 order of partner P1 stays, at 4.99 USD each unless an order states another amount (MC1)"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
