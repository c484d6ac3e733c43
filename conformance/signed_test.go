package conformance_test

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// A deviating result explains the sign of each request; any other result explains none.
func TestSignsAreExplained(t *testing.T) {
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Fault, s.Only = []string{"sign-wrong-accepted"}, []string{"SIG-003/addSims", "SIG-022/addSims"}
	}))
	if len(run.Results) != 2 {
		t.Fatalf("%d results", len(run.Results))
	}
	for _, result := range run.Results {
		for i, exchange := range result.Exchanges {
			signed := exchange.Request.Signed
			switch {
			case result.Verdict == reports.Passed:
				if signed != nil {
					t.Errorf("%s: exchange %d is explained though nothing deviates", result.ID, i)
				}
			case signed == nil || len(signed.Content) == 0 || len(signed.Sign) != 32 || len(signed.Sent) != 32:
				t.Errorf("%s: exchange %d is not explained: %+v", result.ID, i, signed)
			case i == result.Deviations[0].Exchange && signed.Sign == signed.Sent:
				t.Errorf("%s: exchange %d has a wrong sign, and is explained as right", result.ID, i)
			}
		}
	}
}

// A failure names the text to sign and the rule by which the target signed instead.
func TestWrongPushSignaturesAreExplained(t *testing.T) {
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Fault, s.Only = []string{"push-headers-not-signed"}, []string{"NTF-017"}
	}))
	d := run.Results[0].Deviations[0]
	if !strings.HasPrefix(d.Summary, "the signature of the push is wrong: the signature matches if") ||
		!strings.HasPrefix(d.Expected, `the signature over the text {"deviceCode":`) {
		t.Errorf("told: %s\nexpected: %s", d.Summary, d.Expected)
	}
}

// TestLostPaymentsAreNotBlamedOnThePush awaits pushes of orders that the target takes for unpaid.
func TestLostPaymentsAreNotBlamedOnThePush(t *testing.T) {
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Fault, s.Only, s.Strict = []string{"third-party-order-open"}, []string{"NTF-001", "NTF-010", "NTF-017"}, "documented"
		s.PushTimeout = "200ms"
	}))
	for _, r := range run.Results {
		const want = "queryOrder does not show the order whose push is awaited as paid"
		if r.Verdict != reports.Inconclusive || !strings.Contains(r.Reason, want) {
			t.Error(told(r))
		}
	}
}
