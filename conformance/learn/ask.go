package learn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Ask runs the checks that the settings select against their target, or against the sandbox if they name
// none, and learns from the answers. An error is about the settings.
func (l *Learner) Ask(ctx context.Context, layers ...target.Layer) (*reports.Run, error) {
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return nil, err
	}
	defer closing()
	if !t.Sandbox && (t.Allow.Write || t.Allow.Purchase) { // for the journal
		release, err := render.Claim(t.Origin("report-dir"), t.ReportDir)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	return conformance.Run(ctx, t, l)
}

// Incomplete says why a run did not see everything that it should have seen; nil if it did.
func Incomplete(run *reports.Run) error {
	switch {
	case slices.ContainsFunc(run.Services, func(s reports.Service) bool { return !s.Reached }):
		return errors.New("a service could not be tested; mallcheck doctor shows why")
	case run.Stopped != "":
		return fmt.Errorf("the run is incomplete: it was stopped by the %s", run.Stopped)
	}
	return nil
}
