package receiver

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// The clauses about a receiver.
const (
	takesRight     = "push/receiver-takes-a-right-push"
	refusesWrong   = "push/receiver-refuses-a-wrong-signature"
	refusesTamper  = "push/receiver-refuses-a-tampered-push"
	refusesMissing = "push/receiver-refuses-a-missing-header"
	refusesOld     = "push/receiver-refuses-an-old-push"
	takesRepeated  = "push/receiver-takes-a-repeated-push"
	refusesOther   = "push/receiver-refuses-other-requests"
	doesNotFail    = "push/receiver-does-not-fail"
	takesMany      = "push/receiver-takes-many-pushes"
	coversHeaders  = "push/signature-covers-headers"
	coversBody     = "push/signature-covers-body"
	algorithm      = "push/algorithm"
)

// Checks returns the checks of a receiver, in the order of their ids.
func Checks(c Config) []partner.Check {
	s := newSender(c)
	all := slices.Concat(s.acceptance(), s.refusals(), s.repetition(), s.effects(), s.hostile(), []partner.Check{s.load()})
	for i := range all {
		all[i].Operations, all[i].Does = []string{operation}, reports.Write
	}
	return s.needTrust(all)
}

// single is a push of one check, with its description for the failure message.
type single struct {
	id, clause, what string
	make             func(s *sender) *push
}

func (s *sender) acceptance() []partner.Check {
	spare := func(s *sender) *push { return s.signWith(s.fresh(), s.Keys[len(s.Keys)-1]) }
	var all []partner.Check
	for _, one := range []single{
		{"RCV-001", takesRight, "a valid push", (*sender).valid},
		{"RCV-050", coversBody, "a valid push with its members in another order", func(s *sender) *push { return s.rewritten(reversed) }},
		{"RCV-051", coversBody, "a valid push with white space between its members", func(s *sender) *push { return s.rewritten(spaced) }},
		{"RCV-052", coversBody, "a valid push with escaped characters", func(s *sender) *push { return s.rewritten(escaped) }},
		{"RCV-053", takesRight, "a valid push with an unknown member", func(s *sender) *push { return s.rewritten(extended) }},
		{"RCV-054", coversBody, "a valid push with a nested object whose members are not sorted", func(s *sender) *push { return s.rewritten(nested) }},
		{"RCV-055", algorithm, "a valid push with the algorithm name in lower case", func(s *sender) *push {
			p := s.fresh()
			p.algorithm = strings.ToLower(p.algorithm)
			return s.sign(p)
		}},
		{"RCV-056", takesRight, "a valid push under the second key", spare},
	} {
		all = append(all, partner.Check{ID: one.id, Clause: one.clause, Requirement: "the receiver accepts " + one.what,
			Run: func(ctx context.Context, r *partner.Record) {
				if one.id == "RCV-056" && len(s.Keys) < 2 {
					r.Skip("there is no second key (a second --push-key)")
					return
				}
				s.take(ctx, r, one.make(s), one.what)
			}})
	}
	return all
}

// rewritten returns a push whose body was rewritten before signing.
func (s *sender) rewritten(rewrite func([]byte) []byte) *push {
	p := s.fresh()
	p.body = rewrite(p.body)
	return s.sign(p)
}

func reversed(body []byte) []byte {
	members, err := signing.ParseMembers(body)
	if err != nil {
		return body
	}
	slices.Reverse(members)
	var parts []string
	for _, m := range members {
		parts = append(parts, `"`+m.Name+`":`+string(m.Value))
	}
	return []byte("{" + strings.Join(parts, ",") + "}")
}

func spaced(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte(`","`), []byte("\",\r\n\t \""))
	return append([]byte(" \n"), append(body, '\n')...)
}

func escaped(body []byte) []byte {
	return bytes.Replace(body, []byte(`"USD"`), []byte(`"\u0055SD"`), 1)
}

func extended(body []byte) []byte {
	return bytes.Replace(body, []byte("{"), []byte(`{"zNewMember":"1","aNewMember":"欧洲 / <&>",`), 1)
}

func nested(body []byte) []byte {
	return bytes.Replace(body, []byte("{"), []byte(`{"extra":{"z":"1","a":["2","1"]},`), 1)
}

func (s *sender) refusals() []partner.Check {
	var all []partner.Check
	for _, one := range slices.Concat(signatureCases(), tamperCases(), headerCases(), timeCases()) {
		all = append(all, partner.Check{ID: one.id, Clause: one.clause, Requirement: "the receiver refuses " + one.what,
			Run: func(ctx context.Context, r *partner.Record) { s.refuse(ctx, r, one.make(s), one.what) }})
	}
	return all
}

// changed returns a case that changes a push after signing.
func changed(id, clause, what string, change func(p *push)) single {
	return single{id, clause, what, func(s *sender) *push {
		p := s.valid()
		change(p)
		return p
	}}
}

// partly returns a case whose signature covers only part of the push.
func partly(id, clause, what string, text func(p *push) string) single {
	return single{id, clause, what, func(s *sender) *push {
		p := s.fresh()
		return s.signText(p, s.Keys[0], []byte(text(p)))
	}}
}

func signatureCases() []single {
	sorted := func(p *push) string {
		content, err := signing.PushContent(p.body, "", "", "", signing.JoinBodyHeaders)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(content), "::")
	}
	return []single{
		changed("RCV-010", refusesWrong, "a push with a wrong signature", func(p *push) {
			id, signature, _ := strings.Cut(p.signature, "/")
			p.signature = id + "/" + flipped(signature)
		}),
		{"RCV-011", refusesWrong, "a push signed with another key", func(s *sender) *push {
			return s.signWith(s.fresh(), Key{s.Keys[0].ID, append([]byte{'x'}, s.Keys[0].Bytes...)})
		}},
		{"RCV-012", refusesWrong, "a push with an unknown key id", func(s *sender) *push {
			return s.signWith(s.fresh(), Key{"unknown-" + s.Keys[0].ID, s.Keys[0].Bytes})
		}},
		changed("RCV-013/no-slash", refusesWrong, "a push whose signature has no key id", func(p *push) {
			p.signature = strings.ReplaceAll(p.signature, "/", "")
		}),
		changed("RCV-013/no-signature", refusesWrong, "a push whose signature is only a key id", func(p *push) {
			id, _, _ := strings.Cut(p.signature, "/")
			p.signature = id + "/"
		}),
		changed("RCV-013/cut-off", refusesWrong, "a push whose signature is cut off", func(p *push) {
			p.signature = p.signature[:len(p.signature)-8]
		}),
		partly("RCV-014/all", coversHeaders, "a push whose signature leaves out the headers", sorted),
		partly("RCV-014/timestamp", coversHeaders, "a push whose signature leaves out the timestamp", func(p *push) string {
			return sorted(p) + ":" + p.version + ":" + p.algorithm
		}),
		partly("RCV-015", coversBody, "a push whose signature leaves out the body", func(p *push) string {
			return p.version + ":" + p.algorithm + ":" + p.timestamp
		}),
	}
}

// flipped changes the first character of a text.
func flipped(text string) string {
	if strings.HasPrefix(text, "A") {
		return "B" + text[1:]
	}
	return "A" + text[1:]
}

func tamperCases() []single {
	replace := func(old, replacement string) func(p *push) {
		return func(p *push) { p.body = bytes.Replace(p.body, []byte(old), []byte(replacement), 1) }
	}
	return []single{
		changed("RCV-020/value", refusesTamper, "a push whose amount was changed after signing", replace("4.99", "0.01")),
		changed("RCV-020/member-added", refusesTamper, "a push with a member added after signing", replace("{", `{"added":"1",`)),
		changed("RCV-020/member-removed", refusesTamper, "a push with a member removed after signing", replace(`"payCurrency":"USD",`, "")),
		changed("RCV-021/version", refusesTamper, "a push whose version was changed after signing", func(p *push) { p.version = "1.1" }),
		changed("RCV-021/algorithm", refusesTamper, "a push whose algorithm was changed after signing", func(p *push) { p.algorithm = "hmac-sha1" }),
		changed("RCV-021/timestamp", refusesTamper, "a push whose timestamp was changed after signing", func(p *push) {
			p.timestamp = milliseconds(time.Now().Add(time.Second))
		}),
	}
}

func headerCases() []single {
	var all []single
	for _, name := range []string{signing.HeaderPushVersion, signing.HeaderPushAlgorithm, signing.HeaderPushSignature,
		signing.HeaderPushTimestamp} {
		all = append(all, changed("RCV-030/"+name, refusesMissing, "a push without "+name, func(p *push) { p.without = name }))
	}
	return all
}

func timeCases() []single {
	at := func(off time.Duration) func(s *sender) *push {
		return func(s *sender) *push {
			p := s.fresh()
			p.timestamp = milliseconds(time.Now().Add(off))
			return s.sign(p)
		}
	}
	return []single{
		{"RCV-040", refusesOld, "a push that was signed a day ago", at(-24 * time.Hour)},
		{"RCV-041", refusesOld, "a push with the timestamp of tomorrow", at(24 * time.Hour)},
	}
}

// hostileCases are requests that are not valid pushes. Those with mayAccept set are valid but very
// large.
func hostileCases() []struct {
	id, what  string
	mayAccept bool
	change    func(s *sender, p *push)
} {
	return []struct {
		id, what  string
		mayAccept bool
		change    func(s *sender, p *push)
	}{
		{"malformed", "a body that is not JSON", false, func(_ *sender, p *push) { p.body = p.body[:len(p.body)-1] }},
		{"list", "a body that is a JSON list", false, func(_ *sender, p *push) { p.body = []byte(`[{"orderNo":"1"}]`) }},
		{"empty", "an empty body", false, func(_ *sender, p *push) { p.body = nil }},
		{"invalid-utf8", "a body that is not UTF-8", false, func(_ *sender, p *push) { p.body = []byte("{\"orderNo\":\"\xff\"}") }},
		{"get", "a GET", false, func(_ *sender, p *push) { p.method = http.MethodGet }},
		{"put", "a PUT", false, func(_ *sender, p *push) { p.method = http.MethodPut }},
		{"media-type", "a push sent as text/plain", false, func(s *sender, p *push) { s.sign(p).media = "text/plain" }},
		{"deep", "a body nested 10,000 deep", true, func(s *sender, p *push) {
			p.body = []byte(`{"deep":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}")
			s.sign(p)
		}},
		{"large", "a body of 10 MB", true, func(s *sender, p *push) {
			p.body = bytes.Replace(p.body, []byte("{"), []byte(`{"large":"`+strings.Repeat("x", 10<<20)+`",`), 1)
			s.sign(p)
		}},
	}
}

func (s *sender) hostile() []partner.Check {
	var refused, survived []partner.Check
	for _, one := range hostileCases() {
		send := func(ctx context.Context, r *partner.Record) reports.Exchange {
			p := s.valid()
			one.change(s, p)
			e := s.send(ctx, p)
			r.Exchanges = append(r.Exchanges, e)
			return e
		}
		if !one.mayAccept {
			refused = append(refused, partner.Check{ID: "RCV-080/" + one.id, Clause: refusesOther, Requirement: "the receiver refuses " + one.what,
				Run: func(ctx context.Context, r *partner.Record) {
					if e := send(ctx, r); accepted(e) {
						r.Fail("the receiver accepted "+one.what, "HTTP 4xx", told(e))
					}
				}})
		}
		survived = append(survived, partner.Check{ID: "RCV-081/" + one.id, Clause: doesNotFail, Requirement: "the receiver answers " + one.what + " in time and not with a 5xx",
			Run: func(ctx context.Context, r *partner.Record) {
				e := send(ctx, r)
				// A server may close the connection on a large body before it is read.
				if e.Response == nil && (!one.mayAccept || strings.Contains(e.Problem, "--push-timeout")) || e.Response != nil && e.Response.Status >= 500 {
					r.Fail("the receiver failed on "+one.what, "HTTP 4xx within "+s.Timeout.String(), told(e))
				}
			}})
	}
	return append(refused, survived...)
}
