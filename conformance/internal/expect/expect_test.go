package expect

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// failureOf returns what an assertion failed with.
func failureOf(assert func()) (failure Failure, failed bool) {
	defer func() { failure, failed = recover().(Failure) }()
	assert()
	return Failure{}, false
}

// Values reach a report as JSON, in words where there is no value, and never in
// the notation of Go or Gomega.
func TestFailuresShowValuesAsJSON(t *testing.T) {
	arrived := time.UnixMilli(1700000000000).UTC()
	for _, test := range []struct {
		name             string
		assert           func()
		expected, actual string
	}{
		{"text", func() { Expect("a<b").To(Equal("c"), "s") }, `"c"`, `"a<b"`},
		{"not that text", func() { Expect("a").NotTo(Equal("a"), "s") }, `anything but "a"`, `"a"`},
		{"list", func() { Expect([]string{"a"}).To(Equal([]string{"a", "b"}), "s") }, `["a","b"]`, `["a"]`},
		{"map", func() { Expect(map[string]string{"a": "b"}).To(BeEmpty(), "s") }, "nothing", `{"a":"b"}`},
		{"not empty", func() { Expect("").NotTo(BeEmpty(), "s") }, "a value that is not empty", `""`},
		{"any order", func() { Expect([]string{"a"}).To(ConsistOf([]string{"b", "a"}), "s") }, `in any order ["b","a"]`, `["a"]`},
		{"any order, spelt out", func() { Expect([]string{"a"}).To(ConsistOf("b", "a"), "s") }, `in any order ["b","a"]`, `["a"]`},
		{"each", func() { Expect([]string{"70", "71"}).To(HaveEach("70"), "s") }, `only "70"`, `["70","71"]`},
		{"contains", func() { Expect([]int{1}).To(ContainElement(2), "s") }, "a list that contains 2", "[1]"},
		{"one of", func() { Expect("x").To(BeElementOf([]string{"y"}), "s") }, `one of ["y"]`, `"x"`},
		{"number", func() { Expect(3).To(BeNumerically("<=", 0), "s") }, "<= 0", "3"},
		{"length", func() { Expect([]string{"a"}).To(HaveLen(2), "s") }, "2 in number", `["a"]`},
		{"form", func() { Expect("x").To(MatchRegexp(`^\d$`), "s") }, `text of the form ^\d$`, `"x"`},
		{"JSON", func() { Expect([]byte(`{"a":1}`)).To(MatchJSON([]byte(`{"a":2}`)), "s") }, `{"a":2}`, `{"a":1}`},
		{"type", func() { Expect(any(70.0)).To(BeAssignableToTypeOf(""), "s") }, "a value of the JSON type string", "70"},
		{"error", func() { Expect(errors.New("broken")).To(Succeed(), "s") }, "no error", "broken"},
		{"time", func() { Expect(arrived.Add(time.Hour)).To(BeTemporally("~", arrived, time.Minute), "s") },
			"2023-11-14T22:13:20.000Z or at most 1m0s from it", "2023-11-14T23:13:20.000Z"},
		{"later", func() { Expect(arrived).To(BeTemporally(">", arrived), "s") }, "> 2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000Z"},
		{"not JSON", func() { Expect(make(chan int)).To(Equal(1), "s") }, "1", "a value of type chan int"},
	} {
		t.Run(test.name, func(t *testing.T) {
			failure, failed := failureOf(test.assert)
			if !failed {
				t.Fatal("the assertion did not fail")
			}
			if failure.Summary != "s" || failure.Expected != test.expected || failure.Actual != test.actual {
				t.Errorf("expected %q, got %q; want %q, %q", failure.Expected, failure.Actual, test.expected, test.actual)
			}
			if strings.Contains(failure.Error(), "<[]") {
				t.Errorf("Go notation in %q", failure.Error())
			}
		})
	}
}

func TestDescriptionsAreFormatted(t *testing.T) {
	failure, _ := failureOf(func() { Expect(1).To(Equal(2), "query %d of %d", 3, 4) })
	if failure.Summary != "query 3 of 4" {
		t.Errorf("summary %q", failure.Summary)
	}
	if _, failed := failureOf(func() { Expect(1).To(Equal(1), "equal values") }); failed {
		t.Error("equal values failed")
	}
}
