package redact

import (
	"io"
	"strings"
	"sync"
	"testing"
)

// A secret that appears in clear text is also redacted where it is encoded, and in later lines.
func TestTextHidesEncodedSecrets(t *testing.T) {
	const sim, encoded = "89852990000000000018", "ODk4NTI5OTAwMDAwMDAwMDAwMT"
	secrets := Secrets{MaskSIMs: true}
	if told := secrets.Redact("<p>" + encoded + "</p> <p>" + sim + "</p>"); strings.Contains(told, encoded) {
		t.Errorf("a text tells %s", told)
	}
	var out strings.Builder
	w := secrets.Writer(&out)
	if _, err := io.WriteString(w, "group "+sim+"\nagain "+encoded+"\n"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), encoded) {
		t.Errorf("the lines tell %s", out.String())
	}
}

// A signal is reported while a run still writes: both lines stay whole.
func TestWriterFromSeveralGoroutines(t *testing.T) {
	var out strings.Builder
	w := Secrets{}.Writer(&out)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 50 {
				if _, err := io.WriteString(w, "one line\n"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("one line\n", 8*50); out.String() != want {
		t.Errorf("%d bytes were written, want %d", out.Len(), len(want))
	}
}
