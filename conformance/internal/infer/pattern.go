package infer

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// pattern is what a whole run shows for one fault.
type pattern struct {
	id, clause string
	statement  string // completes a sentence that begins with "The server"
	checks     map[string][]shown
	kinds      map[kind]bool // what checks of any operation show; nil if the statement names an operation
}

// kind is what every case of a check may show.
type kind struct {
	check string
	shown shown
}

// shown is what a check shows: the violated clause and a digest of the words that describe it.
type shown struct{ clause, words string }

// Shown returns what a result shows, in the form of the matrix rows.
func Shown(result *reports.Result) []string {
	var texts []string
	for _, s := range shownBy(result) {
		texts = append(texts, s.clause+" "+s.words)
	}
	return texts
}

// shownBy returns what a result shows, without repetitions.
func shownBy(result *reports.Result) []shown {
	var all []shown
	for i := range result.Deviations {
		d := &result.Deviations[i]
		if s := (shown{d.Clause, digest(d.Summary)}); !d.Undocumented && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// digest returns a short digest of a sentence without its values, numbers and operations, and without the answer that a
// failed precondition quotes at its end: its code is the target's own.
func digest(sentence string) string {
	sentence, _, _ = strings.Cut(sentence, " (and ")
	sentence, _, _ = strings.Cut(sentence, ": HTTP ")
	words := values().ReplaceAllString(sentence, "#")
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:3])
}

// values matches the parts of a sentence that differ between exchanges.
var values = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"[^"]*"|\b(` + strings.Join(operations(), "|") + `)\b|[0-9]+`)
})

// operations returns the ids of all operations.
var operations = sync.OnceValue(func() []string {
	var ids []string
	for _, document := range []func() (*openapi.Contract, error){openapi.Mall, openapi.Push} {
		contract, err := document()
		if err != nil {
			continue
		}
		for _, operation := range contract.Operations() {
			ids = append(ids, operation.ID)
		}
	}
	return ids
})

func (p *pattern) findKinds() {
	if namesOperation(p.statement) {
		return
	}
	p.kinds = map[kind]bool{}
	for id, list := range p.checks {
		for _, s := range list {
			p.kinds[kind{reports.CheckOf(id), s}] = true
		}
	}
}

func namesOperation(statement string) bool {
	return slices.ContainsFunc(operations(), func(id string) bool { return strings.Contains(statement, id) })
}

//go:embed patterns.txt
var table string

// patterns returns the embedded patterns.
var patterns = sync.OnceValue(func() []*pattern {
	all, err := readPatterns(strings.NewReader(table))
	if err != nil {
		panic("the embedded patterns: " + err.Error())
	}
	for _, p := range all {
		p.findKinds()
	}
	return all
})

// readPatterns reads a table: a line for each fault with id, clause and statement, followed by an
// indented line for each thing shown, with the ids of the checks.
func readPatterns(r io.Reader) ([]*pattern, error) {
	var all []*pattern
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		fields := strings.Split(lines.Text(), "\t")
		clause, words, isShown := "", "", false
		if len(fields) == 3 {
			clause, words, isShown = strings.Cut(fields[1], " ")
		}
		switch {
		case len(fields) == 3 && fields[0] != "":
			all = append(all, &pattern{fields[0], fields[1], fields[2], map[string][]shown{}, nil})
		case isShown && len(all) > 0:
			p := all[len(all)-1]
			for id := range strings.FieldsSeq(fields[2]) {
				p.checks[id] = append(p.checks[id], shown{clause, words})
			}
		default:
			return nil, fmt.Errorf("line %d is not a pattern: %q", n, lines.Text())
		}
	}
	return all, lines.Err()
}
