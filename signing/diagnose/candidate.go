package diagnose

import (
	"slices"

	"github.com/mallcheck/mallcheck/signing"
)

// stage is a step in the making of a sign. Each step is independent of the others, so mistakes of
// different stages combine; of the same stage only two in select or two in format do.
type stage uint8

const (
	stageSelect stage = iota // which parameters are signed, and with which values
	stageOrder               // their order
	stageFormat              // how values are written
	stageEscape              // how the characters of strings are escaped
	stageFrame               // how names and values are put together
	stageWrap                // what is done to the whole text
	stageEncode              // the bytes of its characters
	stageDigest              // the hash
	stageSpell               // how the hash is written
	// stageAround is what stands around the digits. It is a stage of its own so that
	// it combines with the digits' mistakes.
	stageAround
)

var stageNames = [...]string{"select", "order", "format", "escape", "frame", "wrap", "encode", "digest", "spell", "spell"}

func (s stage) String() string { return stageNames[s] }

// early says that a mistake of the stage changes the text that all later stages work on.
func (s stage) early() bool { return s < stageWrap }

// likelihood ranks mistakes.
type likelihood uint8

const (
	often likelihood = iota
	sometimes
	seldom
)

var likelihoodNames = [...]string{"often", "sometimes", "seldom"}

func (l likelihood) String() string { return likelihoodNames[l] }

// cost is what a mistake adds to a combination. Combinations are tried in the order of their costs,
// so that three usual mistakes come before two of which one is seldom.
func (l likelihood) cost() int { return [...]int{2, 3, 5}[l] }

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

// variant is one way of making a mistake: an alternative of a stage, as a library writes it or a client does it.
type variant struct {
	detail string // what the mistake's words leave open
	how    string // how the sign follows from the text then; * is what it would be without this mistake
	apply  func(*candidate)
	// value is for the stage format: how one parameter is written.
	value func(entry) *jsonNode
	// odd says that the sign does not look like a right one then.
	odd bool
	// rare makes it less likely than the mistake's other ways.
	rare bool

	of     *mistake
	likely likelihood
	mask   uint
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
	format  [2]func(entry) *jsonNode // how values are written, one after the other
	expand  func(name string, n *jsonNode) []pair
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
	changed bool // name or value are not those of the request
}

// pair is a name and a value as they are written.
type pair struct {
	name  string
	value *jsonNode
	bare  bool // written as a name alone
}
