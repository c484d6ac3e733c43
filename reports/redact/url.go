package redact

import (
	"net/url"
	"strings"
)

// url returns raw with its secrets hidden: user information, the values of hidden query parameters, and
// secret values anywhere, even in unusual percent-encoding. A URL stays a URL.
func (r *redactor) url(raw string) string {
	raw = encodePlaceholders(r.replaced(raw))
	rest, fragment, hasFragment := strings.Cut(raw, "#")
	path, query, hasQuery := strings.Cut(rest, "?")

	segments := strings.Split(r.userInfo(path), "/")
	for i, segment := range segments {
		segments[i] = r.component(segment, url.PathUnescape, url.PathEscape)
	}
	out := strings.Join(segments, "/")
	if hasQuery {
		out += "?" + r.query(query)
	}
	if hasFragment {
		out += "#" + r.component(fragment, url.PathUnescape, url.PathEscape)
	}
	return encodePlaceholders(out)
}

func (r *redactor) query(raw string) string {
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, hasValue := strings.Cut(pair, "=")
		said, err := url.QueryUnescape(name)
		if err != nil {
			said = name
		}
		if secret, ok := r.secretName(said); ok {
			if plain, err := url.QueryUnescape(value); err == nil {
				r.learned(secret, plain)
			}
			value = hidden(secret, value)
		} else {
			name = r.component(name, url.QueryUnescape, url.QueryEscape)
			value = r.component(value, url.QueryUnescape, url.QueryEscape)
		}
		pairs[i] = name
		if hasValue {
			pairs[i] += "=" + value
		}
	}
	return strings.Join(pairs, "&")
}

// component hides the secrets in one part of a URL. Only a part that contains a secret loses the form of
// its escapes.
func (r *redactor) component(raw string, unescape func(string) (string, error), escape func(string) string) string {
	said, err := unescape(raw)
	if err != nil || said == raw {
		return r.hideIn(raw)
	}
	told := r.hideIn(said)
	if told == said {
		return raw
	}
	return escape(told)
}

// encodePlaceholders makes placeholders valid in a URL.
func encodePlaceholders(s string) string {
	if !strings.Contains(s, "<redacted:") {
		return s
	}
	return rawPlaceholder.ReplaceAllString(s, "%3C$1%3E")
}
