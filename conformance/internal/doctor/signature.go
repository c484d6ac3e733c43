package doctor

import (
	"encoding/json"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/signing"
)

// signature asks which rules of the sign the target follows.
func (d *doctor) signature() {
	d.letters()
	d.checked()
	d.findGroup()
	d.pathSigned("listGroupSims", "GET")
	d.query()
	d.emptyValues()
	d.open("signature", "are the members of nested objects sorted", "no operation that reads sends a nested object (--sign-nested)")
	d.suggest("sign-parts", strings.Split(d.target.Sign.Parts.String(), ","), strings.Split(d.rules.Parts.String(), ","))
	d.suggest("sign-empty", []string{d.target.Sign.Empty.String()}, []string{d.rules.Empty.String()})
	d.suggest("sign-hex", []string{d.target.Sign.Hex.String()}, []string{d.rules.Hex.String()})
}

// plain drafts a request that reads, without a parameter in its path, which a
// conforming target accepts; nil when none can be made.
func (d *doctor) plain() *session.Draft {
	switch {
	case d.has("topup"):
		return d.session.NewListBundles()
	case d.has("vshop") && d.sim() != "":
		return d.session.NewSingleVerify(d.sim())
	}
	return nil
}

// noPlain says why nothing can be asked of the sign.
func (d *doctor) noPlain() string {
	if why := d.lacks("topup"); d.target.URLs["topup"] != "" {
		return why
	}
	return "it takes --topup-url, or --vshop-url and --sim"
}

// letters asks in which letter case the sign is to be.
func (d *doctor) letters() {
	const question = "in which letter case is the sign written"
	draft := d.plain()
	if draft == nil {
		d.open("signature", question, d.noPlain())
		return
	}
	lower, upper := d.rules, d.rules
	lower.Hex, upper.Hex = signing.LowerHex, signing.UpperHex
	takesLower, takesUpper := d.accepts(draft, lower), d.accepts(draft, upper)
	switch {
	case takesLower && takesUpper:
		d.rules.Hex = signing.LowerHex
		d.tell("signature", question, "lower; upper is accepted, too")
	case takesLower:
		d.rules.Hex = signing.LowerHex
		d.tell("signature", question, "lower")
	case takesUpper:
		d.rules.Hex = signing.UpperHex
		d.tell("signature", question, "upper")
	default:
		d.open("signature", question, "the target accepts neither; is the partner code right? mallcheck call "+draft.Operation.ID+" --explain shows the request")
	}
}

// checked asks whether a wrong sign is refused at all.
func (d *doctor) checked() {
	const question = "is the sign checked"
	draft := d.plain()
	switch {
	case draft == nil:
		d.open("signature", question, d.noPlain())
	case !d.accepts(draft, d.rules):
		d.open("signature", question, "the target accepts no request of "+draft.Operation.ID)
	case d.accepts(draft.Twin().SignedBy(wrong), d.rules):
		d.tell("signature", question, "no: "+draft.Operation.ID+" accepts a wrong sign, so that what follows of the sign says nothing")
	default:
		d.tell("signature", question, "yes")
	}
}

// wrong makes a sign that fits no request.
func wrong([]signing.Member, signing.Rules) (string, error) { return strings.Repeat("0", 32), nil }

// findGroup takes the first group that is listed, where the settings name none.
func (d *doctor) findGroup() {
	if d.group != "" || !d.has("topup") {
		return
	}
	answer := d.ask(d.session.NewListBundles(), d.rules)
	if answer == nil {
		return
	}
	var bundles []struct {
		GroupID string `json:"group_id"`
	}
	if err := json.Unmarshal(answer.Data, &bundles); err == nil && len(bundles) > 0 && bundles[0].GroupID != "" {
		d.group = bundles[0].GroupID
		d.suggest("group", nil, []string{d.group})
	}
}

// pathSigned asks an operation on a group whether the parameter of its path is signed.
func (d *doctor) pathSigned(operation, method string) {
	question := "is the parameter of the path signed (" + method + ", " + operation + ")"
	why := d.lacks("topup")
	if why == "" && d.group == "" {
		why = "it takes --group"
	}
	if why != "" {
		d.open("signature", question, why)
		return
	}
	d.partSigned(question, d.onGroup(operation), signing.Path, "is the group "+d.group+" one of the partner's?")
}

// partSigned asks whether the parameters of a part of a request are signed. hint
// says what else may be wrong when the target accepts neither answer.
func (d *doctor) partSigned(question string, draft *session.Draft, part signing.Parts, hint string) {
	with, without := d.rules, d.rules
	with.Parts |= part
	without.Parts &^= part
	in, out := d.accepts(draft, with), d.accepts(draft, without)
	switch {
	case in && out:
		d.tell("signature", question, "signs with and without them are accepted")
	case in:
		d.rules.Parts = with.Parts
		d.tell("signature", question, "yes")
	case out:
		d.rules.Parts = without.Parts
		d.tell("signature", question, "no")
	case hint != "":
		d.open("signature", question, "the target accepts neither; "+hint)
	default:
		d.open("signature", question, "the target accepts neither")
	}
}

// onGroup drafts a request of an operation on the group.
func (d *doctor) onGroup(operation string) *session.Draft {
	switch operation {
	case "addSims":
		return d.session.NewAddSims(d.group, d.target.UnknownSIMs[0])
	case "removeSims":
		return d.session.NewRemoveSims(d.group, d.target.UnknownSIMs[0])
	}
	return d.session.NewListGroupSims(d.group)
}

// query asks whether the parameters of the query of a GET are signed.
func (d *doctor) query() {
	const question = "are the parameters of the query signed (GET, listBundles)"
	if why := d.lacks("topup"); why != "" {
		d.open("signature", question, why)
		return
	}
	d.partSigned(question, d.session.NewListBundles(), signing.Query, "")
}

// keeps says whether a kind of empty value is in the text that is signed.
type keeps int

const (
	unclear keeps = iota
	leftOut
	kept
	eitherWay
)

// emptyValues asks which values count as empty and are left out of the sign.
func (d *doctor) emptyValues() {
	const topic = "signature"
	questions := []struct{ what, json, question string }{
		{"text", `""`, `is an empty text, "", signed (POST, singleServicePlanPage)`},
		{"null", `null`, "is null signed (POST, singleServicePlanPage)"},
		{"list", `[]`, "is an empty list, [], signed (POST, singleServicePlanPage)"},
	}
	why := d.lacks("vshop")
	if why == "" && d.sim() == "" {
		why = "it takes --sim, a SIM card that exists"
	}
	found := map[string]keeps{}
	for _, q := range questions {
		if why != "" {
			d.open(topic, q.question, why)
			continue
		}
		found[q.what] = d.emptyKept(q.json)
		switch found[q.what] {
		case leftOut:
			d.tell(topic, q.question, "no")
		case kept:
			d.tell(topic, q.question, "yes")
		case eitherWay:
			d.tell(topic, q.question, "a sign with it and one without it are accepted")
		default:
			d.open(topic, q.question, "the target refuses the value under either sign")
		}
	}
	d.chooseEmpty(found["text"], found["null"], found["list"])
}

// chooseEmpty chooses the rule that fits what was found of the three kinds of
// empty values; what is unclear, or accepted either way, decides nothing.
func (d *doctor) chooseEmpty(text, null, list keeps) {
	switch {
	case text == kept && null != leftOut:
		d.rules.Empty = signing.EmptyNothing
	case list == leftOut && null != kept:
		d.rules.Empty = signing.EmptyContainersToo
	case null == kept:
		d.rules.Empty = signing.EmptyStringOnly
	case null == leftOut:
		d.rules.Empty = signing.EmptyStringOrNull
	case text == leftOut && d.rules.Empty == signing.EmptyNothing:
		d.rules.Empty = signing.EmptyStringOrNull
	}
}

// emptyKept sends a value in the optional area of singleServicePlanPage and, when
// that says nothing, in a member that no page names.
func (d *doctor) emptyKept(value string) keeps {
	with, without := d.rules, d.rules
	with.Empty, without.Empty = signing.EmptyNothing, signing.EmptyContainersToo
	for _, member := range []string{"area", "mallcheck"} {
		draft := d.session.NewSingleServicePlanPage(d.sim()).Before(wire.SetRaw(member, value))
		in, out := d.accepts(draft, with), d.accepts(draft, without)
		switch {
		case in && out:
			return eitherWay
		case in:
			return kept
		case out:
			return leftOut
		}
	}
	return unclear
}
