package observe

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/openapi"
)

// Learned is what was learnt about a target, sorted.
type Learned struct {
	Members []Member
	Facts   []Fact
	// Rare are facts that were seen too rarely to be claimed.
	Rare []Fact
	// Latencies are the latencies of each operation.
	Latencies []Latency
	// Exchanges is the number of exchanges it was learnt from; First and Last are the times of the first
	// and last.
	Exchanges   int
	First, Last time.Time
	// Batch is the largest number of SIM cards accepted in one request, 0 for none.
	Batch int
}

// Presence and nullness of a member.
const (
	Always    = "always"
	Sometimes = "sometimes"
	Never     = "never"
)

// Member is what was learnt about a member of answers, or about the elements of a list. An empty field
// claims nothing.
type Member struct {
	// At is its location in the contract, a JSON pointer; for an undocumented member, where it would be.
	At string `yaml:"at"`
	// Operations are the operations whose answers can contain it.
	Operations []string `yaml:"operations,flow"`
	// New is set if the contract does not have it.
	New bool `yaml:"new,omitempty"`
	// Presence is Always, Sometimes or Never.
	Presence string `yaml:"presence,omitempty"`
	// Null is Always, Sometimes or Never.
	Null string `yaml:"null,omitempty"`
	// Types are the JSON types of its values, except null.
	Types []string `yaml:"types,flow,omitempty"`
	// Form names the form of its strings; see textform.Pattern.
	Form string `yaml:"form,omitempty"`
	// Empty is set if empty strings were seen.
	Empty bool `yaml:"empty,omitempty"`
	// OffPattern is set if strings do not match the contract's pattern.
	OffPattern bool `yaml:"off-pattern,omitempty"`
	// Values are the codes that were seen, if all values are codes.
	Values []string `yaml:"values,flow,omitempty"`
	// Contradicts lists the documented clauses that it contradicts, a sentence each.
	Contradicts []string `yaml:"contradicts,omitempty"`

	// Count is the evidence.
	Count MemberCount `yaml:"-"`

	node *node // nil if it was read from an overlay
}

// Name is the name of the member; "items" for the elements of a list.
func (m *Member) Name() string {
	at := m.At[strings.LastIndexByte(m.At, '/')+1:]
	return openapi.UnescapeToken(at)
}

// MemberCount is how often a member was seen.
type MemberCount struct {
	// Answers have an object that could contain it, Present contain it, Null contain null in its place.
	Answers int `yaml:"answers"`
	Present int `yaml:"present"`
	Null    int `yaml:"null,omitempty"`
	// Rare are values that were seen only once, too rarely to be claimed.
	Rare  []string `yaml:"rare,flow,omitempty"`
	First string   `yaml:"first,omitempty"` // a day, in UTC
	Last  string   `yaml:"last,omitempty"`
}

// Fact is anything learnt that is not about a member.
type Fact struct {
	// Kind is "refusal", "habit", "setting", "form", "media-type", "push" or "limit".
	Kind string
	// Subject is what it is about: the mistake that caused a refusal, a habit, the key of a setting.
	Subject string
	// Value is what was seen; "" for a habit.
	Value string
	// Operations are the operations that showed it; none if it is about the whole target.
	Operations []string
	// Count is the evidence.
	Count FactCount
}

// FactCount is how often and when a fact was seen.
type FactCount struct {
	Times int    `yaml:"times"`
	First string `yaml:"first,omitempty"` // a day, in UTC
	Last  string `yaml:"last,omitempty"`
}

// Latency is how long an operation took to answer.
type Latency struct {
	Operation             string
	Answers               int
	Min, Median, P95, Max time.Duration
}

// The number of answers that a claim needs. By the rule of three, what held in 20 of 20 answers holds in
// 85 of 100 with a confidence of 95 %. A run of standard depth gets either clearly fewer or clearly more
// answers for each member, whatever its seed.
const (
	enoughSeen   = 3  // that something happens
	enoughValue  = 2  // that a member has a value
	EnoughTypes  = 10 // that a member has only one type
	enoughForms  = 20 // that all strings have a form
	EnoughAlways = 20 // that something is always or never the case
)

// Learned returns what was learnt so far.
func (l *Learner) Learned() *Learned {
	learned := &Learned{Exchanges: l.exchanges, First: l.first, Last: l.last, Batch: l.batch}
	seen := map[*node]bool{}
	for _, operation := range slices.Sorted(maps.Keys(l.roots)) {
		for _, root := range []*node{l.roots[operation].success, l.roots[operation].refusal} {
			if root != nil {
				l.membersOf(learned, root.content, seen)
			}
		}
	}
	slices.SortFunc(learned.Members, func(a, b Member) int { return strings.Compare(a.At, b.At) })
	learned.Facts, learned.Rare = l.factsLearned()
	for _, operation := range slices.Sorted(maps.Keys(l.latencies)) {
		of := l.latencies[operation]
		learned.Latencies = append(learned.Latencies, Latency{
			Operation: operation, Answers: of.answers, Min: of.min, Median: of.percentile(50), P95: of.percentile(95), Max: of.max,
		})
	}
	return learned
}

// membersOf adds what was learnt about the members and elements below a node.
func (l *Learner) membersOf(learned *Learned, n *node, seen map[*node]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	below := slices.Collect(maps.Values(n.members))
	if n.items != nil {
		below = append(below, n.items)
	}
	for _, member := range below {
		if m := l.claims(member); m.Presence != "" || m.Null != "" || len(m.Types) > 0 || len(m.Values) > 0 || member.holders > 0 {
			learned.Members = append(learned.Members, m)
		}
		l.membersOf(learned, member.content, seen)
	}
}

// claims returns what the evidence of a node supports, and what that contradicts.
func (l *Learner) claims(n *node) Member {
	m := n.claims()
	m.Contradicts = contradictions(l.contract, &m)
	return m
}

func (n *node) claims() Member {
	m := Member{At: n.pointer, Operations: slices.Sorted(maps.Keys(n.ops)), New: n.schema == nil, node: n}
	m.Count = MemberCount{Answers: n.holders, Present: n.present, Null: n.nulls, First: day(n.first), Last: day(n.last)}
	if n.name != "" {
		m.Presence = presence(n.holders, n.present, n.absent)
	}
	switch valued := n.filled + n.nulls; {
	case n.nulls > 0 && n.filled > 0:
		m.Null = Sometimes
	case n.nulls >= enoughSeen && n.filled == 0 && valued >= EnoughTypes:
		m.Null = Always
	case n.nulls == 0 && n.filled >= EnoughAlways:
		m.Null = Never
	}
	if n.filled >= EnoughTypes {
		m.Types = slices.Sorted(maps.Keys(n.types))
	}
	if n.texts >= enoughForms && n.empty == 0 && n.types[typeString] == n.filled {
		if form := n.forms &^ textform.Words; form != 0 && n.codes() == nil {
			m.Form = form.Name()
		}
	}
	m.Empty, m.OffPattern = n.empty > 0, n.offPattern > 0
	m.Values = n.codes()
	if m.Values != nil {
		for value, times := range n.values {
			if times < enoughValue && value != "" {
				m.Count.Rare = append(m.Count.Rare, value)
			}
		}
		slices.Sort(m.Count.Rare)
	}
	return m
}

// presence returns the claim about how often a member is present.
func presence(answers, present, absent int) string {
	switch {
	case present > 0 && absent > 0:
		return Sometimes
	case absent == 0 && present >= EnoughAlways:
		return Always
	case present == 0 && answers >= EnoughAlways:
		return Never
	}
	return ""
}

// codes returns the values of a node that are codes and were seen often enough; nil if other values were
// seen too, or too few answers to tell codes from data.
func (n *node) codes() []string {
	if n.overflown || n.texts < EnoughTypes || len(n.values)*3 > n.texts {
		return nil
	}
	var codes []string
	for value, times := range n.values {
		if value != "" && times >= enoughValue {
			codes = append(codes, value)
		}
	}
	slices.Sort(codes)
	return codes
}

// factsLearned returns the facts with enough evidence, and those with too little, sorted.
func (l *Learner) factsLearned() (facts, rare []Fact) {
	for key, e := range l.facts {
		fact := Fact{Kind: key.kind, Subject: key.subject, Value: key.value, Count: FactCount{e.times, day(e.first), day(e.last)}}
		few := fact
		for _, operation := range slices.Sorted(maps.Keys(e.operations)) {
			if e.times >= enoughSeen && e.operations[operation] >= enoughValue {
				fact.Operations = append(fact.Operations, operation)
			} else {
				few.Operations = append(few.Operations, operation)
			}
		}
		if len(fact.Operations) > 0 {
			facts = append(facts, fact)
		}
		if len(few.Operations) > 0 {
			rare = append(rare, few)
		}
	}
	habits, few := l.leniencies()
	facts, rare = append(facts, habits...), append(rare, few...)
	sortFacts(rare)
	facts = append(facts, l.settingsLearned()...)
	facts = append(facts, l.wireLearned()...)
	facts = append(facts, l.pushes.learned()...)
	sortFacts(facts)
	l.dated(facts)
	return facts, rare
}

func sortFacts(facts []Fact) {
	slices.SortFunc(facts, func(a, b Fact) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Subject, b.Subject), strings.Compare(a.Value, b.Value))
	})
}

// leniencies returns the mistakes that the target accepts, by parameter, and separately those that it
// sometimes refuses: in those cases the request differs in something else.
func (l *Learner) leniencies() (habits, rare []Fact) {
	for what, operations := range l.accepted {
		fact := Fact{Kind: KindHabit, Subject: what.Kind, Value: what.Parameter}
		few := fact
		for _, operation := range slices.Sorted(maps.Keys(operations)) {
			fact.Count.Times += operations[operation]
			if operations[operation] > 3*l.refused[what][operation] {
				fact.Operations = append(fact.Operations, operation)
			} else {
				few.Operations = append(few.Operations, operation)
			}
		}
		if len(fact.Operations) > 0 {
			habits = append(habits, fact)
		}
		if len(few.Operations) > 0 {
			rare = append(rare, few)
		}
	}
	return habits, rare
}

// settingsLearned returns the settings of a run that fit the target.
func (l *Learner) settingsLearned() []Fact {
	var facts []Fact
	set := func(key, value string, times int) {
		facts = append(facts, Fact{Kind: KindSetting, Subject: key, Value: value, Count: FactCount{Times: times}})
	}
	decided := map[string]bool{}
	for _, other := range provoke.OtherRules {
		e := l.settings[[2]string{other.Key, other.Value}]
		if e != nil && e.only >= enoughSeen && e.only > e.against && !decided[other.Key] {
			decided[other.Key] = true
			set(other.Key, other.Value, e.only)
		}
	}
	for _, other := range provoke.OtherRules {
		e := l.settings[[2]string{other.Key, other.Value}]
		if e != nil && e.against >= EnoughTypes && e.only == 0 && !decided[other.Key] {
			decided[other.Key] = true
			set(other.Key, provoke.ContractRules[other.Key], e.against)
		}
	}
	t := l.tasks
	if name := most(t.headers); name != "" && t.headers[name] >= enoughSeen {
		set("request-id-header", name, t.headers[name])
	}
	if t.ids >= EnoughTypes && t.forms != 0 {
		facts = append(facts, Fact{Kind: KindForm, Subject: "request-id", Value: t.forms.Name(), Count: FactCount{Times: t.ids}})
	}
	var ends []string
	times := 0
	for _, state := range slices.Sorted(maps.Keys(t.tasks)) {
		// Answers to concurrent calls may be recorded out of order.
		if 20*t.left[state] <= t.tasks[state] && t.tasks[state] >= EnoughTypes {
			ends, times = append(ends, state), times+t.tasks[state]
		}
	}
	if len(ends) > 0 {
		set("terminal-status", strings.Join(ends, ","), times)
	}
	return facts
}

// most returns the key with the highest count; of several, the first.
func most(counts map[string]int) string {
	best := ""
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		if counts[key] > counts[best] {
			best = key
		}
	}
	return best
}

// wireLearned returns how the target writes its answers.
func (l *Learner) wireLearned() []Fact {
	var facts []Fact
	w := &l.wire
	always := func(habit string, times, of int) { // a gateway in front may answer a few differently
		if of >= EnoughAlways && times*10 >= of*9 {
			facts = append(facts, Fact{Kind: KindHabit, Subject: habit, Count: FactCount{Times: times}})
		}
	}
	always("white-space", w.indented, w.json)
	always("chunked", w.noLength, w.answers)
	always("connection-closed", w.closing, w.answers)
	if w.escaped >= EnoughTypes && w.escaped > 9*w.raw {
		facts = append(facts, Fact{Kind: KindHabit, Subject: "text-in-escapes", Count: FactCount{Times: w.escaped}})
	}
	for media, times := range w.media {
		if times >= EnoughTypes {
			facts = append(facts, Fact{Kind: KindMediaType, Subject: "answers", Value: media, Count: FactCount{Times: times}})
		}
	}
	return facts
}
