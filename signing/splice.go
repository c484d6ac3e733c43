package signing

import (
	"bytes"
	"net/url"
	"slices"
)

// setting is a new value for a parameter.
type setting struct{ name, value string }

// bodyParameters reads the text of one JSON object.
func bodyParameters(body []byte) ([]parameter, error) {
	var few [fewMembers]span
	var keys [fewMembers]key
	s := scanner{input: body}
	_, spans, err := s.document(nil, few[:0])
	if err != nil {
		return nil, err
	}
	if _, err := s.keys(keys[:0], spans); err != nil {
		return nil, err
	}
	parameters := make([]parameter, len(spans))
	for i, found := range spans {
		parameters[i] = parameter{
			Member: Member{Name: found.name, Value: body[found.start:found.end:found.end]},
			start:  found.start, end: found.end,
		}
	}
	return parameters, nil
}

// setInBody replaces the values of existing members and appends the others after the last one.
func setInBody(body []byte, parameters []parameter, settings []setting) []byte {
	out := make([]byte, 0, len(body)+128)
	done, end := 0, bytes.IndexByte(body, '{')+1
	for _, p := range parameters {
		if value, found := valueOf(settings, p.Name); found {
			out = appendQuoted(append(out, body[done:p.start]...), value)
			done = p.end
		}
		end = p.end
	}
	out = append(out, body[done:end]...)
	separate := len(parameters) > 0
	for _, set := range missing(settings, parameters) {
		if separate {
			out = append(out, ',')
		}
		out = appendQuoted(append(appendQuoted(out, set.name), ':'), set.value)
		separate = true
	}
	return append(out, body[end:]...)
}

// setInQuery replaces the values of existing parameters and appends the others.
func setInQuery(raw string, parameters []parameter, settings []setting) string {
	out := make([]byte, 0, len(raw)+128)
	done := 0
	for _, p := range parameters {
		if value, found := valueOf(settings, p.Name); found {
			out = append(out, raw[done:p.start]...)
			if p.bare {
				out = append(out, '=')
			}
			out = append(out, url.QueryEscape(value)...)
			done = p.end
		}
	}
	out = append(out, raw[done:]...)
	for _, set := range missing(settings, parameters) {
		if n := len(out); n > 0 && out[n-1] != '&' {
			out = append(out, '&')
		}
		out = append(out, set.name+"="+url.QueryEscape(set.value)...)
	}
	return string(out)
}

// valueOf returns the new value of a name.
func valueOf(settings []setting, name string) (string, bool) {
	for _, set := range settings {
		if set.name == name {
			return set.value, true
		}
	}
	return "", false
}

// missing returns the settings whose parameter does not exist yet.
func missing(settings []setting, parameters []parameter) []setting {
	var left []setting
	for _, set := range settings {
		if !slices.ContainsFunc(parameters, func(p parameter) bool { return p.Name == set.name }) {
			left = append(left, set)
		}
	}
	return left
}
