package signing

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// PushJoin is how the sorted body of a push and the header text
// {version}:{algo}:{timestamp} are joined to the signed text. That they are joined is
// documented (page doc-2518982); every value of this type is assumed.
type PushJoin uint8

const (
	// JoinBodyColonHeaders is the body, a colon and the header text: the contract's choice.
	JoinBodyColonHeaders PushJoin = iota
	// JoinHeadersColonBody is the header text, a colon and the body.
	JoinHeadersColonBody
	// JoinBodyHeaders is the body and the header text with nothing between them.
	JoinBodyHeaders
	// JoinHeadersBody is the header text and the body with nothing between them.
	JoinHeadersBody
	// JoinBodyNewlineHeaders is the body, a line feed and the header text.
	JoinBodyNewlineHeaders
	// JoinHeadersNewlineBody is the header text, a line feed and the body.
	JoinHeadersNewlineBody
)

// PushEncoding is how the HMAC of a push is encoded in its header. Every value is assumed.
type PushEncoding uint8

const (
	// EncodingBase64 is standard Base64 with padding: the contract's choice.
	EncodingBase64 PushEncoding = iota
	// EncodingBase64URL is the URL alphabet of Base64 without padding.
	EncodingBase64URL
	// EncodingHex is lower-case hexadecimal.
	EncodingHex
	// EncodingHexUpper is upper-case hexadecimal.
	EncodingHexUpper
)

var (
	joinNames = []string{
		"body-colon-headers", "headers-colon-body", "body-headers", "headers-body",
		"body-newline-headers", "headers-newline-body",
	}
	encodingNames = []string{"base64", "base64url", "hex", "hex-upper"}
)

// ParsePushJoin reads "body-colon-headers", "headers-colon-body", "body-headers",
// "headers-body", "body-newline-headers" or "headers-newline-body".
func ParsePushJoin(text string) (PushJoin, error) {
	i, err := parseName("push join", joinNames, text)
	return PushJoin(i), err
}

// String returns the name of the join, as ParsePushJoin reads it.
func (j PushJoin) String() string { return nameOf(joinNames, uint8(j)) }

// ParsePushEncoding reads "base64", "base64url", "hex" or "hex-upper".
func ParsePushEncoding(text string) (PushEncoding, error) {
	i, err := parseName("push encoding", encodingNames, text)
	return PushEncoding(i), err
}

// String returns the name of the encoding, as ParsePushEncoding reads it.
func (e PushEncoding) String() string { return nameOf(encodingNames, uint8(e)) }

// ParsePushKey reads a push key written as "keyid:hex". The id is not empty and has no
// slash, which ends it in the signature header. The key has at least one byte. Errors do
// not contain the key.
func ParsePushKey(text string) (keyID string, key []byte, err error) {
	keyID, digits, found := strings.Cut(text, ":")
	if !found {
		return "", nil, errors.New("reading a push key: it is not written as keyid:hex")
	}
	if err := checkKeyID(keyID); err != nil {
		return "", nil, fmt.Errorf("reading a push key: %w", err)
	}
	key, err = hex.DecodeString(digits)
	if err != nil {
		return "", nil, fmt.Errorf("reading push key %q: what follows the colon is not an even number of hexadecimal digits", keyID)
	}
	if len(key) == 0 {
		return "", nil, fmt.Errorf("reading push key %q: nothing follows the colon", keyID)
	}
	return keyID, key, nil
}

func checkKeyID(keyID string) error {
	if keyID == "" {
		return errors.New("the key id is empty")
	}
	for _, c := range []byte(keyID) {
		if c <= ' ' || c > '~' || c == '/' {
			return fmt.Errorf("the key id %q is not printable ASCII without spaces and slashes", keyID)
		}
	}
	return nil
}

// Of joins a body and the header text to the signed text.
func (j PushJoin) Of(body []byte, headers string) []byte {
	separator := ""
	switch j {
	case JoinBodyColonHeaders, JoinHeadersColonBody:
		separator = ":"
	case JoinBodyNewlineHeaders, JoinHeadersNewlineBody:
		separator = "\n"
	}
	content := make([]byte, 0, len(body)+len(separator)+len(headers))
	switch j {
	case JoinHeadersColonBody, JoinHeadersBody, JoinHeadersNewlineBody:
		return append(append(append(content, headers...), separator...), body...)
	}
	return append(append(append(content, body...), separator...), headers...)
}

// encode encodes an HMAC for the header.
func (e PushEncoding) encode(mac []byte) string {
	switch e {
	case EncodingBase64URL:
		return base64.RawURLEncoding.EncodeToString(mac)
	case EncodingHex:
		return hex.EncodeToString(mac)
	case EncodingHexUpper:
		return strings.ToUpper(hex.EncodeToString(mac))
	}
	return base64.StdEncoding.EncodeToString(mac)
}
