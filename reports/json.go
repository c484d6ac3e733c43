package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
	"github.com/mallcheck/mallcheck/reports/internal/parallel"
)

// SchemaVersion is the version of the JSON format of a Run. It changes if a reader of the old format
// could misread the new one; adding a member does not change it.
const SchemaVersion = "1"

// WriteJSON writes run to w as one JSON document that follows schema/run.schema.json, with Schema set to
// SchemaVersion. It is indented, except for the results, which are one per line. Bodies are kept byte
// for byte; in other text, bytes that are not UTF-8 become U+FFFD. Nothing is redacted: pass the result
// of redact.Run.
func WriteJSON(w io.Writer, run *Run) error {
	if err := jsonTo(w, forJSON(run)); err != nil {
		return fmt.Errorf("writing the run as JSON: %w", err)
	}
	return nil
}

// resultsInParallel is how many results are encoded before they are written: enough for all processors,
// and little memory compared to the run itself.
const resultsInParallel = 64

func jsonTo(w io.Writer, run *Run) error {
	results := run.Results
	run.Results = []Result{}
	around, err := jsontext.Marshal(run, "  ")
	if err != nil {
		return err
	}
	const member = "\n  \"results\": [" // JSON strings contain no line feed, so this is the run's own member
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

// resultsTo writes the items of the list of results, one per line.
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

// forJSON returns a shallow copy in which no required list is nil.
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
