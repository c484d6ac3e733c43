package render

import (
	"fmt"
	"slices"
	"strings"
)

const (
	listedMost  = 12 // ids named for one text
	skippedMost = 3  // the same of checks that were not run: their reason is what counts
)

// groups are ids by a text that they share, in the order in which the texts came.
type groups struct {
	texts []string
	notes []string // behind each text
	ids   map[string][]string
}

func (g *groups) add(text, id string) {
	if g.ids == nil {
		g.ids = map[string][]string{}
	}
	if g.ids[text] == nil {
		g.texts, g.notes = append(g.texts, text), append(g.notes, "")
	}
	if !slices.Contains(g.ids[text], id) {
		g.ids[text] = append(g.ids[text], id)
	}
}

// mostFirst puts the texts that most ids share first; they have no notes yet.
func (g *groups) mostFirst() {
	slices.SortStableFunc(g.texts, func(a, b string) int { return len(g.ids[b]) - len(g.ids[a]) })
}

// lines are the texts, each with the number of its ids and the first of them.
func (g *groups) lines(most int) []string {
	lines := make([]string, len(g.texts))
	for i, text := range g.texts {
		lines[i] = fmt.Sprintf("%s (%d): %s", oneLine(text+g.notes[i], 400), len(g.ids[text]), listed(g.ids[text], most))
	}
	return lines
}

// listed names the first ids and counts the others.
func listed(ids []string, most int) string {
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}
