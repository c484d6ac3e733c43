package session

import (
	"fmt"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// Swept is what a sweep did.
type Swept struct {
	// Clean says that the journal had nothing left to undo; then nothing was sent.
	Clean bool
	// Done has a sentence for each thing that was undone.
	Done []string
	// Left has a sentence for each thing that stays on the target, including orders and payments, which cannot be
	// undone.
	Left []string
	// Undone says that everything that can be undone was.
	Undone bool
}

// Sweep undoes, by its journal, what an interrupted run left, and closes the journal. It touches nothing that the
// journal does not name: it removes a SIM card from a group as often as the run added it, and only while the group has
// it more often than before the run. Once everything is undone, another sweep does nothing. A journal of another
// target, or with operations that the target does not allow, is an error of type *target.Error, before anything is
// sent.
func (c *Connection) Sweep(path string) (Swept, error) {
	book, err := journal.Read(path)
	if err != nil {
		return Swept{}, err
	}
	if book.Empty() {
		return Swept{Clean: true}, nil // killed before it named its target
	}
	if err := book.Fits(path, c.target); err != nil {
		return Swept{}, err
	}
	if book.Finished() {
		return Swept{Clean: true}, nil
	}
	if err := c.mayUndo(path, book.Entries()); err != nil {
		return Swept{}, err
	}
	if err := book.Resume(path); err != nil {
		return Swept{}, err
	}
	c.journal = book
	old := book.Entries()
	s := c.undoing()
	s.entries = book.Unfinished()
	c.awaitAll(old)
	swept := Swept{Left: s.Undo()}
	left, others := c.restore()
	swept.Left = append(swept.Left, left...)
	swept.Left = append(swept.Left, c.endRenewals()...)
	swept.Undone = len(swept.Left) == 0
	swept.Left = append(swept.Left, others...)
	book.Close(swept.Undone)
	for _, e := range book.Entries()[len(old):] {
		if e.Outcome() == journal.Accepted {
			swept.Done = append(swept.Done, e.Did())
		}
	}
	swept.Left = append(swept.Left, journal.Bought(old, c.price())...)
	return swept, nil
}

// mayUndo returns an error unless the target allows the operations in a journal: a file alone must not make a sweep
// write.
func (c *Connection) mayUndo(path string, entries []*journal.Entry) error {
	for _, e := range entries {
		operation, known := c.contract.Operation(e.Operation)
		if does := reports.Does(operation.Does); !known || !c.target.Allow.Allows(does) {
			return &target.Error{
				Origin: path, Problem: fmt.Sprintf("has %q, which %s does not allow", e.Operation, c.target.Name),
				Instead: "use the settings of the run that wrote it, including --allow",
			}
		}
	}
	return nil
}

// awaitAll waits until the tasks of accepted entries have ended, before groups are compared. It waits for all together
// as long as one task may take.
func (c *Connection) awaitAll(entries []*journal.Entry) {
	s := c.undoing()
	late := time.Now().Add(c.target.TaskTimeout)
	for _, e := range entries {
		if time.Now().Before(late) && e.Before != nil && !e.Undone() && e.Pending() {
			s.awaitEntry(e)
		}
	}
}
