package redact

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/reports"
)

// redactor hides secrets in texts. Each run has its own.
type redactor struct {
	// ctx limits how long bodies are redacted.
	ctx      context.Context
	maskSIMs bool
	// showPayments keeps data about payments and payers.
	showPayments bool
	// names are the hidden members, by folded name.
	names map[string]string
	// known caches the results of secretName, by the name as written.
	known sync.Map
	// values replaces secret values in all their forms; nil if there are none.
	values *strings.Replacer
	// shortest is the length in bytes of the shortest form that values replaces.
	shortest int
	// mixed finds secret values in which any characters are escaped; nil if there are none.
	mixed *regexp.Regexp
	// cuts are the forms that values replaces, by their first and last bytes.
	cuts cutForms
	// said finds `name "value"`, as in messages, member `"name": value` and pair `name=value`, for the
	// hidden names.
	said, member, pair *regexp.Regexp
	// learn, if not nil, is called with every value that a name hides.
	learn func(name, value string)
	// bodies are those that were redacted before.
	bodies bodies
}

var (
	rawPlaceholder = regexp.MustCompile(`<(redacted:[\w.:-]+)>`)
	userInfo       = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)([^/\s?#"'<>\\]+)@`)
)

// newRedactor prepares the redaction of secrets.
func newRedactor(secrets Secrets) *redactor {
	r := &redactor{ctx: context.Background(), maskSIMs: secrets.MaskSIMs, showPayments: secrets.ShowPayments, names: map[string]string{}}
	hiddenMembers := paymentMembers
	if secrets.ShowPayments {
		hiddenMembers = nil
	}
	var patterns []string
	for _, name := range slices.Concat(hiddenMembers, secrets.Members) {
		if key := foldName(name); key != "" && r.names[key] == "" {
			r.names[key] = name
			patterns = append(patterns, namePattern(key))
		}
	}
	r.hide(secrets.Values, secrets.known())
	r.mixed = mixedForms(secrets.Values)
	if len(patterns) == 0 {
		return r
	}
	names := "(" + strings.Join(patterns, "|") + ")"
	r.member = regexp.MustCompile(`(?i)(\\*")` + names + `(\\*"\s*:\s*)` +
		`(\\+"[^"\\]*|"(?:[^"\\]|\\.)*|[\[{][^\]}]*|[^\s,"}\]\\]+)`)
	r.said = regexp.MustCompile(`(?i)(^|[^\w%-])` + names + `( \\*")([^"\\]+)`)
	r.pair = regexp.MustCompile(`(?i)(^|[^\w%-])` + names + `(=)([^&\s"'<>;,)\\]+)`)
	return r
}

// hide prepares the replacement of the forms of values.
func (r *redactor) hide(values []string, learned map[string]string) {
	forms := formsOf(values, learned)
	r.values, r.shortest = replacer(forms)
	r.cuts = newCutForms(forms)
}

// foldName makes names equal that differ only in letter case, "_" and "-".
func foldName(name string) string {
	if strings.ContainsAny(name, "_-") {
		name = strings.ReplaceAll(strings.ReplaceAll(name, "_", ""), "-", "")
	}
	return strings.ToLower(name)
}

// namePattern matches every name that folds to key.
func namePattern(key string) string {
	var letters []string
	for _, letter := range key {
		letters = append(letters, regexp.QuoteMeta(string(letter)))
	}
	return strings.Join(letters, "[_-]*")
}

// secretName returns the name under which a member is hidden, if it is.
func (r *redactor) secretName(member string) (string, bool) {
	if name, known := r.known.Load(member); known {
		return name.(string), name != ""
	}
	name, ok := r.names[foldName(member)]
	r.known.Store(strings.Clone(member), name)
	return name, ok
}

func (r *redactor) learned(name, value string) {
	if r.learn != nil {
		r.learn(name, value)
	}
}

// plain returns s with every secret hidden that can be recognized in free text.
func (r *redactor) plain(s string) string {
	s = r.cuts.hide(r.replaced(s))
	if r.mixed != nil && (strings.Contains(s, "%") || strings.Contains(s, `\u`) || strings.Contains(s, "&")) {
		s = r.mixed.ReplaceAllLiteralString(s, hidden("secret", s))
	}
	if r.said != nil && strings.ContainsRune(s, '"') {
		s = r.said.ReplaceAllStringFunc(s, func(match string) string {
			part := r.said.FindStringSubmatch(match)
			return part[1] + part[2] + part[3] + hidden(part[2], part[4])
		})
	}
	if r.member != nil && strings.ContainsRune(s, ':') && strings.ContainsRune(s, '"') {
		s = r.named(r.member, s)
	}
	if r.pair != nil && strings.ContainsRune(s, '=') {
		s = r.named(r.pair, s)
	}
	s = r.userInfo(s)
	if !r.showPayments {
		s = r.stripeIDs(r.emails(s))
	}
	return r.sims(s)
}

// replacements are the buffers in which secret values are replaced; most texts contain none.
var replacements = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// replaced returns s with its secret values replaced, or s itself if it contains none.
func (r *redactor) replaced(s string) string {
	if r.values == nil || len(s) < r.shortest {
		return s
	}
	buffer, _ := replacements.Get().(*bytes.Buffer)
	defer replacements.Put(buffer)
	buffer.Reset()
	_, _ = r.values.WriteString(buffer, s)         // writing to a buffer cannot fail
	if told := buffer.Bytes(); string(told) == s { // compared without a copy
		return s
	}
	return buffer.String()
}

// named hides the values in pattern's matches: before, name, between, value.
func (r *redactor) named(pattern *regexp.Regexp, s string) string {
	return pattern.ReplaceAllStringFunc(s, func(match string) string {
		part := pattern.FindStringSubmatch(match)
		name, _ := r.secretName(part[2])
		value := strings.TrimLeft(part[4], `\`)
		opening := part[4][:len(part[4])-len(value)]
		if strings.HasPrefix(value, `"`) {
			opening, value = opening+`"`, value[1:]
		} else if value == "null" {
			return match
		}
		r.learned(name, value)
		return part[1] + part[2] + part[3] + opening + hidden(name, value)
	})
}

// userInfo hides user and password in text that looks like a URL.
func (r *redactor) userInfo(s string) string {
	if !strings.Contains(s, "://") || !strings.Contains(s, "@") {
		return s
	}
	return userInfo.ReplaceAllStringFunc(s, func(match string) string {
		part := userInfo.FindStringSubmatch(match)
		if _, password, ok := strings.Cut(part[2], ":"); ok && !reports.IsPlaceholder(part[2]) {
			r.learned("userinfo", password)
		}
		return part[1] + hidden("userinfo", part[2]) + "@"
	})
}

// SIMName is the name under which a SIM number is hidden if it is encoded, so that its digits cannot be
// masked; in Secrets.Known, the name of a known SIM number.
const SIMName = "sim"

// sims masks SIM numbers if that is configured.
func (r *redactor) sims(s string) string {
	if !r.maskSIMs {
		return s
	}
	var out []byte // a copy of s, once it differs
	for start := 0; start < len(s); start++ {
		end := start
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		n, shown := end-start, 4
		if n < 18 && strings.HasPrefix(s[end:], cutMark) {
			n, shown = n+11, 0 // a number that was cut off
		}
		if n >= 18 && n <= 20+11 && (shown == 0 || n <= 20) && strings.HasPrefix(s[start:], "89") {
			if shown > 0 {
				r.learned(SIMName, s[start:end])
			}
			if out == nil {
				out = []byte(s)
			}
			for i := start + 6; i < end-shown; i++ {
				out[i] = '*'
			}
		}
		start = end
	}
	if out == nil {
		return s
	}
	return string(out)
}

// hidden returns the replacement of value: empty for an empty value, unchanged for a placeholder.
func hidden(name, value string) string {
	if value == "" || reports.IsPlaceholder(value) {
		return value
	}
	return "<redacted:" + placeholderName(name) + ">"
}

// placeholderName removes from name what would need an escape in JSON, URLs and XML.
func placeholderName(name string) string {
	return strings.Map(func(c rune) rune {
		if c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			return c
		}
		return '-'
	}, name)
}
