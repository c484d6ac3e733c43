package render

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/mallcheck/mallcheck/reports/internal/visible"
)

// Safe makes foreign text fit for a terminal and for the log of a CI job. Control
// characters, escape sequences, bidirectional overrides and what else is not
// printable are written out (\x1b, \u202e); line feeds and tabs stay. A line that
// a runner would take for a command ("::stop-commands::", "##[group]") loses its
// effect. Every command prints what a target, a file or a name says through Safe,
// SafeLine or NewSafeWriter.
func Safe(text string) string { return inert(visible.Escape(text)) }

// SafeLine is Safe for one line: white space, line feeds included, becomes single spaces.
func SafeLine(text string) string { return Safe(strings.Join(strings.Fields(text), " ")) }

// hashCommand matches what Azure Pipelines, GitHub and TeamCity take for a command
// wherever it stands in a line: ##[group], ##vso[…], ##teamcity[…].
var hashCommand = regexp.MustCompile(`##([A-Za-z]*\[)`)

// colonCommand matches the beginning of a line that GitHub takes for a command: it
// trims leading space.
var colonCommand = regexp.MustCompile(`(?m)^(\s*):(:)`)

// inert takes the effect from commands for a runner; the escapes it writes are
// valid in JSON.
func inert(text string) string {
	if strings.Contains(text, "##") {
		text = hashCommand.ReplaceAllString(text, `#\u0023$1`)
	}
	if strings.Contains(text, "::") {
		text = colonCommand.ReplaceAllString(text, `$1\u003a$2`)
	}
	return text
}

// NewSafeWriter returns a writer that writes to out, line by line, what Safe makes
// of what is written to it. What stands behind the last line feed is handed on by
// Close, which does not close out.
func NewSafeWriter(out io.Writer) io.WriteCloser { return &safeWriter{out: out} }

type safeWriter struct {
	out  io.Writer
	rest []byte // of a line that has not ended
}

// Write implements io.Writer. Its error is that of the writer behind it.
func (w *safeWriter) Write(text []byte) (int, error) {
	end := bytes.LastIndexByte(text, '\n') + 1
	if end == 0 {
		w.rest = append(w.rest, text...)
		return len(text), nil
	}
	lines := string(w.rest) + string(text[:end])
	w.rest = append([]byte(nil), text[end:]...)
	_, err := io.WriteString(w.out, Safe(lines))
	return len(text), err
}

// Close writes the rest.
func (w *safeWriter) Close() error {
	if len(w.rest) == 0 {
		return nil
	}
	_, err := io.WriteString(w.out, Safe(string(w.rest)))
	w.rest = nil
	return err
}
