package replay

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/requests"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// isSigned reports whether a recorded request had the right sign, or may have had it.
func (r *replay) isSigned(operation openapi.Operation, request reports.Request) (bool, error) {
	request.Body = []byte(r.withSIMs(string(request.Body)))
	address, err := url.Parse(r.withSIMs(request.URL))
	if err != nil {
		return false, fmt.Errorf("reading the address of %s: %w", operation.ID, err)
	}
	if text, _ := url.QueryUnescape(request.URL); hiddenText.MatchString(text) {
		return true, nil
	}
	rules := r.session.Target().Sign
	for _, guess := range r.uncovered(string(request.Body)) {
		if hiddenText.MatchString(guess.body) {
			return true, nil
		}
		members, err := signing.MembersOf(request.Method, address, []byte(guess.body), []string{operation.Path}, rules.Parts)
		if err == nil && bearsSign(members, rules) {
			r.digits, r.method = guess.digits, guess.method
			return true, nil
		}
	}
	return false, nil
}

// bearsSign reports whether the sign among the parameters of a request matches the others.
func bearsSign(members []signing.Member, rules signing.Rules) bool {
	at := slices.IndexFunc(members, func(m signing.Member) bool { return m.Name == "sign" })
	if at < 0 {
		return false
	}
	sign, err := signing.Sign(slices.Delete(slices.Clone(members), at, at+1), rules)
	return err == nil && sign == wire.Unquote(members[at].Value)
}

// guess is a possible original of a recorded body, with the digits of the payment id and the payment
// method in it.
type guess struct{ body, digits, method string }

// uncovered returns possible originals of a recorded body in which payment ids, payment methods and
// addresses were redacted: those that a run makes itself. The sign decides which of them is right.
func (r *replay) uncovered(body string) (guesses []guess) {
	for _, id := range ownID.FindAllStringSubmatch(body, -1) {
		r.seen = slices.DeleteFunc(r.seen, func(digits string) bool { return digits == id[1] })
		r.seen = append([]string{id[1]}, r.seen...)
	}
	r.digits, r.method = "", ""
	if len(r.seen) > 0 {
		r.digits = r.seen[0]
	}
	target := r.session.Target()
	body = strings.ReplaceAll(strings.ReplaceAll(body, "<redacted:email>", requests.Email), "<redacted:payAccount>", requests.PayAccount)
	methods := []string{target.PayingMethod, target.FailingMethod, target.OpenMethod}
	if !strings.Contains(body, "<redacted:pm_id>") {
		methods = methods[:1]
	}
	for _, digits := range append(slices.Clone(r.seen), "") {
		if digits == "" && strings.Contains(body, "<redacted:payId>") && len(r.seen) > 0 {
			continue
		}
		for _, method := range methods {
			text := strings.ReplaceAll(body, "<redacted:pm_id>", method)
			if digits != "" {
				text = strings.ReplaceAll(text, "<redacted:payId>", target.PartnerCode+digits)
			}
			guesses = append(guesses, guess{text, digits, method})
		}
	}
	return guesses
}
