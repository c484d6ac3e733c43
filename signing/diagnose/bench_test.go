package diagnose

import (
	"fmt"
	"strings"
	"testing"

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
