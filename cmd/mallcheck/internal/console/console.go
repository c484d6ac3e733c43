// Package console has what the commands share: the standard streams, without secrets, the exit code of the
// process, the signals that end it, and output as JSON, as a table or on a terminal.
package console

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Streams are the standard streams of a command.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string
	// Secrets must not appear in errors; Hide sets it.
	Secrets redact.Secrets

	screen io.Writer   // Out before Hide, for redacted output that rewrites lines
	ended  []io.Closer // what must be closed before the process ends
}

// Hide redacts secrets in all further lines and errors, and escapes whatever acts on a
// terminal or on the runner of a CI job.
func (s *Streams) Hide(secrets redact.Secrets) {
	s.Secrets = secrets
	if s.screen == nil {
		s.screen = s.Out
	}
	for _, stream := range []*io.Writer{&s.Out, &s.Err} {
		safe := render.NewSafeWriter(*stream)
		hiding := secrets.Writer(safe)
		*stream, s.ended = hiding, append(s.ended, hiding, safe)
	}
}

// Close prints the rest of unfinished lines.
func (s *Streams) Close() {
	for _, writer := range s.ended {
		_ = writer.Close() // an error could not be printed any more
	}
}

// TellError prints an error as one line, with secrets redacted.
func (s *Streams) TellError(err error) {
	fmt.Fprintln(s.Err, "mallcheck: "+s.Secrets.Redact(render.SafeLine(err.Error())))
}

// WriteJSON prints a value as JSON.
func (s *Streams) WriteJSON(value any) error {
	encoder := json.NewEncoder(s.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// WriteTable aligns the tab-separated cells that fill writes, and prints them.
func (s *Streams) WriteTable(fill func(table io.Writer)) error {
	whole := bufio.NewWriterSize(s.Out, 64<<10) // a table writes cell by cell
	table := tabwriter.NewWriter(whole, 0, 0, 2, ' ', 0)
	fill(table)
	return errors.Join(table.Flush(), whole.Flush())
}

// Terminal returns the terminal output, with progress, colour and width if the output
// is a terminal.
func (s *Streams) Terminal(verbose bool) *render.Terminal {
	options := render.TerminalOptions{Verbose: verbose}
	out := cmp.Or(s.screen, s.Out)
	if width, is := widthOf(out); is {
		options.Live, options.Width = true, width
		options.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return render.NewTerminal(out, options)
}

// Width is the width of tables: that of the terminal, or help.Width.
func (s *Streams) Width() int {
	if width, _ := widthOf(s.Out); width > 0 {
		return width
	}
	return help.Width
}

// widthOf reports whether an output is a terminal, and its width, 0 if unknown.
func widthOf(out io.Writer) (width int, isTerminal bool) {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	width, _, _ = term.GetSize(int(file.Fd())) // 0 with an error
	return width, true
}

// Exit is an error with the exit code of the process. Without an inner error, the command
// has already printed everything.
type Exit struct {
	Code int
	Err  error
}

// With returns an error that ends the process with a code. err is nil if the command has already printed everything.
func With(code int, err error) error { return &Exit{Code: code, Err: err} }

// Error implements error.
func (e *Exit) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap returns the error behind the exit code.
func (e *Exit) Unwrap() error { return e.Err }

// Endings returns the signals that end a command. A hang-up that was ignored when
// the process started, as under nohup, stays ignored.
func Endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// Interruptible returns a context that ends with the first of these signals.
func Interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), Endings()...)
}
