package journal

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// maxSize is the largest journal that is read, in bytes. The journal of a thorough run has less than 2
// MiB.
const maxSize = 32 << 20

// Read reads the journal of an earlier run. An incomplete last line is ignored, because its request was
// not sent.
func Read(path string) (*Journal, error) {
	switch info, err := os.Lstat(path); {
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("reading the journal: %s is not a regular file", path)
	case err == nil && info.Size() > maxSize:
		return nil, fmt.Errorf("reading the journal: %s has more than %d MiB", path, maxSize>>20)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	return parse(path, data)
}

// parse reads the text of the journal at a path.
func parse(path string, data []byte) (*Journal, error) {
	j := New()
	j.end = int64(bytes.LastIndexByte(data, '\n') + 1)
	lines := bufio.NewReader(bytes.NewReader(data[:j.end]))
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s:%d: this is not a journal of mallcheck", path, number)
		}
		if err := j.take(number, r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	// A run that was killed before it wrote anything has nothing to undo.
	j.closed = j.closed || len(j.entries) == 0
	return j, nil
}

// take adds the content of a line.
func (j *Journal) take(number int, r record) error {
	known := func(n int) bool { return n >= 1 && n <= len(j.entries) }
	switch {
	case number == 1:
		if r.Head == nil || r.Head.Version != version {
			return fmt.Errorf("this is not a journal of version %s", version)
		}
		j.head = *r.Head
	case r.Closed:
		j.closed = true
	case r.Outcome != "" && known(r.Number):
		j.entries[r.Number-1].setOutcome(r.Outcome, r.RequestID)
	case r.Operation != "" && r.Number == len(j.entries)+1:
		j.entries, j.closed = append(j.entries, &Entry{Request: r.Request, Number: r.Number, Time: r.Time}), false
		j.heldBefore(r.Request)
	case len(r.Undone) > 0:
		for _, n := range r.Undone {
			if !known(n) {
				return fmt.Errorf("it names entry %d, which does not exist", n)
			}
			j.entries[n-1].markUndone()
		}
	default:
		return errors.New("it contradicts the lines before it")
	}
	return nil
}

// heldBefore stores the state of a group before the run, as a request states it. It must not be confused
// with what the group holds when the sweep begins: nil marks a group with an unknown earlier state.
func (j *Journal) heldBefore(r Request) {
	if j.before[r.in()] == nil {
		j.before[r.in()] = maps.Clone(r.Before)
		return
	}
	maps.Copy(j.before[r.in()], r.Before)
}

// Empty reports whether the run was killed before it wrote the name of its target.
func (j *Journal) Empty() bool { return j.end == 0 }

// Finished reports whether nothing is left to undo.
func (j *Journal) Finished() bool { return j.closed }

// Fits returns an error of type *target.Error unless the journal belongs to a target; path is the path
// of its file.
func (j *Journal) Fits(path string, t *target.Target) error {
	given := withoutPasswords(t.URLs)
	for _, service := range target.Services {
		if was := j.head.URLs[service]; was != given[service] {
			return &target.Error{
				Origin: path, Problem: fmt.Sprintf("is of another target: its %s service is %s, not %s", service, cmp.Or(was, "none"), cmp.Or(given[service], "none")),
				Instead: "give the settings of the run that wrote it",
			}
		}
	}
	if j.head.Partner != t.PartnerCode {
		return &target.Error{
			Origin: path, Problem: "is of partner " + j.head.Partner + ", not " + t.PartnerCode, Instead: "give the settings of the run that wrote it",
		}
	}
	return nil
}

// Resume continues the file that a journal was read from, without the partial line at its end.
func (j *Journal) Resume(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0o600) //nolint:gosec // the user names the file
	if err == nil {
		err = file.Truncate(j.end)
	}
	if err != nil {
		return fmt.Errorf("opening the journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file = file
	return nil
}
