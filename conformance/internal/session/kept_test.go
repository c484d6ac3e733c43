package session

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// Once a run has kept as many bytes as it may, a check still sees whole answers; of
// each, the report keeps the beginning, the end, the length and the digest.
func TestAnswersBeyondTheLimitAreCut(t *testing.T) {
	s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"operateCode":"S","message":"success","data":["%s"]}`, strings.Repeat("x", 4000))
	})
	s.connection.kept.Most = 6000
	const end = `"]}`
	for i, cut := range []bool{false, true} {
		answer := s.Send(t.Context(), s.NewListBundles())
		kept := s.Exchanges()[i]
		if len(answer.Body) < 4000 || !answer.Accepted() {
			t.Errorf("the check sees %d bytes", len(answer.Body))
		}
		if cut && string(kept.Response.Tail) != end || !cut && kept.Response.Tail != nil {
			t.Errorf("answer %d: the tail is %q, want %q where it is cut", i, kept.Response.Tail, end)
		}
		if transport.IsCut(kept) != cut || int64(len(kept.Response.Body))+kept.Response.Cut != int64(len(answer.Body)) {
			t.Errorf("answer %d: %d bytes are kept, %d are cut, digest %q", i, len(kept.Response.Body), kept.Response.Cut, kept.Response.Digest)
		}
	}
	if err := attempt(func() { s.Recall(s.Exchanges()[1]) }); err == nil || !strings.Contains(err.Error(), "--max-kept") {
		t.Errorf("an answer that was cut is judged again: %v", err)
	}
}

// A body of more than the limit is a deviation, and ends the check.
func TestAnswerThatIsTooLarge(t *testing.T) {
	s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"operateCode":"S","message":"success","data":["%s"]}`, strings.Repeat("x", 200<<10))
	})
	limited, err := Connect(&target.Target{
		URLs: s.Target().URLs, PartnerCode: "P1", Sign: s.Target().Sign, CallTimeout: s.Target().CallTimeout, Limits: target.Limits{Answer: 100 << 10},
	}, s.Contract())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(limited.Close)
	s = limited.Session(t.Context())
	if err := attempt(func() { s.Send(t.Context(), s.NewListBundles()) }); err == nil || !strings.Contains(err.Error(), "larger than 100 KiB") {
		t.Errorf("ended with %v", err)
	}
	if got := s.Deviations(); len(got) != 1 || !strings.Contains(got[0].Summary, "larger than 100 KiB") {
		t.Errorf("deviations %+v", got)
	}
}

// An answer of millions of tiny values is too large, whatever its size in bytes: in memory, each takes
// many times as much. Commas and brackets in texts do not count.
func TestAnswerOfTooManyValues(t *testing.T) {
	for name, test := range map[string]struct {
		items string
		large bool
	}{
		"numbers":  {strings.Repeat("1,", 1<<20), true},
		"objects":  {strings.Repeat("{},", 1<<20), true},
		"names":    {`{"a":[` + strings.Repeat(`"",`, 1<<20) + `""]},`, true},
		"text":     {`"` + strings.Repeat(`,[\"{`, 1<<20) + `",`, false},
		"not many": {strings.Repeat("1,", 1<<19), false},
	} {
		t.Run(name, func(t *testing.T) {
			body := []byte(`{"operateCode":"S","message":"success","data":[` + test.items + `1]}`)
			s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(body)
			})
			_ = attempt(func() { s.Send(t.Context(), s.NewListBundles()) })
			got := s.Deviations()
			if large := len(got) > 0 && strings.Contains(got[0].Summary, "larger than 1048576 JSON values"); large != test.large {
				t.Errorf("%d bytes: deviations %.500s", len(body), fmt.Sprint(got))
			}
		})
	}
}
