package learn

import (
	"testing"
)

// An overlay from elsewhere is read, and what was read can be written and compared, or it is
// refused.
func FuzzRead(f *testing.F) {
	learner, err := New()
	if err != nil {
		f.Fatal(err)
	}
	for _, result := range base().Results[:40] {
		learner.Done(result)
	}
	text, err := Overlay(learner.Learned(), "uat")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("overlay: 1.0.0\ninfo: {title: t, version: v}\nactions: []\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		learned, err := Read(text)
		if err != nil {
			return
		}
		Drift(learned, learned)
		if _, err := Overlay(learned, "uat"); err != nil {
			t.Logf("it is not an overlay of the contract: %v", err)
		}
		if _, err := Apply(text); err != nil {
			t.Logf("it does not fit the contract: %v", err)
		}
	})
}
