package learn

import (
	"errors"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// Sides are the two sides of a comparison.
type Sides struct {
	// Before is a file, an overlay or a run; if empty, the overlay of the target.
	Before string
	// After is such a file; if empty, the target as it answers now.
	After string
	// Ask lets a learner learn from the target.
	Ask func(*Learner) (*reports.Run, error)
}

// Learnt returns what was learnt of both sides, and what is known of the run of the later one.
func (s Sides) Learnt(t *target.Target) (before, after *Learned, seen reports.Run, err error) {
	switch {
	case s.Before != "":
		before, _, err = Load(s.Before)
	case t.Overlay != nil:
		before = t.Overlay.Learned
	default:
		err = errors.New("there is nothing to compare with: name an overlay, or give the target one (--overlay FILE); mallcheck learn writes it")
	}
	if err != nil {
		return nil, nil, seen, err
	}
	if s.After != "" {
		after, seen, err = Load(s.After)
		return before, after, seen, err
	}
	learner, err := New()
	if err != nil {
		return nil, nil, seen, err
	}
	run, err := s.Ask(learner)
	if err != nil {
		return nil, nil, seen, err
	}
	return before, learner.Learned(), *run, nil
}
