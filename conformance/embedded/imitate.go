package embedded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/faults"
	"github.com/mallcheck/mallcheck/signing"
)

// Imitation returns the interceptors that have a sandbox answer as a target that was
// learnt: its header, statuses, codes, members, forms and leniency, and the settings that a
// run needs with them. How fast it answers and its pushes are not imitated, nor leniency about what comes before the
// parameters, such as malformed JSON, nor the forms of ids that the settings of a run give, such as groups.
func Imitation(learned *observe.Learned) ([]sandbox.Interceptor, map[string]string, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, nil, fmt.Errorf("reading the contract: %w", err)
	}
	members, err := observe.NewImitator(contract, learned)
	if err != nil {
		return nil, nil, err
	}
	forms, err := provoke.Forms(contract)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the requests of the contract: %w", err)
	}
	m := &mimic{
		members: members, forms: forms, settings: learned.Settings(),
		bare: map[string]bool{}, lenient: map[string]map[provoke.Provocation]bool{},
	}
	var variants []string
	times, id := 0, ""
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
	interceptors, _, err := faults.Interceptors(nil, variants)
	if err != nil {
		return nil, nil, err
	}
	settings := m.settings
	own := sandbox.Interceptor{Rules: m.rules, Incoming: m.incoming, Constraint: m.constraint, Signature: m.constraint, Answer: m.answer}
	if form := ids[id]; form != "" {
		given := new(atomic.Int64)
		own.RequestID = func(*sandbox.State, *sandbox.Call, string) string { return fmt.Sprintf(form, given.Add(1)) }
	}
	return append([]sandbox.Interceptor{own}, interceptors...), settings, nil
}

// idForms are the variants that make request ids of a form.
var idForms = map[string][]string{
	"uuid": {"request-id-as-uuid"}, "more than 22 digits": {"request-id-as-long-digits"},
	"letters, digits, hyphens, underscores, dots and colons": {"request-id-with-dots-and-colons"},
}

// ids are the request ids of the forms that no variant has.
var ids = map[string]string{"hexadecimal digits": "a0%014xf", "digits": "7%011d"}

// mimic answers as a target does.
type mimic struct {
	members  *observe.Imitator
	forms    map[string]*provoke.Form
	settings map[string]string
	refusals []refusal
	media    string
	bare     map[string]bool                         // operations without the envelope
	lenient  map[string]map[provoke.Provocation]bool // what operations accept
}

// refusal is how operations refuse what a subject names.
type refusal struct {
	subject    string
	operations []string
	status     int
	code       string // "" for no envelope
	plain      bool   // not even JSON
}

var refusalForm = regexp.MustCompile(`^HTTP (\d+)(?:, operateCode (.+)| without .*)$`)

func refusalOf(fact observe.Fact) refusal {
	r := refusal{subject: fact.Subject, operations: fact.Operations, status: http.StatusOK}
	if parts := refusalForm.FindStringSubmatch(fact.Value); parts != nil {
		r.status, _ = strconv.Atoi(parts[1]) // digits
		r.code, r.plain = parts[2], strings.HasSuffix(fact.Value, "without JSON")
	}
	return r
}

// habit notes a habit, and returns the variants that have it.
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

// rules are the signature rules of the settings.
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

// constraint lets a mistake pass that the target accepts, and has the sandbox read what it would not be able to read.
func (m *mimic) constraint(c *sandbox.Call, refused *sandbox.Refusal) *sandbox.Refusal {
	if refused == nil { // the signature is verified
		m.legible(c)
		return nil
	}
	mistake := m.mistake(c)
	if !m.lenient[c.Operation][mistake] {
		return refused
	}
	if mistake == (provoke.Provocation{Kind: provoke.MissingParameters, Parameter: "version"}) && c.Request.Method == http.MethodGet {
		c.Request.URL.RawQuery += "&version=" + signing.DefaultVersion // the query is read again
	}
	return nil
}

// legible makes texts of the values of another type that the target accepts, and drops the spaces around others.
func (m *mimic) legible(c *sandbox.Call) {
	for i := range c.Members {
		member := &c.Members[i]
		accepts := func(kind string) bool {
			return m.lenient[c.Operation][provoke.Provocation{Kind: kind, Parameter: member.Name}]
		}
		if text, is := member.Text(); is && accepts(provoke.SpacesAround) {
			if quoted, err := json.Marshal(strings.TrimSpace(text)); err == nil {
				member.Value = quoted
			}
			continue
		}
		if accepts(provoke.OtherTypes) && bytes.IndexByte([]byte("[{tf"), member.Value[0]) >= 0 {
			member.Value = []byte(`""`)
		}
	}
}

// incoming leaves the last of the parameters that are sent twice, where the target accepts that. Which one counts
// is not learnt: with most parsers it is the last.
func (m *mimic) incoming(r *http.Request) *sandbox.Answer {
	if !m.lenient[m.operationOf(r)][provoke.Provocation{Kind: provoke.RepeatedParameters}] {
		return nil
	}
	query, changed := r.URL.Query(), false
	for name, values := range query {
		if last := len(values) - 1; last > 0 {
			query[name], changed = values[last:], true
		}
	}
	if changed {
		r.URL.RawQuery = query.Encode()
	}
	if r.Body == nil || r.ContentLength <= 0 || r.ContentLength > maxRead {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		body = once(body)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// maxRead bounds a body that is looked at for repeated members.
const maxRead = 1 << 20

// once returns a JSON object with the last of each member that is repeated, and any other text as it is.
func once(body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return body
	}
	members := map[string]string{}
	names, repeated := []string{}, false
	for decoder.More() {
		var value json.RawMessage
		token, err := decoder.Token()
		name, is := token.(string)
		if err != nil || !is || decoder.Decode(&value) != nil {
			return body
		}
		if _, twice := members[name]; twice {
			repeated = true
		} else {
			names = append(names, name)
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return body
		}
		members[name] = string(quoted) + ":" + string(value)
	}
	if _, err := decoder.Token(); err != nil || !repeated || decoder.More() {
		return body
	}
	for i, name := range names {
		names[i] = members[name]
	}
	return []byte("{" + strings.Join(names, ",") + "}")
}

// operationOf finds the operation that a request asks for by its path, and by its method where several have the path;
// "" for none.
func (m *mimic) operationOf(r *http.Request) string {
	found := ""
	for _, id := range slices.Sorted(maps.Keys(m.forms)) {
		op := &m.forms[id].Operation
		if m.forms[id].Has(r.URL.EscapedPath()) && (found == "" || op.Method == r.Method) {
			found = id
		}
	}
	return found
}

// mistake finds what is wrong with a request.
func (m *mimic) mistake(c *sandbox.Call) provoke.Provocation {
	form := m.forms[c.Operation]
	if form == nil {
		return provoke.Provocation{}
	}
	request := reports.Request{
		Method: c.Request.Method, URL: c.Request.URL.String(), Header: reports.Headers(c.Request.Header), Body: c.Body,
	}
	return form.Judge(&request, provoke.NewCache()).Provocation
}

// answer changes an answer.
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
	value = m.members.Answer(c.Operation, a.Refused == nil, value)
	if object, is := value.(map[string]any); is && a.Refused == nil && m.bare[c.Operation] {
		if value = object["data"]; value == nil {
			value = map[string]any{}
		}
	}
	if text, err := json.Marshal(value); err == nil {
		a.Body = text
	}
}

// before are the mistakes that the sandbox finds before it has read the body.
var before = map[sandbox.Reason]string{
	sandbox.NoSuchPath: provoke.UnknownPaths, sandbox.WrongMethod: provoke.OtherMethods, sandbox.WrongMediaType: provoke.OtherMediaTypes,
	sandbox.TooLarge: provoke.OversizedBodies,
}

// refuse gives a refusal the status and code that the target refuses the mistake with. It reports whether the
// refusal is still in the envelope.
func (m *mimic) refuse(c *sandbox.Call, a *sandbox.Answer) bool {
	subject, operation := before[a.Refused.Reason], c.Operation
	if subject == "" {
		subject = m.mistake(c).Kind
	}
	if operation == "" {
		operation = m.operationOf(c.Request)
	}
	best, most := -1, 0
	for i, r := range m.refusals {
		if fits := r.fits(subject, operation, a.Refused.Reason); fits > most {
			best, most = i, fits
		}
	}
	if best < 0 {
		return true
	}
	r := m.refusals[best]
	a.Status = r.status
	if r.plain {
		a.Set("Content-Type", "text/plain; charset=utf-8")
		a.Body = []byte(http.StatusText(r.status) + "\n")
		return false
	}
	var body map[string]any
	if json.Unmarshal(a.Body, &body) != nil {
		return true
	}
	delete(body, "operateCode")
	if r.code != "" {
		body["operateCode"] = r.code
	}
	if text, err := json.Marshal(body); err == nil {
		a.Body = text
	}
	return r.code != ""
}

// fits says how well a refusal fits, 0 for not at all: one of the operation for the same
// mistake best, for one about the data that of a clause with the same reason.
func (r *refusal) fits(subject, operation string, reason sandbox.Reason) (score int) {
	about := r.subject == subject
	if subject == provoke.WellFormed && strings.Contains(r.subject, "/") {
		about = reasonOf(r.subject) == reason
		score++
	}
	if !about {
		return 0
	}
	score += 2
	if slices.Contains(r.operations, operation) {
		score += 8
	}
	if subject == provoke.WellFormed && statusOf(reason) == r.status {
		score += 4
	}
	return score
}

// reasonOf is the reason for which the sandbox refuses what breaks a clause about data.
func reasonOf(clause string) sandbox.Reason {
	switch {
	case strings.Contains(clause, "unknown-partner"):
		return sandbox.UnknownPartner
	case strings.Contains(clause, "unknown"), strings.HasSuffix(clause, "-isolation"), strings.Contains(clause, "own-orders"),
		strings.Contains(clause, "none"), strings.Contains(clause, "malformed"), strings.Contains(clause, "twice"):
		return sandbox.NotFound
	case strings.Contains(clause, "no-key"):
		return sandbox.BrokenConstraint
	case strings.Contains(clause, "declined"):
		return sandbox.Declined
	}
	return sandbox.Conflict
}

// statusOf is the usual HTTP status for a reason.
func statusOf(reason sandbox.Reason) int {
	switch reason {
	case sandbox.NotFound:
		return http.StatusNotFound
	case sandbox.BrokenConstraint:
		return http.StatusUnprocessableEntity
	case sandbox.UnknownPartner:
		return http.StatusForbidden
	case sandbox.Conflict, sandbox.Declined, sandbox.Full:
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// AddOverlay adds to interceptors and settings what has a sandbox answer as the target does
// that an overlay is about.
func AddOverlay(path string, interceptors *[]sandbox.Interceptor, settings map[string]string) error {
	overlay, err := target.ReadOverlay(path)
	if err != nil {
		return err
	}
	more, fitting, err := Imitation(overlay.Learned)
	*interceptors = append(*interceptors, more...)
	maps.Copy(settings, fitting)
	return err
}
