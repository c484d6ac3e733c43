package checks

import "testing"

// What is not sent follows from what the target accepted before: the same change elsewhere, at least as often as it
// refused it, another wrong value of the field, or three requests of the operation.
func TestLeniencyKnows(t *testing.T) {
	order := Check{ID: "GEN/singleOrder/body/version/missing", Operations: []string{"singleOrder"}}
	version := refusal{"body/version/missing", "body version"}
	for name, c := range map[string]struct {
		seen func(*leniency)
		sent bool
	}{
		"nothing": {func(*leniency) {}, true},
		"accepted elsewhere": {func(l *leniency) {
			count(l.changes, version.change, "GEN/singleVerify/body/version/missing", true)
		}, false},
		"more often refused": {func(l *leniency) {
			count(l.changes, version.change, "a", true)
			count(l.changes, version.change, "b", false)
			count(l.changes, version.change, "c", false)
		}, true},
		"another value of the field": {func(l *leniency) { count(l.fields, "singleOrder body version", "a", true) }, false},
		"another value of the field refused": {func(l *leniency) {
			count(l.fields, "singleOrder body version", "a", true)
			count(l.fields, "singleOrder body version", "b", false)
		}, true},
		"another operation's field":  {func(l *leniency) { count(l.fields, "synOrderInfo body version", "a", true) }, true},
		"two sold":                   {func(l *leniency) { l.sold["singleOrder"] = 2 }, true},
		"three sold":                 {func(l *leniency) { l.sold["singleOrder"] = 3 }, false},
		"three of another operation": {func(l *leniency) { l.sold["synOrderInfo"] = 3 }, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeniency()
			c.seen(l)
			if reason := l.known(order, version); (reason == "") != c.sent {
				t.Errorf("not sent because %q", reason)
			}
		})
	}
}

// Refusals are recognised with what they change.
func TestRefusalOf(t *testing.T) {
	want := map[string]refusal{
		"GEN/singleOrder/body/version/missing": {"body/version/missing", "body version"},
		"ERR-013/singleOrder":                  {"ERR-013", "body terminal"},
		"ERR-001/singleOrder":                  {"ERR-001", ""},
	}
	for _, check := range All() {
		what, refuses := refusalOf(check), check.isRefusal()
		if expected, asked := want[check.ID]; asked {
			if delete(want, check.ID); !refuses || what != expected {
				t.Errorf("%s: %v, %v", check.ID, what, refuses)
			}
		}
		if refuses && check.Area() == "SIG" {
			t.Errorf("%s is held back", check.ID)
		}
	}
	if len(want) > 0 {
		t.Errorf("no such checks: %v", want)
	}
}
