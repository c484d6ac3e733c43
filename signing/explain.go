package signing

import (
	"fmt"
	"net/url"
)

// Explanation shows how a sign is made.
type Explanation struct {
	// Content is the text whose MD5 is Sign.
	Content []byte
	// Sign is the right sign. Sent is the one that the parameters contain: empty if there is none, JSON
	// text if it is not a string.
	Sign, Sent string
}

// Explain returns the content and the sign of members together with the sign that they contain. Errors
// are those of Content.
func Explain(members []Member, rules Rules) (Explanation, error) {
	content, err := Content(members, rules)
	if err != nil {
		return Explanation{}, err
	}
	explained := Explanation{Content: content, Sign: digest(content, rules.Hex)}
	for _, m := range members {
		if m.Name != signName {
			continue
		}
		var ok bool
		if explained.Sent, ok = m.StringValue(); !ok {
			explained.Sent = string(m.Value)
		}
	}
	return explained, nil
}

// ExplainRequest is Explain of the parameters of a request. Arguments and errors are those of
// MembersOf; rules.Parts says which parts of the request are signed.
func ExplainRequest(method string, u *url.URL, body []byte, templates []string, rules Rules) (Explanation, error) {
	members, err := MembersOf(method, u, body, templates, rules.Parts)
	if err != nil {
		return Explanation{}, err
	}
	return Explain(members, rules)
}

// String returns the content and the right sign, a line each.
func (e Explanation) String() string { return fmt.Sprintf("%s\n%s\n", e.Content, e.Sign) }
