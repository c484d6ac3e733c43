package sandbox

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// rule is the constraint on one parameter. Rules are hand-written, not read from the contract document,
// so that a mistake in the document does not hide itself.
type rule struct {
	in, name string
	optional bool
	list     bool                   // an array of strings, not a string
	form     func(text string) bool // accepts the string, or each string of the list; nil accepts any
	wanted   string                 // describes form in a message
}

// maxPartnerCode is the longest partnerCode in characters.
const maxPartnerCode = 64

// The forms of parameters in the contract.
var (
	nonEmpty    = func(text string) bool { return text != "" }
	digitsOnly  = func(text string) bool { return text != "" && digits(text) == len(text) }
	iccidDigits = func(text string) bool { return digits(text) == len(text) && len(text) >= 18 && len(text) <= 22 }
	versionForm = func(text string) bool {
		major, minor, dotted := strings.Cut(text, ".")
		return dotted && digitsOnly(major) && digitsOnly(minor)
	}
	partnerForm = func(text string) bool {
		return text != "" && utf8.RuneCountInString(text) <= maxPartnerCode
	}
)

const (
	wantNonEmpty = "it must not be empty"
	wantICCID    = "want an ICCID of 18 to 22 digits"
	wantDigits   = "want digits"
	wantVersion  = `want two numbers with a dot between them, such as "3.0"`
	wantPartner  = "want 1 to 64 characters"
)

// globalRules are the rules of the global parameters except sign, which is verified separately.
func globalRules(in string) []rule {
	return []rule{
		{in: in, name: "version", form: versionForm, wanted: wantVersion},
		{in: in, name: "partnerCode", form: partnerForm, wanted: wantPartner},
	}
}

// vshopRules are the rules shared by the operations of Vshop, plus optional strings.
func vshopRules(own ...string) []rule {
	return append([]rule{
		{in: store.InBody, name: "deviceCode", form: iccidDigits, wanted: wantICCID},
		{in: store.InBody, name: "languageCode"},
		{in: store.InBody, name: "mark", form: nonEmpty, wanted: wantNonEmpty},
		{in: store.InBody, name: "terminal", form: nonEmpty, wanted: wantNonEmpty},
		{in: store.InBody, name: "tradeTime", form: digitsOnly, wanted: wantDigits},
		{in: store.InBody, name: "tradeType", form: nonEmpty, wanted: wantNonEmpty},
	}, optional(own...)...)
}

// simRules are the rules of addSims and removeSims.
func simRules() []rule {
	return []rule{groupRule(), {in: store.InBody, name: "sim_ids", list: true, form: iccidDigits, wanted: wantICCID}}
}

func groupRule() rule {
	return rule{in: store.InPath, name: "group_id", form: nonEmpty, wanted: wantNonEmpty}
}

func requestIDRule() rule {
	return rule{in: store.InPath, name: "request_id", form: nonEmpty, wanted: wantNonEmpty}
}

func digits(text string) int {
	n := 0
	for i := range len(text) {
		if '0' <= text[i] && text[i] <= '9' {
			n++
		}
	}
	return n
}

// keepGlobals checks the global parameters and sets the partner of the call.
func (s *Sandbox) keepGlobals(c *store.Call) *store.Refusal {
	if refusal := s.keep(c, operationOf(c).globals); refusal != nil {
		return refusal
	}
	if m := c.Find(c.ParametersIn(), "partnerCode"); m != nil {
		c.Partner, _ = m.StringValue()
	}
	return nil
}

// keepRules checks the other parameters of the operation.
func (s *Sandbox) keepRules(c *store.Call) *store.Refusal {
	if refusal := s.keep(c, operationOf(c).rules); refusal != nil {
		return refusal
	}
	return s.hooks.Constraint(c, nil)
}

// keep checks all rules, so that one refusal names all mistakes.
func (s *Sandbox) keep(c *store.Call, rules []rule) *store.Refusal {
	var refusals []*store.Refusal
	for i := range rules {
		refusal := s.keepRule(c, &rules[i])
		if refusal != nil {
			refusal = s.hooks.Constraint(c, refusal)
		}
		if refusal != nil {
			refusals = append(refusals, refusal)
		}
	}
	if refusals == nil {
		return nil
	}
	return store.Joined(refusals)
}

func (s *Sandbox) keepRule(c *store.Call, r *rule) *store.Refusal {
	if r.in == store.InHeader {
		return keepHeader(c, r)
	}
	m := c.Find(r.in, r.name)
	switch {
	case m == nil && r.optional:
		return nil
	case m == nil:
		return store.BadParameter(r.in, r.name, "%s is missing from the %s%s", r.name, r.in, elsewhere(c, r.in, r.name))
	case r.list:
		return s.keepList(m, r)
	}
	text, ok := m.StringValue()
	if !ok {
		return store.BadParameter(r.in, r.name, "%s in the %s must be a string: it is %s", r.name, r.in, kindOf(m.Value))
	}
	if r.form != nil && !r.form(text) {
		return store.BadParameter(r.in, r.name, "%s in the %s is %s: %s", r.name, r.in, store.Shown(text), r.wanted)
	}
	return nil
}

// keepList checks an array of strings, which has 1 to Bounds.SIMs items.
func (s *Sandbox) keepList(m *signing.Member, r *rule) *store.Refusal {
	items, ok := elements(m.Value)
	switch {
	case !ok:
		return store.BadParameter(r.in, r.name, "%s in the %s must be an array of strings: it is %s", r.name, r.in, kindOf(m.Value))
	case len(items) == 0:
		return store.BadParameter(r.in, r.name, "%s in the %s is empty: send at least one item", r.name, r.in)
	case len(items) > s.cfg.Bounds.SIMs:
		return &store.Refusal{Reason: store.Full, In: r.in, Name: r.name, Message: fmt.Sprintf(
			"%s in the %s has %d items: this sandbox takes %d in one request", r.name, r.in, len(items), s.cfg.Bounds.SIMs)}
	}
	for i := range items {
		text, ok := items[i].StringValue()
		if !ok {
			return store.BadParameter(r.in, r.name, "%s[%d] in the %s must be a string: it is %s", r.name, i, r.in, kindOf(items[i].Value))
		}
		if !r.form(text) {
			return store.BadParameter(r.in, r.name, "%s[%d] in the %s is %s: %s", r.name, i, r.in, store.Shown(text), r.wanted)
		}
	}
	return nil
}

func keepHeader(c *store.Call, r *rule) *store.Refusal {
	values := c.Request.Header.Values(r.name)
	switch {
	case len(values) == 0 && r.optional:
		return nil
	case len(values) != 1:
		return store.BadParameter(r.in, r.name, "the header %s appears %d times: send one", r.name, len(values))
	}
	return nil
}

// elsewhere says where a missing parameter appears to be: in another part of the request, or under a
// name that differs only in letter case, - and _.
func elsewhere(c *store.Call, in, name string) string {
	for _, other := range []string{store.InQuery, store.InBody, store.InPath} {
		if other != in && c.Find(other, name) != nil {
			return fmt.Sprintf(": it is in the %s, where a %s must not send it", other, operationOf(c).method)
		}
	}
	members := c.Members
	if in == store.InQuery {
		members = c.Query
	}
	for i := range members {
		if plainName(members[i].Name) == plainName(name) {
			return fmt.Sprintf(", which has %s instead", store.Shown(members[i].Name))
		}
	}
	return ""
}

// plainName returns a name without letter case, - and _, and a plural s, which are easily confused.
func plainName(name string) string {
	return strings.TrimSuffix(joiners.Replace(strings.ToLower(name)), "s")
}

// joiners removes the separators of words in a name.
var joiners = strings.NewReplacer("_", "", "-", "")

// kindOf names the type of a JSON value, for a message.
func kindOf(value []byte) string {
	if len(value) == 0 {
		return "nothing"
	}
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "the boolean " + string(value)
	case 'n':
		return "null"
	}
	return "the number " + store.Shown(string(value))
}
