package learn

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// fromText learns from the text of a report.
func fromText(t *testing.T, text []byte) *Learned {
	t.Helper()
	learner, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if name, err := learner.AddRun(bytes.NewReader(text)); err != nil || name != "" && name != base().Target.Name {
		t.Fatalf("the target is %q, %v", name, err)
	}
	return learner.Learned()
}

// An archive yields the same claims as the run that it was written from, byte for byte.
func TestArchive(t *testing.T) {
	run := redact.Run(base(), redact.Secrets{})
	var report, archive bytes.Buffer
	if err := reports.WriteJSON(&report, run); err != nil {
		t.Fatal(err)
	}
	if err := render.WriteHAR(&archive, run); err != nil {
		t.Fatal(err)
	}
	want := fromText(t, report.Bytes())
	_, wanted := written(t, want)
	if _, got := written(t, fromText(t, archive.Bytes())); !bytes.Equal(got, wanted) {
		t.Errorf("the overlays differ: %s", difference(string(wanted), string(got)))
	}
	got := fromText(t, foreign(t, archive.Bytes()))
	for i := range want.Members {
		m := &want.Members[i]
		other := got.By()[m.At]
		if other == nil || other.Presence != m.Presence || other.Null != m.Null || !slices.Equal(other.Types, m.Types) || other.Form != m.Form {
			t.Errorf("%s: %+v, in the archive of another program %+v", m.At, m, other)
		}
	}
	for _, fact := range got.Facts {
		if fact.Kind == "habit" {
			t.Errorf("the archive of another program shows a habit that is none: %+v", fact)
		}
	}
}

// foreign returns an archive as another program writes it: without the members of our own.
func foreign(t *testing.T, archive []byte) []byte {
	t.Helper()
	var file struct {
		Log map[string]any `json:"log"`
	}
	if err := json.Unmarshal(archive, &file); err != nil {
		t.Fatal(err)
	}
	file.Log["creator"] = map[string]string{"name": "Firefox", "version": "1"}
	delete(file.Log, "pages")
	delete(file.Log, "_target")
	entries := file.Log["entries"].([]any)
	for _, one := range entries {
		entry := one.(map[string]any)
		for _, name := range []string{"_operation", "_error", "_deviations", "pageref", "comment"} {
			delete(entry, name)
		}
		entry["response"].(map[string]any)["bodySize"] = -1
	}
	preflight := map[string]any{"startedDateTime": "2026-11-01T00:00:00Z", "time": 1, "response": map[string]any{"status": 405, "content": map[string]any{}},
		"request": map[string]any{"method": "OPTIONS", "url": "https://mall.example/vshop/singleVerify",
			"headers": []any{map[string]string{"name": "access-control-request-method", "value": "POST"}}}}
	for range 50 {
		entries = append(entries, preflight)
	}
	elsewhere := map[string]any{"startedDateTime": "2026-11-01T00:00:00Z", "time": 1, "request": map[string]any{"method": "GET", "url": "https://cdn.example/logo.png"},
		"response": map[string]any{"status": 200, "content": map[string]any{"text": "iVBORw0KGgo=", "encoding": "base64"}}}
	file.Log["entries"] = append(entries, elsewhere)
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// An archive without a call to the mall, or in another format, is an error.
func TestArchiveOfNothing(t *testing.T) {
	for text, want := range map[string]string{
		`{"log":{"version":"1.2","entries":[]}}`: "no entry is a call of the mall",
		`{"log":{"entries":[{"startedDateTime":"2026-11-01T00:00:00Z","_operation":"addSims","response":{"status":200,"content":{"text":"?","encoding":"base64"}}}]}}`:               "the content of the answer of 2026-11-01",
		`{"log":{"entries":[{"startedDateTime":"2026-11-01T00:00:00Z","request":{"method":"POST","url":"https://h/singleVerify"},"response":{"status":200,"content":{"size":9}}}]}}`: "export it with content",
		`{"log":[]}`:                  "found [ instead of {",
		`{"log":{"entries":[{}]}} {}`: "text after the JSON document",
	} {
		learner, err := New()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := learner.AddRun(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), "no entry") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// The recording of a browser shows the sandbox to be what a run shows it to be.
func TestArchiveOfABrowser(t *testing.T) {
	learner, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := learner.AddFile(filepath.Join("testdata", "chromium.har")); err != nil {
		t.Fatal(err)
	}
	learned := learner.Learned()
	if learned.Exchanges != 64 || len(learned.Members) < 30 {
		t.Errorf("learnt %d members from %d exchanges", len(learned.Members), learned.Exchanges)
	}
	whole, _ := written(t, learned)
	for _, said := range []string{
		"The setting request-id-header is request_id.", "The setting sign-parts is query,path,body.", "The setting terminal-status is completed.",
		"A wrong sign is refused with HTTP 200, operateCode F (singleVerify).", "Answers have the media type application/json.",
		"status: always present; of type string; never null; values completed, processing",
	} {
		if !strings.Contains(string(whole), said) {
			t.Errorf("the overlay does not say %q", said)
		}
	}
	if bytes.Contains(withoutExamples(whole), []byte("898524")) {
		t.Error("the overlay has the number of a SIM card")
	}
	if found := Drift(learnt(t, base()), learned); len(found) > 0 {
		t.Errorf("the browser saw another target: %s", summaries(found))
	}
	for _, change := range Drift(learned, learnt(t, base())) { // a run sees more values
		if change.Breaking() {
			t.Errorf("the browser saw another target: %s", sentence(&change))
		}
	}
}
