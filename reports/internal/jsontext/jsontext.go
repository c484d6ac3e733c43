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

// buffers are the buffers that Marshal writes to before it copies the result.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Marshal writes a value as JSON with a final line feed, without escaping <, > and &. Unprintable
// characters are escaped, so that the text can be shown on a terminal. indent is the indentation per
// level; empty for one line.
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

// Quote writes text as a JSON string without escaping <, > and &.
func Quote(text string) ([]byte, error) {
	quoted, err := Marshal(text, "")
	if err != nil {
		return nil, fmt.Errorf("quoting a text: %w", err)
	}
	return bytes.TrimSuffix(quoted, []byte("\n")), nil
}
