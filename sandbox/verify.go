package sandbox

import (
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

const signName = "sign"

// wantSign describes a sign under the rules of this sandbox.
func (s *Sandbox) wantSign() string {
	return fmt.Sprintf("it is the MD5 of the signed content, 32 %s-case hexadecimal digits", s.cfg.Rules.Hex)
}

func (s *Sandbox) keepSign(c *store.Call) *store.Refusal {
	return s.hooks.Signature(c, s.judgeSign(c))
}

func (s *Sandbox) judgeSign(c *store.Call) *store.Refusal {
	in := c.ParametersIn()
	refused := func(reason store.Reason, format string, args ...any) *store.Refusal {
		return &store.Refusal{Reason: reason, In: in, Name: signName, Message: fmt.Sprintf(format, args...)}
	}
	m := c.Find(in, signName)
	if m == nil {
		return refused(store.SignMissing, "sign is missing from the %s%s: %s", in, elsewhere(c, in, signName), s.wantSign())
	}
	sign, ok := m.StringValue()
	switch {
	case ok && sign == "", string(m.Value) == "null":
		return refused(store.SignEmpty, "sign in the %s is empty: %s", in, s.wantSign())
	case !ok:
		return refused(store.SignWrong, "sign in the %s must be a string: it is %s", in, kindOf(m.Value))
	}
	got := diagnose.Request{Query: c.Query, Path: c.Path, Body: c.Members, RawQuery: c.Request.URL.RawQuery, RawBody: c.Body}
	members, err := got.Members(s.cfg.Rules.Parts)
	if err != nil {
		return refused(store.SignWrong, "it is not clear which parameters are signed: %v", err)
	}
	want, err := signing.Sign(members, s.cfg.Rules)
	switch {
	case err != nil:
		return refused(store.SignWrong, "the parameters cannot be signed: %v", err)
	case sign == want:
		return nil
	case strings.EqualFold(sign, want):
		return refused(store.SignCase, "sign in the %s is right except for the case of its letters: it must be %s", in, want)
	}
	return refused(store.SignWrong, "sign in the %s is wrong%s", in, s.diagnose(got, sign))
}

// diagnose explains a wrong sign in one line: the mistake that produces exactly this sign or, if none is
// known, the right content. The sign is only a checksum, so this reveals nothing that is not in the
// request.
func (s *Sandbox) diagnose(got diagnose.Request, sign string) string {
	if s.cfg.Terse {
		return ": it does not match these parameters"
	}
	const most = 512 // bytes of the content
	d := diagnose.Sign(got, sign, s.cfg.Rules, diagnose.Quick)
	line := strings.TrimPrefix(d.Line(), "the sign is wrong")
	if len(d.Causes) == 0 && len(d.Expected) <= most {
		line += fmt.Sprintf(": the right one is %s, the MD5 of %s", d.Want, d.Expected)
	}
	return line
}
