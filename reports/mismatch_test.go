package reports_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

func TestShowValue(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{"paid", `"paid"`},
		{"", `""`},
		{"<a> & \u20ac", `"<a> & €"`},
		{nil, "null"},
		{[]string{"b", "a"}, `["b","a"]`},
		{map[string]any{"b": 1, "a": []int{}}, `{"a":[],"b":1}`},
		{json.RawMessage(`{"b": 1}`), `{"b": 1}`},
		{[]byte("not JSON"), `"not JSON"`},
		{[]byte{0xff, 'a'}, `"\xffa"`},
		{json.Number("1.0"), "1.0"},
		{fmt.Errorf("reading: %w", errors.New("cut off\nsecond line")), "reading: cut off"},
		{1500 * time.Millisecond, "1.5s"},
		{make(chan int), "a value of type chan int"},
		{math.NaN(), "a value of type float64"},
		{map[string]any{"f": func() {}}, "a value of type func()"},
	} {
		if got := reports.ShowValue(test.value); got != test.want {
			t.Errorf("%T: %s, want %s", test.value, got, test.want)
		}
	}
}

// TestShowValueTellsNoAddress shows values whose Go form has an address in it.
func TestShowValueTellsNoAddress(t *testing.T) {
	address := regexp.MustCompile(`0x[0-9a-f]{6,}`)
	number := 7
	for _, value := range []any{&number, func() {}, struct{ P *int }{&number}, make(chan int), errors.New("e"), []any{&number, func() {}}} {
		if got := reports.ShowValue(value); address.MatchString(got) {
			t.Errorf("%T: %s", value, got)
		}
	}
}

func TestMismatchError(t *testing.T) {
	for want, m := range map[string]reports.Mismatch{
		`payStatus changed: expected "1", got "0"`: {Summary: "payStatus changed", Expected: reports.ShowValue("1"), Actual: reports.ShowValue("0")},
		"addSims accepted an empty group_id":       {Summary: "addSims accepted an empty group_id"},
		"a push came: got 2":                       {Summary: "a push came", Actual: "2"},
		"no push came: expected 1":                 {Summary: "no push came", Expected: "1"},
	} {
		if got := m.Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
