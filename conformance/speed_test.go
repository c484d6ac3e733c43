package conformance_test

import (
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// BenchmarkExchange measures one exchange as a check makes it: a request is built,
// signed, sent to the embedded sandbox, recorded and judged.
func BenchmarkExchange(b *testing.B) {
	contract, err := openapi.Mall()
	if err != nil {
		b.Fatal(err)
	}
	connection, err := session.Connect(configured(b), contract)
	if err != nil {
		b.Fatal(err)
	}
	defer connection.Close()
	b.ReportAllocs()
	for b.Loop() {
		driven := connection.Session(b.Context())
		answer := driven.Send(b.Context(), driven.NewListBundles())
		if !answer.Accepted() || len(driven.Exchanges()) != 1 {
			b.Fatalf("%s, %d exchanges", answer, len(driven.Exchanges()))
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
}

// maxGrowth is how many times longer a run with ten times the cases may take.
const maxGrowth = 15

// BenchmarkGrowth runs a tenth of the derived cases and all of them, from the first
// request to the last report, and fails where the time grows faster than it may.
func BenchmarkGrowth(b *testing.B) {
	var tenth, whole time.Duration
	var few, many int
	for b.Loop() {
		n, took := timed(b, "1/10")
		few, tenth = few+n, tenth+took
		n, took = timed(b, "")
		many, whole = many+n, whole+took
	}
	growth := float64(whole) / float64(tenth)
	b.ReportMetric(float64(many)/float64(few), "cases-ratio")
	b.ReportMetric(growth, "time-ratio")
	if growth > maxGrowth {
		b.Errorf("%d cases take %s, %d take %s", few, tenth, many, whole)
	}
}

// timed runs a shard of the derived cases, or all of them, writes the reports, and
// returns how many cases there were and how long that took.
func timed(b *testing.B, shard string) (int, time.Duration) {
	b.Helper()
	under := configured(b, settings(func(s *target.Settings) { s.Only, s.Seed, s.Shard = []string{"area:GEN"}, "1", shard }))
	dir := b.TempDir()
	started := time.Now()
	run, err := conformance.Run(b.Context(), under, nil)
	if err != nil {
		b.Fatal(err)
	}
	told := redact.Run(run, under.Secrets())
	if err := render.WriteFiles(dir, []string{"junit", "json", "html"}, told); err != nil {
		b.Fatal(err)
	}
	took := time.Since(started)
	if code := conformance.ExitCode(run); code != conformance.ExitPassed {
		b.Fatalf("exit code %d", code)
	}
	return len(run.Results), took
}
