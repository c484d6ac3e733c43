package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
)

// MarshalJSON writes a body that is valid UTF-8 as a JSON string, and any other as {"base64": "..."}, so
// that every body can be read back unchanged.
func (b Body) MarshalJSON() ([]byte, error) {
	if !utf8.Valid(b) {
		raw := []byte(b)
		return json.Marshal(encodedBody{Base64: &raw})
	}
	return jsontext.Quote(string(b))
}

// UnmarshalJSON reads either form that MarshalJSON writes. null means no body.
func (b *Body) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.Equal(data, []byte("null")):
		*b = nil
		return nil
	case len(data) > 0 && data[0] == '"':
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return fmt.Errorf("reading a body: %w", err)
		}
		*b = Body(text)
		return nil
	}
	var encoded encodedBody
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&encoded); err != nil {
		return fmt.Errorf("reading a body: %w", err)
	}
	if encoded.Base64 == nil {
		return errors.New(`reading a body: want a string or an object with the member "base64"`)
	}
	*b = *encoded.Base64
	return nil
}

// encodedBody is a body that is not text; its member is padded base64 (RFC 4648).
type encodedBody struct {
	Base64 *[]byte `json:"base64"`
}
