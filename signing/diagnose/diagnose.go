package diagnose

import (
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// Requests for which combinations of mistakes are tried have at most so many parameters and so long a content.
const (
	maxPairMembers = 64
	maxPairContent = 64 << 10
)

// Effort says how long Sign searches.
type Effort uint8

const (
	// Quick tries single mistakes, pairs of usual ones and three of the most usual. It takes about
	// ten milliseconds, and a tenth of a second at most: a server for tests can afford it for each wrong sign.
	Quick Effort = iota
	// Thorough tries combinations of up to four mistakes. It takes about a second.
	Thorough
)

// most is the cost of the combinations that are tried.
func (e Effort) most() int { return [...]int{6, 10}[e] }

// work is how many bytes are written and hashed altogether.
func (e Effort) work() int { return [...]int{32 << 20, 400 << 20}[e] }

// Diagnosis says whether a sign is right and, if it is wrong, what was done instead.
// It contains values of the request's parameters.
type Diagnosis struct {
	// Right says that the sign is the one the rules ask for. Nothing but Sign, Want and Expected is set then.
	Right bool
	// Sign is the sign that was sent, Want the right one.
	Sign, Want string
	// Expected is the content whose MD5 is Want.
	Expected []byte
	// Problem, if not nil, says why no sign can be right: the parameters cannot be
	// signed. Want, Expected, Seen and Causes are empty then.
	Problem error
	// Causes are the mistakes that reproduce Sign exactly, likeliest first. Two ways to the
	// same text are one cause, so there is rarely more than one.
	Causes []Cause
	// Seen, if nothing reproduces Sign, is what the sign itself shows: that it is not hexadecimal,
	// for example, copied from the documentation, or the right one but for a digit.
	Seen []Mistake
	// Tried is the number of texts that were compared.
	Tried int
	// Cut says that the request was too large for all that Quick promises to be tried;
	// what Causes says is true nevertheless.
	Cut bool
}

// Cause is one way to make the wrong sign.
type Cause struct {
	// Mistakes are the mistakes that were made, four at most, in the order of the stages:
	// first those in the parameters, last those in writing the sign.
	Mistakes []Mistake
	// Or are other single mistakes that lead to the same text, three at most.
	Or []Mistake
	// Text is what was hashed.
	Text []byte
	// How says how the sign follows from Text: "MD5(text)" unless that is part of the mistake.
	How string
	// At is the index of the first byte in which Text differs from the right content,
	// or -1 if they are equal and the mistake was made after.
	At int

	encoded bool // Text is not in UTF-8, or was made so as if it were not
}

// Mistake is one thing done wrong, in the words of the request at hand.
type Mistake struct {
	// ID is stable and listed by Mistakes.
	ID string
	// Words are a clause without a full stop, written for the author of the client.
	Words string
}

// Sign finds which known mistake, or which combination of mistakes, made the wrong sign of a
// request. What is known is listed by Mistakes.
//
// A mistake is only named as a cause if it reproduces the sign exactly. Combinations are tried if no
// single mistake does, the likeliest first, as far as effort goes. None are tried if the request
// has more than 64 parameters or its content more than 64 KiB.
//
// Making a sign has independent stages, and each has alternatives, as libraries and clients
// write them. Alternatives that make no difference in the request at hand, or the same as another one,
// are dropped before they are combined.
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

// words joins what several mistakes say.
func words(mistakes []Mistake, between string) string {
	said := make([]string, len(mistakes))
	for i, m := range mistakes {
		said[i] = m.Words
	}
	return strings.Join(said, between)
}
