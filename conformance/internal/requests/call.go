package requests

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// Call builds a request of any operation from the members that are set: parameters of the path, of the
// query of a GET, or of the body. Other members get a default if the contract and the target have one:
// the global parameters, those that all bodies of a service share, the first SIM card and the bundle
// group. Nothing else is added.
func Call(contract *openapi.Contract, t *target.Target, operation openapi.Operation, set []signing.Member) (*wire.Request, error) {
	known, err := contract.Parameters(operation)
	if err != nil {
		return nil, err
	}
	path := operation.Path
	if given := t.Paths[operation.ID]; given != "" {
		path = given
	}
	members := slices.Clone(set)
	for _, name := range known {
		value := usual(t, operation, name)
		if value == "" || slices.ContainsFunc(set, func(m signing.Member) bool { return m.Name == name }) {
			continue
		}
		members = append(members, signing.Member{Name: name, Value: wire.Quote(value)})
	}
	for _, parameter := range pathParameter.FindAllStringSubmatch(path, -1) {
		name := parameter[1]
		at := slices.IndexFunc(members, func(m signing.Member) bool { return m.Name == name })
		if at < 0 || wire.ChangesPath(wire.Unquote(members[at].Value)) {
			return nil, fmt.Errorf("%s of %s is a path segment and must not be empty, . or ..; set it with --set %s=VALUE", name, operation.ID, name)
		}
	}
	members = slices.DeleteFunc(members, func(m signing.Member) bool {
		in := "{" + m.Name + "}"
		found := strings.Contains(path, in)
		path = strings.ReplaceAll(path, in, url.PathEscape(wire.Unquote(m.Value)))
		return found
	})
	address, err := url.Parse(t.URLs[operation.Service] + path)
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", operation.ID, err)
	}
	request := &wire.Request{Method: operation.Method, URL: address, Header: http.Header{}, Members: members,
		InQuery: operation.Method == http.MethodGet}
	if !request.InQuery {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// pathParameter is a parameter in the template of a path.
var pathParameter = regexp.MustCompile(`\{([^}]*)\}`)

// usual returns the default of a member; "" if there is none.
func usual(t *target.Target, operation openapi.Operation, name string) string {
	switch name {
	case "version":
		return version
	case "partnerCode":
		return t.PartnerCode
	case "tradeTime":
		return Now()
	case "tradeType":
		return operation.Path[strings.LastIndexByte(operation.Path, '/')+1:]
	case "languageCode", "mark", "terminal":
		return "0"
	case "group_id":
		return t.Group
	case "deviceCode":
		if len(t.SIMs) > 0 {
			return t.SIMs[0]
		}
	}
	return ""
}
