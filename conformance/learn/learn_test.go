package learn

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/overlay"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// TestMain skips these tests under -short: each learns from a whole run.
func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		return
	}
	if err := flag.Set("test.parallel", "6"); err != nil { // most of a run is waiting
		panic(err)
	}
	os.Exit(m.Run())
}

// record runs the suite against the sandbox.
func record(t testing.TB, settings target.Settings) *reports.Run {
	t.Helper()
	box, err := embedded.Start(target.Flags(settings))
	if err != nil {
		t.Fatal(err)
	}
	return runOn(t, box)
}

// runOn runs the suite against a sandbox, one check at a time so that both runs of a comparison see orders that
// are not in effect yet, and closes it.
func runOn(t testing.TB, box *embedded.Sandbox) *reports.Run {
	t.Helper()
	defer box.Close()
	box.Target.Concurrency = 1
	run, err := conformance.Run(context.Background(), box.Target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// base is one run against the sandbox, for all tests that change it or learn from it.
var base = sync.OnceValue(func() *reports.Run {
	return record(new(testing.T), target.Settings{Seed: "1"})
})

// learnt learns from a run.
func learnt(t testing.TB, run *reports.Run) *Learned {
	t.Helper()
	learner, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range run.Results {
		learner.Done(result)
	}
	return learner.Learned()
}

// written is what was learnt as an overlay, and its claims without the block of counts and dates.
func written(t testing.TB, learned *Learned) (whole, claims []byte) {
	t.Helper()
	whole, err := Overlay(learned, "uat")
	if err != nil {
		t.Fatal(err)
	}
	claims, _, cut := bytes.Cut(whole, []byte("\nx-observations:\n"))
	if !cut {
		t.Fatal("the overlay has no block of counts and dates")
	}
	return whole, claims
}

// Runs with other values and in another order yield the same claims.
func TestTwoLearningsAreEqualByteForByte(t *testing.T) {
	_, first := written(t, learnt(t, base()))
	for _, seed := range testlevel.Pick([]string{"1", "2"}, []string{"1", "2"}, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}) {
		if _, other := written(t, learnt(t, record(t, target.Settings{Seed: seed}))); !bytes.Equal(first, other) {
			t.Errorf("with seed %s the claims differ:\n%s", seed, difference(string(first), string(other)))
		}
	}
}

// difference shows the first line in which two texts differ.
func difference(a, b string) string {
	was, is := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			return "line " + strconv.Itoa(i+1) + "\n- " + was[i] + "\n+ " + is[i]
		}
	}
	return "one has more lines"
}

func TestNothingIsKeptThatIdentifiesSomebody(t *testing.T) {
	whole, _ := written(t, learnt(t, base()))
	if found := regexp.MustCompile(`\d{9,}|G\d{4}|pm_|@|P\d{6}|RQ-`).FindAll(withoutExamples(whole), -1); len(found) > 0 {
		t.Errorf("the overlay has %q", found)
	}
	for _, result := range base().Results {
		for i := range result.Exchanges {
			for name, value := range identities(&result.Exchanges[i]) {
				if bytes.Contains(whole, []byte(value)) {
					t.Fatalf("the overlay has the %s %q", name, value)
				}
			}
		}
	}
}

// identities are values of a recorded exchange that identify somebody or something.
func identities(exchange *reports.Exchange) map[string]string {
	found := map[string]string{}
	if exchange.Response == nil {
		return found
	}
	pattern := regexp.MustCompile(`"(sim_id|orderNo|order_id|payId|request_id|client_secret|deviceCode|partnerCode|group_id)":"([^"]{5,})"`)
	for _, match := range pattern.FindAllSubmatch(exchange.Response.Body, -1) {
		if name, value := string(match[1]), string(match[2]); value != "P000270" { // a printed example of the contract
			found[name] = value
		}
	}
	return found
}

// withoutExamples takes out what an action copies from the contract: descriptions with
// printed examples, and patterns.
func withoutExamples(overlay []byte) []byte {
	var kept []string
	for line := range strings.SplitSeq(string(overlay), "\n") {
		if !strings.Contains(line, "printed") && !strings.Contains(line, "pattern") && !strings.Contains(line, "example") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\n"))
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	learned := learnt(t, base())
	whole, _ := written(t, learned)
	again, err := Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Members) != len(learned.Members) || len(again.Facts) != len(learned.Facts) || len(again.Rare) != len(learned.Rare) ||
		again.Exchanges != learned.Exchanges || len(again.Latencies) != len(learned.Latencies) {
		t.Errorf("read %d members, %d facts, %d rare ones of %d, %d, %d", len(again.Members), len(again.Facts), len(again.Rare),
			len(learned.Members), len(learned.Facts), len(learned.Rare))
	}
	for _, pair := range [][2]*Learned{{learned, again}, {again, learned}, {again, again}} {
		if changes := Drift(pair[0], pair[1]); len(changes) > 0 {
			t.Errorf("what was read differs: %+v", changes[0])
		}
	}
}

// Each fact records how often and when it was seen.
func TestFactsHaveCountsAndDates(t *testing.T) {
	learned := learnt(t, base())
	today := base().Started.UTC().Format(time.DateOnly)
	for _, fact := range learned.Facts {
		if fact.Count.Times == 0 || fact.Count.First < today || fact.Count.Last < fact.Count.First {
			t.Errorf("%s was seen %d times from %q to %q", fact.Sentence(), fact.Count.Times, fact.Count.First, fact.Count.Last)
		}
	}
	if len(learned.Facts) < 20 {
		t.Errorf("there are %d facts", len(learned.Facts))
	}
}

func TestARunIsReadExchangeByExchange(t *testing.T) {
	var text bytes.Buffer
	if err := reports.WriteJSON(&text, base()); err != nil {
		t.Fatal(err)
	}
	learner, err := New()
	if err != nil {
		t.Fatal(err)
	}
	name, err := learner.AddRun(io.MultiReader(strings.NewReader("\xef\xbb\xbf"), &text)) // an editor saved it
	if err != nil || name != "sandbox" {
		t.Fatalf("%q, %v", name, err)
	}
	_, want := written(t, learnt(t, base()))
	if _, got := written(t, learner.Learned()); !bytes.Equal(got, want) {
		t.Errorf("another overlay:\n%s", difference(string(want), string(got)))
	}
	for _, broken := range []string{"", "{", `{"schema":"0"}`, `{"schema":"1"} {}`, `{"schema":"1","results":{}}`, `[]`, `{"results":[{"exchanges":[1]}]}`} {
		if _, err := learner.AddRun(strings.NewReader(broken)); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
}

// TestAFewExchangesClaimNothingThatManyTakeBack measures how many claims of a learning from a
// few exchanges one from all of them takes back. At most 2 % may be.
func TestAFewExchangesClaimNothingThatManyTakeBack(t *testing.T) {
	type sent struct {
		exchange *reports.Exchange
		clause   string
	}
	var all []sent
	for i := range base().Results {
		result := &base().Results[i]
		for j := range result.Exchanges {
			all = append(all, sent{&result.Exchanges[j], result.Clause})
		}
	}
	many, starts := learnt(t, base()), testlevel.Pick(10, 10, 40)
	for _, few := range []int{50, 500} {
		claims, back := 0, 0
		for start := 0; start+few <= len(all); start += len(all) / starts {
			learner, err := New()
			if err != nil {
				t.Fatal(err)
			}
			for i := range few { // spread over the run, as a shorter run would be
				one := all[(start+i*7919)%len(all)]
				learner.Add(one.exchange, one.clause)
			}
			made, taken := retracted(learner.Learned(), many)
			claims, back = claims+made, back+len(taken)
			if few == 50 && len(taken) > 0 {
				t.Logf("taken back: %q", taken)
			}
		}
		share := float64(back) / float64(max(claims, 1))
		t.Logf("of %d claims from %d exchanges each, %d are taken back by %d: %.2f %%", claims, few, back, len(all), 100*share)
		if claims < 20 || share > 0.02 {
			t.Errorf("%.2f %% of %d claims are taken back", 100*share, claims)
		}
	}
}

// retracted counts the claims of one learning, and names those that another one does not make.
func retracted(few, many *Learned) (claims int, taken []string) {
	note := func(holds bool, what string) {
		if claims++; !holds {
			taken = append(taken, what)
		}
	}
	for _, m := range few.Members {
		at := slices.IndexFunc(many.Members, func(other observe.Member) bool { return other.At == m.At })
		if at < 0 {
			note(false, m.At)
			continue
		}
		other := many.Members[at]
		for facet, pair := range map[string][2]string{
			"presence": {m.Presence, other.Presence}, "null": {m.Null, other.Null}, "form": {m.Form, other.Form},
			"types": {strings.Join(m.Types, " "), strings.Join(other.Types, " ")},
		} {
			if pair[0] != "" {
				note(pair[0] == pair[1], m.At+" "+facet+" "+pair[0])
			}
		}
		for _, value := range m.Values {
			note(slices.Contains(other.Values, value), m.At+" value "+value)
		}
	}
	for _, f := range few.Facts {
		note(slices.ContainsFunc(many.Facts, func(other Fact) bool {
			return other.Kind == f.Kind && other.Subject == f.Subject && other.Value == f.Value
		}), f.Kind+" "+f.Subject+" "+f.Value)
	}
	return claims, taken
}

func TestTheContractWithTheOverlayIsAContract(t *testing.T) {
	whole, _ := written(t, learnt(t, base()))
	own, err := overlay.Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	mall, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	applied, err := own.Apply(mall.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	contract, err := openapi.Parse(applied)
	if err != nil {
		t.Fatal(err)
	}
	document, err := contract.Document()
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background()); err != nil {
		t.Errorf("the contract is not valid any more: %v", err)
	}
	operation, _ := contract.Operation("asyncResult")
	data := operation.Pointer + "/responses/200/content/application~1json/schema/properties/data/properties/"
	for clause, grade := range map[string]string{
		data + "action_code/enum": openapi.Documented, data + "status/type": openapi.Observed, data + "details/items/properties/result/type": openapi.Observed,
		data + "request_id/minLength": openapi.Derived,
	} {
		if found, _ := contract.Clause(clause); found.Evidence.Grade != grade {
			t.Errorf("%s is %q, want %s", clause, found.Evidence.Grade, grade)
		}
	}
}
