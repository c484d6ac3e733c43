package observe

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/internal/overlay"
)

// facts writes one action for each subject, with everything seen about it.
func (w *writer) facts(facts []Fact) {
	for _, kind := range kinds {
		for at := 0; at < len(facts); {
			end := at + 1
			for end < len(facts) && facts[end].Kind == facts[at].Kind && facts[end].Subject == facts[at].Subject {
				end++
			}
			if facts[at].Kind == kind {
				w.subject(facts[at:end])
			}
			at = end
		}
	}
}

// subject writes the facts about one subject.
func (w *writer) subject(facts []Fact) {
	values := mapping()
	var sentences []string
	for i := range facts {
		operations, err := nodeOf(facts[i].Operations)
		if err != nil {
			w.err = err
			return
		}
		operations.Style = yaml.FlowStyle
		put(&values, facts[i].Value, operations)
		sentences = append(sentences, facts[i].Sentence())
	}
	first := facts[0]
	w.actions = append(w.actions, overlay.Action{
		Target: "$", Description: strings.Join(sentences, " "),
		Update: mapping(observed, mapping(first.Kind, mapping(first.Subject, values))),
	})
	if first.Subject == "request-id-header" && !strings.EqualFold(first.Value, contractHeader) {
		for _, id := range []string{"addSims", "removeSims"} {
			op, known := w.contract.Operation(id)
			if !known {
				continue
			}
			w.actions = append(w.actions, overlay.Action{
				Target: pathOf(op.Pointer + "/responses/200/headers"), Description: "The header of the request id, as " + w.target + " names it.",
				Update: mapping(first.Value, mapping("$ref", "#/components/headers/RequestId")),
			})
		}
	}
}

// contractHeader is the contract's name of the header that carries the request id.
const contractHeader = "request_id"

// block is the block of counts and dates of an overlay.
type block struct {
	Exchanges int                     `yaml:"exchanges"`
	First     string                  `yaml:"first,omitempty"`
	Last      string                  `yaml:"last,omitempty"`
	Batch     int                     `yaml:"largest-batch,omitempty"`
	Members   map[string]MemberCount  `yaml:"members,omitempty"`
	Facts     map[string]FactCount    `yaml:"facts,omitempty"`
	Latency   map[string]latencyCount `yaml:"latency,omitempty"`
	Rare      []rareFact              `yaml:"rare,omitempty"`
}

// rareFact is a fact that was seen too rarely to be claimed.
type rareFact struct {
	Kind       string   `yaml:"kind"`
	Subject    string   `yaml:"subject"`
	Value      string   `yaml:"value,omitempty"`
	Operations []string `yaml:"operations,flow"`
}

type latencyCount struct {
	Answers int    `yaml:"answers"`
	Min     string `yaml:"min"`
	Median  string `yaml:"median"`
	P95     string `yaml:"p95"`
	Max     string `yaml:"max"`
}

// key identifies a fact within the block.
func (f *Fact) key() string {
	return strings.Join(slices.DeleteFunc([]string{f.Kind, f.Subject, f.Value}, func(s string) bool { return s == "" }), " ")
}

// observations returns the block. Dates have no time of day, which would add nothing.
func (learned *Learned) observations() block {
	b := block{
		Exchanges: learned.Exchanges, First: day(learned.First), Last: day(learned.Last), Batch: learned.Batch,
		Members: map[string]MemberCount{}, Facts: map[string]FactCount{}, Latency: map[string]latencyCount{},
	}
	for i := range learned.Members {
		m := &learned.Members[i]
		b.Members[m.At] = m.Count
	}
	for i := range learned.Facts {
		f := &learned.Facts[i]
		b.Facts[f.key()] = f.Count
	}
	for _, f := range learned.Rare {
		b.Rare = append(b.Rare, rareFact{f.Kind, f.Subject, f.Value, f.Operations})
	}
	for _, l := range learned.Latencies {
		b.Latency[l.Operation] = latencyCount{l.Answers, Short(l.Min), Short(l.Median), Short(l.P95), Short(l.Max)}
	}
	return b
}

func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

// Short formats a duration with about three digits.
func Short(d time.Duration) string {
	switch {
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	case d >= 10*time.Microsecond:
		return d.Round(time.Microsecond).String()
	}
	return d.String()
}

// Read returns what was learnt according to an overlay: the actions that Overlay wrote.
func Read(document *overlay.Document) (*Learned, error) {
	learned := &Learned{}
	for i := range document.Actions {
		action := &document.Actions[i]
		if claim, is := action.Extensions[observed]; is {
			var m Member
			if err := claim.Decode(&m); err != nil {
				return nil, err
			}
			learned.Members = append(learned.Members, m)
		}
		if action.Target == "$" && action.Update.Kind == yaml.MappingNode {
			if err := learned.readFacts(&action.Update); err != nil {
				return nil, err
			}
		}
	}
	var b block
	if text, is := document.Extensions[observations]; is {
		if err := text.Decode(&b); err != nil {
			return nil, err
		}
	}
	learned.readBlock(&b)
	return learned, nil
}

func (learned *Learned) readFacts(update *yaml.Node) error {
	var root struct {
		Observed map[string]map[string]map[string][]string `yaml:"x-observed"`
	}
	if err := update.Decode(&root); err != nil {
		return err
	}
	for kind, subjects := range root.Observed {
		for subject, values := range subjects {
			for value, operations := range values {
				learned.Facts = append(learned.Facts, Fact{Kind: kind, Subject: subject, Value: value, Operations: operations})
			}
		}
	}
	sortFacts(learned.Facts)
	return nil
}

func (learned *Learned) readBlock(b *block) {
	learned.Exchanges, learned.Batch = b.Exchanges, b.Batch
	learned.First, _ = time.Parse(time.DateOnly, b.First) // a review may have removed it
	learned.Last, _ = time.Parse(time.DateOnly, b.Last)
	for i := range learned.Members {
		learned.Members[i].Count = b.Members[learned.Members[i].At]
	}
	for i := range learned.Facts {
		learned.Facts[i].Count = b.Facts[learned.Facts[i].key()]
	}
	for _, f := range b.Rare {
		learned.Rare = append(learned.Rare, Fact{Kind: f.Kind, Subject: f.Subject, Value: f.Value, Operations: f.Operations})
	}
	for operation, l := range b.Latency {
		of := Latency{Operation: operation, Answers: l.Answers}
		for text, into := range map[string]*time.Duration{l.Min: &of.Min, l.Median: &of.Median, l.P95: &of.P95, l.Max: &of.Max} {
			*into, _ = time.ParseDuration(text)
		}
		learned.Latencies = append(learned.Latencies, of)
	}
	slices.SortFunc(learned.Latencies, func(a, b Latency) int { return strings.Compare(a.Operation, b.Operation) })
}
