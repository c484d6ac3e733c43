package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
)

// Mismatch is the content of a failed assertion: what happened, what was expected and what was found.
// Its texts become those of a Deviation.
type Mismatch struct {
	// Summary says what happened in one line: "addSims accepted a request with an empty group_id".
	Summary string
	// Expected and Actual are values in the format of ShowValue, or words; empty if the summary is
	// sufficient.
	Expected string
	Actual   string
}

// Error implements error.
func (m Mismatch) Error() string {
	text := m.Summary
	if m.Expected != "" {
		text += ": expected " + m.Expected
		if m.Actual != "" {
			text += ", got " + m.Actual
		}
	} else if m.Actual != "" {
		text += ": got " + m.Actual
	}
	return text
}

// ShowValue formats a value for reports: as JSON, without the escapes that only HTML needs. JSON text
// (json.RawMessage, or bytes that are valid JSON) stays unchanged, other bytes become a string, an error
// its message, a duration text like "1.5s". A value that JSON cannot represent is named by its type.
func ShowValue(value any) string {
	switch value := value.(type) {
	case error:
		return firstLine(value.Error())
	case time.Duration:
		return value.String()
	case Body:
		return showBytes(value)
	case []byte:
		return showBytes(value)
	case json.RawMessage:
		return showBytes(value)
	}
	text, err := jsontext.Marshal(value, "")
	if err != nil {
		if unsupported, ok := errors.AsType[*json.UnsupportedTypeError](err); ok {
			return fmt.Sprintf("a value of type %s", unsupported.Type)
		}
		return fmt.Sprintf("a value of type %T", value)
	}
	return strings.TrimSuffix(string(text), "\n")
}

func showBytes(raw []byte) string {
	switch {
	case json.Valid(raw):
		return string(raw)
	case utf8.Valid(raw):
		quoted, _ := jsontext.Quote(string(raw)) // encoding a string cannot fail
		return string(quoted)
	}
	return fmt.Sprintf("%q", raw)
}

// firstLine returns text up to its first line feed.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
