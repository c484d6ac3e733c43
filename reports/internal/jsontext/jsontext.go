package jsontext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// encoded are the buffers that encode writes to.
var encoded = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode writes a value as JSON, with <, > and & as they are.
func Marshal(value any, indent string) ([]byte, error) {
	out, _ := encoded.Get().(*bytes.Buffer)
	defer encoded.Put(out)
	out.Reset()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	return bytes.Clone(out.Bytes()), err
}

// quoteJSON writes text as a JSON string, and <, > and & as they are.
func Quote(text string) ([]byte, error) {
	quoted, err := Marshal(text, "")
	if err != nil {
		return nil, fmt.Errorf("quoting a text: %w", err)
	}
	return bytes.TrimSuffix(quoted, []byte("\n")), nil
}
