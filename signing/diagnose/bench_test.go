package diagnose

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/internal/signtest"
)

// BenchmarkSign measures what a server for tests pays for a wrong sign: one whose mistake is found at once, one of a
// pair of mistakes, one that nothing explains, and that of a large batch, which is cut.
func BenchmarkSign(b *testing.B) {
	const unknown = "0123456789abcdef0123456789abcdef"
	unsorted := `{"version":"3.0",` + strings.Replace(signtest.PlansBody, `,"version":"3.0"`, "", 1)[1:]
	batch := make([]string, 1000)
	for i := range batch {
		batch[i] = fmt.Sprintf(`"8985220230625%07d"`, i)
	}
	sims := `{"sim_ids":[` + strings.Join(batch, ",") + `],"version":"3.0","partnerCode":"P000270"}`
	for _, c := range []struct{ name, body, sign string }{
		{"right", signtest.SingleVerifyBody, "ea7a3bba7e345e0b8ca7f7e3b43d6e72"},
		{"single", unsorted, md5Hex(strings.Replace(unsorted, `"sign":"3fdb15332726c77cd792ea2328f98a80",`, "", 1))},
		{"pair", signtest.PlansBody, md5Hex(strings.NewReplacer(`"sign":"3fdb15332726c77cd792ea2328f98a80"`, `"sign":""`, `":`, `": `, `,"`, `, "`).Replace(signtest.PlansBody))},
		{"unknown", signtest.PlansBody, unknown},
		{"empty", signtest.PlansBody, ""},
		{"batch", sims, unknown},
	} {
		b.Run(c.name, func(b *testing.B) {
			got := Request{Body: membersOf(b, c.body), RawBody: []byte(c.body)}
			var d Diagnosis
			b.ReportAllocs()
			for b.Loop() {
				d = Sign(got, c.sign, signing.Default(), Thorough)
			}
			b.ReportMetric(float64(d.Tried), "texts")
			if explained := len(d.Causes) > 0 || d.Right; explained != (c.name == "right" || c.name == "single" || c.name == "pair") {
				b.Fatalf("%s", d)
			}
		})
	}
}

// largeRequests are bodies with as many parameters or values as a request may have in practice and more.
func largeRequests(t testing.TB) map[string]Request {
	t.Helper()
	bodies := map[string]string{}
	for name, value := range map[string]string{"texts": `"%d"`, "amounts": "%d.50", "amounts as texts": `"%d.50"`, "empty": `""`, "upper": `"A%d"`} {
		var body strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&body, `,"m%d":`, i)
			if strings.Contains(value, "%") {
				fmt.Fprintf(&body, value, i)
			} else {
				body.WriteString(value)
			}
		}
		bodies[name] = "{" + body.String()[1:] + "}"
	}
	bodies["nested"] = `{"a":[` + strings.Repeat(`{"k":[1,"2",null]},`, 30_000) + `0]}`
	bodies["just below the limit of combinations"] = `{"m0":"10.00"`
	for i := 1; i < maxPairMembers; i++ {
		bodies["just below the limit of combinations"] += fmt.Sprintf(`,"m%d":"10.00"`, i)
	}
	bodies["just below the limit of combinations"] += "}"
	requests := map[string]Request{}
	for name, body := range bodies {
		requests[name] = Request{Body: membersOf(t, body), RawBody: []byte(body)}
	}
	return requests
}

// unknownSigns are wrong signs of the usual form and of another.
var unknownSigns = []string{"0123456789abcdef0123456789abcdef", "AQIDBAUGBwgJCgsMDQ4PEA=="}

// BenchmarkLarge measures what nothing explains in the largest requests. It fails above two seconds.
func BenchmarkLarge(b *testing.B) {
	for name, got := range largeRequests(b) {
		for _, sign := range unknownSigns {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					Sign(got, sign, signing.Default(), Thorough)
				}
				if each := b.Elapsed() / time.Duration(b.N); each > 2*time.Second {
					b.Errorf("%s for a request", each)
				}
			})
		}
	}
}

// The search in the largest requests is bounded, and says that it is.
func TestLargeRequestsAreBounded(t *testing.T) {
	testlevel.Plain(t)
	for name, got := range largeRequests(t) {
		for _, sign := range unknownSigns {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			d := Sign(got, sign, signing.Default(), Thorough)
			runtime.ReadMemStats(&after)
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%s: %d texts, %d MB, %s", name, d.Tried, allocated, time.Since(started))
			if allocated > 800 { // in total; about a third of it at once
				t.Errorf("%s: allocated %d MB", name, allocated)
			}
			if len(d.Causes) > 0 || !d.Cut && len(got.Body) > maxPairMembers {
				t.Errorf("%s: %d causes, cut %t", name, len(d.Causes), d.Cut)
			}
		}
	}
}
