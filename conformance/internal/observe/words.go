package observe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
)

// Sentence describes the claims about a member.
func (m *Member) Sentence() string {
	var parts []string
	if m.New {
		parts = append(parts, "not in the contract")
	}
	switch m.Presence {
	case Always, Sometimes:
		parts = append(parts, m.Presence+" present")
	case Never:
		parts = append(parts, "never present")
	}
	if len(m.Types) > 0 {
		parts = append(parts, "of type "+strings.Join(m.Types, " or "))
	}
	if m.Null != "" {
		parts = append(parts, m.Null+" null")
	}
	if m.Form != "" {
		parts = append(parts, "in the form "+m.Form)
	}
	if m.Empty {
		parts = append(parts, "sometimes empty")
	}
	if len(m.Values) > 0 {
		parts = append(parts, "values "+strings.Join(m.Values, ", "))
	}
	if len(parts) == 0 {
		parts = append(parts, "seen too rarely for more")
	}
	text := m.Name() + ": " + strings.Join(parts, "; ") + "."
	for _, contradiction := range m.Contradicts {
		text += " Contradicts a page: " + contradiction + "."
	}
	return text
}

// Sentence describes the fact.
func (f *Fact) Sentence() string {
	where := ""
	switch n := len(f.Operations); {
	case n > 4:
		where = fmt.Sprintf(" (%d operations)", n)
	case n > 0:
		where = " (" + strings.Join(f.Operations, ", ") + ")"
	}
	switch f.Kind {
	case KindRefusal:
		return fmt.Sprintf("%s is refused with %s%s.", SentenceCase(provoke.Words(f.Subject)), f.Value, where)
	case KindHabit:
		sentence := provoke.Habit(f.Subject)
		if f.Value != "" {
			sentence += " (" + f.Value + ")"
		}
		return "The target " + sentence + where + "."
	case KindSetting:
		return fmt.Sprintf("The setting %s is %s.", f.Subject, f.Value)
	case KindForm:
		return fmt.Sprintf("A %s has the form: %s.", f.Subject, f.Value)
	case KindMediaType:
		return "Answers have the media type " + f.Value + "."
	case KindPush:
		return "Pushes have " + f.Subject + ": " + f.Value + "."
	}
	return fmt.Sprintf("The target asks to wait with %s%s.", f.Value, where)
}

// SentenceCase capitalizes the first letter.
func SentenceCase(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// The kinds of facts.
const (
	KindRefusal   = "refusal"
	KindHabit     = "habit"
	KindSetting   = "setting"
	KindForm      = "form"
	KindMediaType = "media-type"
	KindPush      = "push"
	KindLimit     = "limit"
)

// kinds are the kinds of facts, in the order of an overlay.
var kinds = []string{KindSetting, KindForm, KindMediaType, KindRefusal, KindHabit, KindPush, KindLimit}

// Settings are the settings of a run that fit the target, by key.
func (learned *Learned) Settings() map[string]string {
	settings := map[string]string{}
	for _, fact := range learned.Facts {
		if fact.Kind == KindSetting {
			settings[fact.Subject] = fact.Value
		}
	}
	return settings
}

// Contradictions lists what contradicts a documented clause, a sentence each.
func (learned *Learned) Contradictions() []string {
	var all []string
	for i := range learned.Members {
		m := &learned.Members[i]
		for _, contradiction := range m.Contradicts {
			all = append(all, strings.Join(m.Operations, ", ")+": "+m.Name()+" is "+contradiction)
		}
	}
	return slices.Compact(all)
}
