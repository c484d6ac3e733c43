package faults

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
)

var (
	kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	verb  = regexp.MustCompile(`^[a-z]+s `)
)

// entry is what faults and variants have in common.
type entry struct{ id, statement string }

func entries() []entry {
	var all []entry
	for _, f := range Faults() {
		all = append(all, entry{f.ID, f.Statement})
	}
	for _, v := range Variants() {
		all = append(all, entry{v.ID, v.Statement})
	}
	return all
}

// Every fault and variant has what a reader of the list needs.
func TestEntriesAreWhole(t *testing.T) {
	ids, statements := map[string]bool{}, map[string]string{}
	for _, e := range entries() {
		if !kebab.MatchString(e.id) {
			t.Errorf("%s: the id is not lower-case words with hyphens between them", e.id)
		}
		if ids[e.id] {
			t.Errorf("%s: the id stands twice", e.id)
		}
		ids[e.id] = true
		if other, twice := statements[e.statement]; twice {
			t.Errorf("%s and %s have the same statement", other, e.id)
		}
		statements[e.statement] = e.id
		if !verb.MatchString(e.statement) && !strings.HasPrefix(e.statement, "does ") {
			t.Errorf("%s: %q does not go on after \"The sandbox \" with a verb", e.id, e.statement)
		}
		oneSentence := !strings.ContainsAny(e.statement, "\n\t") && !strings.HasSuffix(e.statement, ".") && !strings.Contains(e.statement, ". ")
		if !oneSentence || len(e.statement) > 130 {
			t.Errorf("%s: %q is not one sentence without its full stop", e.id, e.statement)
		}
	}
}

// TestClausesExist keeps the catalogue from naming clauses that the contract does not have.
func TestClausesExist(t *testing.T) {
	for _, f := range Faults() {
		if _, known := openapi.ClauseFor(f.Clause, ""); !known {
			t.Errorf("%s: neither document of the contract has a clause %q", f.ID, f.Clause)
		}
	}
}

// TestCatalogueIsLarge keeps the numbers that the documentation promises.
func TestCatalogueIsLarge(t *testing.T) {
	clauses := map[string]bool{}
	for _, f := range Faults() {
		clauses[f.Clause] = true
	}
	if faults, variants := len(Faults()), len(Variants()); faults < 45 || len(clauses) < 45 || variants < 10 {
		t.Errorf("%d faults of %d clauses and %d variants, wanted at least 45, 45 and 10", faults, len(clauses), variants)
	}
}

func TestInterceptors(t *testing.T) {
	interceptors, settings, err := Interceptors(
		[]string{"sign-missing-accepted", "sign-empty-accepted"}, []string{"path-not-signed", "request-id-header"})
	if err != nil || len(interceptors) != 4 {
		t.Fatalf("%d interceptors, %v", len(interceptors), err)
	}
	if len(settings) != 2 || settings["sign-parts"] != "query,body" || settings["request-id-header"] != "X-Request-Id" {
		t.Errorf("settings %v", settings)
	}
	if interceptors, settings, err := Interceptors(nil, nil); err != nil || interceptors != nil || len(settings) != 0 {
		t.Errorf("of nothing: %v, %v, %v", interceptors, settings, err)
	}
}

func TestInterceptorsOfUnknownIDs(t *testing.T) {
	for _, test := range []struct {
		faults, variants []string
		message, near    string
	}{
		{[]string{"sign-missing-accepted", "no-such-fault"}, nil, `"no-such-fault" is not a fault`, "sign-missing-accepted"},
		{nil, []string{"no-such-variant"}, `"no-such-variant" is not a variant`, "gzip"},
		{[]string{"gzip"}, nil, `"gzip" is not a fault`, "never-finishes"},
		{nil, []string{""}, `"" is not a variant`, "chunked"},
	} {
		interceptors, settings, err := Interceptors(test.faults, test.variants)
		var unknown *Unknown
		if !errors.As(err, &unknown) || err.Error() != test.message {
			t.Errorf("%q, %q: %v", test.faults, test.variants, err)
			continue
		}
		if interceptors != nil || settings != nil {
			t.Errorf("%q, %q: interceptors or settings beside an error", test.faults, test.variants)
		}
		if !slices.Contains(unknown.Known, test.near) || slices.Contains(unknown.Known, unknown.ID) {
			t.Errorf("%q, %q: known are %q", test.faults, test.variants, unknown.Known)
		}
	}
}
