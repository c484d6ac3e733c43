package digest

import (
	"fmt"
	"slices"
	"strings"
)

// How many ids a list names.
const (
	ListedMost  = 12 // IDs named for one text
	SkippedMost = 3  // the same of checks that were not run: their reason is what counts
)

// ByText are ids by a text that they share, in the order in which the texts came.
type ByText struct {
	Texts []string
	Notes []string // behind each text
	IDs   map[string][]string
}

// Add counts an id for a text.
func (g *ByText) Add(text, id string) {
	if g.IDs == nil {
		g.IDs = map[string][]string{}
	}
	if g.IDs[text] == nil {
		g.Texts, g.Notes = append(g.Texts, text), append(g.Notes, "")
	}
	if !slices.Contains(g.IDs[text], id) {
		g.IDs[text] = append(g.IDs[text], id)
	}
}

// MostFirst puts the texts that most ids share first; they have no notes yet.
func (g *ByText) MostFirst() {
	slices.SortStableFunc(g.Texts, func(a, b string) int { return len(g.IDs[b]) - len(g.IDs[a]) })
}

// Lines are the texts, each with the number of its ids and the first of them.
func (g *ByText) Lines(most int) []string {
	lines := make([]string, len(g.Texts))
	for i, text := range g.Texts {
		lines[i] = fmt.Sprintf("%s (%d): %s", OneLine(text+g.Notes[i], 400), len(g.IDs[text]), Listed(g.IDs[text], most))
	}
	return lines
}

// Listed names the first ids and counts the others.
func Listed(ids []string, most int) string {
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}
