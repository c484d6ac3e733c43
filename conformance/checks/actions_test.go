package checks

import (
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

func TestDifference(t *testing.T) {
	for name, c := range map[string]struct {
		expected, actual []string
		want             string
	}{
		"the same in another order": {[]string{"a", "b", "a"}, []string{"b", "a", "a"}, ""},
		"nothing":                   {nil, nil, ""},
		"one of two is missing":     {[]string{"a", "a"}, []string{"a"}, "1 missing, for example a."},
		"both":                      {[]string{"a", "b"}, []string{"c", "b"}, "1 missing, for example a. 1 unexpected, for example c."},
		"a few of many":             {nil, []string{"d", "c", "b", "a", "a"}, "5 unexpected, for example a, b, c."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := difference(c.expected, c.actual); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSameForm(t *testing.T) {
	for id, want := range map[string]string{
		"RQ-20231001123456": "RQ-99999999999999",
		"9b1d-4f00":         "9b9d-9f99",
		"99":                "00",
		"abc":               "abc9",
		"":                  "9",
	} {
		if got := sameForm(id); got != want {
			t.Errorf("sameForm(%q) is %q, want %q", id, got, want)
		}
	}
}

func TestRepeated(t *testing.T) {
	if got, want := repeated([]string{"a", "b", "a", "c", "a", "c"}), []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := repeated([]string{"a", "b"}); got != nil {
		t.Errorf("got %q of different values", got)
	}
}

// The order of details has no meaning; every other difference counts.
func TestFacts(t *testing.T) {
	a, b := wire.Detail{SimID: "1", Result: "10", Message: "m"}, wire.Detail{SimID: "2", Result: "31", Message: "n"}
	result := wire.Result{RequestID: "r", ActionCode: "70", Status: "completed", Details: []wire.Detail{a, b}}
	known := facts(result)
	if result.Details = []wire.Detail{b, a}; !slices.Equal(facts(result), known) {
		t.Error("the order of details makes a difference")
	}
	for name, change := range map[string]func(*wire.Result){
		"request_id":  func(r *wire.Result) { r.RequestID = "R" },
		"action_code": func(r *wire.Result) { r.ActionCode = "71" },
		"status":      func(r *wire.Result) { r.Status = "queued" },
		"sim_id":      func(r *wire.Result) { r.Details[0].SimID = "3" },
		"result":      func(r *wire.Result) { r.Details[0].Result = "11" },
		"message":     func(r *wire.Result) { r.Details[0].Message = "" },
		"one less":    func(r *wire.Result) { r.Details = r.Details[:1] },
		"one twice":   func(r *wire.Result) { r.Details = append(r.Details, a) },
	} {
		changed := result
		changed.Details = slices.Clone(result.Details)
		if change(&changed); slices.Equal(facts(changed), known) {
			t.Errorf("a change of %s makes no difference", name)
		}
	}
}

func TestShapeFaults(t *testing.T) {
	for data, want := range map[string][]string{
		`{"details":[{"sim_id":"1","result":"10","message":""}]}`: nil,
		`{"details":[{"sim_id":"1","result":10}]}`: {
			"result of detail 1 is missing or not a string", "message of detail 1 is missing or not a string",
		},
		`{"details":["1"]}`: {
			"sim_id of detail 1 is missing or not a string", "result of detail 1 is missing or not a string",
			"message of detail 1 is missing or not a string",
		},
		`{"details":[]}`:   {"details is missing or empty"},
		`{"details":null}`: {"details is missing or empty"},
		`[]`:               {"details is missing or empty"},
	} {
		if got := shapeFaults([]byte(data)); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", data, got, want)
		}
	}
}

// The operation that a case is about comes first, each operation once.
func TestOnBoth(t *testing.T) {
	cases := onBoth(Check{
		ID: "ASY-999", Requirement: "{an operation}, {operation}", Operations: []string{"asyncResult", "addSims"},
	}, nil)
	want := []Check{
		{ID: "ASY-999/addSims", Requirement: "an addSims, addSims", Operations: []string{"addSims", "asyncResult"}},
		{ID: "ASY-999/removeSims", Requirement: "a removeSims, removeSims", Operations: []string{"removeSims", "asyncResult", "addSims"}},
	}
	if len(cases) != len(want) {
		t.Fatalf("%d cases, want %d", len(cases), len(want))
	}
	for i, got := range cases {
		if got.ID != want[i].ID || got.Requirement != want[i].Requirement || !slices.Equal(got.Operations, want[i].Operations) {
			t.Errorf("got %s %q %v, want %s %q %v", got.ID, got.Requirement, got.Operations, want[i].ID, want[i].Requirement, want[i].Operations)
		}
	}
}
