package reports

import "slices"

// Coverage says which parts of the contract the exchanges of a run exercised,
// operation by operation.
type Coverage struct {
	// Operations are in the order of their ids.
	Operations []OperationCoverage `json:"operations"`
}

// OperationCoverage is what was exercised of one operation.
type OperationCoverage struct {
	Operation string `json:"operation"` // operation id
	// Parts has one entry for each kind of part that the operation has.
	Parts []CoveredParts `json:"parts"`
}

// CoveredParts counts the parts of one kind that one operation has.
type CoveredParts struct {
	// Kind names what is counted: "constraints kept", "response members".
	Kind string `json:"kind"`
	// Total is how many parts there are, Reached how many of them were exercised.
	Total   int `json:"total"`
	Reached int `json:"reached"`
	// Missed are those that were not, in the order of their names.
	Missed []MissedPart `json:"missed,omitempty"`
}

// MissedPart is a part of the contract that no exchange exercised.
type MissedPart struct {
	// Part names it: a JSON pointer into the contract, or the id of a rule, and
	// what of it was not exercised.
	Part string `json:"part"`
	// Reason says why.
	Reason string `json:"reason"`
}

// Totals returns the counts of each kind over all operations, without what was
// missed, in the order in which the kinds come; none of a nil Coverage.
func (c *Coverage) Totals() []CoveredParts {
	if c == nil {
		return nil
	}
	var totals []CoveredParts
	for _, operation := range c.Operations {
		for _, parts := range operation.Parts {
			at := slices.IndexFunc(totals, func(t CoveredParts) bool { return t.Kind == parts.Kind })
			if at < 0 {
				at = len(totals)
				totals = append(totals, CoveredParts{Kind: parts.Kind})
			}
			totals[at].Total += parts.Total
			totals[at].Reached += parts.Reached
		}
	}
	return totals
}
