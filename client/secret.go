package client

import "log/slog"

// Secret is a text that must not reach a log, such as the client_secret of a
// payment. It prints as [redacted]; Reveal returns it.
type Secret struct{ text string }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.text }

// String hides the text.
func (Secret) String() string { return "[redacted]" }

// GoString hides the text from %#v.
func (Secret) GoString() string { return "[redacted]" }

// LogValue hides the text from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText hides the text from encoders: send Reveal on purpose.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }
