// Package receiver tests a partner's push receiver: it sends what the mall and an attacker could send,
// and judges the responses.
//
// Only the partner's own system shows whether, and how often, a push took effect. A command of the
// partner counts that; without one, the checks that need it are skipped.
package receiver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/internal/quiet"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Key is a key that the receiver accepts.
type Key struct {
	ID    string
	Bytes []byte
}

// Config is the receiver under test.
type Config struct {
	// URL is its address.
	URL *url.URL
	// Keys are the keys it accepts: one, or two during a rotation.
	Keys []Key
	// Join and Encoding are the rules of the signature, both assumed.
	Join     signing.PushJoin
	Encoding signing.PushEncoding
	// Timeout is how long one response may take.
	Timeout time.Duration
	// Count is a shell command that prints how many pushes have taken effect so far; empty for none.
	Count string
	// Fail is a shell command that makes the receiver fail on its next push; empty for none.
	Fail string
	// Slow is a shell command that makes the receiver answer its next push after Timeout but within
	// twice that time; empty for none.
	Slow string
	// PartnerCode and SIM are used in the bodies.
	PartnerCode, SIM string
	// Seed makes the order numbers of a run unique.
	Seed int64
}

// Catalogue returns the settings under which Checks returns every check. It sends nothing.
func Catalogue() Config {
	return Config{URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Keys: []Key{{}, {}}}
}

// ParseAddress reads the address of a receiver.
func ParseAddress(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	wrong := err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Hostname() == ""
	if !wrong && address.Port() != "" {
		port, err := strconv.ParseUint(address.Port(), 10, 16)
		wrong = err != nil || port == 0
	}
	if wrong {
		return nil, errors.New("the address of the receiver is not valid; write it as http://host:port/path")
	}
	return address, nil
}

// Secrets returns the parts of an address that may authorize: password and query values.
func Secrets(address *url.URL) []string {
	var secrets []string
	if password, set := address.User.Password(); set {
		secrets = append(secrets, password)
	}
	for _, values := range address.Query() {
		secrets = append(secrets, values...)
	}
	return secrets
}

// operation is the operation of the contract that a receiver serves.
const operation = "rechargeSuccess"

// sender sends pushes to one receiver.
type sender struct {
	Config
	client *http.Client
	orders atomic.Int64

	once    sync.Once
	trusted trust // whether the receiver accepts a valid push
}

func newSender(c Config) *sender {
	return &sender{Config: c, client: &http.Client{
		Timeout:       c.Timeout,
		Transport:     quiet.Transport(&http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Reach reports why the receiver cannot be reached, "" if it can.
func Reach(ctx context.Context, c Config) string {
	address := c.URL.Host
	if c.URL.Port() == "" {
		address = net.JoinHostPort(c.URL.Hostname(), map[string]string{"http": "80", "https": "443"}[c.URL.Scheme])
	}
	dialer := net.Dialer{Timeout: c.Timeout}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err.Error()
	}
	_ = conn.Close() // nothing was sent
	return ""
}

// push is a push before it is sent.
type push struct {
	method                                          string
	version, algorithm, timestamp, signature, media string
	without                                         string // the header to leave out
	body                                            []byte
}

// fresh returns an unsigned push for a new order.
func (s *sender) fresh() *push {
	number := fmt.Sprintf("RCV%d%06d", s.Seed%1_000_000_000, s.orders.Add(1))
	body, err := json.Marshal(map[string]string{
		"partnerCode": s.PartnerCode, "orderNo": number, "payId": "PAY" + number, "deviceCode": s.SIM,
		"packageCode": "PACKAGE20180428000007", "payAmount": "4.99", "payCurrency": "USD",
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	return &push{method: http.MethodPost, version: signing.PushVersion, algorithm: signing.PushAlgorithm,
		timestamp: milliseconds(time.Now()), media: "application/json", body: body}
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// valid returns a signed push for a new order.
func (s *sender) valid() *push { return s.sign(s.fresh()) }

// sign signs a push with the first key.
func (s *sender) sign(p *push) *push { return s.signWith(p, s.Keys[0]) }

func (s *sender) signWith(p *push, key Key) *push {
	content, err := signing.PushContent(p.body, p.version, p.algorithm, p.timestamp, s.Join)
	if err != nil {
		content = p.body // hostile bodies have no content; any signature will do
	}
	return s.signText(p, key, content)
}

// signText signs an arbitrary text.
func (s *sender) signText(p *push, key Key, text []byte) *push {
	mac := hmac.New(sha1.New, key.Bytes)
	mac.Write(text)
	p.signature = key.ID + "/" + s.encode(mac.Sum(nil))
	return p
}

func (s *sender) encode(mac []byte) string {
	switch s.Encoding {
	case signing.EncodingBase64URL:
		return base64.RawURLEncoding.EncodeToString(mac)
	case signing.EncodingHex:
		return hex.EncodeToString(mac)
	case signing.EncodingHexUpper:
		return strings.ToUpper(hex.EncodeToString(mac))
	}
	return base64.StdEncoding.EncodeToString(mac)
}

func (s *sender) request(ctx context.Context, p *push) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, p.method, s.URL.String(), bytes.NewReader(p.body))
	if err != nil {
		return nil, fmt.Errorf("making the push: %w", err)
	}
	for _, h := range [][2]string{
		{"Content-Type", p.media}, {signing.HeaderPushVersion, p.version}, {signing.HeaderPushAlgorithm, p.algorithm},
		{signing.HeaderPushTimestamp, p.timestamp}, {signing.HeaderPushSignature, p.signature},
	} {
		if h[0] != p.without {
			r.Header.Set(h[0], h[1])
		}
	}
	return r, nil
}

// maxResponse is how many bytes of a response are read.
const maxResponse = 64 << 10

func (s *sender) send(ctx context.Context, p *push) reports.Exchange {
	exchange := reports.Exchange{Operation: operation, Started: time.Now().UTC(), Request: reports.Request{
		Method: p.method, URL: s.URL.Redacted(), Body: p.body[:min(len(p.body), maxResponse)], Cut: int64(max(0, len(p.body)-maxResponse)),
	}}
	r, err := s.request(ctx, p)
	if err != nil {
		exchange.Problem = err.Error()
		return exchange
	}
	exchange.Request.Header = recorded(r.Header)
	response, err := s.client.Do(r)
	if err == nil {
		defer response.Body.Close()
		body, readErr := io.ReadAll(io.LimitReader(response.Body, maxResponse))
		err = readErr
		exchange.Response = &reports.Response{Status: response.StatusCode, Header: recorded(response.Header), Body: body,
			Announced: response.ContentLength}
	}
	exchange.Duration = time.Since(exchange.Started)
	if err != nil {
		exchange.Response, exchange.Problem = nil, problem(err, s.Timeout)
	}
	return exchange
}

func problem(err error, limit time.Duration) string {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Sprintf("no response within %s (--push-timeout)", limit)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it closed the connection without a response"
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the address
	}
	return err.Error()
}

func recorded(header http.Header) []reports.Header {
	var fields []reports.Header
	for name, values := range header {
		for _, value := range values {
			fields = append(fields, reports.Header{Name: name, Value: value})
		}
	}
	return fields
}

// accepted reports whether a response accepts a push: any 2xx status.
func accepted(e reports.Exchange) bool { return e.Response != nil && e.Response.Status/100 == 2 }

// told describes a response.
func told(e reports.Exchange) string {
	if e.Response == nil {
		return e.Problem
	}
	return fmt.Sprintf("HTTP %d", e.Response.Status)
}

// take sends a push that must be accepted.
func (s *sender) take(ctx context.Context, r *partner.Record, p *push, what string) bool {
	e := s.send(ctx, p)
	r.Exchanges = append(r.Exchanges, e)
	if !accepted(e) {
		r.Fail("the receiver did not accept "+what, "HTTP 2xx within "+s.Timeout.String(), told(e))
	}
	return accepted(e)
}

// refuse sends a push that must be refused, without a 5xx.
func (s *sender) refuse(ctx context.Context, r *partner.Record, p *push, what string) {
	if reason := s.distrust(ctx); reason != "" {
		r.Inconclusive(reason)
		return
	}
	e := s.send(ctx, p)
	r.Exchanges = append(r.Exchanges, e)
	switch {
	case e.Response == nil:
		r.Inconclusive("the receiver gave no response to " + what + ": " + e.Problem)
	case accepted(e):
		r.Fail("the receiver accepted "+what, "HTTP 4xx", told(e))
	case e.Response.Status >= 500:
		r.Fail("the receiver failed on "+what+" instead of refusing it", "HTTP 4xx", told(e))
	}
}
