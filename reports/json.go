package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
	"github.com/mallcheck/mallcheck/reports/internal/parallel"
)

// SchemaVersion is the version of the form in which a Run is written as JSON.
// It changes when a reader of the old form could misread the new one; a member
// that is only added does not change it.
const SchemaVersion = "1"

// WriteJSON writes run to w as one JSON document that follows schema/run.schema.json, with
// Schema set to SchemaVersion: indented, but for the results, which have a line
// each. Bodies are kept byte for byte; in any other text, bytes that are not
// UTF-8 become U+FFFD. What is written is not redacted: hand in what Redact
// returned.
func WriteJSON(w io.Writer, run *Run) error {
	if err := jsonTo(w, forJSON(run)); err != nil {
		return fmt.Errorf("writing the run as JSON: %w", err)
	}
	return nil
}

// resultsInParallel is how many results are encoded before they are written: enough
// for all processors, and little memory beside the run itself.
const resultsInParallel = 64

func jsonTo(w io.Writer, run *Run) error {
	results := run.Results
	run.Results = []Result{}
	around, err := jsontext.Marshal(run, "  ")
	if err != nil {
		return err
	}
	const member = "\n  \"results\": [" // no text in JSON holds a line feed: this is the run's own
	before, after, _ := bytes.Cut(around, []byte(member+"]"))
	if _, err := w.Write(append(before, member...)); err != nil {
		return err
	}
	if err := resultsTo(w, results); err != nil {
		return err
	}
	_, err = w.Write(append([]byte("]"), after...))
	return err
}

// resultsTo writes the items of the list of results, a line each.
func resultsTo(w io.Writer, results []Result) error {
	separator := "\n    "
	for chunk := range slices.Chunk(results, resultsInParallel) {
		lines, failed := make([][]byte, len(chunk)), make([]error, len(chunk))
		parallel.Each(len(chunk), true, func(i int) { lines[i], failed[i] = jsontext.Marshal(&chunk[i], "") })
		if err := errors.Join(failed...); err != nil {
			return err
		}
		for _, line := range lines {
			if _, err := io.WriteString(w, separator); err != nil {
				return err
			}
			if _, err := w.Write(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
				return err
			}
			separator = ",\n    "
		}
	}
	if len(results) == 0 {
		return nil
	}
	_, err := io.WriteString(w, "\n  ")
	return err
}

// forJSON returns a shallow copy in which no list that must be there is nil.
func forJSON(run *Run) *Run {
	out := *run
	out.Schema = SchemaVersion
	out.Target.Allow = notNil(run.Target.Allow)
	out.Services = notNil(run.Services)
	out.Results = notNil(slices.Clone(run.Results))
	for i := range out.Results {
		out.Results[i].Operations = notNil(out.Results[i].Operations)
	}
	out.Causes, out.Habits = slices.Clone(run.Causes), slices.Clone(run.Habits)
	for i := range out.Causes {
		out.Causes[i].Checks = notNil(out.Causes[i].Checks)
	}
	for i := range out.Habits {
		out.Habits[i].Checks = notNil(out.Habits[i].Checks)
	}
	return &out
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// MaxJSON is how many bytes of a run ReadJSON reads: a file from elsewhere must not fill
// the memory. By default a run keeps 64 MiB of bodies.
const MaxJSON = 256 << 20

// ReadJSON reads one Run that WriteJSON wrote. Unknown members are ignored, as
// a later build may add some; another SchemaVersion, an unknown verdict, level, grade or
// permission, two results of one check, a shard that cannot be, a deviation that points at
// no exchange of its result, more than MaxJSON bytes, and anything after the document are
// errors.
func ReadJSON(r io.Reader) (*Run, error) {
	limited := &io.LimitedReader{R: r, N: MaxJSON + 1}
	decoder := json.NewDecoder(limited)
	var run Run
	err := decoder.Decode(&run)
	if limited.N <= 0 {
		return nil, fmt.Errorf("reading a run: it has more than %d MiB", MaxJSON>>20)
	}
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) { // its own text has the value, however long it is
		return nil, fmt.Errorf("reading a run: %s has another type, at byte %d", cmp.Or(other.Field, "it"), other.Offset)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a run: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading a run: there is more after the JSON document")
	}
	if run.Schema != SchemaVersion {
		return nil, fmt.Errorf("reading a run: its schema is %q, this build reads %q", run.Schema, SchemaVersion)
	}
	if err := run.check(); err != nil {
		return nil, fmt.Errorf("reading a run: %w", err)
	}
	seen := make(map[string]bool, len(run.Results))
	for i := range run.Results {
		result := &run.Results[i]
		err := result.check()
		if err == nil && seen[result.ID] {
			err = errors.New("it is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("reading a run: result %q: %w", result.ID, err)
		}
		seen[result.ID] = true
	}
	return &run, nil
}

// check finds what would make the writers say something untrue. An enumeration may be
// empty, and is no other text: writers print it as it is.
func (r *Result) check() error {
	if !r.Verdict.Valid() {
		return fmt.Errorf("unknown verdict %q", r.Verdict)
	}
	if !oneOf(r.Level, Must, Should) || !known(r.Grade) || !oneOf(r.Does, Read, Write, Purchase) {
		return fmt.Errorf("unknown level, grade or permission: %q, %q, %q", r.Level, r.Grade, r.Does)
	}
	for i, d := range r.Deviations {
		if !d.Verdict.Valid() {
			return fmt.Errorf("deviation %d: unknown verdict %q", i, d.Verdict)
		}
		if !oneOf(d.Level, Must, Should) || !known(d.Grade) {
			return fmt.Errorf("deviation %d: unknown level or grade: %q, %q", i, d.Level, d.Grade)
		}
		if d.Exchange < -1 || d.Exchange >= len(r.Exchanges) {
			return fmt.Errorf("deviation %d: there is no exchange %d", i, d.Exchange)
		}
	}
	return nil
}

// check is that of the members of a run beside its results.
func (r *Run) check() error {
	for _, does := range r.Target.Allow {
		if !oneOf(does, Read, Write, Purchase) {
			return fmt.Errorf("unknown permission %q", does)
		}
	}
	if r.Shard != nil && (r.Shard.Index < 1 || r.Shard.Index > r.Shard.Count) {
		return fmt.Errorf("there is no shard %s", r.Shard)
	}
	for _, c := range r.Causes {
		if !c.Verdict.Valid() || !known(c.Grade) {
			return fmt.Errorf("cause %q: unknown verdict or grade: %q, %q", c.Name, c.Verdict, c.Grade)
		}
	}
	for _, h := range r.Habits {
		if !known(h.Grade) {
			return fmt.Errorf("habit %q: unknown grade %q", h.Name, h.Grade)
		}
	}
	if !known(r.Policy.Strict) || !oneOf(r.Stopped, Interrupted, TimedOut, OverBudget, FirstFailure) {
		return fmt.Errorf("unknown strictness or reason of the end: %q, %q", r.Policy.Strict, r.Stopped)
	}
	return nil
}

// oneOf reports whether a value is empty or one of the known ones.
func oneOf[T ~string](value T, known ...T) bool { return value == "" || slices.Contains(known, value) }

// known reports whether a grade is empty or one of the known ones, Rule included.
func known(grade Grade) bool { return grade == "" || grade.Valid() }
