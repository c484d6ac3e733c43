// Package jsontext writes JSON without the escapes that only HTML needs.
package jsontext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/reports/internal/visible"
)

// buffers are what Marshal writes to before it copies.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Marshal writes a value as JSON, with <, > and & as they are and a line
// feed at the end. Characters that are not printable are escaped, so that the text
// can be shown on a terminal. indent is that of each level, empty for one line.
func Marshal(value any, indent string) ([]byte, error) {
	out, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	if slices.ContainsFunc(out.Bytes(), func(c byte) bool { return c >= 0x7f }) {
		return []byte(visible.Escape(out.String())), err
	}
	return bytes.Clone(out.Bytes()), err
}

// Quote writes text as a JSON string, and <, > and & as they are.
func Quote(text string) ([]byte, error) {
	quoted, err := Marshal(text, "")
	if err != nil {
		return nil, fmt.Errorf("quoting a text: %w", err)
	}
	return bytes.TrimSuffix(quoted, []byte("\n")), nil
}
