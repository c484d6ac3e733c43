package diagnose

import (
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

// Limits of Sign. Within them every known mistake and every pair of mistakes
// that are combined is tried; beyond them the search is cut, and Diagnosis.Cut says so.
const (
	// maxPairMembers and maxPairContent bound requests for which pairs are tried.
	maxPairMembers = 64
	maxPairContent = 64 << 10
	// maxWork bounds the bytes that are written and hashed altogether, which
	// takes about a tenth of a second.
	maxWork = 32 << 20
)

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
	// Cut says that the request was too large for all mistakes and pairs to be tried;
	// what Causes says is true nevertheless.
	Cut bool
}

// Cause is one way to make the wrong sign.
type Cause struct {
	// Mistakes are the one or two mistakes that were made, in the order in which a client
	// makes them: first those in the parameters, last those in writing the sign.
	Mistakes []Mistake
	// Or are other single mistakes that lead to the same text, two at most.
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
	// Words are a clause without a full stop, to be understood by whoever wrote the client.
	Words string
}

// Sign finds which known mistake, or which pair of mistakes, made the wrong sign of a
// request. What is known is listed by Mistakes.
//
// A mistake is only named as a cause if it reproduces the sign exactly. Pairs are tried if no
// single mistake does; those with a mistake that is made seldom are left out, unless
// the look of the sign shows one of the two. No pairs are tried if the request
// has more than 64 parameters or its content more than 64 KiB, and nothing more is tried
// once 32 MiB have been written and hashed.
//
// A request with ten parameters makes about 300 single mistakes and 3,000 pairs, which
// take a few milliseconds: a server for tests can afford that for each wrong sign.
func Sign(got Request, sign string, rules signing.Rules) Diagnosis {
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
	d.Expected, d.Want = expected, inCase(string(hexOf(md5Sum(nil, expected))), rules.Hex)
	if sign == d.Want {
		d.Right = true
		return d
	}
	s := newSearch(got, &d, rules)
	s.run()
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
