package observe

import (
	"math/bits"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// latency counts durations in steps of a quarter of a power of two, so that its memory does not grow
// with the number of answers.
type latency struct {
	answers  int
	steps    [4 * 64]int
	min, max time.Duration
}

func (l *Learner) latency(exchange *reports.Exchange) {
	d := max(exchange.Duration, 1)
	of := l.latencies[exchange.Operation]
	if of == nil {
		of = &latency{min: d}
		l.latencies[exchange.Operation] = of
	}
	of.answers++
	of.min, of.max = min(of.min, d), max(of.max, d)
	of.steps[step(d)]++
}

func step(d time.Duration) int {
	n := uint64(d) //nolint:gosec // it is positive
	power := bits.Len64(n) - 1
	quarter := 0
	if power >= 2 {
		quarter = int(n>>(power-2)) & 3 //nolint:gosec // two bits
	}
	return 4*power + quarter
}

// percentile returns the upper end of the step that contains a percentile.
func (l *latency) percentile(percent int) time.Duration {
	wanted := max((l.answers*percent+99)/100, 1)
	for i, n := range l.steps {
		if wanted -= n; wanted <= 0 {
			power, quarter := i/4, i%4
			if power < 2 {
				return time.Duration(1) << (power + 1)
			}
			return min(time.Duration(5+quarter)<<(power-2), l.max)
		}
	}
	return l.max
}
