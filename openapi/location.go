package openapi

import "strings"

// Location is a line in the source of a document.
type Location struct {
	// File is the document's path in this repository: "openapi/mall.yaml".
	File string
	// Line is the line of the statement, from 1.
	Line int
}

// LocationOf returns the location of a clause in either document, and whether it was
// found. It takes the ids of Contract.Clause. It follows references to the statement
// itself.
func LocationOf(id string) (Location, bool) {
	for _, document := range []struct {
		file  string
		parse func() (*Contract, error)
	}{{"openapi/mall.yaml", Mall}, {"openapi/push.yaml", Push}} {
		contract, err := document.parse()
		if err != nil {
			continue
		}
		if line := contract.lineOf(id); line > 0 {
			return Location{document.file, line}, true
		}
	}
	return Location{}, false
}

// lineOf returns the first line of the statement of a clause, 0 for none.
func (c *Contract) lineOf(id string) int {
	if pointer := strings.TrimPrefix(id, "#"); strings.HasPrefix(pointer, "/") {
		p, found := c.walk(pointer)
		if !found {
			return 0
		}
		return p.at.last().Line
	}
	rules := member(c.root, "x-clauses")
	if rules == nil {
		return 0
	}
	for i := 0; i+1 < len(rules.Content); i += 2 {
		if rules.Content[i].Value == id {
			return rules.Content[i].Line
		}
	}
	return 0
}
