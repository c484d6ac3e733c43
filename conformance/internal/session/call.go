package session

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// NewCall drafts a request of any operation out of the members that are set: those
// of the path, of the query of a GET or of the body. What the contract wants and the
// target tells is there before: the global parameters, those that all bodies of a
// service have in common, the first SIM card and the bundle group. A member that is
// set takes the place of it. Nothing is required: what is left out is left out.
func (s *Session) NewCall(operation openapi.Operation, set []signing.Member) (*Draft, error) {
	known, err := s.Contract().Parameters(operation)
	if err != nil {
		return nil, err
	}
	path := operation.Path
	if given := s.Target().Paths[operation.ID]; given != "" {
		path = given
	}
	members := slices.Clone(set)
	for _, name := range known {
		value := s.usual(operation, name)
		if value == "" || slices.ContainsFunc(set, func(m signing.Member) bool { return m.Name == name }) {
			continue
		}
		members = append(members, signing.Member{Name: name, Value: wire.Quote(value)})
	}
	for _, parameter := range pathParameter.FindAllStringSubmatch(path, -1) {
		name := parameter[1]
		at := slices.IndexFunc(members, func(m signing.Member) bool { return m.Name == name })
		if at < 0 || wire.ChangesPath(wire.Unquote(members[at].Value)) {
			return nil, fmt.Errorf("%s of %s must be a text that is not empty, . or ..: it is a segment of the path; set it with --set %s=VALUE", name, operation.ID, name)
		}
	}
	members = slices.DeleteFunc(members, func(m signing.Member) bool {
		in := "{" + m.Name + "}"
		found := strings.Contains(path, in)
		path = strings.ReplaceAll(path, in, url.PathEscape(wire.Unquote(m.Value)))
		return found
	})
	address, err := url.Parse(s.Target().URLs[operation.Service] + path)
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", operation.ID, err)
	}
	wire := &wire.Request{Method: operation.Method, URL: address, Header: http.Header{}, Members: members,
		InQuery: operation.Method == http.MethodGet}
	if !wire.InQuery {
		wire.Header.Set("Content-Type", "application/json")
	}
	return &Draft{Operation: operation, wire: wire}, nil
}

// pathParameter is a parameter in the template of a path.
var pathParameter = regexp.MustCompile(`\{([^}]*)\}`)

// usual is what a request usually has as a member, "" when that is not known.
func (s *Session) usual(operation openapi.Operation, name string) string {
	switch name {
	case "version":
		return version
	case "partnerCode":
		return s.Target().PartnerCode
	case "tradeTime":
		return Now()
	case "tradeType":
		return operation.Path[strings.LastIndexByte(operation.Path, '/')+1:]
	case "languageCode", "mark", "terminal":
		return "0"
	case "group_id":
		return s.Target().Group
	case "deviceCode":
		if len(s.Target().SIMs) > 0 {
			return s.Target().SIMs[0]
		}
	}
	return ""
}

// Explain shows how the sign of a request that was sent comes about under the target's rules.
func (s *Session) Explain(operation openapi.Operation, exchange int) (signing.Explanation, error) {
	sent := s.Exchanges()[exchange].Request
	address, err := url.Parse(sent.URL)
	if err != nil {
		return signing.Explanation{}, fmt.Errorf("reading the address of %s: %w", operation.ID, err)
	}
	explained, err := signing.ExplainRequest(sent.Method, address, sent.Body, []string{operation.Path}, s.Target().Sign)
	if err != nil {
		return signing.Explanation{}, fmt.Errorf("reading the parameters of %s: %w", operation.ID, err)
	}
	return explained, nil
}

// Attempt sends a draft; unlike Send, it tells as an error that no answer came.
func (s *Session) Attempt(draft *Draft) (answer *wire.Answer, err error) {
	err = attempt(func() { answer = s.Send(s.stop, draft) })
	return answer, err
}
