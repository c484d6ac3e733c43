package oracle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting that is read.
const maxDepth = 200

// problem is what is wrong with a body as a text.
type problem struct {
	pointer string // the place, "body" for the whole
	summary string
	number  string // the number that is wrong, "" when it is not about one
	fatal   bool   // there is no value
}

// decode reads exactly one JSON text and returns its value; whole is false when
// there is none to judge. Beside what encoding/json refuses, it tells what that
// accepts: text that is not UTF-8, a member twice, anything behind the value, and
// numbers that a decoder does not keep. None of these keeps the value from being read.
func decode(body []byte, tell func(problem)) (value any, whole bool) {
	if !utf8.Valid(body) {
		tell(problem{pointer: "body", summary: "the body is not valid UTF-8"})
	}
	if without, marked := bytes.CutPrefix(body, []byte("\ufeff")); marked {
		tell(problem{pointer: "body", summary: "a byte order mark stands before the JSON text"})
		body = without
	}
	reader := jsonReader{decoder: json.NewDecoder(bytes.NewReader(body)), tell: tell}
	reader.decoder.UseNumber()
	value, err := reader.value(0)
	if err != nil {
		tell(problem{pointer: "body", summary: err.Error(), fatal: true})
		return nil, false
	}
	if _, err := reader.decoder.Token(); !errors.Is(err, io.EOF) {
		tell(problem{pointer: "body", summary: "something follows the JSON text"})
	}
	return value, true
}

// jsonReader builds a value from tokens.
type jsonReader struct {
	decoder *json.Decoder
	tell    func(problem)
	at      path
}

func (r *jsonReader) value(depth int) (any, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, describe(err)
	}
	switch token := token.(type) {
	case json.Number:
		return r.number(string(token)), nil
	case json.Delim:
		if depth == maxDepth {
			return nil, fmt.Errorf("the body is nested more than %d deep", maxDepth)
		}
		if token == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	}
	return token, nil
}

func (r *jsonReader) object(depth int) (any, error) {
	object := map[string]any{}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, describe(err)
		}
		name, _ := token.(string) // a token in this place is a string, or an error
		r.at.push(name)
		if _, twice := object[name]; twice {
			r.tell(problem{pointer: r.at.String(), summary: fmt.Sprintf("the member %q stands twice in its object", clipped(name))})
		}
		if object[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
		r.at.pop()
	}
	return object, r.close()
}

func (r *jsonReader) array(depth int) (any, error) {
	array := []any{}
	for r.decoder.More() {
		r.at.pushIndex(len(array))
		element, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		r.at.pop()
		array = append(array, element)
	}
	return array, r.close()
}

// maxInteger is the largest integer that a double keeps with all that are smaller (RFC 7493, 2.2).
const maxInteger = 1<<53 - 1

// number reads a number, and tells one that a double, the number of most decoders,
// does not keep.
func (r *jsonReader) number(text string) any {
	number, err := strconv.ParseFloat(text, 64)
	integer := !strings.ContainsAny(text, ".eE")
	if err != nil || integer && (number > maxInteger || number < -maxInteger) {
		r.tell(problem{pointer: r.at.String(), summary: "the number is out of the range that decoders keep", number: text})
	}
	if err != nil {
		return json.Number(text) // which no schema accepts, either
	}
	return number
}

// close reads the end of an object or array.
func (r *jsonReader) close() error {
	if _, err := r.decoder.Token(); err != nil {
		return describe(err)
	}
	return nil
}

// describe says in words why a text is not JSON.
func describe(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON text ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not JSON: %s at byte %d", syntax.Error(), syntax.Offset)
	}
	return fmt.Errorf("the body is not JSON: %w", err)
}

// path is a place in a JSON value. It is written as a pointer only when something
// is to be told of it, which is seldom.
type path []step

// step leads to a member, or to an element when index is not negative.
type step struct {
	name  string
	index int
}

func (p *path) push(name string) { *p = append(*p, step{name, -1}) }
func (p *path) pushIndex(at int) { *p = append(*p, step{index: at}) }
func (p *path) pop()             { *p = (*p)[:len(*p)-1] }

// names returns the path as the parts of a pointer, not escaped.
func (p path) names() []string {
	names := make([]string, len(p))
	for i, s := range p {
		if names[i] = s.name; s.index >= 0 {
			names[i] = strconv.Itoa(s.index)
		}
	}
	return names
}

// String returns the path as a bounded JSON pointer, "body" for the whole.
func (p path) String() string {
	if len(p) == 0 {
		return "body"
	}
	return pointer(p.names())
}
