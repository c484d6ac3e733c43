package diagnose

import (
	"slices"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// MistakeInfo describes one entry of the catalogue of mistakes that Sign knows.
type MistakeInfo struct {
	// ID is stable.
	ID string
	// Stage is the stage of making a sign that the mistake belongs to: select, order, format, escape,
	// frame, wrap, encode, digest or spell.
	// frame, wrap, encode, digest or spell.
	Stage string
	// Likely is often, sometimes or seldom.
	Likely string
	// Words describe the mistake in a clause without a full stop.
	Words string
}

// Mistakes returns the catalogue of mistakes that Sign knows, in the order of the stages.
func Mistakes() []MistakeInfo {
	infos := make([]MistakeInfo, len(mistakes.Table))
	for i, m := range mistakes.Table {
		infos[i] = MistakeInfo{ID: m.ID, Stage: m.Stage.String(), Likely: m.Likely.String(), Words: m.Words}
	}
	slices.SortStableFunc(infos, func(a, b MistakeInfo) int {
		return slices.Index(mistakes.StageNames[:], a.Stage) - slices.Index(mistakes.StageNames[:], b.Stage)
	})
	return infos
}
