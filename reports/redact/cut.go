package redact

import "strings"

// cutMark ends a text whose end was cut off.
const cutMark = "…"

// cutLength is how many bytes of a hidden value are looked for before a cutMark;
// fewer tell nothing.
const cutLength = 4

// cutForms are texts to hide, by their first and by their last cutLength bytes.
type cutForms struct{ begin, end map[string][]cutForm }

// cutForm is a text to hide and what takes its place.
type cutForm struct{ form, told string }

func newCutForms(forms map[string]string) cutForms {
	cuts := cutForms{map[string][]cutForm{}, map[string][]cutForm{}}
	for form, told := range forms {
		if len(form) > cutLength {
			begin, end := form[:cutLength], form[len(form)-cutLength:]
			cuts.begin[begin] = append(cuts.begin[begin], cutForm{form, told})
			cuts.end[end] = append(cuts.end[end], cutForm{form, told})
		}
	}
	return cuts
}

// hide hides the rest of a text whose end was cut off, before each cutMark.
func (c cutForms) hide(s string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, cutMark)
		if !found {
			return out.String() + s
		}
		out.WriteString(c.hideEnd(before) + cutMark)
		s = after
	}
}

// hideEnd hides what a text ends with, if a form begins with it.
func (c cutForms) hideEnd(s string) string {
	for start := 0; start+cutLength <= len(s); start++ {
		for _, known := range c.begin[s[start:start+cutLength]] {
			if strings.HasPrefix(known.form, s[start:]) {
				return s[:start] + known.told
			}
		}
	}
	return s
}

// hideBegin hides what a text begins with, if a form ends with it.
func (c cutForms) hideBegin(s string) string {
	for end := len(s); end >= cutLength; end-- {
		for _, known := range c.end[s[end-cutLength:end]] {
			if strings.HasSuffix(known.form, s[:end]) {
				return known.told + s[end:]
			}
		}
	}
	return s
}
