package target

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// Hidden takes the place of a secret where settings are shown.
const Hidden = "<hidden>"

// secretKeys are the settings whose values may hold a secret: an error that names
// one does not print its value.
var secretKeys = []string{"push-key", "proxy", "header"}

// secretWords are what the names of header fields have in them whose values are secret.
var secretWords = []string{"auth", "cookie", "credential", "key", "password", "secret", "session", "token"}

// secretHeader reports whether the value of a header field looks secret.
func secretHeader(name string) bool {
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(strings.ToLower(name), word) })
}

// Secrets returns the texts of a target that must not be printed.
func (t *Target) Secrets() []string {
	var secrets []string
	if len(t.PushKey) > 0 {
		secrets = append(secrets, hex.EncodeToString(t.PushKey))
	}
	if t.Proxy != nil {
		if password, given := t.Proxy.User.Password(); given {
			secrets = append(secrets, password)
		}
	}
	for name, values := range t.Header {
		if !secretHeader(name) {
			continue
		}
		for _, value := range values {
			secrets = append(secrets, value)
			if _, credentials, found := strings.Cut(value, " "); found {
				secrets = append(secrets, credentials)
			}
		}
	}
	return slices.DeleteFunc(secrets, func(secret string) bool { return secret == "" })
}

// shown returns a value of a setting without the secrets in it.
func shown(key, value string) string {
	switch key {
	case "push-key":
		id, _, _ := strings.Cut(value, ":")
		return id + ":" + Hidden
	case "proxy":
		if parsed, err := proxyAddress(value); err == nil && parsed != nil {
			return strings.Replace(parsed.Redacted(), ":xxxxx@", ":"+Hidden+"@", 1)
		}
		return value
	case "header":
		if name, _, found := strings.Cut(value, ":"); found && secretHeader(name) {
			return http.CanonicalHeaderKey(strings.TrimSpace(name)) + ": " + Hidden
		}
	}
	return value
}
