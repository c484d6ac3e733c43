package diagnose

import (
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// seen returns what a sign shows by itself.
func seen(d Diagnosis, rules signing.Rules) (shown []Mistake) {
	look := mistakes.Look{Sign: d.Sign, Core: mistakes.CoreOf(d.Sign), Want: d.Want, Rules: rules}
	for i := range mistakes.Table {
		m := &mistakes.Table[i]
		if m.Seen == nil {
			continue
		}
		if detail, ok := m.Seen(look); ok {
			shown = append(shown, mistakeOf(&mistakes.Variant{Of: m, Detail: detail}))
		}
	}
	return shown
}
