package diagnose

import (
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// The limits, in parameters and bytes of content, up to which combinations of mistakes are tried.
const (
	maxPairMembers = 64
	maxPairContent = 64 << 10
)

// Effort is how long Sign searches.
type Effort uint8

const (
	// Quick tries single mistakes, pairs of common ones and triples of the most common. It usually takes
	// about ten milliseconds and never more than about a tenth of a second, so a test server can afford
	// it for each wrong sign.
	Quick Effort = iota
	// Thorough tries combinations of up to four mistakes. It takes about a second, also where Cut is set.
	Thorough
)

// most is the highest cost of a combination that is tried.
func (e Effort) most() int { return [...]int{6, 10}[e] }

// work is the total number of bytes that may be written and hashed.
func (e Effort) work() int { return [...]int{32 << 20, 400 << 20}[e] }

// Diagnosis says whether a sign is right and, if it is wrong, what was done instead.
// It contains values of the request's parameters.
type Diagnosis struct {
	// Right is set if the sign is right. Then only Sign, Want and Expected are set besides it.
	Right bool
	// Sign is the sign that was sent, Want the right one.
	Sign, Want string
	// Expected is the content whose MD5 is Want.
	Expected []byte
	// Problem says why the parameters cannot be signed, so that no sign can be right; nil if they can.
	// If it is set, Want, Expected, Seen and Causes are empty.
	Problem error
	// Causes are the mistakes that reproduce Sign exactly, likeliest first. Mistakes that produce the
	// same text are one cause, so there is rarely more than one.
	Causes []Cause
	// Seen is what the sign itself shows if no mistake reproduces it: for example, that it is not
	// hexadecimal, was copied from the documentation, or differs from the right sign in one digit.
	Seen []Mistake
	// Tried is the number of texts that were compared.
	Tried int
	// Cut is set if the request was too large to try everything that Quick promises. Causes are exact
	// nevertheless.
	Cut bool
}

// Cause is one way to produce the wrong sign.
type Cause struct {
	// Mistakes are the mistakes made, at most four, in the order of the stages: selecting parameters
	// first, writing the sign last.
	Mistakes []Mistake
	// Or are up to three other single mistakes that lead to the same text.
	Or []Mistake
	// Text is the text that was hashed.
	Text []byte
	// How says how the sign follows from Text: "MD5(text)" unless the mistake changes that.
	How string
	// At is the index of the first byte at which Text differs from the right content, or -1 if they are
	// equal because the mistake was made later.
	At int

	encoded bool // Text is not UTF-8, or was encoded as if it were not
}

// Mistake is one thing done wrong, in the words of the request at hand.
type Mistake struct {
	// ID is stable and listed by Mistakes.
	ID string
	// Words describe the mistake in a clause without a full stop, for the author of the client.
	Words string
}

// Sign finds the known mistake, or combination of known mistakes, that produced the wrong sign of a
// request. Mistakes lists the known ones.
//
// A mistake is named as a cause only if it reproduces the sign exactly. If no single mistake does, Sign
// tries combinations, likeliest first, within effort. It tries none if the request has more than 64
// parameters or its content exceeds 64 KiB. Mistakes in one parameter are tried in the first 1,000.
//
// Making a sign has independent stages, and each stage has alternatives that libraries and clients use.
// Alternatives without an effect on this request, or with the same effect as another, are dropped before
// combinations are tried.
func Sign(got Request, sign string, rules signing.Rules, effort Effort) Diagnosis {
	d := Diagnosis{Sign: sign}
	members, err := got.Members(rules.Parts)
	if err != nil {
		d.Problem = fmt.Errorf("collecting the parameters: %w", err)
		return d
	}
	expected, err := signing.Content(members, rules)
	if err != nil {
		d.Problem = fmt.Errorf("writing the content: %w", err)
		return d
	}
	d.Expected, d.Want = expected, mistakes.InCase(string(mistakes.HexOf(mistakes.MD5Sum(nil, expected))), rules.Hex)
	if sign == d.Want {
		d.Right = true
		return d
	}
	s := newSearch(got, &d, rules, effort)
	s.run(effort)
	d.Tried, d.Cut = s.tried, s.cut
	if len(d.Causes) == 0 {
		d.Seen = seen(d, rules)
	}
	return d
}

// words joins the descriptions of several mistakes.
func words(mistakes []Mistake, between string) string {
	said := make([]string, len(mistakes))
	for i, m := range mistakes {
		said[i] = m.Words
	}
	return strings.Join(said, between)
}

// seen returns what a sign shows by itself.
func seen(d Diagnosis, rules signing.Rules) (shown []Mistake) {
	look := mistakes.Look{Sign: d.Sign, Core: mistakes.CoreOf(d.Sign), Want: d.Want, Rules: rules}
	for i := range mistakes.Table {
		m := &mistakes.Table[i]
		if m.Seen == nil {
			continue
		}
		if detail, ok := m.Seen(look); ok {
			shown = append(shown, mistakeOf(&mistakes.Variant{Of: m, Detail: detail}))
		}
	}
	return shown
}
