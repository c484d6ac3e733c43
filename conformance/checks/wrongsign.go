package checks

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/signing"
)

// wrongSign is a sign with one mistake.
type wrongSign struct {
	what string // completes "a request with"
	sign session.Signer
}

// refusesSigns requires that the target accepts a valid request, and asserts that it refuses the same
// request with each wrong sign.
func refusesSigns(ctx context.Context, s *session.Session, draft *session.Draft, signs ...wrongSign) {
	s.Controlled(ctx, draft, func() {
		for _, wrong := range signs {
			Expect(s.Send(ctx, draft.Twin().SignedBy(wrong.sign))).To(beRefused(), "a request with "+wrong.what)
		}
	})
}

// refusedSigns makes a case of a check for every operation, which asserts that the signs are refused.
func refusedSigns(check Check, signs ...wrongSign) []Check {
	return onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		refusesSigns(ctx, s, s.NewValid(ctx, operation), signs...)
	})
}

// refusesTwin requires that the target accepts a valid request of an operation, and asserts that it
// refuses the request with edits made after signing.
func refusesTwin(ctx context.Context, s *session.Session, operation, what string, edits ...wire.Edit) {
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		Expect(s.Send(ctx, draft.Twin().After(edits...))).To(beRefused(), what)
	})
}

// fixed is a signer that always returns the same sign.
func fixed(sign string) session.Signer {
	return func([]signing.Member, signing.Rules) (string, error) { return sign, nil }
}

// altered computes the correct sign and changes it.
func altered(change func(sign string) string) session.Signer {
	return func(members []signing.Member, rules signing.Rules) (string, error) {
		sign, err := signing.Sign(members, rules)
		return change(sign), err
	}
}

// digitChanged changes one digit of a sign, counted from the end if at is negative.
func digitChanged(at int) session.Signer {
	return altered(func(sign string) string {
		digits := []byte(sign)
		i := (at + len(digits)) % len(digits)
		if digits[i] == '0' {
			digits[i] = '1'
		} else {
			digits[i] = '0'
		}
		return string(digits)
	})
}

// withChanged signs the parameters with one value changed.
func withChanged(name string) session.Signer {
	return func(members []signing.Member, rules signing.Rules) (string, error) {
		members = slices.Clone(members)
		for i := range members {
			if members[i].Name == name {
				members[i].Value = anotherValue(members[i].Value)
			}
		}
		return signing.Sign(members, rules)
	}
}

// anotherValue changes the last letter or digit of a JSON text.
func anotherValue(value []byte) []byte {
	changed := slices.Clone(value)
	for i := len(changed) - 1; i >= 0; i-- {
		if c := changed[i]; c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			if changed[i] = '7'; c == '7' {
				changed[i] = '8'
			}
			break
		}
	}
	return changed
}

// without signs all parameters except one.
func without(name string) session.Signer {
	return func(members []signing.Member, rules signing.Rules) (string, error) {
		kept := slices.DeleteFunc(slices.Clone(members), func(m signing.Member) bool { return m.Name == name })
		return signing.Sign(kept, rules)
	}
}

// rewritten signs a changed text.
func rewritten(rewrite func(content string) string) session.Signer {
	return func(members []signing.Member, rules signing.Rules) (string, error) {
		content, err := signing.Content(members, rules)
		return digest(rewrite(string(content)), rules), err
	}
}

// written signs the parameters, sorted by name, in another text format.
func written(form func(members []signing.Member) string) session.Signer {
	return func(members []signing.Member, rules signing.Rules) (string, error) {
		return digest(form(byName(members)), rules), nil
	}
}

// withEmptySign writes the parameters with an empty sign among them.
func withEmptySign(members []signing.Member) string {
	return object(byName(append(members, signing.Member{Name: "sign", Value: []byte(`""`)})), ":", ",")
}

// byName returns the parameters sorted by name.
func byName(members []signing.Member) []signing.Member {
	return slices.SortedFunc(slices.Values(members), func(a, b signing.Member) int { return strings.Compare(a.Name, b.Name) })
}

// asSent signs the parameters in the order sent.
func asSent(members []signing.Member, rules signing.Rules) (string, error) {
	return digest(object(members, ":", ","), rules), nil
}

// asQuery writes the parameters in query form: a=1&b=2.
func asQuery(members []signing.Member) string {
	pairs := make([]string, len(members))
	for i, member := range members {
		pairs[i] = member.Name + "=" + wire.Unquote(member.Value)
	}
	return strings.Join(pairs, "&")
}

// spaced writes parameters as one JSON object with spaces between its members.
func spaced(members []signing.Member) string { return object(members, ": ", ", ") }

// object writes the parameters as one JSON object, in the given order.
func object(members []signing.Member, colon, comma string) string {
	parts := make([]string, len(members))
	for i, member := range members {
		parts[i] = `"` + member.Name + `"` + colon + string(member.Value)
	}
	return "{" + strings.Join(parts, comma) + "}"
}

// digest returns the MD5 of a text in hex, in the letter case of the rules.
func digest(text string, rules signing.Rules) string {
	sum := md5.Sum([]byte(text))
	sign := hex.EncodeToString(sum[:])
	if rules.Hex == signing.UpperHex {
		return strings.ToUpper(sign)
	}
	return sign
}

// digestOfDigest hashes the correct sign again.
func digestOfDigest(members []signing.Member, rules signing.Rules) (string, error) {
	sign, err := signing.Sign(members, rules)
	return digest(sign, rules), err
}
