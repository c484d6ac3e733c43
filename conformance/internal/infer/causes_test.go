package infer

import (
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// seenOf returns what a run shows that has just what patterns predict: all other checks passed.
func seenOf(all ...*pattern) *observed {
	seen := &observed{deviating: map[string]*deviating{}, held: map[string]bool{}}
	for _, p := range all {
		for id, list := range p.checks {
			if seen.deviating[id] == nil {
				seen.deviating[id] = &deviating{&reports.Result{ID: id}, nil}
				seen.ids = append(seen.ids, id)
			}
			seen.deviating[id].shown = append(seen.deviating[id].shown, list...)
		}
	}
	for _, p := range patterns() {
		for id := range p.checks {
			seen.held[id] = seen.deviating[id] == nil
		}
	}
	return seen
}

// known returns the pattern of a fault.
func known(t *testing.T, id string) *pattern {
	t.Helper()
	at := slices.IndexFunc(patterns(), func(p *pattern) bool { return p.id == id })
	if at < 0 {
		t.Fatalf("%s has no pattern", id)
	}
	return patterns()[at]
}

// names returns the ids of what explains a run.
func names(causes []chosen) []string {
	var ids []string
	for _, c := range causes {
		ids = append(ids, c.id)
	}
	return ids
}

// Patterns that are told apart by nothing are few: each explains what it predicts itself.
func TestPatternsExplainThemselves(t *testing.T) {
	wrong := 0
	for _, p := range patterns() {
		if got := names(cover(patterns(), seenOf(p))); !slices.Equal(got, []string{p.id}) {
			wrong++
			t.Logf("%s is explained by %v", p.id, got)
		}
	}
	if most := len(patterns()) / 50; wrong > most {
		t.Errorf("%d of %d patterns are explained by others, at most %d may be", wrong, len(patterns()), most)
	}
}

func TestTwoCausesAreReported(t *testing.T) {
	seen := seenOf(known(t, "sign-upper-case-accepted"), known(t, "unknown-sim-succeeds"))
	got := names(cover(patterns(), seen))
	slices.Sort(got)
	if want := []string{"sign-upper-case-accepted", "unknown-sim-succeeds"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A pattern most of whose checks passed explains nothing.
func TestMissesSpeakAgainstAPattern(t *testing.T) {
	p := known(t, "sign-wrong-accepted")
	seen := &observed{deviating: map[string]*deviating{}, held: map[string]bool{}}
	for id := range p.checks {
		seen.held[id] = true
	}
	const one = "SIG-022/addSims"
	delete(seen.held, one)
	seen.deviating[one] = &deviating{&reports.Result{ID: one}, p.checks[one]}
	seen.ids = []string{one}
	if got := names(cover(patterns(), seen)); slices.Contains(got, p.id) {
		t.Errorf("one of %d checks deviates, and the cause is %v", len(p.checks), got)
	}
}

// What no pattern explains is left alone.
func TestTheUnknownHasNoCause(t *testing.T) {
	deviation := reports.Deviation{Clause: "no/such-clause", Summary: "something else happened", Verdict: reports.Failed}
	run := &reports.Run{Results: []reports.Result{
		{ID: "SIG-999", Verdict: reports.Failed, Deviations: []reports.Deviation{deviation}},
		{ID: "SIG-998", Verdict: reports.Passed},
	}}
	if got := Causes(run); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		statement  string
		operations []string
		want       string
	}{
		{"accepts an empty sign", []string{"addSims", "queryOrder"}, "Probably the server accepts an empty sign (2 operations)"},
		{"accepts an empty sign", []string{"addSims"}, "Probably the server accepts an empty sign"},
		{"accepts addSims without sim_ids", []string{"addSims", "asyncResult"}, "Probably the server accepts addSims without sim_ids"},
	} {
		if got := sentence(c.statement, c.operations); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A digest goes by the words, not by values and operations.
func TestDigest(t *testing.T) {
	if a, b := digest(`addSims answered "1" 3 times`), digest(`queryOrder answered "2" 14 times (and 3 more)`); a != b {
		t.Errorf("%s and %s, want the same", a, b)
	}
	refused := "precondition failed: addSims refused a valid request"
	for _, told := range []string{`: HTTP 404, operateCode "SIM_NOT_FOUND"`, ": HTTP 422 without the envelope"} {
		if digest(refused) != digest(refused+told) {
			t.Errorf("the answer %q counts", told)
		}
	}
	if digest("addSims answered") == digest("addSims refused") {
		t.Error("other words have the same digest")
	}
}

// No text makes the reader panic.
func FuzzReadPatterns(f *testing.F) {
	f.Add("id\tclause\tdoes\n\tclause 0a1b2c\tSIG-001 SIG-002\n")
	f.Add("\tclause 0a1b2c\tSIG-001\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := readPatterns(strings.NewReader(text))
		if err == nil && slices.ContainsFunc(all, func(p *pattern) bool { return p.id == "" }) {
			t.Errorf("a pattern without an id from %q", text)
		}
	})
}
