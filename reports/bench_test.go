package reports

import (
	"fmt"
	"io"
	"testing"
)

// largeRun has 2,000 results, a tenth of which failed, with the exchanges of each.
func largeRun() *Run {
	run := sampleRun()
	failed := run.Results[6]
	run.Results = nil
	for i := range 2000 {
		result := failed
		result.ID = fmt.Sprintf("GEN/singleOrder/body/payAmount/%04d", i)
		if i%10 != 0 {
			result.Verdict, result.Deviations = Passed, nil
		}
		run.Results = append(run.Results, result)
	}
	return run
}

func BenchmarkWriteJUnit(b *testing.B) {
	run := largeRun()
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteJUnit(io.Discard, run); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	run := largeRun()
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteJSON(io.Discard, run); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRedact(b *testing.B) {
	run := largeRun()
	b.ReportAllocs()
	for b.Loop() {
		Redact(run, sampleSecrets)
	}
}
