package session

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// The auto-renewals that a check left are cancelled, newest first, and one that remains active is
// reported.
func TestUndoCancelsRenewals(t *testing.T) {
	for _, test := range []struct {
		name    string
		cancels bool   // whether the target cancels what is undone
		shown   string // the orderNo of the auto-renewal that it shows then
		left    int
	}{
		{"cancelled", true, "", 0},
		{"refused, and none there", false, "", 0},
		{"refused, and another one there", false, "MC9", 0},
		{"refused, and still there", false, "MC3", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var cancelled []string
			undoing := false
			s := connected(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				code := "S"
				if operation := path.Base(r.URL.Path); operation == "cancelAutoRenewalRecord" {
					if cancelled = append(cancelled, orderNoIn(string(body))); undoing && !test.cancels {
						code = "F"
					}
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"operateCode":%q,"message":"m","data":{"orderNo":%q}}`, code, test.shown)
			})
			s.Target().URLs["payment"], s.Target().Package, s.Target().PayingMethod = s.Target().URLs["vshop"], "K", "pm"
			s.Target().Amount, s.Target().Currency = "4.99", "USD"
			for i := 1; i <= 4; i++ {
				p := s.NewPurchase()
				p.OrderNo, p.PayID = fmt.Sprint("MC", i), fmt.Sprint("P", i)
				if i == 4 { // ordered, not subscribed to
					s.Send(t.Context(), s.NewSingleOrder(p))
					continue
				}
				s.Subscribe(t.Context(), p)
				if i == 2 {
					s.Send(t.Context(), s.NewCancelAutoRenewalRecord(p))
				}
			}
			undoing, cancelled = true, nil
			left := s.Undo()
			if want := []string{"MC3", "MC1"}; !slices.Equal(cancelled, want) {
				t.Errorf("cancelled %q, want %q", cancelled, want)
			}
			if len(left) != test.left || test.left == 1 && !strings.Contains(left[0], "MC3") {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// orderNoIn returns the orderNo of a body.
func orderNoIn(body string) string {
	_, rest, _ := strings.Cut(body, `"orderNo":"`)
	number, _, _ := strings.Cut(rest, `"`)
	return number
}

// Looking goes on until it succeeds or the time is over.
func TestAwait(t *testing.T) {
	s := connected(t, http.NotFound)
	s.Target().TaskTimeout = 20 * time.Millisecond
	looks := 0
	if !s.Await(func() bool { looks++; return looks == 3 }) || looks != 3 {
		t.Errorf("looked %d times, want success at the third", looks)
	}
	if s.Await(func() bool { return false }) {
		t.Error("success without any")
	}
}

// A draft and its twin are changed apart.
func TestTwin(t *testing.T) {
	s := connected(t, http.NotFound)
	draft := s.NewListBundles().Before(wire.Set("version", "1.0"))
	twin := draft.Twin().Before(wire.Set("version", "2.0")).After(wire.Set("extra", "1"))
	draft.Before(wire.Drop("partnerCode"))
	if query := s.render(draft).URL.RawQuery; !strings.Contains(query, "version=1.0") || strings.Contains(query, "extra") || strings.Contains(query, "partnerCode") {
		t.Errorf("the draft is sent as %s", query)
	}
	if query := s.render(twin).URL.RawQuery; !strings.Contains(query, "version=2.0") || !strings.Contains(query, "extra=1") || !strings.Contains(query, "partnerCode=P1") {
		t.Errorf("the twin is sent as %s", query)
	}
	if names := draft.Names(); !slices.Equal(names, []string{"version", "partnerCode"}) {
		t.Errorf("names %q", names)
	}
}
