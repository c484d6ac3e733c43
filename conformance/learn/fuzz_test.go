package learn

import (
	"testing"
)

// An overlay from elsewhere is read, and what was read can be compared and written, or it is
// refused. Committed seeds have what learning writes. How an overlay is applied is fuzzed in its
// own package, with a small document: the whole contract takes so long that hardly anything is
// tried.
func FuzzRead(f *testing.F) {
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
	})
}
