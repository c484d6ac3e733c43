package observe

import (
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// Signed explains the sign of a request.
type Signed struct {
	// Content is the text that the rules sign; Want is its sign.
	Content []byte
	Want    string
	// Sent is the sign of the request; empty if it has none.
	Sent string
	// Right is set if Sent is Want. The fields below are empty then.
	Right bool
	// Text is the text that was signed instead, if known.
	Text []byte
	// Line says in a clause what was done wrong.
	Line string
}

// maxDiagnosed is how many wrong signs are explained: a client with a mistake makes it each time, and
// each explanation takes ten milliseconds.
const maxDiagnosed = 200

// sign judges the sign of a request with unambiguous parameters.
func (j *judgement) sign() {
	got := diagnose.Request{Query: j.observed.Query, Path: j.observed.Path, Body: j.observed.Body,
		RawQuery: j.request.RawQuery, RawBody: j.request.Body}
	rules := j.observer.options.Rules
	members, err := got.Members(rules.Parts)
	if err != nil {
		j.add(Mistake{Check: Once, Key: "parts", Part: "request", Summary: "two parts of the request contradict each other: " + err.Error(),
			Expected: "each parameter once", Actual: err.Error()})
		return
	}
	content, err := signing.Content(members, rules)
	if err != nil {
		return
	}
	want, err := signing.Sign(members, rules)
	if err != nil {
		return
	}
	signed := &Signed{Content: content, Want: want}
	j.observed.Signed = signed
	in := j.observed.Query
	if !j.inQuery() {
		in = j.observed.Body
	}
	for i := range in {
		if in[i].Name == "sign" {
			text, ok := in[i].StringValue()
			if !ok {
				text = string(in[i].Value)
			}
			j.compare(signed, got, rules, text)
		}
	}
}

// compare judges the sign that was sent.
func (j *judgement) compare(signed *Signed, got diagnose.Request, rules signing.Rules, sent string) {
	signed.Sent, signed.Right = sent, sent == signed.Want
	if signed.Right {
		return
	}
	m := Mistake{Check: Sign, Part: j.parametersIn() + " sign", Expected: signed.Want + ", the MD5 of " + string(signed.Content), Actual: sent}
	switch {
	case sent == "":
		m.Key, signed.Line = "empty", "the sign is empty"
	case j.withoutPath(got, rules, sent):
		m.Check, m.Key, signed.Line = PathSigned, "path", "the sign leaves out the parameters of the path"
	case j.observer.diagnosed.Add(1) > maxDiagnosed:
		m.Key, signed.Line = "wrong", "the sign is wrong"
	default:
		d := diagnose.Sign(got, sent, rules, diagnose.Quick)
		signed.Line, m.Key = d.Line(), keyOf(d)
		if len(d.Causes) > 0 {
			signed.Text = d.Causes[0].Text
		}
	}
	if m.Check == PathSigned {
		rules.Parts &^= signing.Path
		if members, err := got.Members(rules.Parts); err == nil {
			signed.Text, _ = signing.Content(members, rules)
		}
	}
	m.Summary = signed.Line
	if len(signed.Text) > 0 {
		m.Actual += ", the sign of " + strings.ToValidUTF8(string(signed.Text), "�")
	}
	j.add(m)
}

// withoutPath reports whether a sign is right except that it leaves out the path parameters.
func (j *judgement) withoutPath(got diagnose.Request, rules signing.Rules, sent string) bool {
	if len(got.Path) == 0 || !rules.Parts.Has(signing.Path) {
		return false
	}
	rules.Parts &^= signing.Path
	members, err := got.Members(rules.Parts)
	if err != nil {
		return false
	}
	want, err := signing.Sign(members, rules)
	return err == nil && want == sent
}

// keyOf identifies the mistake, whatever the request.
func keyOf(d diagnose.Diagnosis) string {
	mistakes := d.Seen
	if len(d.Causes) > 0 {
		mistakes = d.Causes[0].Mistakes
	}
	ids := []string{"wrong"}
	for _, m := range mistakes {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " ")
}
