package main

import (
	"os/exec"
	"testing"
	"time"
)

// startLimit is how long a command that asks nobody may take: a person does not
// notice it, and a pipeline may call it as often as it likes.
const startLimit = 100 * time.Millisecond

// BenchmarkStart measures a whole process from its start to its end; it fails where
// the mean is above the limit.
func BenchmarkStart(b *testing.B) {
	for _, arguments := range [][]string{{"version"}, {"list"}, {"list", "--json"}, {"complete", "--", "run", "--only="}} {
		b.Run(arguments[0], func(b *testing.B) {
			var slowest, total time.Duration
			n := 0
			for b.Loop() {
				started := time.Now()
				if err := exec.CommandContext(b.Context(), binary, arguments...).Run(); err != nil {
					b.Fatal(err)
				}
				took := time.Since(started)
				slowest, total, n = max(slowest, took), total+took, n+1
			}
			b.ReportMetric(float64(slowest.Milliseconds()), "slowest-ms")
			if mean := total / time.Duration(n); mean > startLimit {
				b.Errorf("mallcheck %q takes %s, want at most %s", arguments, mean, startLimit)
			}
		})
	}
}
