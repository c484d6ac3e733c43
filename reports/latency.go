package reports

import (
	"cmp"
	"slices"
	"time"
)

// Latency is how long an operation of the target took to answer.
type Latency struct {
	Operation string `json:"operation"` // operation id
	// Answers is the number of measured answers.
	Answers int `json:"answers"`
	// Median, P95 and Max are in nanoseconds, from sending the request until the body was read. P95 is
	// the smallest duration that 95 of 100 answers do not exceed.
	Median time.Duration `json:"median"`
	P95    time.Duration `json:"p95"`
	Max    time.Duration `json:"max"`
}

// Latencies returns the latency of each operation that answered, ordered by id. Exchanges without a
// complete answer, and calls that the target makes, are left out.
func Latencies(run *Run) []Latency {
	outline := Outline{run: run}
	for i := range run.Results {
		outline.time(&run.Results[i])
	}
	return outline.latencies()
}

// latenciesOf returns the latency of each operation.
func latenciesOf(durations map[string][]time.Duration) []Latency {
	latencies := make([]Latency, 0, len(durations))
	for operation, all := range durations {
		slices.Sort(all)
		latencies = append(latencies, Latency{
			Operation: operation, Answers: len(all),
			Median: percentile(all, 50), P95: percentile(all, 95), Max: all[len(all)-1],
		})
	}
	slices.SortFunc(latencies, func(a, b Latency) int { return cmp.Compare(a.Operation, b.Operation) })
	return latencies
}

// Answered distinguishes the operations that the target answers from those that it calls, such as a push:
// only the former have codes in the run.
func (r *Run) Answered() func(operation string) bool {
	answered := map[string]bool{}
	for _, code := range r.Codes {
		answered[code.Operation] = true
	}
	return func(operation string) bool { return len(answered) == 0 || answered[operation] }
}

// percentile returns the smallest of the sorted durations that percent of 100 do not exceed.
func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[max((len(sorted)*percent+99)/100, 1)-1]
}
