// Package vectors holds the signature vectors as Go values: requests and pushes with the text that is
// signed and the sign. Programs in other languages read the same vectors from request.json and
// push.json. README.md explains the fields; schema.json checks the files.
//
// The package only reads the files; it does not know how a sign is made. The signs were computed by
// verify.py and verify.mjs, which share no code with Go.
package vectors

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

//go:embed request.json
var requestFile []byte

//go:embed push.json
var pushFile []byte

// The levels of vectors. A signer that passes Core signs the provider's documented requests correctly.
const (
	Core = "core"
	Full = "full"
)

// Vector has the fields shared by vectors of requests and pushes. A vector has one of three outcomes:
// Sign is right, Sign must be refused (Verifies is false), or nothing can be signed (Error is not
// empty).
type Vector struct {
	// Name is the permanent name of the vector, unique across both files.
	Name string `json:"name"`
	// Grade is the evidence for the outcome: "documented", "derived" or "assumed".
	Grade string `json:"grade"`
	// Level is Core if every correct signer must pass the vector, and Full if it rests on an assumption
	// or needs special care.
	Level string `json:"level"`
	// Source is the id of the provider's page, or "mallcheck: " and the reason for the vector.
	Source string `json:"source"`
	// Why says in a sentence what the vector is for.
	Why string `json:"why"`
	// Body is the raw text of the body. RawBody returns its bytes in either form.
	Body string `json:"body"`
	// BodyHex is the body in hexadecimal if it is not valid UTF-8 or not readable as text.
	BodyHex string `json:"bodyHex"`
	// Content is the text that is signed, empty if Error is set.
	Content string `json:"content"`
	// Sign is the sign sent: for a request the parameter sign, for a push the header x-lf-signature. It
	// is empty in a request with Error set.
	Sign string `json:"sign"`
	// Verifies is false if Sign must be refused.
	Verifies bool `json:"verifies"`
	// Mistake names the mistake that produced Sign, if Verifies is false.
	Mistake string `json:"mistake"`
	// WrongContent is the text that the mistake signs; empty if the mistake is not in the text.
	WrongContent *string `json:"wrongContent"`
	// WrongContentHex is the same in hexadecimal if the mistake is in the bytes.
	WrongContentHex string `json:"wrongContentHex"`
	// Error says why nothing can be signed: one of the reasons listed in schema.json.
	Error string `json:"error"`
}

// RawBody returns the bytes of the body, none if there is no body.
func (v Vector) RawBody() ([]byte, error) {
	if v.BodyHex == "" {
		return []byte(v.Body), nil
	}
	raw, err := hex.DecodeString(v.BodyHex)
	if err != nil {
		return nil, fmt.Errorf("reading bodyHex of vector %s: %w", v.Name, err)
	}
	return raw, nil
}

// RequestVector is a request and its sign.
type RequestVector struct {
	Vector
	// Method is the method of the request.
	Method string `json:"method"`
	// Template is the path with the names of its parameters in braces, empty if it has none.
	Template string `json:"template"`
	// Path is the path in the URL after the service's base address.
	Path string `json:"path"`
	// Query is the query in the URL, without the question mark.
	Query string `json:"query"`
	// Parts are the parts of the request that are signed: "query", "path", "body".
	Parts []string `json:"parts"`
}

// PushVector is a push and its signature.
type PushVector struct {
	Vector
	// Headers are the version, algorithm and timestamp headers of the push, by lower-case header name.
	Headers map[string]string `json:"headers"`
	// Keys are the receiver's keys in hexadecimal, by key id.
	Keys map[string]string `json:"keys"`
	// Join is the signed text with {body}, {version}, {algo} and {timestamp} as placeholders.
	Join string `json:"join"`
	// Encoding is how the HMAC is written, "base64" or "hex".
	Encoding string `json:"encoding"`
}

// Request returns the vectors of request.json, those with documented signs first, with defaults filled
// in. It fails if the file does not have the form of schema.json.
func Request() ([]RequestVector, error) { return load[RequestVector]("request.json", requestFile) }

// Push returns the vectors of push.json in the same way.
func Push() ([]PushVector, error) { return load[PushVector]("push.json", pushFile) }

func load[V any](name string, text []byte) ([]V, error) {
	var file struct {
		Schema      string            `json:"$schema"`
		Kind        string            `json:"kind"`
		About       string            `json:"about"`
		Assumptions []string          `json:"assumptions"`
		Defaults    json.RawMessage   `json:"defaults"`
		Vectors     []json.RawMessage `json:"vectors"`
	}
	if err := decode(text, &file); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	vectors := make([]V, len(file.Vectors))
	for i, own := range file.Vectors {
		for _, layer := range []json.RawMessage{file.Defaults, own} {
			if err := decode(layer, &vectors[i]); err != nil {
				return nil, fmt.Errorf("reading vector %d of %s: %w", i, name, err)
			}
		}
	}
	return vectors, nil
}

// decode reads one JSON value and refuses unknown members.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
