package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

const signName = "sign"

// wantSign says what a sign is, under the rules of this sandbox.
func (s *Sandbox) wantSign() string {
	return fmt.Sprintf("it is the MD5 of the signed content, 32 %s-case hexadecimal digits", s.cfg.Rules.Hex)
}

// keepSign judges the sign of a call.
func (s *Sandbox) keepSign(c *Call) *Refusal {
	return s.hooks.Signature(c, s.judgeSign(c))
}

func (s *Sandbox) judgeSign(c *Call) *Refusal {
	in := c.op.place()
	refused := func(reason Reason, format string, args ...any) *Refusal {
		return &Refusal{Reason: reason, In: in, Name: signName, Message: fmt.Sprintf(format, args...)}
	}
	m := c.find(in, signName)
	if m == nil {
		return refused(SignMissing, "sign is missing from the %s%s: %s", in, c.elsewhere(in, signName), s.wantSign())
	}
	sign, ok := m.Text()
	switch {
	case ok && sign == "", string(m.Value) == "null":
		return refused(SignEmpty, "sign in the %s is empty: %s", in, s.wantSign())
	case !ok:
		return refused(SignWrong, "sign in the %s must be a string: it is %s", in, kindOf(m.Value))
	}
	got, twice := c.received()
	if twice != "" {
		return refused(SignWrong, "%s has one value in one part of the request and another one in another: "+
			"what is signed is not clear", shown(twice))
	}
	members := signed(got, s.cfg.Rules.Parts)
	want, err := signing.Sign(members, s.cfg.Rules)
	switch {
	case err != nil:
		return refused(SignWrong, "the parameters cannot be signed: %v", err)
	case sign == want:
		return nil
	case strings.EqualFold(sign, want):
		return refused(SignCase, "sign in the %s is right but for the case of its letters: it must be %s", in, want)
	}
	return refused(SignWrong, "sign in the %s is wrong%s", in, s.diagnose(got, sign))
}

// received returns the parameters of a call by the part of the request that carried them. A name
// that two parts give the same value counts once, in the order path, query, body; a name with two
// values is returned as twice.
func (c *Call) received() (got diagnose.Request, twice string) {
	got = diagnose.Request{Path: c.Path, RawQuery: c.Request.URL.RawQuery, RawBody: c.Body}
	if got.Query, twice = without(c.Query, c.Path); twice != "" {
		return got, twice
	}
	if got.Body, twice = without(c.Members, c.Path); twice != "" {
		return got, twice
	}
	got.Body, twice = without(got.Body, got.Query)
	return got, twice
}

// without returns the members whose names are not among others, or the name of one that has another
// value there.
func without(members, others []signing.Member) (left []signing.Member, twice string) {
	left = members
	for _, o := range others {
		i := slices.IndexFunc(left, func(m signing.Member) bool { return m.Name == o.Name })
		if i < 0 {
			continue
		}
		if string(left[i].Value) != string(o.Value) {
			return nil, o.Name
		}
		left = slices.Concat(left[:i], left[i+1:])
	}
	return left, ""
}

// signed returns the members of the parts that are signed.
func signed(got diagnose.Request, parts signing.Parts) []signing.Member {
	members := make([]signing.Member, 0, len(got.Path)+len(got.Query)+len(got.Body))
	if parts.Has(signing.Path) {
		members = append(members, got.Path...)
	}
	if parts.Has(signing.Query) {
		members = append(members, got.Query...)
	}
	if parts.Has(signing.Body) {
		members = append(members, got.Body...)
	}
	return members
}

// diagnose says in one line which mistake makes exactly this sign or, when none is known to, what
// the right one is made of: it is a checksum, so that tells nobody more than the request did.
func (s *Sandbox) diagnose(got diagnose.Request, sign string) string {
	if s.cfg.Terse {
		return ": it is not the one of these parameters"
	}
	const most = 512 // bytes of the content
	d := diagnose.Sign(got, sign, s.cfg.Rules)
	line := strings.TrimPrefix(d.Line(), "the sign is wrong")
	if len(d.Causes) == 0 && len(d.Expected) <= most {
		line += fmt.Sprintf(": right is %s, the MD5 of %s", d.Want, d.Expected)
	}
	return line
}
