package target

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Digest is a SHA-256, in hex, of the settings that define what a run tests and how
// strictly: addresses, partners, rules, permissions, policy, selection, faults and
// variants. All shards of one run have the same digest. It leaves out fixtures, limits,
// secrets and reports, which may differ between shards, and the address of the embedded
// sandbox, because each shard starts its own.
func (t *Target) Digest() string {
	urls := t.URLs
	if t.Sandbox {
		urls = nil
	}
	expectations := make([]reports.Expectation, len(t.Expectations))
	for i, own := range t.Expectations {
		expectations[i] = own.Expectation
	}
	defining := struct {
		Name                                string
		Sandbox                             bool
		URLs                                map[string]string
		PartnerCode, SecondPartnerCode      string
		Package, Amount, Currency           string
		Paths                               map[string]string
		RequestIDHeader                     string
		Contract                            string
		TerminalStatus                      []string
		Sign                                signing.Rules
		PushJoin                            signing.PushJoin
		PushEncoding                        signing.PushEncoding
		Allow                               Permissions
		Strict                              string
		FailOnFinding, FailOnHabit          bool
		FailOnCritical                      bool
		Expectations                        []reports.Expectation
		Waivers                             []Waiver
		Only, Skip                          []string
		Fuzz                                int
		Depth                               string
		Seed                                int64
		Faults, Variants                    []string
		MaskSIMs, Production, YesProduction bool
	}{
		t.Name, t.Sandbox, urls, t.PartnerCode, t.SecondPartnerCode, t.Package, t.Amount, t.Currency, t.Paths, t.RequestIDHeader,
		t.overlaid(), t.TerminalStatus, t.Sign, t.PushJoin, t.PushEncoding, t.Allow, t.Strict, t.FailOnFinding, t.FailOnHabit,
		t.FailOnCritical, expectations, t.Waivers,
		sorted(t.Only), sorted(t.Skip), t.Fuzz, t.Depth, t.Seed, sorted(t.Faults), sorted(t.Variants),
		t.MaskSIMs, t.Production, t.YesProduction,
	}
	text, _ := json.Marshal(defining) // texts, numbers and lists can always be written
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
