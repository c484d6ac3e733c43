package selection

import (
	"path"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// Select returns the checks that are matched by any pattern in only (all if it is empty) and by none in
// skip. A pattern is an id ("SIG-004", including its cases), a glob in which * crosses "/", "area:RID"
// or "op:addSims". A pattern that matches nothing is an error of type *target.Error.
func Select(all []checks.Check, only, skip []string) ([]checks.Check, error) {
	ids := idsOf(all)
	for _, list := range []struct {
		key      string
		patterns []string
	}{{"only", only}, {"skip", skip}} {
		for _, pattern := range list.patterns {
			if ids[pattern] {
				continue
			}
			if err := matchesSomething(all, list.key, pattern); err != nil {
				return nil, err
			}
		}
	}
	wanted, unwanted := newPatterns(only), newPatterns(skip)
	var selected []checks.Check
	for _, check := range all {
		if (len(only) == 0 || wanted.match(check)) && !unwanted.match(check) {
			selected = append(selected, check)
		}
	}
	if len(selected) == 0 {
		return nil, &target.Error{Origin: "--only and --skip", Problem: "together select no check", Instead: "leave one of them out"}
	}
	return selected, nil
}

// patterns select checks. Plain ids, of which there may be thousands, are kept separately.
type patterns struct {
	ids    map[string]bool
	others []string
}

func newPatterns(list []string) patterns {
	p := patterns{ids: map[string]bool{}}
	for _, pattern := range list {
		if strings.ContainsAny(pattern, `*?[\:`) {
			p.others = append(p.others, pattern)
		} else {
			p.ids[pattern] = true
		}
	}
	return p
}

// match reports whether any pattern selects a check. An id includes the cases below it.
func (p patterns) match(check checks.Check) bool {
	for at, c := range check.ID {
		if c == '/' && p.ids[check.ID[:at]] {
			return true
		}
	}
	return p.ids[check.ID] || slices.ContainsFunc(p.others, func(pattern string) bool { return Matches(check, pattern) })
}

// idsOf returns the ids of checks and of those that include them.
func idsOf(all []checks.Check) map[string]bool {
	ids := make(map[string]bool, len(all))
	for _, check := range all {
		ids[check.ID] = true
		for at, c := range check.ID {
			if c == '/' {
				ids[check.ID[:at]] = true
			}
		}
	}
	return ids
}

func matchesSomething(all []checks.Check, key, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return &target.Error{Origin: "--" + key, Value: pattern, Problem: "is not a valid pattern", Instead: "write an id, a glob, area:RID or op:addSims"}
	}
	if slices.ContainsFunc(all, func(check checks.Check) bool { return Matches(check, pattern) }) {
		return nil
	}
	instead := target.DidYouMean(pattern, Names(all), "mallcheck list shows all checks")
	area := strings.ToUpper(strings.TrimSuffix(pattern, "-"))
	if slices.ContainsFunc(all, func(check checks.Check) bool { return check.Area() == area }) {
		instead = "did you mean area:" + area + "?"
	}
	return &target.Error{Origin: "--" + key, Value: pattern, Problem: "matches no check", Instead: instead}
}

// Names returns everything that a pattern can name.
func Names(all []checks.Check) []string {
	var known []string
	for _, check := range all {
		id, _, _ := strings.Cut(check.ID, "/")
		known = append(known, check.ID, id, "area:"+check.Area())
		for _, operation := range check.Operations {
			known = append(known, "op:"+operation)
		}
	}
	return known
}

// Matches reports whether a pattern selects a check.
func Matches(check checks.Check, pattern string) bool {
	if area, ok := strings.CutPrefix(pattern, "area:"); ok {
		return check.Area() == area
	}
	if operation, ok := strings.CutPrefix(pattern, "op:"); ok {
		return slices.Contains(check.Operations, operation)
	}
	return check.ID == pattern || strings.HasPrefix(check.ID, pattern+"/") || glob(check.ID, pattern)
}

// glob matches like path.Match, but * and ? cross "/".
func glob(id, pattern string) bool {
	const other = "\x00" // replaces "/", which path.Match treats specially
	matched, err := path.Match(strings.ReplaceAll(pattern, "/", other), strings.ReplaceAll(id, "/", other))
	return err == nil && matched
}
