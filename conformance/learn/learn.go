// Package learn turns the observed behavior of a target into an overlay of the contract, and reports
// later changes.
//
// It learns from the exchanges of a run, while it happens or from its run.json. It sends nothing itself.
// Package observe draws the conclusions and decides how much evidence they need.
package learn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/internal/overlay"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Learned is what was learnt of a target.
type Learned = observe.Learned

// Fact is anything learnt that is not about members of answers.
type Fact = observe.Fact

// Learner learns from exchanges. It is safe for concurrent use, and an observer of a run.
type Learner struct {
	contract *openapi.Contract

	mu      sync.Mutex
	learner *observe.Learner
}

// New returns a learner that has seen nothing yet.
func New() (*Learner, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	learner, err := observe.New(contract)
	if err != nil {
		return nil, err
	}
	return &Learner{contract: contract, learner: learner}, nil
}

// Add learns from an exchange that the check of a clause sent; the clause may be empty.
func (l *Learner) Add(exchange *reports.Exchange, clause string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.learner.Add(exchange, clause)
}

// Begin implements conformance.Observer.
func (l *Learner) Begin(*reports.Run, int) {}

// Done implements conformance.Observer: it learns from the exchanges of a result.
func (l *Learner) Done(result reports.Result) {
	for i := range result.Exchanges {
		l.Add(&result.Exchanges[i], result.Clause)
	}
}

// Learned returns what was learnt so far.
func (l *Learner) Learned() *Learned {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.learner.Learned()
}

// AddRun learns from a run as written by reports.WriteJSON, or from an HTTP Archive (HAR 1.2) of any
// program. It reads result by result, so that memory does not grow with the file. It returns the name of
// the target; "" if an archive does not contain it.
func (l *Learner) AddRun(r io.Reader) (target string, err error) {
	buffered := wholefile.WithoutMark(r)
	if head, _ := buffered.Peek(512); isArchive.Match(head) { // read errors are reported below
		a := &archive{decoder: json.NewDecoder(buffered), learner: l}
		if err := a.read(); err != nil {
			return "", fmt.Errorf("reading an HTTP archive: %w", err)
		}
		return a.target, nil
	}
	run, err := reports.ReadResults(buffered, func(result *reports.Result) error {
		l.Done(*result)
		result.Exchanges = nil
		return nil
	})
	if err != nil {
		return "", err
	}
	return run.Target.Name, nil
}

// AddFile is AddRun with the file of a run.
func (l *Learner) AddFile(path string) (target string, err error) {
	file, err := os.Open(path) //nolint:gosec // the caller names it
	if err != nil {
		return "", unreadable(path, err, recordings)
	}
	defer func() { _ = file.Close() }() // only read
	if target, err = l.AddRun(file); err != nil {
		return "", unreadable(path, err, recordings)
	}
	return target, nil
}

// What to use instead of a file that cannot be read.
const (
	recordings = "name the run.json or report.har of a run or of mallcheck proxy, or an HTTP Archive of another program"
	learnings  = "name an overlay that mallcheck learn wrote, or the run.json of a run"
)

// unreadable says why a file cannot be used and what to use instead.
func unreadable(path string, err error, instead string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist; %s", path, instead)
	}
	return fmt.Errorf("%s: %w; %s", path, wholefile.Reason(err), instead)
}

// Overlay returns what was learnt as an overlay, for a target with the given name.
func Overlay(learned *Learned, target string) ([]byte, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	document, err := learned.Overlay(contract, target)
	if err != nil {
		return nil, err
	}
	return document.Bytes()
}

// Read returns what an overlay says was learnt.
func Read(text []byte) (*Learned, error) {
	document, err := overlay.Parse(text)
	if err != nil {
		return nil, err
	}
	learned, err := observe.Read(document)
	if err != nil {
		return nil, fmt.Errorf("reading what the overlay says was learnt: %w", err)
	}
	return learned, nil
}

// ReadFile is Read with a file.
func ReadFile(path string) (*Learned, error) {
	text, err := overlay.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err, learnings)
	}
	learned, err := Read(text)
	if err != nil {
		return nil, unreadable(path, err, learnings)
	}
	return learned, nil
}

// Load returns the learning in a file: an overlay that learning wrote, or a run to learn from. seen is
// what is known of the run.
func Load(path string) (learned *Learned, seen reports.Run, err error) {
	text, err := head(path)
	if err != nil {
		return nil, seen, err
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		learned, err = ReadFile(path)
		return learned, seen, err
	}
	learner, err := New()
	if err != nil {
		return nil, seen, err
	}
	seen.Target.Name, err = learner.AddFile(path)
	if err != nil {
		return nil, seen, err
	}
	learned = learner.Learned()
	seen.Started, seen.Ended = learned.First, learned.Last
	return learned, seen, nil
}

// head returns the beginning of a file.
func head(path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // the caller names it
	if err != nil {
		return "", unreadable(path, err, learnings)
	}
	defer func() { _ = file.Close() }() // only read
	beginning := make([]byte, 512)
	n, err := io.ReadFull(wholefile.WithoutMark(file), beginning)
	switch {
	case errors.Is(err, io.EOF):
		return "", unreadable(path, errors.New("the file is empty"), learnings)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return "", unreadable(path, err, learnings)
	}
	return string(beginning[:n]), nil
}

// WriteSummary writes a few lines about what was learnt and what contradicts a page.
func WriteSummary(w io.Writer, learned *Learned) error {
	var out strings.Builder
	kinds := map[string]int{}
	for _, fact := range learned.Facts {
		kinds[fact.Kind]++
	}
	fmt.Fprintf(&out, "Learnt from %d exchanges: %d %s of answers, %d %s of refusal, %d %s, %d %s.\n", learned.Exchanges,
		len(learned.Members), plural("member", len(learned.Members)), kinds["refusal"], plural("kind", kinds["refusal"]),
		kinds["habit"], plural("habit", kinds["habit"]), kinds["setting"], plural("setting", kinds["setting"]))
	for _, fact := range learned.Facts {
		if fact.Kind == "setting" || fact.Kind == "habit" {
			out.WriteString("  " + fact.Sentence() + "\n")
		}
	}
	if contradictions := learned.Contradictions(); len(contradictions) > 0 {
		out.WriteString("Contradicts a page (the contract keeps the documented statement):\n")
		for _, one := range contradictions {
			out.WriteString("  " + one + "\n")
		}
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("writing what was learnt: %w", err)
	}
	return nil
}
