package render

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/mallcheck/mallcheck/reports/internal/visible"
)

// Safe makes foreign text safe for a terminal and for the log of a CI job. Control characters, escape
// sequences, bidirectional overrides and other unprintable characters are escaped (\x1b, \u202e); line
// feeds and tabs stay. Text that a runner would read as a command ("::stop-commands::", "##[group]") is
// defused. Every command prints text from a target, a file or a name through Safe, SafeLine or
// NewSafeWriter.
func Safe(text string) string { return inert(visible.Escape(text)) }

// SafeLine is Safe for one line: white space, including line feeds, becomes single spaces.
func SafeLine(text string) string { return Safe(strings.Join(strings.Fields(text), " ")) }

// hashCommand matches what Azure Pipelines, GitHub and TeamCity read as a command anywhere in a line:
// ##[group], ##vso[…], ##teamcity[…].
var hashCommand = regexp.MustCompile(`##([A-Za-z]*\[)`)

// colonCommand matches the beginning of a line that GitHub reads as a command: GitHub trims leading
// space.
var colonCommand = regexp.MustCompile(`(?m)^(\s*):(:)`)

// inert defuses commands for a runner; the escapes it writes are valid in JSON.
func inert(text string) string {
	if strings.Contains(text, "##") {
		text = hashCommand.ReplaceAllString(text, `#\u0023$1`)
	}
	if strings.Contains(text, "::") {
		text = colonCommand.ReplaceAllString(text, `$1\u003a$2`)
	}
	return text
}

// NewSafeWriter returns a writer that makes text safe line by line, as Safe does, and writes it to out.
// Text after the last line feed is written by Close, which does not close out.
func NewSafeWriter(out io.Writer) io.WriteCloser { return &safeWriter{out: out} }

type safeWriter struct {
	out  io.Writer
	rest []byte // of an incomplete line
}

// Write implements io.Writer. Its error is that of the underlying writer.
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
