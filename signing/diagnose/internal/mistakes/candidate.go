package mistakes

import (
	"slices"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// Stage is a step in the making of a sign. Each step is independent of the others, so mistakes of
// different stages combine; of the same stage only two in select or two in format do.
type Stage uint8

// The stages, in their order.
const (
	StageSelect Stage = iota // which parameters are signed, and with which values
	StageOrder               // their order
	StageFormat              // how values are written
	StageEscape              // how the characters of strings are escaped
	StageFrame               // how names and values are put together
	stageWrap                // what is done to the whole text
	StageEncode              // the bytes of its characters
	StageDigest              // the hash
	stageSpell               // how the hash is written
	// stageAround is what stands around the digits. It is a stage of its own so that
	// it combines with the digits' mistakes.
	stageAround
)

// StageNames are the names of the stages, as diagnose.MistakeInfo has them.
var StageNames = [...]string{"select", "order", "format", "escape", "frame", "wrap", "encode", "digest", "spell", "spell"}

func (s Stage) String() string { return StageNames[s] }

// Early says that a mistake of the stage changes the text that all later stages work on.
func (s Stage) Early() bool { return s < stageWrap }

// Likelihood ranks mistakes.
type Likelihood uint8

// How often a mistake is made.
const (
	Often Likelihood = iota
	sometimes
	Seldom
)

var likelihoodNames = [...]string{"often", "sometimes", "seldom"}

func (l Likelihood) String() string { return likelihoodNames[l] }

// Cost is what a mistake adds to a combination. Combinations are tried in the order of their costs,
// so that three common mistakes come before two if one of the two is rare.
func (l Likelihood) Cost() int { return [...]int{2, 3, 5}[l] }

// mistake is an entry of the table: one thing that goes wrong, in one or several ways.
type mistake struct {
	ID     string
	Stage  Stage
	Also   []Stage // further stages that it decides and does not combine with
	Likely Likelihood
	Words  string
	Alone  bool // too many ways to be combined
	// Ways returns how the mistake can have been made in the request at hand.
	Ways ways
	// Seen tells the mistake from the sign alone. Such a mistake may have no ways.
	Seen func(Look) (detail string, ok bool)
}

// Variant is one way of making a mistake: an alternative of a stage, as a library writes it or a client does it.
type Variant struct {
	Detail string // what the mistake's words leave open
	How    string // how the sign follows from the text then; * is what it would be without this mistake
	Apply  func(*Candidate)
	// Value is for the stage format: how one parameter is written.
	value func(Entry) *jsonform.Node
	// Odd says that the sign does not look like a right one then.
	Odd bool
	// Rare makes it less likely than the mistake's other ways.
	Rare bool

	Of     *mistake
	Likely Likelihood
	Mask   uint
}

// Ways lists how a mistake can have been made in a request. Ways that make no difference in it are dropped.
type ways func(*Subject) []Variant

// fixed is for mistakes that are made in the same ways whatever the request is.
func fixed(list ...Variant) ways {
	return func(*Subject) []Variant { return slices.Clone(list) }
}

// rarely adds less likely ways.
func (w ways) rarely(list ...Variant) ways {
	return func(s *Subject) []Variant { return append(w(s), rare(list)...) }
}

func rare(list []Variant) []Variant {
	list = slices.Clone(list)
	for i := range list {
		list[i].Rare = true
	}
	return list
}

// Candidate is one way to make a sign: the right one, and what mistakes make of it.
type Candidate struct {
	Entries []Entry
	Order   func(a, b Entry) int
	Format  [2]func(Entry) *jsonform.Node // how values are written, one after the other
	Expand  func(name string, n *jsonform.Node) []jsonform.Pair
	Escapes *jsonform.Escaping
	Layout  *jsonform.Layout
	Whole   []byte // signed instead of the parameters, if not nil
	Frame   func(dst, text []byte) []byte
	Encode  func(dst, text []byte) []byte
	Sum     func(dst, text []byte) []byte
	Write   func(sum []byte) string
	Around  [2]string
}

// Entry is one parameter of a candidate.
type Entry struct {
	Name    string
	Value   *jsonform.Node
	Index   int // position in the request
	part    signing.Parts
	Written bool // it is in the content
	Changed bool // name or value are not those of the request
}

// Apply makes mistakes in a candidate.
func (c *Candidate) Apply(variants []*Variant) {
	formats := 0
	for _, v := range variants {
		if v.value != nil {
			c.Format[formats] = v.value
			formats++
		}
		if v.Apply != nil {
			v.Apply(c)
		}
	}
}
