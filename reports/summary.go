package reports

import (
	"maps"
	"slices"
)

// Counts is the number of checks by verdict.
type Counts map[Verdict]int

// Add counts one check. An unknown verdict counts as inconclusive.
func (c Counts) Add(v Verdict) {
	if !v.Valid() {
		v = Inconclusive
	}
	c[v]++
}

// Total is the number of checks counted.
func (c Counts) Total() int {
	total := 0
	for _, n := range c {
		total += n
	}
	return total
}

// AreaCounts are the counts of one area.
type AreaCounts struct {
	Area   string
	Counts Counts
}

// Summary is a run in numbers.
type Summary struct {
	// Total counts the results of the whole run.
	Total Counts
	// Areas are ordered by name.
	Areas []AreaCounts
	// Unreached are the services that preflight could not reach.
	Unreached []Service
}

// Summarize counts the results of run.
func Summarize(run *Run) Summary {
	summary := Summary{Total: Counts{}}
	areas := map[string]Counts{}
	for i := range run.Results {
		result := &run.Results[i]
		summary.Total.Add(result.Verdict)
		if areas[result.Area] == nil {
			areas[result.Area] = Counts{}
		}
		areas[result.Area].Add(result.Verdict)
	}
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		summary.Areas = append(summary.Areas, AreaCounts{Area: area, Counts: areas[area]})
	}
	for _, service := range run.Services {
		if !service.Reached {
			summary.Unreached = append(summary.Unreached, service)
		}
	}
	return summary
}
