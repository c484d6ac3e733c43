package digest

import "github.com/mallcheck/mallcheck/reports"

// OperationCoverage is one operation's coverage.
type OperationCoverage struct {
	Operation string
	Reached   int
	Total     int
	Share     float64
	Parts     []PartCoverage
	Missed    int
}

// PartCoverage is one kind of part of an operation.
type PartCoverage struct {
	reports.CoveredParts
	Share float64
	// More is the number of missed parts that are not named.
	More int
}

// missedParts is the number of missed parts of one kind that are named.
const missedParts = 40

// CoverageOf returns the coverage of each operation; nil if a run has none.
func CoverageOf(coverage *reports.Coverage) []OperationCoverage {
	if coverage == nil {
		return nil
	}
	var list []OperationCoverage
	for _, operation := range coverage.Operations {
		row := OperationCoverage{Operation: operation.Operation}
		for _, parts := range operation.Parts {
			row.Reached += parts.Reached
			row.Total += parts.Total
			row.Missed += len(parts.Missed)
			part := PartCoverage{CoveredParts: parts, Share: Share(parts.Reached, parts.Total)}
			if part.More = len(parts.Missed) - missedParts; part.More > 0 {
				part.Missed = parts.Missed[:missedParts]
			}
			row.Parts = append(row.Parts, part)
		}
		row.Share = Share(row.Reached, row.Total)
		list = append(list, row)
	}
	return list
}

// Share is n of total in percent.
func Share(n, total int) float64 {
	if total == 0 {
		return 0
	}
	return float64(n*1000/total) / 10
}
