// Package mimic makes a sandbox answer as a learnt target does: with its header, statuses, codes, members, forms,
// leniency, pushes and pace. It does not imitate rate limits, nor leniency about bodies that are not JSON objects and
// about other paths and methods.
package mimic

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/faults"
	"github.com/mallcheck/mallcheck/signing"
)

// Apply configures a sandbox to answer as a learnt target does. It returns the settings that a run needs with it.
// Faults in the configuration apply to the answers of that target.
func Apply(learned *observe.Learned, config *sandbox.Config) (map[string]string, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	members, err := observe.NewImitator(contract, learned)
	if err != nil {
		return nil, err
	}
	forms, err := provoke.Forms(contract)
	if err != nil {
		return nil, fmt.Errorf("reading the requests of the contract: %w", err)
	}
	m := &mimic{
		members: members, forms: forms, settings: learned.Settings(), groups: groupsOf(learned), pace: paceOf(learned),
		bare: map[string]bool{}, lenient: map[string]map[provoke.Provocation]bool{},
	}
	variants, id := m.facts(learned)
	interceptors, _, err := faults.Interceptors(nil, variants)
	if err != nil {
		return nil, err
	}
	own := sandbox.Interceptor{
		Rules: m.rules, Incoming: m.incoming, Constraint: m.constraint, Signature: m.constraint, Lookup: m.groups.lookup,
		Answer: m.answer, Wire: m.pace.wire,
	}
	if form := ids[id]; form != "" {
		given := new(atomic.Int64)
		own.RequestID = func(*sandbox.State, *sandbox.Call, string) string { return fmt.Sprintf(form, given.Add(1)) }
	}
	if p := pushesOf(learned); p != nil {
		own.Attempt = p.attempt
		p.configure(&config.Push, m.settings)
	}
	if group := m.groups.shown[sandbox.NewFixtures().Groups[0]]; group != "" {
		m.settings["group"] = group
	}
	if m.acceptsLarge() {
		config.Bounds.Body = largest
	}
	config.Interceptors = slices.Concat([]sandbox.Interceptor{own}, interceptors, config.Interceptors)
	return m.settings, nil
}

// facts reads the claims other than those about members of answers. It returns the variants that imitate them, and
// the form of request ids.
func (m *mimic) facts(learned *observe.Learned) (variants []string, id string) {
	times := 0
	for _, fact := range slices.Concat(learned.Facts, learned.Rare) {
		if fact.Kind == observe.KindRefusal {
			m.refusals = append(m.refusals, refusalOf(fact))
		}
	}
	for _, fact := range learned.Facts {
		switch fact.Kind {
		case observe.KindHabit:
			variants = append(variants, m.habit(fact)...)
		case observe.KindForm:
			variants = append(variants, idForms[fact.Value]...)
			id = fact.Value
		case observe.KindMediaType:
			if fact.Count.Times >= times {
				m.media, times = fact.Value, fact.Count.Times
			}
		}
	}
	return variants, id
}

// idForms are the variants that make request ids of a form.
var idForms = map[string][]string{
	"uuid": {"request-id-as-uuid"}, "more than 22 digits": {"request-id-as-long-digits"},
	"letters, digits, hyphens, underscores, dots and colons": {"request-id-with-dots-and-colons"},
}

// ids makes request ids of the forms that no variant has.
var ids = map[string]string{"hexadecimal digits": "a0%014xf", "digits": "7%011d"}

// mimic answers as a target does.
type mimic struct {
	members  *observe.Imitator
	forms    map[string]*provoke.Form
	settings map[string]string
	refusals []refusal
	groups   *groups
	pace     *pace
	media    string
	bare     map[string]bool                         // operations without the envelope
	lenient  map[string]map[provoke.Provocation]bool // what operations accept
}

// habit records a habit, and returns the variants that have it.
func (m *mimic) habit(fact observe.Fact) []string {
	switch {
	case fact.Subject == "bare-bodies":
		for _, operation := range fact.Operations {
			m.bare[operation] = true
		}
	case provoke.IsMistake(fact.Subject):
		for _, operation := range fact.Operations {
			if m.lenient[operation] == nil {
				m.lenient[operation] = map[provoke.Provocation]bool{}
			}
			m.lenient[operation][provoke.Provocation{Kind: fact.Subject, Parameter: fact.Value}] = true
		}
	case slices.ContainsFunc(faults.Variants(), func(v faults.Variant) bool { return v.ID == fact.Subject }):
		return []string{fact.Subject}
	}
	return nil
}

// rules returns the signature rules of the settings.
func (m *mimic) rules(rules signing.Rules) signing.Rules {
	if parts, err := signing.ParseParts(m.settings["sign-parts"]); err == nil {
		rules.Parts = parts
	}
	if empty, err := signing.ParseEmpty(m.settings["sign-empty"]); err == nil {
		rules.Empty = empty
	}
	if hex, err := signing.ParseHexCase(m.settings["sign-hex"]); err == nil {
		rules.Hex = hex
	}
	if nested, err := signing.ParseNested(m.settings["sign-nested"]); err == nil {
		rules.Nested = nested
	}
	return rules
}

func (m *mimic) answer(c *sandbox.Call, a *sandbox.Answer) {
	if m.media != "" && len(a.Body) > 0 {
		a.Set("Content-Type", m.media)
	}
	if a.Refused != nil && !m.refuse(c, a) || c.Operation == "" {
		return
	}
	if name := m.settings["request-id-header"]; name != "" && !strings.EqualFold(name, "request_id") {
		if id := a.Get("request_id"); id != "" {
			a.Del("request_id")
			a.Set(name, id)
		}
	}
	var value any
	if json.Unmarshal(a.Body, &value) != nil {
		return
	}
	value = m.groups.show(m.members.Answer(c.Operation, a.Refused == nil, value))
	if object, is := value.(map[string]any); is && a.Refused == nil && m.bare[c.Operation] {
		if value = object["data"]; value == nil {
			value = map[string]any{}
		}
	}
	if text, err := json.Marshal(value); err == nil {
		a.Body = text
	}
}
