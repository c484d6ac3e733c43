package checks

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/signing"
)

// parameters draws the parameters of a request as checks send them: two at least,
// with plain names other than sign, strings that end in a letter or digit, and lists of such strings.
var parameters = rapid.Custom(func(t *rapid.T) []signing.Member {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-r][a-z]{0,7}`), 2, 6, rapid.ID[string]).Draw(t, "names")
	members := make([]signing.Member, 0, len(names))
	for _, name := range names {
		text := rapid.StringMatching(`[ -~]{0,10}[0-9A-Za-z]`).Draw(t, "text")
		member := signing.StringMember(name, text)
		if rapid.Bool().Draw(t, "list") {
			member.Value = slices.Concat([]byte("["), member.Value, []byte("]"))
		}
		members = append(members, member)
	}
	return members
})

// No check takes the right sign for a wrong
// one, whatever the request and the letter case of signs.
func TestWrongSignsAreWrong(t *testing.T) {
	first := func(members []signing.Member) string { return members[0].Name }
	signers := map[string]func(members []signing.Member) session.Signer{
		"first digit":    func([]signing.Member) session.Signer { return digitChanged(0) },
		"last digit":     func([]signing.Member) session.Signer { return digitChanged(-1) },
		"changed":        func(members []signing.Member) session.Signer { return withChanged(first(members)) },
		"left out":       func(members []signing.Member) session.Signer { return without(first(members)) },
		"descending":     func([]signing.Member) session.Signer { return asSent },
		"spaced":         func([]signing.Member) session.Signer { return written(spaced) },
		"query":          func([]signing.Member) session.Signer { return written(asQuery) },
		"empty sign":     func([]signing.Member) session.Signer { return written(withEmptySign) },
		"digested again": func([]signing.Member) session.Signer { return digestOfDigest },
		"rewritten":      func([]signing.Member) session.Signer { return replaced("{", `\/`) },
	}
	for name, signer := range signers {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				rules := signing.Default()
				rules.Hex = rapid.SampledFrom([]signing.HexCase{signing.LowerHex, signing.UpperHex}).Draw(t, "hex")
				members := byName(parameters.Draw(t, "members"))
				slices.Reverse(members)
				before := slices.Clone(members)
				right, err := signing.Sign(members, rules)
				if err != nil {
					t.Fatal(err)
				}
				wrong, err := signer(members)(members, rules)
				if err != nil || wrong == right || len(wrong) != len(right) {
					t.Fatalf("sign %q (error %v), the right one is %q", wrong, err, right)
				}
				if !slices.EqualFunc(members, before, func(a, b signing.Member) bool { return a.Name == b.Name && string(a.Value) == string(b.Value) }) {
					t.Fatal("the signer changed the parameters")
				}
			})
		})
	}
}

// The signed forms equal texts written by hand.
func TestFormsThatAreSigned(t *testing.T) {
	members := []signing.Member{{Name: "b", Value: []byte(`["x"]`)}, {Name: "a", Value: []byte(`"é/"`)}, {Name: "z", Value: []byte(`1`)}}
	for _, test := range []struct{ name, got, want string }{
		{"in the order sent", object(members, ":", ","), `{"b":["x"],"a":"é/","z":1}`},
		{"spaced", spaced(byName(members)), `{"a": "é/", "b": ["x"], "z": 1}`},
		{"as a query", asQuery(byName(members)), `a=é/&b=["x"]&z=1`},
		{"with an empty sign", withEmptySign(members), `{"a":"é/","b":["x"],"sign":"","z":1}`},
		{"digest", digest("", signing.Default()), "d41d8cd98f00b204e9800998ecf8427e"},
		{"digest in upper case", digest("", signing.Rules{Hex: signing.UpperHex}), "D41D8CD98F00B204E9800998ECF8427E"},
		{"another text", string(anotherValue([]byte(`"3.0"`))), `"3.7"`},
		{"another text that ends in 7", string(anotherValue([]byte(`["8987"]`))), `["8988"]`},
		{"white space", string(spread([]byte(`{"a":"x y","b":["c"]}`))), " {\"a\" :\t\"x y\"\r\n\t, \"b\" :\t[\"c\"]}\n"},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestWithOtherSegment(t *testing.T) {
	address := &url.URL{Scheme: "http", Host: "host", Path: "/topup/mall/bundle-groups/G1/sims"}
	if got := withOtherSegment(address, 2).Path; got != "/topup/mall/bundle-groups/G7/sims" {
		t.Errorf("path %s", got)
	}
	if address.Path != "/topup/mall/bundle-groups/G1/sims" {
		t.Error("the address itself was changed")
	}
}

func TestNotTexts(t *testing.T) {
	answer := &wire.Answer{Body: []byte(`{"operateCode":"S","message":null,"status":1,"data":{"sim_count":2,"sim_ids":["1",2],"other":3,` +
		`"details":[{"sim_id":"1","result":10},{"sim_id":"2","result":10}]}}`)}
	asyncResult := operation{stringPaths: []string{"/message", "/data/sim_count", "/data/sim_ids", "/data/details/result"}}
	got := nonStrings(asyncResult, envelopeOf(answer), "")
	want := []string{"data/details/result: 10", "data/sim_count: 2", "data/sim_ids: 2"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := nonStrings(asyncResult, envelopeOf(&wire.Answer{Body: []byte("<html>")}), ""); len(got) != 0 {
		t.Errorf("a body that is no object: %q", got)
	}
}

// What an answer nests far below the contract takes neither time nor memory.
func TestNonStringsOfDeepAnswer(t *testing.T) {
	const depth = 5000
	answer := &wire.Answer{Body: []byte(`{"data":` + strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth) + "}")}
	envelope := envelopeOf(answer)
	if envelope == nil {
		t.Fatal("the answer was not read")
	}
	if allocated := testing.AllocsPerRun(1, func() { nonStrings(operationOf("asyncResult"), envelope, "") }); allocated > 100 {
		t.Errorf("%.0f allocations for %d levels", allocated, depth)
	}
}
