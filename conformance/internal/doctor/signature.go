package doctor

import (
	"encoding/json"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/signing"
)

// signature finds out which signature rules the target follows.
func (d *doctor) signature() {
	d.letters()
	d.checked()
	d.findGroup()
	d.pathSigned("listGroupSims", "GET")
	d.query()
	d.emptyValues()
	d.open("signature", "are the members of nested objects sorted", "no read operation sends a nested object (--sign-nested)")
	d.suggest("sign-parts", strings.Split(d.target.Sign.Parts.String(), ","), strings.Split(d.rules.Parts.String(), ","))
	d.suggest("sign-empty", []string{d.target.Sign.Empty.String()}, []string{d.rules.Empty.String()})
	d.suggest("sign-hex", []string{d.target.Sign.Hex.String()}, []string{d.rules.Hex.String()})
}

// plain drafts a valid read request without a path parameter, or returns nil
// if the settings allow none.
func (d *doctor) plain() *session.Draft {
	switch {
	case d.has("topup"):
		return d.session.NewListBundles()
	case d.has("vshop") && d.sim() != "":
		return d.session.NewSingleVerify(d.sim())
	}
	return nil
}

// noPlain says why plain returns nil.
func (d *doctor) noPlain() string {
	if why := d.lacks("topup"); d.target.URLs["topup"] != "" {
		return why
	}
	return "set --topup-url, or --vshop-url and --sim"
}

// letters finds out the letter case of the sign.
func (d *doctor) letters() {
	const question = "is the sign written in upper or lower case"
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
		d.tell("signature", question, "lower; upper is accepted too")
	case takesLower:
		d.rules.Hex = signing.LowerHex
		d.tell("signature", question, "lower")
	case takesUpper:
		d.rules.Hex = signing.UpperHex
		d.tell("signature", question, "upper")
	default:
		d.open("signature", question, "the target accepts neither; check the partner code: mallcheck call "+draft.Operation.ID+" --explain shows the request")
	}
}

// checked finds out whether a wrong sign is refused.
func (d *doctor) checked() {
	const question = "is the sign checked"
	draft := d.plain()
	switch {
	case draft == nil:
		d.open("signature", question, d.noPlain())
	case !d.accepts(draft, d.rules):
		d.open("signature", question, "the target accepts no request of "+draft.Operation.ID)
	case d.accepts(draft.Twin().SignedBy(wrong), d.rules):
		d.tell("signature", question, "no: "+draft.Operation.ID+" accepts a wrong sign, so the answers below about the sign prove nothing")
	default:
		d.tell("signature", question, "yes")
	}
}

// wrong returns a sign that is wrong for every request.
func wrong([]signing.Member, signing.Rules) (string, error) { return strings.Repeat("0", 32), nil }

// findGroup uses the first listed group if the settings name none.
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

// pathSigned finds out whether an operation on a group signs its path parameter.
func (d *doctor) pathSigned(operation, method string) {
	question := "is the path parameter signed (" + method + ", " + operation + ")"
	why := d.lacks("topup")
	if why == "" && d.group == "" {
		why = "set --group"
	}
	if why != "" {
		d.open("signature", question, why)
		return
	}
	d.partSigned(question, d.onGroup(operation), signing.Path, "is the group "+d.group+" one of the partner's?")
}

// partSigned finds out whether the parameters in one part of a request are signed. hint names what else
// may be wrong if the target accepts neither sign.
func (d *doctor) partSigned(question string, draft *session.Draft, part signing.Parts, hint string) {
	with, without := d.rules, d.rules
	with.Parts |= part
	without.Parts &^= part
	in, out := d.accepts(draft, with), d.accepts(draft, without)
	switch {
	case in && out:
		d.tell("signature", question, "both are accepted")
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

func (d *doctor) onGroup(operation string) *session.Draft {
	switch operation {
	case "addSims":
		return d.session.NewAddSims(d.group, d.target.UnknownSIMs[0])
	case "removeSims":
		return d.session.NewRemoveSims(d.group, d.target.UnknownSIMs[0])
	}
	return d.session.NewListGroupSims(d.group)
}

// query finds out whether the query parameters of a GET are signed.
func (d *doctor) query() {
	const question = "are the query parameters signed (GET, listBundles)"
	if why := d.lacks("topup"); why != "" {
		d.open("signature", question, why)
		return
	}
	d.partSigned(question, d.session.NewListBundles(), signing.Query, "")
}

// keeps says whether a kind of empty value is part of the signed text.
type keeps int

const (
	unclear keeps = iota
	leftOut
	kept
	eitherWay
)

// emptyValues finds out which values count as empty and are not signed.
func (d *doctor) emptyValues() {
	const topic = "signature"
	questions := []struct{ what, json, question string }{
		{"text", `""`, `is an empty text, "", signed (POST, singleServicePlanPage)`},
		{"null", `null`, "is null signed (POST, singleServicePlanPage)"},
		{"list", `[]`, "is an empty list, [], signed (POST, singleServicePlanPage)"},
	}
	why := d.lacks("vshop")
	if why == "" && d.sim() == "" {
		why = "set --sim, a SIM card that exists"
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
			d.tell(topic, q.question, "both are accepted")
		default:
			d.open(topic, q.question, "the target refuses the value, signed or not")
		}
	}
	d.chooseEmpty(found["text"], found["null"], found["list"])
}

// chooseEmpty chooses the rule that fits the findings about the three kinds of empty values. Unclear
// findings, and values that are accepted either way, decide nothing.
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

// emptyKept sends a value in the optional member area of singleServicePlanPage and, if
// that is inconclusive, in an undocumented member.
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
