package sandbox

import "fmt"

// Fixtures is what every sandbox holds when it starts, the same for every seed: what the settings
// of a run name, and what a curl line can be pasted with.
type Fixtures struct {
	// Partner is the partnerCode of the provider's signed examples.
	Partner string
	// SecondPartner is another partner, who must not see the first one's groups and results.
	SecondPartner string
	// SIMs are the ICCIDs of existing SIM cards: four that the provider's examples print come
	// first, all others end in their Luhn digit.
	SIMs []string
	// UnknownSIM is a well-formed ICCID that no SIM card has: the one that the documentation prints
	// with result "31".
	UnknownSIM string
	// Groups are the ids of Partner's groups, empty at the start.
	Groups []string
	// SecondGroups are those of SecondPartner.
	SecondGroups []string
	// UnknownGroup is the id of no group.
	UnknownGroup string
	// Packages are the codes of the data plans that every SIM can be sold.
	Packages []string
	// PushKeyID and PushKey sign the pushes of a sandbox that is given no other key. Everybody knows
	// them: they are for tests alone.
	PushKeyID string
	PushKey   []byte
}

// simPool is how many SIM cards exist beside the documented ones.
const simPool = 3000

// Fixtures returns what the sandbox held when it started.
func (s *Sandbox) Fixtures() Fixtures { return NewFixtures() }

// NewFixtures returns what any sandbox holds when it starts.
func NewFixtures() Fixtures {
	f := Fixtures{
		Partner:       "P000270",
		SecondPartner: "P000818",
		SIMs: []string{"89852420180910340793", "89852202306250040073",
			"89860220190905123941", "89430101521032420180"},
		UnknownSIM:   "89852202306250040074",
		UnknownGroup: "G00000000",
		PushKeyID:    "sandbox",
		PushKey:      []byte("the key of the sandbox"),
	}
	for i := range simPool {
		f.SIMs = append(f.SIMs, iccid("8985299", i))
	}
	for _, g := range startingGroups() {
		if g.owner == f.Partner {
			f.Groups = append(f.Groups, g.id)
		} else {
			f.SecondGroups = append(f.SecondGroups, g.id)
		}
	}
	for _, p := range catalogue {
		f.Packages = append(f.Packages, p.packageCode)
	}
	return f
}

// UnknownSIMs returns n well-formed ICCIDs that no SIM card has, all different, the same ones each
// time.
func (f Fixtures) UnknownSIMs(n int) []string {
	sims := make([]string, n)
	for i := range sims {
		sims[i] = iccid("8985298", i)
	}
	return sims
}

// iccid makes an ICCID of 20 digits: a prefix of 7, a number of 12, and its Luhn digit.
func iccid(prefix string, number int) string {
	digits := fmt.Sprintf("%s%012d", prefix, number)
	return digits + string(luhn(digits))
}

// luhn returns the check digit of a text of digits.
func luhn(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// plan is a data plan that is for sale. Codes and names are in the form of the documented examples;
// what they cost is made up.
type plan struct {
	packageCode, planCode, name string
	amount, currency            string
	areas                       []string // names under which a request may ask for it
}

var catalogue = []plan{
	{"PACKAGE20180428000007", "SP20180428000007", "Europe 3GB 30-Days", "4.99", "USD", []string{"欧洲", "Europe"}},
	{"PACKAGE20180428000008", "SP20180428000008", "Europe 10GB 30-Days", "12.36", "GBP", []string{"欧洲", "Europe"}},
	{"DP20190726001274", "SP20190726001274", "Singapore 2G 30-Days Unlimited Speech", "19.99", "USD",
		[]string{"新加坡", "Singapore"}},
	{"DP20190726001275", "SP20190726001275", "Hong Kong 5GB 30-Days", "3.50", "USD", []string{"香港", "Hong Kong"}},
}

// startingGroups makes the groups of both partners, without SIMs.
func startingGroups() []*group {
	newGroup := func(id, name, owner string, p plan) *group {
		return &group{id: id, name: name, owner: owner, plan: p, counts: map[string]int{}}
	}
	return []*group{
		newGroup("G20230001", "Europe small", "P000270", catalogue[0]),
		newGroup("G20230002", "Europe large", "P000270", catalogue[1]),
		newGroup("G20230003", "Singapore", "P000270", catalogue[2]),
		newGroup("G20230004", "Hong Kong", "P000270", catalogue[3]),
		newGroup("G20230101", "Europe small", "P000818", catalogue[0]),
		newGroup("G20230102", "Singapore", "P000818", catalogue[2]),
	}
}
