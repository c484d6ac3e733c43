// Package target is what is put to the test: the addresses of its services, the
// partner to speak as, the fixtures it holds, what a run may do to it, and the
// settings of the run.
//
// Values come from layers (flags, environment, the embedded sandbox) that Resolve
// merges, first layer first. The package starts nothing and sends nothing.
package target

import (
	"time"

	"github.com/mallcheck/mallcheck/signing"
)

// Target is a target and the run's settings, parsed and checked.
type Target struct {
	// Name is "sandbox" for the embedded sandbox, otherwise the host it was given.
	Name string
	// Sandbox is true when the target is the embedded sandbox: a missing
	// prerequisite is a failure there, not a reason to skip.
	Sandbox bool
	// URLs are the base addresses by service ("vshop", "topup"), without a
	// trailing slash. A service without an address has its checks skipped.
	URLs map[string]string

	// PartnerCode is the partner that the run speaks as; SecondPartnerCode,
	// when given, is another one that must not see what belongs to the first.
	PartnerCode, SecondPartnerCode string
	// SIMs are ICCIDs that exist, UnknownSIMs such that do not.
	SIMs, UnknownSIMs []string
	// Group is a bundle group of the partner.
	Group string

	// RequestIDHeader is the name of the response header that carries the request id.
	RequestIDHeader string
	// TerminalStatus are the values of data.status after which a task does not change.
	TerminalStatus []string
	// Sign is the target's signature rule.
	Sign signing.Rules

	// Allow says what a run may do to the target.
	Allow Permissions
	// Strict is the lowest grade whose violation fails a check: documented, derived or assumed.
	Strict string
	// FailOnFinding makes findings fail the run.
	FailOnFinding bool

	// Only and Skip select checks by id, glob, "area:RID" or "op:addSims".
	Only, Skip []string
	// Seed is the seed of the order of checks and of every generated value.
	Seed int64
	// Timeout bounds the whole run, CallTimeout one call, TaskTimeout one asynchronous task.
	Timeout, CallTimeout, TaskTimeout time.Duration
	// Rate is the largest number of calls a second, 0 for no limit.
	Rate float64

	// ReportDir is the folder of the reports, Formats are those to write.
	ReportDir string
	Formats   []string

	// Faults and Variants are what the embedded sandbox is asked to do.
	Faults, Variants []string

	place func(key string) string
}

// Place says where the value of a key was written: "--seed", "MALLCHECK_SEED".
func (t *Target) Place(key string) string { return t.place(key) }

// Permissions is what a run may do to a target. Nothing is implied by anything else.
type Permissions struct{ Read, Write, Purchase bool }

// Allows reports whether a thing that does "read", "write" or "purchase" may be done.
func (p Permissions) Allows(does string) bool {
	switch does {
	case "read":
		return p.Read
	case "write":
		return p.Write
	case "purchase":
		return p.Purchase
	}
	return false
}

// List returns the permissions by name, in the order read, write, purchase.
func (p Permissions) List() []string {
	var names []string
	for _, name := range []string{"read", "write", "purchase"} {
		if p.Allows(name) {
			names = append(names, name)
		}
	}
	return names
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
