package sandbox

import (
	"encoding/json"
	"math/big"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// Amounts are equal when their numbers are, however they are written.
func TestSameAmountIsNumeric(t *testing.T) {
	amount := rapid.StringMatching(`[0-9]{1,4}(\.[0-9]{1,4})?`)
	rapid.Check(t, func(t *rapid.T) {
		a := amount.Draw(t, "a")
		b := rapid.OneOf(amount, rapid.Just("0"+a), rapid.Just(a+"0"), rapid.Just(a+".0")).Draw(t, "b")
		if !amountForm(a) || !amountForm(b) {
			return // two points
		}
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		if same := store.SameAmount(a, b); same != (x.Cmp(y) == 0) {
			t.Fatalf("%s and %s: %v", a, b, same)
		}
	})
}

// The forms that are written by hand are those of these expressions.
func FuzzForms(f *testing.F) {
	for _, text := range []string{"", "4.99", "4.", "USD", "uſd", "2022-06-07 15:10:35", "2022-06-07T15:10:35", "89852420180910340793"} {
		f.Add(text)
	}
	forms := []struct {
		holds func(string) bool
		want  *regexp.Regexp
	}{
		{amountForm, regexp.MustCompile(`\A[0-9]+(\.[0-9]+)?\z`)},
		{currencyForm, regexp.MustCompile(`\A[A-Za-z]{3}\z`)},
		{dateTimeForm, regexp.MustCompile(`\A[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\z`)},
		{simKeyForm, regexp.MustCompile(`\A([0-9]{18,22})?\z`)},
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, form := range forms {
			if got := form.holds(text); got != form.want.MatchString(text) {
				t.Errorf("%q: %v, but %s", text, got, form.want)
			}
		}
	})
}

// Whatever body the control path is sent, it is read without a panic, and what is read is one JSON object.
func FuzzControlBody(f *testing.F) {
	for _, text := range []string{"", "{}", `{"advance":"1h"}`, `{"advance":"1h"}x`, "[]", `{"a":1}`, "{} {}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var into struct{ Advance string }
		if err := strictly(body, &into); err != nil {
			return
		}
		if into.Advance != "" && !json.Valid(body) {
			t.Errorf("%q was read", body)
		}
	})
}

// An order ends after what was ordered or, while it is renewed, after the first whole number of times
// that reaches over the time.
func TestExpiry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		now := start.Add(time.Duration(rapid.Int64Range(0, int64(store.MaxPeriods*store.Month)).Draw(t, "now")))
		n := rapid.IntRange(1, 24).Draw(t, "periods")
		o := &store.Order{Period: string(rune('0'+n/10)) + string(rune('0'+n%10)), Due: start}
		length := time.Duration(n) * store.Month
		if end := o.Expires(now); !end.Equal(start.Add(length)) {
			t.Fatalf("not renewed: %s", end)
		}
		o.Renewal = store.Renewal{SubID: "sub", Active: true}
		end := o.Expires(now)
		if !end.After(now) || end.Sub(now) > max(length, end.Sub(start)) || end.Sub(start)%length != 0 || end.Sub(start) > length && end.Sub(now) > length {
			t.Fatalf("renewed: %s for %s", end, now)
		}
		o.Renewal.Active, o.Renewal.Ended = false, now
		if later := o.Expires(now.Add(10 * length)); !later.Equal(end) {
			t.Fatalf("cancelled: %s, not %s", later, end)
		}
	})
}
