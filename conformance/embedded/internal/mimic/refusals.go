package mimic

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/sandbox"
)

// refusal is how operations refuse what a subject names.
type refusal struct {
	subject    string
	operations []string
	status     int
	code       string // "" for no envelope
	plain      bool   // not even JSON
	times      int    // how often it was seen
}

var refusalForm = regexp.MustCompile(`^HTTP (\d+)(?:, operateCode (.+)| without .*)$`)

func refusalOf(fact observe.Fact) refusal {
	r := refusal{subject: fact.Subject, operations: fact.Operations, status: http.StatusOK, times: fact.Count.Times}
	if parts := refusalForm.FindStringSubmatch(fact.Value); parts != nil {
		r.status, _ = strconv.Atoi(parts[1]) // digits
		r.code, r.plain = parts[2], strings.HasSuffix(fact.Value, "without JSON")
	}
	return r
}

// before are the mistakes that the sandbox finds before it has read the body.
var before = map[sandbox.Reason]string{
	sandbox.NoSuchPath: provoke.UnknownPaths, sandbox.WrongMethod: provoke.OtherMethods, sandbox.WrongMediaType: provoke.OtherMediaTypes,
	sandbox.TooLarge: provoke.OversizedBodies,
}

// refuse gives a refusal the status and code of the target for this mistake. It reports whether the refusal still
// has the envelope.
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
		fits := r.fits(subject, operation, a.Refused.Reason)
		if fits > most || fits > 0 && fits == most && r.times > m.refusals[best].times {
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

// fits rates how well a refusal fits, 0 for not at all. A refusal of the same operation for the same mistake fits
// best; for a mistake in the data, a refusal for the same reason fits.
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

// reasonOf returns the reason for which the sandbox refuses a request that breaks a clause about data.
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

// statusOf returns the usual HTTP status for a reason.
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
