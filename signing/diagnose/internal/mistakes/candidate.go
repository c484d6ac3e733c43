package mistakes

import (
	"slices"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// Stage is a step of making a sign. Steps are independent, so mistakes of different stages combine;
// within one stage, only two of select or two of format do.
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

// Early reports whether a mistake of the stage changes the text that later stages work on.
func (s Stage) Early() bool { return s < stageWrap }

// Likelihood is how often a mistake is made.
type Likelihood uint8

// The likelihoods.
const (
	Often Likelihood = iota
	sometimes
	Seldom
)

// Cost is what a mistake adds to the cost of a combination. Cheaper combinations are tried first: three
// common mistakes come before two if one of the two is rare.
func (l Likelihood) Cost() int { return [...]int{2, 3, 5}[l] }

// mistake is an entry of the table: one mistake, with one or more ways to make it.
type mistake struct {
	ID     string
	Stage  Stage
	Also   []Stage // further stages that it decides, so mistakes of these stages do not combine with it
	Likely Likelihood
	Words  string
	Alone  bool // not combined: it has too many ways
	// Ways returns the ways in which the mistake may have been made in this request.
	Ways ways
	// Seen recognizes the mistake by the sign alone. Such a mistake may have no ways.
	Seen func(Look) (detail string, ok bool)
}

// Variant is one way of making a mistake: an alternative of a stage, as a library or client writes it.
type Variant struct {
	Detail string // completes the mistake's words
	How    string // how the sign follows from the text; * stands for the same without this mistake
	Apply  func(*Candidate)
	// value writes one parameter, for the stage format.
	value func(Entry) *jsonform.Node
	// Odd is set if the resulting sign does not have the usual form.
	Odd bool
	// Rare makes it less likely than the mistake's other ways.
	Rare bool

	Of     *mistake
	Likely Likelihood
	Mask   uint
}

// ways lists the ways in which a mistake may have been made in a request. Ways without an effect on the
// request are dropped.
type ways func(*Subject) []Variant

// fixed is for mistakes whose ways do not depend on the request.
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

// Candidate is a sign in the making: the right one, changed by mistakes.
type Candidate struct {
	Entries []Entry
	Order   func(a, b Entry) int
	Format  [2]func(Entry) *jsonform.Node // how values are written, one after the other
	Expand  func(name string, n *jsonform.Node) []jsonform.Pair
	Escapes *jsonform.Escaping
	Layout  *jsonform.Layout
	Whole   []byte // signed in place of the parameters, if not nil
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
	Written bool // part of the content
	Changed bool // name or value differ from the request
}

// Apply makes the mistakes in a candidate.
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
