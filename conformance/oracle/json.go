package oracle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxDepth bounds the nesting that is read.
const maxDepth = 200

// decode reads exactly one JSON text. Beside what encoding/json refuses, it
// refuses what that accepts: text that is not UTF-8, a member twice, and
// anything behind the value. A duplicate does not keep the value from being read.
func decode(body []byte) (value any, err error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not valid UTF-8")
	}
	reader := jsonReader{decoder: json.NewDecoder(bytes.NewReader(body))}
	if value, err = reader.value(0); err != nil {
		return nil, err
	}
	if _, err := reader.decoder.Token(); !errors.Is(err, io.EOF) {
		return value, errors.New("something follows the JSON text")
	}
	return value, reader.duplicate
}

// jsonReader builds a value from tokens.
type jsonReader struct {
	decoder   *json.Decoder
	duplicate error // the first one
}

func (r *jsonReader) value(depth int) (any, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, describe(err)
	}
	delimiter, nested := token.(json.Delim)
	switch {
	case !nested:
		return token, nil
	case depth == maxDepth:
		return nil, fmt.Errorf("the body is nested more than %d deep", maxDepth)
	case delimiter == '{':
		return r.object(depth)
	}
	return r.array(depth)
}

func (r *jsonReader) object(depth int) (any, error) {
	object := map[string]any{}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, describe(err)
		}
		name, _ := token.(string) // a token in this place is a string, or an error
		if _, twice := object[name]; twice && r.duplicate == nil {
			r.duplicate = fmt.Errorf("the member %q stands twice in its object", name)
		}
		if object[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return object, r.close()
}

func (r *jsonReader) array(depth int) (any, error) {
	array := []any{}
	for r.decoder.More() {
		element, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	return array, r.close()
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
