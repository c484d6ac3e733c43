package baseline

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// diagnosis finds the setting that makes a service refuse valid requests.
type diagnosis struct {
	session *session.Session
	target  *target.Target
	service string
	// others is set if the target accepts a request of another operation of the service with the same
	// partner code and version.
	others bool
	rule   string // the signature rule that fits, as settings
}

// Sentence endings for a refused sign.
const (
	bySign    = ". Its message suggests that it refuses the sign (mallcheck doctor looks for the rule)"
	otherRule = ". It accepts the same request under another signature rule: "
)

// setting names the likeliest setting behind a refusal, as the end of a sentence; "" if it is unknown.
func (d *diagnosis) setting(one outcome) string {
	answer := one.answer
	if answer.OperateCode == "" {
		switch answer.Status {
		case http.StatusNotFound, http.StatusMethodNotAllowed:
			return d.path(answer)
		case http.StatusUnauthorized, http.StatusForbidden:
			return fmt.Sprintf(". HTTP %d without the envelope: does the server require an additional header (--header)?", answer.Status)
		case http.StatusOK:
			return fmt.Sprintf(". The answer has neither the envelope nor another form of the mall API: is --%s-url right?", d.service)
		}
		return ""
	}
	if one.operation.Does != openapi.Read {
		return d.byWords(answer)
	}
	draft := d.draft(one)
	if draft == nil {
		return d.byWords(answer)
	}
	if rules, fits := d.fittingRules(draft); fits {
		d.rule = changedRules(d.target.Sign, rules)
		return otherRule + d.rule
	}
	return d.byProbes(one, draft)
}

// notThere reports whether an answer means that nothing is at the address.
func notThere(answer *wire.Answer) bool {
	return answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed
}

// path names the address as the wrong setting.
func (d *diagnosis) path(answer *wire.Answer) string {
	return fmt.Sprintf(". It answers HTTP %d: is the path of --%s-url right?", answer.Status, d.service)
}

// draft drafts the refused request again.
func (d *diagnosis) draft(one outcome) (draft *session.Draft) {
	defer func() {
		if _, isEnd := recover().(session.End); isEnd {
			draft = nil
		}
	}()
	switch one.operation.ID {
	case "listBundles":
		return d.session.NewListBundles()
	case "listGroupSims":
		return d.session.NewListGroupSims(d.session.Group())
	case "singleVerify":
		return d.session.NewSingleVerify(d.session.ExistingSIM())
	case "singleQueryOrder":
		return d.session.NewSingleQueryOrder(d.session.ExistingSIM())
	}
	return nil
}

// fittingRules looks for other signature rules under which the target accepts the request.
func (d *diagnosis) fittingRules(draft *session.Draft) (signing.Rules, bool) {
	for _, parts := range []signing.Parts{signing.AllParts, signing.AllParts &^ signing.Path, signing.AllParts &^ signing.Query,
		signing.AllParts &^ signing.Path &^ signing.Query, signing.AllParts &^ signing.Body} {
		for _, hex := range []signing.HexCase{signing.LowerHex, signing.UpperHex} {
			rules := d.target.Sign
			rules.Parts, rules.Hex = parts, hex
			if rules == d.target.Sign {
				continue
			}
			answer, err := d.session.Attempt(draft.Twin().Under(rules))
			if err == nil && answer.Accepted() && !d.acceptsAnySign(draft) {
				return rules, true
			}
		}
	}
	return signing.Rules{}, false
}

// acceptsAnySign reports whether a wrong sign is accepted, so that rules cannot be told apart.
func (d *diagnosis) acceptsAnySign(draft *session.Draft) bool {
	answer, err := d.session.Attempt(draft.Twin().SignedBy(wrongSign))
	return err == nil && answer.Accepted()
}

func wrongSign([]signing.Member, signing.Rules) (string, error) { return strings.Repeat("0", 32), nil }

// changedRules names the settings of the rules that differ.
func changedRules(from, to signing.Rules) string {
	var changed []string
	if from.Parts != to.Parts {
		changed = append(changed, "--sign-parts "+to.Parts.String())
	}
	if from.Hex != to.Hex {
		changed = append(changed, "--sign-hex "+to.Hex.String())
	}
	return strings.Join(changed, " ")
}

// byProbes spoils one part of the request at a time. A part whose spoiled form is refused in the same
// way as the valid request is a suspect.
func (d *diagnosis) byProbes(one outcome, draft *session.Draft) string {
	refusal := kindOf(one.answer)
	same := func(probe *session.Draft) bool {
		answer, err := d.session.Attempt(probe)
		return err == nil && kindOf(answer) == refusal
	}
	var suspects []string
	if !d.others && same(draft.Twin().Before(wire.Set("partnerCode", "PNOSUCHPARTNER"))) {
		suspects = append(suspects, "the partner code "+d.target.PartnerCode+" (--partner-code)")
	}
	if same(draft.Twin().SignedBy(wrongSign)) {
		suspects = append(suspects, "the sign (mallcheck doctor looks for the rule)")
	}
	if !d.others && same(draft.Twin().Before(wire.Set("version", "0.1"))) {
		suspects = append(suspects, "the version 3.0")
	}
	if slices.Contains(draft.Names(), "deviceCode") && same(draft.Twin().Before(wire.Set("deviceCode", "890000000000000000000"))) {
		suspects = append(suspects, "the SIM card (--sim): does it exist on the target?")
	}
	if one.operation.ID == "listGroupSims" && same(d.session.NewListGroupSims(d.session.UnknownGroup())) {
		suspects = append(suspects, "the group "+d.target.Group+" (--group): is it one of the partner's?")
	}
	if len(suspects) == 1 {
		return ". It refuses " + suspects[0]
	}
	if words := d.byWords(one.answer); words != "" || len(suspects) == 0 {
		return words
	}
	return ". It refuses one of: " + strings.Join(suspects, ", ")
}

// kindOf returns what two refusals with the same reason have in common.
func kindOf(answer *wire.Answer) string {
	message := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, answer.Message)
	if cut := strings.IndexAny(message, `"'`); cut >= 0 {
		message = message[:cut] // what follows is a value of the request
	}
	return fmt.Sprint(answer.Status, answer.OperateCode, message)
}

// byWords guesses the setting from the message of the refusal.
func (d *diagnosis) byWords(answer *wire.Answer) string {
	words, _ := json.Marshal([]string{answer.OperateCode, answer.Message})
	said := strings.ToLower(string(words))
	for _, one := range []struct{ word, setting string }{
		{"group", "the group " + d.target.Group + " (--group)"},
		{"partner", "the partner code " + d.target.PartnerCode + " (--partner-code)"},
		{"sign", "the sign (mallcheck doctor looks for the rule)"},
		{"version", "the version 3.0"},
		{"iccid", "the SIM card (--sim)"}, {"sim", "the SIM card (--sim)"}, {"device", "the SIM card (--sim)"},
		{"package", "the package (--package)"}, {"plan", "the plan of the package (--package)"},
		{"payment method", "the payment method (--pm-success)"},
	} {
		if strings.Contains(said, one.word) {
			return ". Its message suggests that it refuses " + one.setting
		}
	}
	return ""
}
