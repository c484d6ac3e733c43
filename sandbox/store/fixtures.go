package store

import "fmt"

// Fixtures is the initial content of every sandbox, whatever its seed.
type Fixtures struct {
	// Partner is the partnerCode of the provider's signed examples.
	Partner string
	// SecondPartner is another partner, which must not see the groups and results of Partner.
	SecondPartner string
	// SIMs are the ICCIDs of existing SIM cards. The first four are printed in the provider's examples; all
	// others end in their Luhn digit.
	SIMs []string
	// UnknownSIM is a well-formed ICCID without a SIM card: the one printed with result "31".
	UnknownSIM string
	// Groups are the ids of Partner's groups, empty at the start.
	Groups []string
	// SecondGroups are the ids of SecondPartner's groups.
	SecondGroups []string
	// UnknownGroup is a well-formed id without a group.
	UnknownGroup string
	// Packages are the codes of the data plans, which are for sale to every SIM card.
	Packages []string
	// Amounts and Currencies are the prices of Packages, in the same order.
	Amounts, Currencies []string
	// PushKeyID and PushKey sign the pushes of a sandbox without another key. They are public and only
	// for tests.
	PushKeyID string
	PushKey   []byte
}

// simPool is the number of SIM cards in addition to the documented ones.
const simPool = 3000

// NewFixtures returns the initial content of any sandbox.
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
		if g.Owner == f.Partner {
			f.Groups = append(f.Groups, g.ID)
		} else {
			f.SecondGroups = append(f.SecondGroups, g.ID)
		}
	}
	for _, p := range Catalogue {
		f.Packages = append(f.Packages, p.PackageCode)
		f.Amounts, f.Currencies = append(f.Amounts, p.Amount), append(f.Currencies, p.Currency)
	}
	return f
}

// UnknownSIMs returns n different well-formed ICCIDs without SIM cards, the same on each call.
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

// Plan is a data plan for sale. Codes and names have the form of the documented examples; the prices are
// invented.
type Plan struct {
	PackageCode, PlanCode, Name string
	Amount, Currency            string
	Areas                       []string // names under which a request may ask for it
}

// Catalogue is what the sandbox sells.
var Catalogue = []Plan{
	{"PACKAGE20180428000007", "SP20180428000007", "Europe 3GB 30-Days", "4.99", "USD", []string{"欧洲", "Europe"}},
	{"PACKAGE20180428000008", "SP20180428000008", "Europe 10GB 30-Days", "12.36", "GBP", []string{"欧洲", "Europe"}},
	{"DP20190726001274", "SP20190726001274", "Singapore 2G 30-Days Unlimited Speech", "19.99", "USD",
		[]string{"新加坡", "Singapore"}},
	{"DP20190726001275", "SP20190726001275", "Hong Kong 5GB 30-Days", "3.50", "USD", []string{"香港", "Hong Kong"}},
}

// startingGroups creates the groups of both partners, without SIM cards.
func startingGroups() []*Group {
	newGroup := func(id, name, owner string, p Plan) *Group {
		return &Group{ID: id, Name: name, Owner: owner, Plan: p, Counts: map[string]int{}}
	}
	return []*Group{
		newGroup("G20230001", "Europe small", "P000270", Catalogue[0]),
		newGroup("G20230002", "Europe large", "P000270", Catalogue[1]),
		newGroup("G20230003", "Singapore", "P000270", Catalogue[2]),
		newGroup("G20230004", "Hong Kong", "P000270", Catalogue[3]),
		newGroup("G20230101", "Europe small", "P000818", Catalogue[0]),
		newGroup("G20230102", "Singapore", "P000818", Catalogue[2]),
	}
}
