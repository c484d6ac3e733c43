package signing

import (
	"crypto/md5"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/signing/internal/signtest"
)

// The bodies that the documentation prints on pages api-42599728 and api-42599729.
const (
	singleVerifyBody = signtest.SingleVerifyBody
	plansBody        = signtest.PlansBody
)

// The limits that the package promises for a documented body: time in
// multiples of md5.Sum of its content, and allocations.
const (
	maxSignRatio, maxSignAllocs         = 2.5, 2
	maxSignBodyRatio, maxSignBodyAllocs = 5, 4
)

var documentedBodies = map[string]string{"singleVerify": singleVerifyBody, "singleServicePlanPage": plansBody}

// against times signing and md5.Sum of the content by turns. The quiet time of each is the one
// that a tenth of its turns stays below, so that other load on the machine is left out; ns/op is that of
// signing, x-md5 the ratio of the two, and a ratio above limit fails.
func against(b *testing.B, limit float64, content []byte, sign func()) {
	const turn = 100
	var signing, hashing []time.Duration
	b.ReportAllocs()
	for done := 0; done < b.N; done += turn {
		start := time.Now()
		for range turn {
			sign()
		}
		middle := time.Now()
		for range turn {
			sum = md5.Sum(content)
		}
		signing, hashing = append(signing, middle.Sub(start)), append(hashing, time.Since(middle))
	}
	quiet := func(turns []time.Duration) float64 {
		slices.Sort(turns)
		return float64(turns[len(turns)/10])
	}
	ratio := quiet(signing) / quiet(hashing)
	b.ReportMetric(quiet(signing)/turn, "ns/op")
	b.ReportMetric(ratio, "x-md5")
	if enough := len(signing) >= 100; enough && ratio > limit {
		b.Errorf("%.2f times md5.Sum, at most %.1f times are allowed", ratio, limit)
	}
}

var (
	sum  [md5.Size]byte
	text string
)

func BenchmarkSign(b *testing.B) {
	for name, body := range documentedBodies {
		members, err := ParseMembers([]byte(body))
		if err != nil {
			b.Fatal(err)
		}
		content, err := Content(members, Default())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			against(b, maxSignRatio, content, func() { text, err = Sign(members, Default()) })
		})
	}
}

func BenchmarkSignBody(b *testing.B) {
	for name, body := range documentedBodies {
		raw := []byte(body)
		content, err := ContentOfBody(raw, Default())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			against(b, maxSignBodyRatio, content, func() { text, err = SignBody(raw, Default()) })
		})
	}
}

// BenchmarkMembersOf is what a server spends on collecting and verifying one request.
func BenchmarkMembersOf(b *testing.B) {
	s := testSigner()
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		req := httptest.NewRequest(method, "https://h/topup/mall/bundle-groups/G1/sims", nil)
		if err := s.Sign(b.Context(), req); err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(method, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				members, err := MembersOf(method, req.URL, body, templates, AllParts)
				if err != nil {
					b.Fatal(err)
				}
				sign, err := SignOf(members)
				if err != nil {
					b.Fatal(err)
				}
				if err := Verify(members, sign, Default()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
