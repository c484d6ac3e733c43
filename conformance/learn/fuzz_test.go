package learn

import (
	"bytes"
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

// A run or an HTTP Archive from elsewhere is learnt from, and what was learnt can be
// written, or it is refused.
func FuzzAddRun(f *testing.F) {
	f.Add([]byte(`{"log":{"version":"1.2","creator":{"name":"x"},"entries":[{"startedDateTime":"2026-01-01T00:00:00Z","time":1,` +
		`"request":{"method":"POST","url":"http://h/vshop/singleVerify","headers":[],"postData":{"text":"{}"}},` +
		`"response":{"status":200,"headers":[{"name":"request_id","value":"1"}],"content":{"text":"eyJhIjoxfQ==","encoding":"base64"}}}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		learner, err := New()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := learner.AddRun(bytes.NewReader(text)); err != nil {
			return
		}
		if _, err := Overlay(learner.Learned(), "uat"); err != nil {
			t.Errorf("what was learnt cannot be written: %v", err)
		}
	})
}
