package cases

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

var update = flag.Bool("update", false, "write the golden files")

// derived returns the cases of the mall's contract with changes made to its text.
func derived(t testing.TB, changes ...string) []Case {
	t.Helper()
	mall, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	document := mall.Bytes()
	for i := 0; i < len(changes); i += 2 {
		if bytes.Count(document, []byte(changes[i])) != 1 {
			t.Fatalf("%q does not stand in the contract once", changes[i])
		}
		document = bytes.Replace(document, []byte(changes[i]), []byte(changes[i+1]), 1)
	}
	contract, err := openapi.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Derive(contract)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Each case has everything that a run and a report need.
func TestCasesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range derived(t) {
		if seen[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		seen[c.ID] = true
		if want := strings.Join([]string{"GEN", c.Operation, c.In, c.Field, c.Mutation}, "/"); c.ID != want {
			t.Errorf("%s: the id should be %s", c.ID, want)
		}
		if c.Mutation != c.Family && !strings.HasPrefix(c.Mutation, c.Family+".") {
			t.Errorf("%s: %s is no mutation of the family %s", c.ID, c.Mutation, c.Family)
		}
		if _, known := openapi.ClauseFor(c.Clause, c.Operation); !known {
			t.Errorf("%s: the contract has no clause %q", c.ID, c.Clause)
		}
		if strings.HasPrefix(c.Clause, "/") && c.Expect != Refused && !strings.HasSuffix(c.Clause, "/allowEmptyValue") {
			t.Errorf("%s: %s is a constraint, and nothing breaks it", c.ID, c.Clause)
		}
		if len(c.Changes) == 0 && c.Family != famValid {
			t.Errorf("%s changes nothing", c.ID)
		}
	}
}

// The number of cases stays within its bounds.
func TestCasesAreManyAndBalanced(t *testing.T) {
	all := derived(t)
	perOperation := map[string]int{}
	for _, c := range all {
		perOperation[c.Operation]++
	}
	if len(all) < 2000 || len(perOperation) != 18 {
		t.Errorf("%d cases of %d operations, wanted at least 2000 of 18", len(all), len(perOperation))
	}
	for operation, n := range perOperation {
		if 4*n > len(all) || n < 20 {
			t.Errorf("%s has %d of %d cases", operation, n, len(all))
		}
	}
}

// The same contract gives the same cases. A golden file has their number for each operation and
// family.
func TestCasesAreStable(t *testing.T) {
	all := derived(t)
	if again := derived(t); !reflect.DeepEqual(all, again) {
		t.Error("the same contract gave other cases")
	}
	counts := map[string]int{}
	for _, c := range all {
		counts[c.Operation+" "+c.Family]++
		counts["all "+c.Family]++
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&text, "%s %d\n", name, counts[name])
	}
	golden := filepath.Join("testdata", "counts.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("the numbers of cases are not those of %s; if the contract was meant to change them, run go test with -update", golden)
	}
}

// A constraint added to the contract adds cases.
func TestAConstraintBecomesCases(t *testing.T) {
	const area = "        area:\n          type: string\n"
	for _, test := range []struct {
		name, from, to string
		want           map[string]reports.Expect // by the end of the id
	}{
		{"maxLength", area, area + "          maxLength: 80\n", map[string]reports.Expect{
			"area/max-length.met": Either, "area/max-length.crossed": Refused}},
		{"minLength", area, area + "          minLength: 3\n", map[string]reports.Expect{
			"area/min-length.met": Either, "area/min-length.crossed": Refused, "area/empty": Refused}},
		{"enum", area, area + "          enum: [Europe, Asia]\n", map[string]reports.Expect{
			"area/enum.Europe": Either, "area/enum.outside": Refused, "area/letter-case.Asia": Refused}},
		{"pattern", area, area + "          pattern: '^[a-z]{2,5}$'\n", map[string]reports.Expect{
			"area/pattern-met.shortest": Either, "area/pattern-met.longest": Either, "area/pattern-broken.too-long": Refused, "area/space.before": Refused}},
		{"an integer", area, "        area:\n          type: integer\n          minimum: 1\n          maximum: 9\n", map[string]reports.Expect{
			"area/bound.smallest-met": Either, "area/bound.smallest-crossed": Refused, "area/bound.largest-crossed": Refused, "area/wrong-type.text": Refused}},
		{"an object", area, "        area:\n          type: object\n          required: [code]\n          properties:\n            code:\n              type: string\n              maxLength: 2\n",
			map[string]reports.Expect{"area.code/missing": Refused, "area.code/max-length.crossed": Refused, "area.code/max-length.met": Accepted}},
		{"an array", area, "        area:\n          type: array\n          minItems: 2\n          maxItems: 4\n          uniqueItems: true\n          items:\n            type: string\n",
			map[string]reports.Expect{"area/items.too-few": Refused, "area/items.too-many": Refused, "area/repeated-item": Refused, "area.items/null": Refused}},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := derived(t, test.from, test.to)
			for id, expect := range test.want {
				at := slices.IndexFunc(all, func(c Case) bool { return c.ID == "GEN/singleServicePlanPage/body/"+id })
				if at < 0 {
					t.Errorf("there is no case %s", id)
				} else if all[at].Expect != expect {
					t.Errorf("%s is %s, want %s", id, all[at].Expect, expect)
				}
			}
		})
	}
}

// Each kind of change produces the intended value.
func TestChanges(t *testing.T) {
	for _, test := range []struct {
		change     Change
		from, want string
	}{
		{Change{Kind: Set, Value: "null"}, `"a"`, `null`},
		{Change{Kind: Wrap, Before: " ", After: "\x01"}, `"a<b"`, `" a<b\u0001"`},
		{Change{Kind: Number}, `"4.99"`, `4.99`},
		{Change{Kind: Number}, `"USD"`, `1`},
		{Change{Kind: Number}, `"00012"`, `21000`},
		{Change{Kind: Number}, `"PAYMC17958757373720002113"`, `311200027373757`},
		{Change{Kind: SwapCase}, `"aB1"`, `"Ab1"`},
		{Change{Kind: Copies, Count: 3}, `["1","2"]`, `["1","1","1"]`},
		{Change{Kind: Copies, Count: 0}, `["1"]`, `[]`},
		{Change{Kind: Copies, Count: 1}, ``, `[""]`},
		{Change{Kind: Set, Value: "null", Path: []string{Items}}, `["1","2"]`, `[null,"2"]`},
		{Change{Kind: Set, Value: "7", Path: []string{"a", Items, "b"}}, ``, `{"a":[{"b":7}]}`},
		{Change{Kind: Drop, Path: []string{"a"}}, `{"a":1,"b":2}`, `{"b":2}`},
	} {
		if got := string(test.change.Apply([]byte(test.from))); got != test.want {
			t.Errorf("%+v of %s is %s, want %s", test.change, test.from, got, test.want)
		}
	}
}

// Each rewriting produces the body that its family describes.
func TestRewritings(t *testing.T) {
	body := []byte(`{"a":"x\ny","b":"` + "\ufffd" + `"}`)
	for _, one := range rewritings {
		got := Rewrite(one.name, bytes.Clone(body))
		isJSON := json.Valid(got)
		wantJSON := slices.Contains([]string{famTopLevel, famWhiteSpace, famLargeBody, famUTF8}, one.family)
		if isJSON != wantJSON || bytes.Equal(got, body) {
			t.Errorf("%s: valid JSON is %t: %.60q", one.name, isJSON, got)
		}
	}
}

// Edge values of a pattern match it, and its counterexamples do not.
func TestPatterns(t *testing.T) {
	for _, pattern := range []string{
		`^[0-9]{19,20}$`, `^[0-9]+$`, `^[0-9]+\.[0-9]+$`, `^[0-9]+(\.[0-9]+)?$`, `^[A-Za-z]{3}$`, `^([0-9]{19,20})?$`,
		`^[0-9]{4}-[0-9]{2}$`, `^(a|bc)d*$`, `^[^/]+$`, `^.$`,
	} {
		met, broken := edges(pattern), breaches(pattern)
		if len(met) == 0 || len(broken) == 0 {
			t.Errorf("%s: %d edges, %d breaches", pattern, len(met), len(broken))
		}
		for _, one := range met {
			if !compiled(pattern).MatchString(one.text) {
				t.Errorf("%s: the edge %q breaks it", pattern, one.text)
			}
		}
		for _, one := range broken {
			if compiled(pattern).MatchString(one.text) || one.text == "" {
				t.Errorf("%s: the breach %q meets it", pattern, one.text)
			}
		}
	}
}

// Each family has a case, except families of constraints that the contract does not use.
func TestFamiliesAreThoseOfTheCases(t *testing.T) {
	families, err := Families()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range []string{
		famMissing, famLeftOut, famPutIn, famNull, famEmpty, famType, famNumber, famMinLength, famMaxLength, famPattern, famEdge,
		famLetterCase, famKnown, famOther, famOverLong, famControl, famNonASCII, famSpace, famItems, famRepeated, famDuplicate,
		famUnknown, famUnknownQuery, famMalformed, famTrailing, famEmptyBody, famTopLevel, famUTF8, famWhiteSpace, famLargeBody,
		famDeep, famMedia, famCharset, famMethod, famSlash, famExample, famValid,
	} {
		if !slices.Contains(families, family) {
			t.Errorf("no case is of the family %s", family)
		}
	}
	if slices.Contains(families, famEnum) || slices.Contains(families, famNumberBound) {
		t.Error("the contract has constraints that it was said not to have: name their families here")
	}
}

// BenchmarkDerive derives the cases of the mall's contract.
func BenchmarkDerive(b *testing.B) {
	contract, err := openapi.Mall()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Derive(contract); err != nil {
			b.Fatal(err)
		}
	}
}

// No over-long payId of a subscription names the payment of an order that another case,
// of this run or of an earlier one, placed under an over-long payId.
func TestFillersOfOperationsDiffer(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]string{} // by the value of payId
	for _, c := range all {
		if c.Field != "payId" || c.Family != famOverLong {
			continue
		}
		value := c.Changes[0].Value
		if other := operations[value]; other != "" {
			t.Errorf("%s and %s fill payId with the same text", other, c.Operation)
		}
		operations[value] = c.Operation
	}
	if len(operations) < 5 {
		t.Errorf("only %d operations have an over-long payId", len(operations))
	}
}
