package target

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/reports/redact"
)

// Hidden replaces a secret when settings are shown.
const Hidden = "<hidden>"

// secretKeys are the settings whose values may contain a secret. Errors do not print them.
var secretKeys = []string{"push-key", "proxy", "header", "pm-success", "pm-failure", "pm-open"}

// secretWords are parts of the names of header fields with secret values.
var secretWords = []string{"auth", "cookie", "credential", "key", "password", "secret", "session", "token"}

// secretHeader reports whether the value of a header field looks secret.
func secretHeader(name string) bool {
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(strings.ToLower(name), word) })
}

// Secrets returns what must be redacted in all output about a target: its secrets, its
// payment methods, and whatever its settings mask.
func (t *Target) Secrets() redact.Secrets {
	known := map[string]string{}
	for _, method := range []string{t.PayingMethod, t.FailingMethod, t.OpenMethod} {
		known[method] = "pm_id"
	}
	if t.MaskSIMs {
		for _, sim := range slices.Concat(t.SIMs, t.SecondSIMs, t.UnknownSIMs) {
			known[sim] = redact.SIMName
		}
	}
	return redact.Secrets{Values: t.secrets(), Known: known, MaskSIMs: t.MaskSIMs}
}

// secrets returns the values of a target that must not be printed.
func (t *Target) secrets() []string {
	secrets := slices.Clone(t.OtherSecrets)
	if len(t.PushKey) > 0 {
		secrets = append(secrets, hex.EncodeToString(t.PushKey))
	}
	if t.Proxy != nil {
		secrets = append(secrets, credentials(t.Proxy.User)...)
	}
	for _, address := range t.URLs {
		if parsed, err := url.Parse(address); err == nil {
			secrets = append(secrets, credentials(parsed.User)...)
		}
	}
	for name, values := range t.Header {
		for _, value := range values {
			if secretHeader(name) || slices.Contains(t.secretValues, value) {
				secrets = append(secrets, headerSecrets(value)...)
			}
		}
	}
	return slices.DeleteFunc(secrets, func(secret string) bool { return secret == "" })
}

// credentials returns the secrets in the user information of an address: the password, and
// its form in an Authorization header.
func credentials(user *url.Userinfo) []string {
	if user == nil {
		return nil
	}
	password, given := user.Password()
	if !given {
		return nil
	}
	return []string{password, base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))}
}

// headerSecrets returns the secrets in the value of a header field: the value, the
// credentials after a scheme, and the password of the scheme Basic.
func headerSecrets(value string) []string {
	secrets := []string{value}
	scheme, told, found := strings.Cut(value, " ")
	if !found {
		return secrets
	}
	secrets = append(secrets, told)
	if plain, err := base64.StdEncoding.DecodeString(told); err == nil && strings.EqualFold(scheme, "Basic") {
		if _, password, found := strings.Cut(string(plain), ":"); found {
			secrets = append(secrets, password)
		}
	}
	return secrets
}

// shown returns a value of a setting without its secrets. fromVariable is true if it comes
// from an environment variable that the file names.
func shown(key, value string, fromVariable bool) string {
	switch key {
	case "push-key":
		id, _, _ := strings.Cut(value, ":")
		return id + ":" + Hidden
	case "pm-success", "pm-failure", "pm-open":
		return Hidden
	case "proxy", "vshop-url", "payment-url", "topup-url":
		if parsed, err := url.Parse(value); err == nil && len(credentials(parsed.User)) > 0 {
			return strings.Replace(parsed.Redacted(), ":xxxxx@", ":"+Hidden+"@", 1)
		}
	case "header":
		if name, _, found := strings.Cut(value, ":"); found && (fromVariable || secretHeader(name)) {
			return http.CanonicalHeaderKey(strings.TrimSpace(name)) + ": " + Hidden
		}
	}
	return value
}
