package redact

import "strings"

// cutMark ends a text that was shortened.
const cutMark = "…"

// cutLength is how many bytes of a hidden value must precede a cutMark to be recognized; fewer reveal
// nothing.
const cutLength = 4

// cutForms are texts to hide, by their first and by their last cutLength bytes.
type cutForms struct{ begin, end map[string][]cutForm }

// cutForm is a text to hide and its replacement.
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

// hide hides the beginning of a secret before each cutMark.
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

// hideEnd hides the end of a text if a form begins with it.
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

// hideBegin hides the beginning of a text if a form ends with it.
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
