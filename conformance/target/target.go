// Package target has the settings of a run: the addresses of the services under test, the
// partner code, the fixtures that exist there, what the run may do, and the options of the
// run itself.
//
// Values come from layers (flags, environment, a file of targets, the embedded sandbox).
// Resolve merges them; earlier layers take precedence. The package starts nothing and sends
// nothing.
package target

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Target is a target and the run's settings, parsed and checked.
type Target struct {
	// Name is "sandbox" for the embedded sandbox, the name of the target in its file, or
	// otherwise the host of its address.
	Name string
	// Sandbox is true for the embedded sandbox. There a missing prerequisite is a failure,
	// not a reason to skip a check.
	Sandbox bool
	// URLs are the base addresses by service ("vshop", "payment", "topup"), without a
	// trailing slash. Checks of a service without an address are skipped.
	URLs map[string]string

	// PartnerCode is the partner on whose behalf the run calls. SecondPartnerCode, if set,
	// is another partner, who must not see the first partner's data.
	PartnerCode, SecondPartnerCode string
	// SIMs are ICCIDs that exist, UnknownSIMs are ICCIDs that do not. SecondSIMs belong to
	// the second partner; without them it orders for SIMs.
	SIMs, SecondSIMs, UnknownSIMs []string
	// Group is a bundle group of the partner.
	Group string
	// Package is the code of a data plan that can be ordered, Amount and Currency its price.
	Package, Amount, Currency string
	// PayingMethod, FailingMethod and OpenMethod are payment methods (pm_id) with
	// which a payment succeeds, fails and stays open. No page documents any.
	PayingMethod, FailingMethod, OpenMethod string
	// Paths are the paths of operations without a documented path, relative to the service,
	// by operation id.
	Paths map[string]string

	// RequestIDHeader is the name of the response header that carries the request id.
	RequestIDHeader string
	// TerminalStatus are the values of data.status that end a task.
	TerminalStatus []string
	// Overlay is the overlay with the target's learnt behaviour, nil for none.
	Overlay *Overlay
	// Proxy is the proxy for calls of the target. nil means the proxy in the environment
	// variables of the process or, with NoProxy, none.
	Proxy   *url.URL
	NoProxy bool
	// Header is sent with every request, in addition to what the request needs.
	Header http.Header
	// HTTP2 is "off", "only", or anything else for whatever TLS negotiates.
	HTTP2 string
	// TLS is the TLS configuration, nil for version 1.2 and the system's certificates.
	TLS *tls.Config
	// Production is true if the file declares a production target. YesProduction lets a run
	// write to it and buy from it.
	Production, YesProduction bool
	// Expectations override what the contract expects of cases.
	Expectations []Expectation
	// Sign is the target's signature rule.
	Sign signing.Rules

	// PushListen is the TCP address at which the run listens for pushes; empty for none.
	PushListen string
	// PushListener, if not nil, already listens there: the caller can then tell the target
	// the port in advance. The run closes it.
	PushListener net.Listener
	// PushKeyID and PushKey are the key that signs pushes. Without a key the run does not
	// verify signatures.
	PushKeyID string
	PushKey   []byte
	// PushJoin and PushEncoding are the rules of the signature.
	PushJoin     signing.PushJoin
	PushEncoding signing.PushEncoding
	// PushTimeout bounds how long a check waits for a push.
	PushTimeout time.Duration

	// OtherSecrets are further strings that must not be printed.
	OtherSecrets []string

	// Allow says what a run may do to the target.
	Allow Permissions
	// Budget bounds what the run may buy.
	Budget Budget
	// Strict is the lowest grade whose violation fails a check: documented, observed, derived or assumed.
	Strict string
	// FailOnFinding makes findings fail the run, FailOnCritical findings of critical severity.
	FailOnFinding, FailOnCritical bool
	// FailOnHabit makes habits and findings fail the run.
	FailOnHabit bool
	// FailOnDrift makes mallcheck drift fail on changes of the target.
	FailOnDrift bool
	// Waivers are all entries of the file of waivers, whatever their target.
	Waivers []Waiver

	// Only and Skip select checks by id, glob, "area:RID" or "op:addSims".
	Only, Skip []string
	// Shard is the part of the selected checks to run; the zero value means all.
	Shard reports.Shard
	// Depth is how much is tested: quick, standard or thorough.
	Depth string
	// Fuzz is how many random requests of each kind every operation gets, 0 for none.
	Fuzz int
	// Seed is the seed for the order of checks and every generated value.
	Seed int64
	// Timeout bounds the whole run, CallTimeout one call, TaskTimeout one asynchronous task.
	Timeout, CallTimeout, TaskTimeout time.Duration
	// Concurrency is the number of checks that run at once.
	Concurrency int
	// Rate is the largest number of calls a second, 0 for no limit.
	Rate float64
	// Limits bound the memory that the target can make the run use.
	Limits Limits

	// ReportDir is the folder of the reports, and Formats are the formats to write.
	ReportDir string
	Formats   []string

	// MaskSIMs hides digits of SIM numbers in everything that is printed or written,
	// except the journal.
	MaskSIMs bool

	// Verbose prints everything on the terminal instead of a summary.
	Verbose bool

	// Faults and Variants are the faults and variants of the embedded sandbox.
	Faults, Variants []string

	origin func(key string) string
	// secretValues are the values of Header that come from variables in the file.
	secretValues []string
}

// Resolve merges layers, of which the first with a value wins, and parses the result.
// Errors have type *Error and name the origin of the value.
func Resolve(layers ...Layer) (*Target, error) {
	r := &resolver{layers: layers}
	r.printable()
	overlay := r.withOverlay()
	t := &Target{
		Overlay:           overlay,
		Name:              "sandbox",
		URLs:              map[string]string{},
		PartnerCode:       r.text("partner-code"),
		SecondPartnerCode: r.text("second-partner-code"),
		SIMs:              r.sims("sim"),
		SecondSIMs:        r.sims("second-sim"),
		UnknownSIMs:       r.list("unknown-sim"),
		Group:             parse(r, "group", segment),
		Package:           r.text("package"),
		Amount:            parse(r, "amount", amount),
		Currency:          parse(r, "currency", currency),
		PayingMethod:      r.text("pm-success"),
		FailingMethod:     r.text("pm-failure"),
		OpenMethod:        r.text("pm-open"),
		Paths:             r.paths(),
		RequestIDHeader:   parse(r, "request-id-header", headerName),
		TerminalStatus:    r.list("terminal-status"),
		Sign:              r.rules(),
		NoProxy:           r.text("proxy") == noProxy,
		Proxy:             parse(r, "proxy", proxyAddress),
		HTTP2:             r.choice("http2"),
		Production:        parse(r, "production", truth),
		YesProduction:     parse(r, "yes-production", truth),
		Expectations:      r.expectations(),
		PushListen:        parse(r, "push-listen", listenAddress),
		PushJoin:          parse(r, "push-join", signing.ParsePushJoin),
		PushEncoding:      parse(r, "push-encoding", signing.ParsePushEncoding),
		PushTimeout:       parse(r, "push-timeout", positiveDuration),
		Allow:             r.permissions(),
		Budget:            Budget{parse(r, "budget-purchases", budgetPurchases), parse(r, "budget-amount", budgetAmount)},
		Strict:            r.choice("strict"),
		FailOnFinding:     r.choice("fail-on") == "finding" || r.choice("fail-on") == "habit",
		FailOnHabit:       r.choice("fail-on") == "habit",
		FailOnCritical:    r.choice("fail-on") == "critical",
		FailOnDrift:       r.choice("fail-on") == "drift",
		Waivers:           r.waivers(),
		Only:              r.list("only"),
		Skip:              r.list("skip"),
		Shard:             parse(r, "shard", shard),
		Seed:              r.seed(),
		Timeout:           parse(r, "timeout", positiveDuration),
		CallTimeout:       parse(r, "call-timeout", positiveDuration),
		TaskTimeout:       parse(r, "task-timeout", positiveDuration),
		Concurrency:       parse(r, "concurrency", concurrency),
		Rate:              parse(r, "rate", perSecond),
		Limits: Limits{
			Answer: parse(r, "max-answer", size), Headers: parse(r, "max-headers", size), Kept: parse(r, "max-kept", size),
			Push: parse(r, "max-push", size), Inbox: parse(r, "max-inbox", size),
		},
		Fuzz:      parse(r, "fuzz", requests),
		ReportDir: r.text("report-dir"),
		Formats:   r.list("format"),
		Faults:    r.list("fault"),
		Variants:  r.list("variant"),
		Depth:     r.choice("depth"),
		Verbose:   parse(r, "verbose", truth),
	}
	t.PushKeyID, t.PushKey = r.pushKey()
	t.MaskSIMs = r.masksSIMs()
	t.Header, t.secretValues = r.header()
	t.TLS = r.tls()
	t.origin = func(key string) string {
		_, origin := r.find(key)
		return origin
	}
	r.addresses(t)
	r.sameSeed(t)
	if r.problem != nil {
		return nil, r.problem
	}
	return t, nil
}

// Origin says where the value of a key is written: "--seed", "MALLCHECK_SEED".
func (t *Target) Origin(key string) string { return t.origin(key) }

// Permissions say what a run may do to a target. No permission implies another.
type Permissions struct{ Read, Write, Purchase bool }

// Allows reports whether a run may do what a check or an operation does.
func (p Permissions) Allows(does reports.Does) bool {
	switch does {
	case reports.Read:
		return p.Read
	case reports.Write:
		return p.Write
	case reports.Purchase:
		return p.Purchase
	}
	return false
}

// List returns the permissions, in the order read, write, purchase.
func (p Permissions) List() []reports.Does {
	var allowed []reports.Does
	for _, does := range []reports.Does{reports.Read, reports.Write, reports.Purchase} {
		if p.Allows(does) {
			allowed = append(allowed, does)
		}
	}
	return allowed
}

// String returns the permissions as --allow takes them.
func (p Permissions) String() string {
	var words []string
	for _, does := range p.List() {
		words = append(words, string(does))
	}
	return strings.Join(words, ",")
}

// Services returns the names of the services that have an address, in a fixed order.
func (t *Target) Services() []string {
	var names []string
	for _, service := range Services {
		if t.URLs[service] != "" {
			names = append(names, service)
		}
	}
	return names
}
