package page

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/partner/client/observe"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// maxShown is how many bytes of a body are shown.
const maxShown = 32 << 10

// entry is one request as shown on the page.
type entry struct {
	Number    int      `json:"number"`
	At        string   `json:"at"` // RFC 3339, with milliseconds
	Took      float64  `json:"took"`
	Method    string   `json:"method"`
	Path      string   `json:"path"` // with the query
	Operation string   `json:"operation"`
	Service   string   `json:"service"`
	Flow      string   `json:"flow"`
	Verdict   string   `json:"verdict"` // right, mistake or disagreement
	Refused   bool     `json:"refused"`
	Code      string   `json:"code"`
	Status    int      `json:"status"` // 0 if no response was sent
	Problem   string   `json:"problem"`
	Mistakes  []shown  `json:"mistakes"`
	Ruling    string   `json:"disagreement"`
	Signed    *signed  `json:"signed"`
	Request   message  `json:"request"`
	Response  *message `json:"response"`
	Curl      string   `json:"curl"`
}

// message is a request or response.
type message struct {
	Header []reports.Header `json:"header"`
	Body   string           `json:"body"`
	Cut    int64            `json:"cut"` // bytes that are not shown
}

// shown is a mistake in words.
type shown struct {
	Check       string `json:"check"`
	Requirement string `json:"requirement"`
	Part        string `json:"part"`
	Summary     string `json:"summary"`
	Expected    string `json:"expected"`
	Actual      string `json:"actual"`
	Grade       string `json:"grade"`
	Source      string `json:"source"`
}

// signed shows content and sign side by side. Same is the common beginning of both texts; the difference
// comes after it.
type signed struct {
	Right  bool   `json:"right"`
	Want   string `json:"want"`
	Sent   string `json:"sent"`
	Line   string `json:"line"`
	Known  bool   `json:"known"` // whether the text that was signed is known
	Same   string `json:"same"`
	Should string `json:"should"` // the rest of the text that the rules sign
	Was    string `json:"was"`    // the rest of the text that was signed
}

// entryOf returns an exchange as it is kept.
func (p *Page) entryOf(e client.Exchange, seen client.Seen) kept {
	e.Operation = seen.Operation
	e.Request.Body, e.Request.Cut = cut(e.Request.Body, e.Request.Cut)
	one := entry{
		Number: seen.Number, At: e.Started.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Took: float64(e.Duration.Microseconds()) / 1000,
		Method: e.Request.Method, Path: e.Path, Operation: seen.Operation, Service: e.Service, Flow: seen.Flow, Verdict: "right",
		Refused: seen.Refused, Code: seen.Code, Problem: e.Problem, Mistakes: []shown{}, Signed: signedOf(seen.Signed),
		Request: message{e.Request.Header, printable(e.Request.Body), e.Request.Cut}, Curl: render.Curl(e.Exchange),
	}
	if e.RawQuery != "" {
		one.Path += "?" + e.RawQuery
	}
	if e.Response != nil {
		response := *e.Response
		response.Body, response.Cut = cut(response.Body, response.Cut)
		e.Response = &response
		one.Status, one.Response = response.Status, &message{response.Header, printable(response.Body), response.Cut}
	}
	for _, m := range seen.Mistakes {
		one.Verdict = "mistake"
		d := deviationOf(m, seen.Operation)
		one.Mistakes = append(one.Mistakes, shown{m.Check, client.Requirement(m.Check), m.Part, m.Summary, m.Expected, m.Actual,
			string(d.Grade), d.Source})
	}
	if seen.Disagreement != "" && !p.config.Faulty {
		one.Ruling = seen.Disagreement
		if len(seen.Mistakes) == 0 {
			one.Verdict = "disagreement"
		}
	}
	event, err := json.Marshal(one)
	if err != nil {
		event = []byte("{}") // strings and numbers always marshal
	}
	return kept{encoded: event, right: one.Verdict == "right", result: resultOf(e, seen)}
}

// cut returns the beginning of a body and the number of bytes left out.
func cut(body reports.Body, before int64) (reports.Body, int64) {
	head := body.Head(maxShown)
	return head, before + int64(len(body)-len(head))
}

// printable returns a body as text; bytes that are not text are written as \xff.
func printable(body []byte) string {
	if utf8.Valid(body) {
		return string(body)
	}
	var out strings.Builder
	for len(body) > 0 {
		c, size := utf8.DecodeRune(body)
		if c == utf8.RuneError && size == 1 {
			fmt.Fprintf(&out, `\x%02x`, body[0])
		} else {
			out.WriteRune(c)
		}
		body = body[size:]
	}
	return out.String()
}

func signedOf(s *observe.Signed) *signed {
	if s == nil {
		return nil
	}
	out := &signed{Right: s.Right, Want: s.Want, Sent: s.Sent, Line: s.Line, Known: s.Right || len(s.Text) > 0, Same: printable(s.Content)}
	if s.Right || len(s.Text) == 0 {
		return out
	}
	at := 0
	for at < min(len(s.Content), len(s.Text)) && s.Content[at] == s.Text[at] {
		at++
	}
	for at > 0 && at < len(s.Content) && !utf8.RuneStart(s.Content[at]) {
		at--
	}
	out.Same, out.Should, out.Was = printable(s.Content[:at]), printable(s.Content[at:]), printable(s.Text[min(at, len(s.Text)):])
	return out
}

// deviationOf returns a mistake with the evidence of its clause.
func deviationOf(m client.Mistake, operation string) reports.Deviation {
	d := reports.Deviation{Clause: m.Clause, Grade: m.Grade, Source: m.Source, Level: reports.Must, Pointer: m.Part, Summary: m.Summary,
		Expected: m.Expected, Actual: m.Actual, Verdict: reports.Failed}
	if d.Clause == "" {
		d.Clause = client.Clause(m.Check)
		if found, ok := openapi.ClauseFor(d.Clause, operation); ok {
			d.Grade, d.Source = reports.Grade(found.Evidence.Grade), found.Evidence.Source
		}
	}
	return d
}

// resultOf returns an exchange as a separate result, for downloads.
func resultOf(e client.Exchange, seen client.Seen) reports.Result {
	result := reports.Result{
		ID: fmt.Sprintf("REQ-%04d", seen.Number), Area: "REQ", Requirement: "the request is right", Level: reports.Must, Does: reports.Read,
		Verdict: reports.Passed, Exchanges: []reports.Exchange{e.Exchange}, Started: e.Started, Duration: e.Duration, Reason: seen.Flow,
	}
	if seen.Operation != "" {
		result.Operations = []string{seen.Operation}
		result.Requirement = "the request of " + seen.Operation + " is right"
	}
	if s := seen.Signed; s != nil {
		result.Exchanges[0].Request.Signed = &reports.Signed{Content: s.Content, Sign: s.Want, Sent: s.Sent}
	}
	for _, m := range seen.Mistakes {
		result.Verdict = reports.Failed
		result.Deviations = append(result.Deviations, deviationOf(m, seen.Operation))
	}
	return result
}
