package client

import "log/slog"

// Secret is a string that must not reach a log, such as the client_secret of a
// payment. It prints as [redacted]; Reveal returns it.
type Secret struct{ text string }

// Reveal returns the secret.
func (s Secret) Reveal() string { return s.text }

// String returns [redacted].
func (Secret) String() string { return "[redacted]" }

// GoString returns [redacted], for %#v.
func (Secret) GoString() string { return "[redacted]" }

// LogValue returns [redacted], for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText returns [redacted], for encoders. To send the secret, call Reveal.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }
