package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/gen/payment"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
	"github.com/mallcheck/mallcheck/signing"
)

// Config configures a Client. Only PartnerCode and either Environment or
// Addresses are required.
type Config struct {
	// PartnerCode is the code that the provider assigned to the partner, for example P012345.
	PartnerCode string
	// Environment chooses the documented addresses.
	Environment Environment
	// Addresses override those of Environment. An empty one does not.
	Addresses Addresses
	// HTTPClient sends the requests. Default: one with a timeout of 30 seconds. Redirects are not
	// followed unless it has a CheckRedirect: the API sends none, but a login page does.
	HTTPClient *http.Client
	// Logger gets one record at debug level for each request: operation, status, code, duration. It
	// never gets bodies. Default: none.
	Logger *slog.Logger
	// Now is the clock for tradeTime. Default: time.Now.
	Now func() time.Time
	// Language is sent as Accept-Language. Default: en-US, the only value that every page documents.
	Language string
	// LanguageCode and Terminal are sent to vshop; their meaning is not documented. Default: "1" each.
	LanguageCode, Terminal string
	// RequestIDHeader is the response header with the id of a task. Default: request_id, which is assumed.
	RequestIDHeader string
	// TerminalStatuses are the states in which a task has ended. Default: completed.
	TerminalStatuses []string
	// SignatureRules says how requests are signed. The zero value means the rules of the contract.
	SignatureRules signing.Rules
	// Paths are the paths of three operations that no page documents, relative to their service:
	// stripeSingleAuthorization, stripeSubscriptionAuthorization, confirmPaymentResult. Default: a
	// slash and the name of the operation.
	Paths map[string]string
	// Attempts is how often an operation that reads, or Order, is tried. Default: 3. 1 means no retries.
	Attempts int
	// MaxAnswer is the largest answer that is read, in bytes. Default: 8 MiB.
	MaxAnswer int64
}

// The defaults of Config.
const (
	defaultTimeout   = 30 * time.Second
	defaultAttempts  = 3
	defaultMaxAnswer = 8 << 20
)

// mark is the value in every printed example of vshop; its meaning is not documented.
const mark = "0"

// Client calls the mall as one partner. It is safe for concurrent use.
type Client struct {
	config  Config
	vshop   *vshop.Client
	payment *payment.Client
	topup   *topup.Client
}

// unknownPaths are the operations without a documented path. The contract has a placeholder for each.
var unknownPaths = []string{"stripeSingleAuthorization", "stripeSubscriptionAuthorization", "confirmPaymentResult"}

// New returns a Client. It sends nothing.
func New(config Config) (*Client, error) {
	config, err := config.complete()
	if err != nil {
		return nil, fmt.Errorf("making a client of the mall: %w", err)
	}
	doer, prepare := config.HTTPClient, config.editor()
	c := &Client{config: config}
	if c.vshop, err = vshop.NewClient(config.Addresses.Vshop, vshop.WithHTTPClient(doer), vshop.WithRequestEditorFn(prepare)); err != nil {
		return nil, fmt.Errorf("making the client of vshop: %w", err)
	}
	if c.payment, err = payment.NewClient(config.Addresses.Payment,
		payment.WithHTTPClient(doer), payment.WithRequestEditorFn(prepare)); err != nil {
		return nil, fmt.Errorf("making the client of payment: %w", err)
	}
	if c.topup, err = topup.NewClient(config.Addresses.Topup, topup.WithHTTPClient(doer), topup.WithRequestEditorFn(prepare)); err != nil {
		return nil, fmt.Errorf("making the client of topup: %w", err)
	}
	return c, nil
}

// complete returns the configuration with its defaults filled in, or an error if it is invalid.
func (config Config) complete() (Config, error) {
	if config.PartnerCode == "" {
		return config, errors.New("no PartnerCode is set")
	}
	known, ok := addresses[config.Environment]
	if config.Environment != "" && !ok {
		return config, fmt.Errorf("environment %q is unknown: use Test or Production", config.Environment)
	}
	if err := config.Addresses.fill(known); err != nil {
		return config, err
	}
	for name, path := range config.Paths {
		if !slices.Contains(unknownPaths, name) {
			return config, fmt.Errorf("the path of %s is documented; Paths is for %s", name, strings.Join(unknownPaths, ", "))
		}
		if !strings.HasPrefix(path, "/") {
			return config, fmt.Errorf("the path of %s is %q: begin it with a slash", name, path)
		}
	}
	config.HTTPClient = withoutRedirects(config.HTTPClient)
	config.Logger = cmp.Or(config.Logger, slog.New(slog.DiscardHandler))
	config.Language = cmp.Or(config.Language, "en-US")
	config.LanguageCode = cmp.Or(config.LanguageCode, "1")
	config.Terminal = cmp.Or(config.Terminal, "1")
	config.RequestIDHeader = cmp.Or(config.RequestIDHeader, "request_id")
	config.Attempts = cmp.Or(config.Attempts, defaultAttempts)
	config.MaxAnswer = cmp.Or(config.MaxAnswer, defaultMaxAnswer)
	if len(config.TerminalStatuses) == 0 {
		config.TerminalStatuses = []string{StatusCompleted}
	}
	if config.Attempts < 0 || config.MaxAnswer < 0 {
		return config, errors.New("a negative Attempts or MaxAnswer is not valid")
	}
	return config, nil
}

// fill sets each empty address from known, and validates all of them.
func (a *Addresses) fill(known Addresses) error {
	for _, one := range []struct {
		name    string
		address *string
		known   string
	}{{"Vshop", &a.Vshop, known.Vshop}, {"Payment", &a.Payment, known.Payment}, {"Topup", &a.Topup, known.Topup}} {
		*one.address = cmp.Or(*one.address, one.known)
		if *one.address == "" {
			return fmt.Errorf("neither Environment nor Addresses.%s is set", one.name)
		}
		parsed, err := url.Parse(*one.address)
		if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
			return fmt.Errorf("address of %s is %q: write an http or https URL", one.name, *one.address)
		}
	}
	return nil
}

func withoutRedirects(client *http.Client) *http.Client {
	if client == nil {
		client = &http.Client{Timeout: defaultTimeout}
	}
	if client.CheckRedirect != nil {
		return client
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// editor prepares a request that a generated client made: its path, its language and its sign.
func (config Config) editor() func(context.Context, *http.Request) error {
	signer := signing.Signer{
		PartnerCode: config.PartnerCode,
		Rules:       config.SignatureRules,
		Templates:   []string{"/mall/bundle-groups/{group_id}/sims", "/async-result/{request_id}"},
		Now:         config.Now,
	}
	return func(ctx context.Context, request *http.Request) error {
		for name, path := range config.Paths {
			if base, found := strings.CutSuffix(request.URL.Path, "/"+name); found {
				request.URL.Path, request.URL.RawPath = base+path, ""
				break
			}
		}
		request.Header.Set("Accept-Language", config.Language)
		request.Header.Set("Accept", "application/json")
		return signer.Sign(ctx, request)
	}
}
