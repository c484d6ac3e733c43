package wire

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// Change changes the value of a member, given and returned as JSON text. The value of a missing member
// is nil, and it is added at the end.
func Change(name string, change func(value []byte) []byte) Edit {
	return func(w *Request) {
		var before []byte
		for _, member := range w.Members {
			if member.Name == name {
				before = member.Value
			}
		}
		SetRaw(name, string(change(before)))(w)
	}
}

// Repeat sends a member a second time with the same value.
func Repeat(name string) Edit {
	return func(w *Request) {
		for _, member := range w.Members {
			if member.Name == name {
				w.Members = append(w.Members, signing.Member{Name: name, Value: bytes.Clone(member.Value)})
				return
			}
		}
	}
}

// AddQuery adds a parameter to the query, even if the request has a body.
func AddQuery(name, value string) Edit {
	return func(w *Request) {
		if w.InQuery {
			Set(name, value)(w)
			return
		}
		address := *w.URL
		query := address.Query()
		query.Set(name, value)
		address.RawQuery = query.Encode()
		w.URL = &address
	}
}

// EditPath changes the path, given and returned in escaped form.
func EditPath(change func(path string) string) Edit {
	return func(w *Request) {
		address := *w.URL
		address.RawPath = change(address.EscapedPath())
		plain, err := url.PathUnescape(address.RawPath)
		if err != nil {
			plain = address.RawPath
		}
		address.Path = plain
		w.URL = &address
	}
}

// ChangePath changes the value of a path parameter of an operation, given and returned as JSON text.
func ChangePath(operation openapi.Operation, name string, change func(value []byte) []byte) Edit {
	template := strings.Split(operation.Path, "/")
	return EditPath(func(path string) string {
		segments := strings.Split(path, "/")
		for i, part := range template {
			at := len(segments) - len(template) + i
			if part != "{"+name+"}" || at < 0 {
				continue
			}
			plain, err := url.PathUnescape(segments[at])
			if err != nil {
				plain = segments[at]
			}
			segments[at] = url.PathEscape(Unquote(change(Quote(plain))))
		}
		return strings.Join(segments, "/")
	})
}

// Set sets a member to a string, in place if it exists, otherwise at the end.
func Set(name, value string) Edit {
	return SetRaw(name, string(Quote(value)))
}

// SetRaw sets a member to a value given as JSON text.
func SetRaw(name, value string) Edit {
	return func(w *Request) {
		for i := range w.Members {
			if w.Members[i].Name == name {
				w.Members[i].Value = []byte(value)
				return
			}
		}
		w.Members = append(w.Members, signing.Member{Name: name, Value: []byte(value)})
	}
}

// Drop leaves a member out.
func Drop(name string) Edit {
	return func(w *Request) {
		w.Members = slices.DeleteFunc(w.Members, func(m signing.Member) bool { return m.Name == name })
	}
}

// Reverse sends the members in reverse order.
func Reverse(w *Request) { slices.Reverse(w.Members) }

// Header sets a header field; an empty value removes it.
func Header(name, value string) Edit {
	return func(w *Request) {
		if value == "" {
			w.Header.Del(name)
			return
		}
		w.Header.Set(name, value)
	}
}

// Method sends the request with another HTTP method.
func Method(method string) Edit { return func(w *Request) { w.Method = method } }

// RawBody changes the bytes of the body as they would be sent.
func RawBody(change func(body []byte) []byte) Edit {
	return func(w *Request) { w.Body = change(w.Bytes()) }
}
