package signing

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// pathMembers returns the parameters in the path of u, by the template that matches its end best.
func pathMembers(u *url.URL, templates []string) ([]Member, error) {
	if u.Opaque != "" {
		return nil, errors.New("the URL has no path")
	}
	path := u.EscapedPath()
	best, most := "", -1
	for _, template := range templates {
		literals, err := matchEnd(path, template)
		if err != nil {
			return nil, err
		}
		if literals > most {
			best, most = template, literals
		}
	}
	var members []Member
	for best != "" {
		var want, got string
		best, want = cutLast(best)
		path, got = cutLast(path)
		name, _ := parameterName(want)
		if name == "" {
			continue
		}
		value, err := url.PathUnescape(got)
		if err != nil {
			return nil, fmt.Errorf("decoding parameter %s: %w", quoteShort(name), err)
		}
		if !utf8.ValidString(value) {
			return nil, fmt.Errorf("parameter %s is not valid UTF-8", quoteShort(name))
		}
		members = append(members, StringMember(name, value))
	}
	slices.Reverse(members)
	return members, nil
}

// matchEnd returns how many literal segments of template match the end of path, or -1 if it does not
// match. A parameter does not match an empty segment.
func matchEnd(path, template string) (int, error) {
	if !strings.HasPrefix(template, "/") {
		return 0, fmt.Errorf("path template %q does not begin with a slash", template)
	}
	literals, matches := 0, true
	for rest := template; rest != ""; {
		var want, got string
		rest, want = cutLast(rest)
		name, err := parameterName(want)
		if err != nil {
			return 0, fmt.Errorf("path template %q: %w", template, err)
		}
		if !matches {
			continue
		}
		path, got = cutLast(path)
		switch {
		case name != "":
			matches = got != ""
		case got == want:
			literals++
		default:
			decoded, err := url.PathUnescape(got)
			matches = err == nil && decoded == want
			literals++
		}
	}
	if !matches {
		return -1, nil
	}
	return literals, nil
}

// cutLast splits a path at its last slash, which belongs to neither part.
func cutLast(path string) (before, segment string) {
	i := max(strings.LastIndexByte(path, '/'), 0)
	return path[:i], strings.TrimPrefix(path[i:], "/")
}

// parameterName returns the name in a segment of the form {name}, or "" if the segment is literal.
func parameterName(segment string) (string, error) {
	if !strings.ContainsAny(segment, "{}") {
		return "", nil
	}
	name := strings.TrimSuffix(strings.TrimPrefix(segment, "{"), "}")
	if len(name) != len(segment)-2 || name == "" || strings.ContainsAny(name, "{}") {
		return "", fmt.Errorf("segment %q is neither literal text nor a single {parameter}", segment)
	}
	return name, nil
}
