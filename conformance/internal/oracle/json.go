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

// maxDepth is the deepest nesting that is read.
const maxDepth = 200

// problem is a defect of a body as text.
type problem struct {
	pointer string // the location, "body" for the whole
	summary string
	number  string // the wrong number, if it is about one
	fatal   bool   // there is no value
}

// decode reads exactly one JSON text and returns its value; whole is false if there is none to judge.
// Besides what encoding/json refuses, it reports what encoding/json accepts: text that is not UTF-8,
// duplicate members, anything after the value, and numbers that decoders do not preserve. None of these
// prevents the value from being read.
func decode(body []byte, tell func(problem)) (value any, whole bool) {
	if !utf8.Valid(body) {
		tell(problem{pointer: "body", summary: "the body is not valid UTF-8"})
	}
	if without, marked := bytes.CutPrefix(body, []byte("\ufeff")); marked {
		tell(problem{pointer: "body", summary: "a byte order mark precedes the JSON text"})
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
		name, _ := token.(string) // a token here is a string or an error
		r.at.push(name)
		if _, twice := object[name]; twice {
			r.tell(problem{pointer: r.at.String(), summary: fmt.Sprintf("the member %q occurs twice in its object", clipped(name))})
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

// maxInteger is the largest integer up to which a double represents every integer (RFC 7493, 2.2).
const maxInteger = 1<<53 - 1

// number reads a number and reports one that a double, the number type of most decoders, cannot
// represent.
func (r *jsonReader) number(text string) any {
	number, err := strconv.ParseFloat(text, 64)
	integer := !strings.ContainsAny(text, ".eE")
	if err != nil || integer && (number > maxInteger || number < -maxInteger) {
		r.tell(problem{pointer: r.at.String(), summary: "the number is out of the range that decoders preserve", number: text})
	}
	if err != nil {
		return json.Number(text) // no schema accepts it either
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

// describe says why a text is not JSON.
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

// path is a location in a JSON value. It is written as a pointer only if it is reported, which is rare.
type path []step

// step leads to a member, or to an element if index is not negative.
type step struct {
	name  string
	index int
}

func (p *path) push(name string) { *p = append(*p, step{name, -1}) }
func (p *path) pushIndex(at int) { *p = append(*p, step{index: at}) }
func (p *path) pop()             { *p = (*p)[:len(*p)-1] }

// names returns the unescaped parts of the pointer.
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
