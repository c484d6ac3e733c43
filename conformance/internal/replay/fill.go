package replay

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/requests"
)

var (
	ownID      = regexp.MustCompile(`\b(?:MC|PO)([0-9]{20})\b`)
	hiddenText = regexp.MustCompile(`<redacted:([\w.-]+)(?::(?:text|number|object|array|boolean))?>`)
	maskedSIM  = regexp.MustCompile(`\b89[0-9]{4}\*{8,10}[0-9]{4}\b`)
)

// fill puts this run's values into a text: new ids, and the values that were redacted.
func (r *replay) fill(text string) (string, error) {
	text = ownID.ReplaceAllStringFunc(text, func(id string) string { return id[:2] + r.freshID(id[2:]) })
	for old, id := range r.fresh {
		if len(old) != 20 {
			text = strings.ReplaceAll(text, old, id)
		}
	}
	var missing []string
	text = r.withSIMs(text)
	for _, masked := range maskedSIM.FindAllString(text, -1) {
		missing = append(missing, "the SIM number "+masked+" was masked, and no single SIM card of the target matches it; name it with --sim or --unknown-sim")
	}
	text = hiddenText.ReplaceAllStringFunc(text, func(placeholder string) string {
		name := hiddenText.FindStringSubmatch(placeholder)[1]
		if value := r.hidden(name); value != "" {
			return value
		}
		missing = append(missing, placeholder+" was redacted and is not a setting of the target; set it with --set NAME=VALUE")
		return placeholder
	})
	if len(missing) > 0 {
		return text, errors.New(strings.Join(slices.Compact(missing), "; "))
	}
	return text, nil
}

// freshID returns this run's digits for the recorded ones.
func (r *replay) freshID(digits string) string {
	if r.fresh[digits] == "" {
		r.fresh[digits] = r.session.UniqueID()
	}
	return r.fresh[digits]
}

// withSIMs replaces masked SIM numbers in a text by those of the target, as far as they are known.
func (r *replay) withSIMs(text string) string {
	return maskedSIM.ReplaceAllStringFunc(text, func(masked string) string {
		return cmp.Or(r.unmasked(masked), masked)
	})
}

// unmasked returns the SIM number of the target that matches a masked one; "" if none or more than one
// does.
func (r *replay) unmasked(masked string) string {
	fits := ""
	for _, sim := range slices.Concat(r.session.Target().SIMs, r.session.Target().UnknownSIMs) {
		if len(sim) != len(masked) || sim[:6] != masked[:6] || sim[len(sim)-4:] != masked[len(masked)-4:] || sim == fits {
			continue
		}
		if fits != "" {
			return ""
		}
		fits = sim
	}
	return fits
}

// hidden is the value of something that was redacted; "" if unknown.
func (r *replay) hidden(name string) string {
	if value := r.given[name]; value != "" {
		return value
	}
	target := r.session.Target()
	switch name {
	case "payId":
		return target.PartnerCode + r.freshID(r.digits)
	case "pm_id":
		return cmp.Or(r.method, target.PayingMethod)
	case "email":
		return requests.Email
	case "payAccount":
		return requests.PayAccount
	}
	return ""
}
