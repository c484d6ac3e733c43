package conformance_test

import (
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// pairs are habits of a conforming server, each with a fault of a documented clause
// that it must not hide.
var pairs = []struct{ variant, fault string }{
	{"absent-sim-by-another-result", "unknown-sim-succeeds"},
	{"amounts-with-more-zeros", "sim-before-order-id"},
	{"bare-bodies", "sign-wrong-accepted-on-remove"},
	{"chunked", "action-code-of-add"},
	{"connection-closed", "request-id-repeated"},
	{"currencies-in-lower-case", "oldest-of-purchase-id"},
	{"data-everywhere", "request-id-missing-on-remove"},
	{"details-in-any-order", "known-sim-fails"},
	{"gzip", "action-code-as-number"},
	{"header-case", "request-id-missing-on-add"},
	{"late-pushes", "push-version-missing"},
	{"lists-reversed", "orders-of-all-partners"},
	{"media-type-with-charset", "any-media-type-accepted"},
	{"members-reversed", "detail-without-message"},
	{"messages-in-chinese", "sim-found-by-beginning"},
	{"null-signed", "sign-over-escaped-slash-accepted"},
	{"one-plan-per-sim", "push-of-third-party-order-missing"},
	{"one-renewal-per-sim", "sign-wrong-accepted"},
	{"path-not-signed", "sign-missing-accepted"},
	{"pushes-laid-out", "push-timestamp-in-seconds"},
	{"refusals-as-4xx", "sign-empty-accepted"},
	{"refusals-in-many-codes", "missing-brace-accepted"},
	{"request-id-as-long-digits", "request-id-finds-latest"},
	{"request-id-as-uuid", "request-id-of-second-partner-lost"},
	{"request-id-header", "request-id-unknown-accepted"},
	{"request-id-with-dots-and-colons", "repeated-addition-fails"},
	{"sims-have-owners", "push-to-another-partner"},
	{"slow-tasks", "reading-repeats-work"},
	{"slow-top-ups", "newest-of-purchase-id-unpaid"},
	{"tasks-done-at-once", "action-code-of-remove"},
	{"text-in-escapes", "unknown-group-crashes"},
	{"unknown-members", "one-unknown-fails-all"},
	{"version-defaulted", "partner-code-not-required"},
	{"white-space", "empty-key-decides"},
}

// TestPairsAreCaught commits a fault on a server of other habits, and requires it to be
// caught at the strictness of the clause that it breaks.
func TestPairsAreCaught(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	all := faults.Faults()
	for _, pair := range pairs {
		t.Run(pair.variant+"+"+pair.fault, func(t *testing.T) {
			fault := all[slices.IndexFunc(all, func(f faults.Fault) bool { return f.ID == pair.fault })]
			strict := weakest(fault.Clause)
			run := runAgainst(t, settings(func(s *target.Settings) {
				s.Variant, s.Fault, s.Only = []string{pair.variant}, []string{pair.fault}, conformance.ExpectedToCatch(pair.fault)
				s.Strict, s.Seed, s.TaskTimeout = strict, "1", "300ms"
			}))
			for _, r := range run.Results {
				if r.Verdict != reports.Failed || !violates(r, fault.Clause) {
					t.Errorf("%s does not fail for clause %s:%s", r.ID, fault.Clause, told(r))
				}
			}
		})
	}
}

// weakest returns the lowest grade that a clause has for any operation; a rule of the
// suite holds at every strictness.
func weakest(clause string) string {
	found, _ := openapi.ClauseFor(clause, "")
	if found.Enforced.Grade == openapi.Rule {
		return openapi.Documented
	}
	return found.Enforced.Grade
}
