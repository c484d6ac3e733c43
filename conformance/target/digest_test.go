package target

import "testing"

// TestDigest changes one setting after the other.
func TestDigest(t *testing.T) {
	base := func(t *testing.T, more Settings) *Target {
		t.Helper()
		if more.PartnerCode == "" {
			more.PartnerCode = "P012345"
		}
		if more.Seed == "" {
			more.Seed = "7"
		}
		if more.TopupURL == "" {
			more.TopupURL = "http://127.0.0.1:1/topup"
		}
		resolved, err := Resolve(Flags(more), Flags(Settings{}))
		if err != nil {
			t.Fatal(err)
		}
		return resolved
	}
	same := base(t, Settings{}).Digest()
	for name, settings := range map[string]Settings{
		"a shard":        {Shard: "2/4"},
		"SIM cards":      {SIM: []string{"89852202306250040073"}},
		"a report":       {ReportDir: "elsewhere", Format: []string{"json"}},
		"a limit":        {Timeout: "1h", Rate: "5/s"},
		"a budget":       {BudgetPurchases: "3"},
		"checks at once": {Concurrency: "3"},
	} {
		if base(t, settings).Digest() != same {
			t.Errorf("%s makes another run", name)
		}
	}
	for name, settings := range map[string]Settings{
		"a selection":      {Only: []string{"SIG-001"}},
		"what is skipped":  {Skip: []string{"SIG-001"}},
		"an address":       {TopupURL: "http://127.0.0.1:2/topup"},
		"one more address": {VshopURL: "http://127.0.0.1:1/vshop"},
		"a partner":        {PartnerCode: "P2"},
		"another partner":  {SecondPartnerCode: "P3"},
		"a permission":     {Allow: []string{"read", "write"}},
		"strictness":       {Strict: "derived"},
		"a signature rule": {SignHex: "upper"},
		"a seed":           {Seed: "8"},
		"random requests":  {Fuzz: "1"},
		"fail-on":          {FailOn: "finding"},
	} {
		if base(t, settings).Digest() == same {
			t.Errorf("%s makes the same run", name)
		}
	}
}
