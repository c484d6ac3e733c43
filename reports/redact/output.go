package redact

import (
	"bytes"
	"io"
	"sync"

	"github.com/mallcheck/mallcheck/reports"
)

// Redact returns text with everything redacted that secrets names, by the rules of Run for a text: a
// placeholder names what was redacted.
func (s Secrets) Redact(text string) string {
	return newRedactor(s).taught(s.Values, s.known(), text)
}

// taught returns s with every secret hidden, even in encoded form, if its value is in s itself or in an
// earlier text. It adds the values in s to learned.
func (r *redactor) taught(values []string, learned map[string]string, s string) string {
	before := len(learned)
	r.learn = func(name, value string) {
		if telling(value) && learned[value] == "" {
			learned[value] = name
		}
	}
	told := r.hideIn(s)
	r.learn = nil
	if len(learned) == before {
		return told
	}
	r.hide(values, learned)
	return r.hideIn(s)
}

// Body returns a body with everything redacted that secrets names, by the rules of Run. A value that is
// hidden in one place is hidden everywhere. JSON stays JSON.
func (s Secrets) Body(body []byte) []byte {
	run := Run(&reports.Run{Results: []reports.Result{{Exchanges: []reports.Exchange{{Request: reports.Request{Body: body}}}}}}, s)
	return run.Results[0].Exchanges[0].Request.Body
}

// Writer returns a writer that redacts line by line, as Redact does, and writes the result to out. Text
// after the last line end is written by Close, which does not close out. It is safe for concurrent use.
func (s Secrets) Writer(out io.Writer) io.WriteCloser {
	return &lineWriter{out: out, redactor: newRedactor(s), values: s.Values, learned: s.known()}
}

// lineWriter redacts lines.
type lineWriter struct {
	mu       sync.Mutex // a signal may be reported while a run still writes
	out      io.Writer
	redactor *redactor
	values   []string
	learned  map[string]string // values so far that their name or form hides
	rest     []byte            // of an incomplete line
}

// Write implements io.Writer. Its error is that of the underlying writer.
func (w *lineWriter) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, text...)
	end := bytes.LastIndexByte(w.rest, '\n') + 1
	if end == 0 {
		return len(text), nil
	}
	whole := w.rest[:end]
	_, err := io.WriteString(w.out, w.lines(whole))
	w.rest = append([]byte(nil), w.rest[end:]...)
	return len(text), err
}

// lines redacts each line separately, so that none hides a part of the next.
func (w *lineWriter) lines(text []byte) string {
	var told bytes.Buffer
	for line := range bytes.Lines(text) {
		told.WriteString(w.redactor.taught(w.values, w.learned, string(line)))
	}
	return told.String()
}

// Close writes the rest.
func (w *lineWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) == 0 {
		return nil
	}
	_, err := io.WriteString(w.out, w.lines(w.rest))
	w.rest = nil
	return err
}
