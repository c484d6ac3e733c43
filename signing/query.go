package signing

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// parameter is a member and the position of its value in the text that carries it.
type parameter struct {
	Member
	start, end int
	bare       bool // a query parameter without "="
}

// queryParameters reads the text after the question mark.
func queryParameters(raw string) ([]parameter, error) {
	parameters := make([]parameter, 0, strings.Count(raw, "&")+1)
	values := make([]byte, 0, len(raw)+2*cap(parameters))
	for start := 0; start < len(raw); {
		end := len(raw)
		if length := strings.IndexByte(raw[start:], '&'); length >= 0 {
			end = start + length
		}
		if start < end {
			p, err := queryParameter(raw, start, end, &values)
			if err != nil {
				return nil, err
			}
			parameters = append(parameters, p)
		}
		start = end + 1
	}
	var few [fewMembers]key
	keys := few[:0]
	for i := range parameters {
		keys = append(keys, key{parameters[i].Name, i})
	}
	if twice := sortKeys(keys); twice >= 0 {
		return nil, fmt.Errorf("parameter %s is repeated", quoteShort(parameters[twice].Name))
	}
	return parameters, nil
}

// queryParameter reads one name=value, whose JSON text it appends to values.
func queryParameter(raw string, start, end int, values *[]byte) (parameter, error) {
	p := parameter{start: end, end: end, bare: true}
	name, value := raw[start:end], ""
	if length := strings.IndexByte(name, '='); length >= 0 {
		p.start, p.bare = start+length+1, false
		name, value = name[:length], name[length+1:]
	}
	name, err := unescapeQuery(name)
	if err != nil {
		return p, fmt.Errorf("the name of a parameter: %w", err)
	}
	if value, err = unescapeQuery(value); err != nil {
		return p, fmt.Errorf("the value of parameter %s: %w", quoteShort(name), err)
	}
	from := len(*values)
	*values = appendQuoted(*values, value)
	to := len(*values)
	p.Member = Member{Name: name, Value: (*values)[from:to:to]}
	return p, nil
}

func unescapeQuery(text string) (string, error) {
	if strings.IndexByte(text, ';') >= 0 {
		return "", errors.New("a semicolon must be escaped as %3B: some servers read it as a separator")
	}
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return "", fmt.Errorf("decoding it: %w", err)
	}
	if !utf8.ValidString(decoded) {
		return "", errors.New("it is not valid UTF-8")
	}
	return decoded, nil
}
