package reports

import (
	"reflect"
	"testing"
)

func TestMergedCauses(t *testing.T) {
	sign := Cause{Name: "sign-not-checked", Verdict: Finding, Evidence: "2 of 2 failures", Operations: []string{"addSims"}, Checks: []string{"SIG-003"}}
	other := sign
	other.Verdict, other.Operations, other.Checks = Failed, []string{"addSims", "queryOrder"}, []string{"SIG-004"}
	elsewhere := Cause{Name: "sign-not-checked", Clause: "signature/foreign", Checks: []string{"SIG-009"}}
	got := addCauses([]Cause{sign}, []Cause{other, elsewhere})
	want := []Cause{{
		Name: "sign-not-checked", Verdict: Failed, Operations: []string{"addSims", "queryOrder"}, Checks: []string{"SIG-003", "SIG-004"},
	}, elsewhere}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if len(sign.Checks) != 1 {
		t.Error("merging changed a shard's cause")
	}
}

func TestMergedHabits(t *testing.T) {
	numbers := Habit{Name: "numbers-for-strings", Checks: []string{"GEN/addSims/a"}}
	more := []Habit{{Name: "extra-members", Checks: []string{"GEN/x"}}, {Name: "numbers-for-strings", Checks: []string{"GEN/addSims/a", "GEN/addSims/b"}}}
	got := addHabits([]Habit{numbers}, more)
	want := []Habit{more[0], {Name: "numbers-for-strings", Checks: []string{"GEN/addSims/a", "GEN/addSims/b"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
