package digest

import (
	"fmt"
	"slices"
	"strings"
)

// How many ids a list names.
const (
	ListedMost  = 12 // IDs named for one text
	SkippedMost = 3  // the same for skipped checks, where only the reason matters
)

// ByText groups ids by a common text, in the order in which the texts were added.
type ByText struct {
	Texts []string
	Notes []string // appended to each text
	IDs   map[string][]string
}

// Add adds an id to the group of a text.
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

// MostFirst sorts by the number of ids, most first. There must be no notes yet.
func (g *ByText) MostFirst() {
	slices.SortStableFunc(g.Texts, func(a, b string) int { return len(g.IDs[b]) - len(g.IDs[a]) })
}

// Lines returns the texts, each with the number of its ids and the first of them.
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
