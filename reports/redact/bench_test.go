package redact

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func BenchmarkRedact(b *testing.B) {
	run := fixture.Large()
	b.ReportAllocs()
	for b.Loop() {
		Run(run, secrets)
	}
}
