package diagnose

import (
	"slices"

	"github.com/mallcheck/mallcheck/signing"
)

// stage is a place in the making of a sign where a mistake is made. Mistakes of different stages
// combine; of the same stage only those in parameters and in values do.
type stage uint8

const (
	stageMembers stage = iota
	stageOrder
	stageValues
	stageEscapes
	stageForm
	stageFrame
	stageEncoding
	stageDigest
	stageSign
	// stageAround is what stands around the digits. It is a stage of its own so that
	// it combines with the digits' mistakes.
	stageAround
)

var stageNames = [...]string{"parameters", "order", "values", "escapes", "form", "frame", "encoding", "digest", "sign", "sign"}

func (s stage) String() string { return stageNames[s] }

// early says that a mistake of the stage changes the text that all later stages work on.
func (s stage) early() bool { return s < stageFrame }

// likelihood ranks mistakes. A pair counts the sum of both.
type likelihood uint8

const (
	often likelihood = iota
	sometimes
	seldom
)

var likelihoodNames = [...]string{"often", "sometimes", "seldom"}

func (l likelihood) String() string { return likelihoodNames[l] }

// mistake is an entry of the table: one thing that goes wrong, in one or several ways.
type mistake struct {
	id     string
	stage  stage
	also   []stage // further stages that it decides, and with which it does not combine
	likely likelihood
	words  string
	alone  bool // too many ways to be combined
	// ways returns how the mistake can have been made in the request at hand.
	ways ways
	// seen tells the mistake from the sign alone. Such a mistake may have no ways.
	seen func(look) (detail string, ok bool)
}

// variant is one way of making a mistake: a change of how the sign is made.
type variant struct {
	detail string // what the mistake's words leave open
	how    string // how the sign follows from the text then; * is what it would be without this mistake
	apply  func(*candidate)
	// odd says that the sign does not look like a right one then.
	odd bool
	// rare makes it less likely than the mistake's other ways.
	rare bool
	// late keeps a change that has no effect alone, but may have together with another.
	late bool

	of     *mistake
	likely likelihood
	mask   uint
	text   []byte // for an early stage: what the mistake alone makes of the content
	again  bool   // the same text as another's, so that pairs with it are tried already
}

// ways lists how a mistake can have been made in a request. Ways that make no difference in it are dropped.
type ways func(*search) []variant

// fixed is for mistakes that are made in the same ways whatever the request is.
func fixed(list ...variant) ways {
	return func(*search) []variant { return slices.Clone(list) }
}

// rarely adds less likely ways.
func (w ways) rarely(list ...variant) ways {
	return func(s *search) []variant { return append(w(s), rare(list)...) }
}

func rare(list []variant) []variant {
	list = slices.Clone(list)
	for i := range list {
		list[i].rare = true
	}
	return list
}

// candidate is one way to make a sign: the right one, and what mistakes make of it.
type candidate struct {
	entries []entry
	order   func(a, b entry) int
	escapes *escaping
	layout  *layout
	whole   []byte // signed instead of the parameters, if not nil
	frame   func(dst, text []byte) []byte
	encode  func(dst, text []byte) []byte
	sum     func(dst, text []byte) []byte
	write   func(sum []byte) string
	around  [2]string
}

// entry is one parameter of a candidate.
type entry struct {
	name    string
	value   *jsonNode
	index   int // position in the request
	part    signing.Parts
	written bool // it is in the content
}
