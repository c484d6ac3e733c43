package signing

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// DefaultVersion is the documented default of the global parameter version.
const DefaultVersion = "3.0"

// The other global parameters that a Signer fills.
const (
	versionName     = "version"
	partnerCodeName = "partnerCode"
	tradeTimeName   = "tradeTime"
)

// Signer signs the requests of one partner. Several goroutines may use it at once while its
// fields do not change.
//
// The parameters of a GET or HEAD are in its query, those of any other request in its body,
// one JSON object; an empty body becomes one. A Signer fills in version and partnerCode if
// they are missing or empty ("" or null), fills in tradeTime with milliseconds since 1970 if
// it is present and empty, and sets sign in place of an old one or after the last parameter.
// It changes no other byte of query and body, so that what is signed is what is sent. Signing
// again changes nothing.
type Signer struct {
	// PartnerCode is the partner's code, for example "P012345". Without it
	// only requests that have one already can be signed.
	PartnerCode string
	// Version is the version of the API, DefaultVersion if empty.
	Version string
	// Rules decide how the sign is made. Parts of zero mean AllParts, so that the zero value
	// is the contract's rules.
	Rules Rules
	// Templates are the path templates whose parameters are signed (see MembersOf) if the rules
	// sign the path. Without templates no path parameter is signed.
	Templates []string
	// Now is the clock for tradeTime, time.Now if nil.
	Now func() time.Time
}

// Sign signs req in place. It has the type of a generated client's request editor. If it
// fails, req is unchanged and can still be sent, unless its body could not be read.
func (s *Signer) Sign(ctx context.Context, req *http.Request) error {
	if req.URL == nil {
		return errors.New("signing a request: it has no URL")
	}
	if err := s.sign(ctx, req); err != nil {
		return fmt.Errorf("signing %s %s: %w", cmp.Or(req.Method, http.MethodGet), req.URL.Path, err)
	}
	return nil
}

func (s *Signer) sign(ctx context.Context, req *http.Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	body, err := takeBody(req)
	if err != nil {
		return err
	}
	signed := *req.URL
	if inQuery(req.Method) {
		signed.RawQuery, err = s.signQuery(req.Method, signed, body)
		if err == nil {
			req.URL = &signed
		}
		return err
	}
	sending, err := s.signBody(req.Method, signed, body)
	if err != nil {
		return err
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	if len(body) == 0 && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	setBody(req, sending)
	return nil
}

// signQuery returns the query of u with the global parameters and the sign in it.
func (s *Signer) signQuery(method string, u url.URL, body []byte) (string, error) {
	parameters, err := queryParameters(u.RawQuery)
	if err != nil {
		return "", fmt.Errorf("reading the query: %w", err)
	}
	globals, err := s.globals(parameters)
	if err != nil {
		return "", err
	}
	u.RawQuery = setInQuery(u.RawQuery, parameters, globals)
	sign, err := s.signOf(method, &u, body)
	if err != nil {
		return "", err
	}
	if parameters, err = queryParameters(u.RawQuery); err != nil {
		return "", fmt.Errorf("reading the query: %w", err)
	}
	return setInQuery(u.RawQuery, parameters, []setting{{signName, sign}}), nil
}

// signBody returns body with the global parameters and the sign in it.
func (s *Signer) signBody(method string, u url.URL, body []byte) ([]byte, error) {
	if len(body) == 0 {
		body = []byte("{}")
	}
	parameters, err := bodyParameters(body)
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	globals, err := s.globals(parameters)
	if err != nil {
		return nil, err
	}
	body = setInBody(body, parameters, globals)
	sign, err := s.signOf(method, &u, body)
	if err != nil {
		return nil, err
	}
	if parameters, err = bodyParameters(body); err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	return setInBody(body, parameters, []setting{{signName, sign}}), nil
}

// signOf reads the request as a server reads it, and signs what it finds.
func (s *Signer) signOf(method string, u *url.URL, body []byte) (string, error) {
	parts := cmp.Or(s.Rules.Parts, AllParts)
	members, err := MembersOf(method, u, body, s.Templates, parts)
	if err != nil {
		return "", err
	}
	return Sign(members, s.Rules)
}

// globals returns what must be set before the sign can be made. It includes an empty sign, so that a
// sign in another part of the request is reported as a contradiction.
func (s *Signer) globals(parameters []parameter) ([]setting, error) {
	var version, partnerCode, tradeTime *parameter
	for i := range parameters {
		switch p := &parameters[i]; p.Name {
		case versionName:
			version = p
		case partnerCodeName:
			partnerCode = p
		case tradeTimeName:
			tradeTime = p
		}
	}
	var globals []setting
	if version == nil || emptyValue(version.Value) {
		globals = append(globals, setting{versionName, cmp.Or(s.Version, DefaultVersion)})
	}
	if partnerCode == nil || emptyValue(partnerCode.Value) {
		if s.PartnerCode == "" {
			return nil, errors.New("neither the request nor the signer has a partner code")
		}
		globals = append(globals, setting{partnerCodeName, s.PartnerCode})
	}
	if tradeTime != nil && emptyValue(tradeTime.Value) {
		globals = append(globals, setting{tradeTimeName, strconv.FormatInt(now(s.Now).UnixMilli(), 10)})
	}
	return append(globals, setting{signName, ""}), nil
}

// takeBody reads the body of req and replaces it by an equal one.
func takeBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	if closed := req.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// setBody gives req a body that can be sent more than once, as redirects and retries do.
func setBody(req *http.Request, body []byte) {
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
}

// Transport returns a RoundTripper that signs each request and hands it to next, or to
// http.DefaultTransport if next is nil. The caller's request is not changed. Requests that
// a client sends because of a redirect are signed too, whatever their host.
func (s *Signer) Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{signer: s, next: next}
}

type transport struct {
	signer *Signer
	next   http.RoundTripper
}

// RoundTrip signs a copy of req and sends it.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	signed := req.Clone(req.Context())
	if err := t.signer.Sign(req.Context(), signed); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // a RoundTripper must close the body even on an error
		}
		return nil, err
	}
	return t.next.RoundTrip(signed)
}
