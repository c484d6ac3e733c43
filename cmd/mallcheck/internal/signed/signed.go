// Package signed reads a request whose sign the command line computes or checks.
package signed

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// maxSigned bounds the bytes of a body to sign.
const maxSigned = 64 << 20

// Parts are the parts of a request beside its body.
type Parts struct {
	// URL is the address, with path and query; nil for none.
	URL *string
	// Operation is the id of the operation; nil for none.
	Operation *string
	// Path are path parameters as NAME=VALUE.
	Path []string
}

// Read collects the parameters of the body in a stream, of the path and of the query.
func (c Parts) Read(in io.Reader) (diagnose.Request, error) {
	var request diagnose.Request
	body, err := io.ReadAll(io.LimitReader(in, maxSigned+1))
	if err != nil {
		return request, fmt.Errorf("reading standard input: %w", err)
	}
	if len(body) > maxSigned {
		return request, fmt.Errorf("standard input: larger than %d bytes", maxSigned)
	}
	if c.URL != nil {
		if request, err = requestOf(*c.URL, c.Operation); err != nil {
			return request, err
		}
	}
	request.RawBody = bytes.TrimSpace(body)
	if len(request.RawBody) > 0 || len(request.Query) == 0 {
		if request.Body, err = signing.ParseMembers(body); err != nil {
			return request, fmt.Errorf("standard input: %w; write exactly one JSON object", err)
		}
	}
	for _, parameter := range c.Path {
		name, value, found := strings.Cut(parameter, "=")
		if !found || name == "" || value == "" {
			return request, fmt.Errorf("--path %q is not NAME=VALUE, such as group_id=G20230001", parameter)
		}
		if request.Path, err = signing.MergeMembers(request.Path, []signing.Member{signing.StringMember(name, value)}); err != nil {
			return request, fmt.Errorf("--path %q: %w", parameter, err)
		}
	}
	return request, c.complete(request)
}

// complete checks that all path parameters of the operation, if one is given, are present.
func (c Parts) complete(request diagnose.Request) error {
	if c.Operation == nil {
		return nil
	}
	operation, known := openapi.OperationOf(*c.Operation)
	if !known {
		return conformance.UnknownOperation(*c.Operation)
	}
	for _, name := range pathParameters(operation) {
		switch {
		case hasMember(request.Path, name):
		case c.URL != nil:
			return fmt.Errorf("--url %q does not end in the path of %s, %s", *c.URL, operation.ID, operation.Path)
		default:
			return fmt.Errorf("%s signs the path parameter %s; add --path %s=VALUE", operation.ID, name, name)
		}
	}
	return nil
}

// requestOf splits a URL by the path of an operation, or by the paths of all operations if none is given.
func requestOf(address string, id *string) (diagnose.Request, error) {
	var none diagnose.Request
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && !strings.HasPrefix(u.Path, "/") || u.Path == "" && u.RawQuery == "" {
		return none, fmt.Errorf("--url %q is not the URL of a request; write it as https://host/path", address)
	}
	contract, err := openapi.Mall()
	if err != nil {
		return none, err
	}
	var templates []string
	for _, operation := range contract.Operations() {
		if id == nil || operation.ID == *id {
			templates = append(templates, operation.Path)
		}
	}
	request, err := diagnose.RequestOf(http.MethodGet, u, nil, templates)
	if err != nil {
		return none, fmt.Errorf("--url: %w", err)
	}
	return request, nil
}

// pathParameters returns the names in braces in the path of an operation.
func pathParameters(operation openapi.Operation) (names []string) {
	for segment := range strings.SplitSeq(operation.Path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

func hasMember(members []signing.Member, name string) bool {
	return slices.ContainsFunc(members, func(m signing.Member) bool { return m.Name == name })
}

// Hint says that path parameters are signed, if none were given and nothing else explains the sign.
func (c Parts) Hint(request diagnose.Request, diagnosis diagnose.Diagnosis) string {
	if len(diagnosis.Causes) > 0 || len(request.Path) > 0 || c.URL != nil {
		return ""
	}
	contract, err := openapi.Mall()
	if err != nil {
		return ""
	}
	operations := map[string][]string{}
	var names []string
	for _, operation := range contract.Operations() {
		for _, name := range pathParameters(operation) {
			if hasMember(request.Body, name) {
				continue
			}
			if operations[name] == nil {
				names = append(names, name)
			}
			operations[name] = append(operations[name], operation.ID)
		}
	}
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "  --path %s=VALUE  %s\n", name, strings.Join(operations[name], ", "))
	}
	if b.Len() == 0 {
		return ""
	}
	return "Path parameters are signed too. If this is a request of one of these operations, add its path parameter:\n" + b.String()
}
