package reports

import (
	"reflect"
	"testing"
)

// A waiver is stale only if all shards together have judged everything that it covers.
func TestMergedWaivers(t *testing.T) {
	half := Waiver{Check: "SIG-022", Target: "uat", Covers: 2, Passed: 1}
	other := Waiver{Check: "RID-001", Target: "uat", Covers: 1, Failed: 1}
	if half.Stale() {
		t.Error("stale although one of two was judged")
	}
	got := addWaivers([]Waiver{half, other}, []Waiver{half, {Check: "RID-001", Target: "uat", Covers: 1, Expired: true}})
	want := []Waiver{half, other}
	want[0].Passed, want[1].Expired = 2, true
	if !reflect.DeepEqual(got, want) || !got[0].Stale() || got[1].Stale() || !got[1].Fails() {
		t.Errorf("got %+v", got)
	}
	if half.Passed != 1 {
		t.Error("what was merged is changed")
	}
}
