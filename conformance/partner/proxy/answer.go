package proxy

import (
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// hopByHop are the header fields that concern only one connection (RFC 9110, 7.6.1).
var hopByHop = []string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// notForwarded are request headers that the proxy's client creates anew.
var notForwarded = []string{"Accept-Encoding", "Content-Length", "Expect", "Host"}

func forwarded(header http.Header) http.Header {
	out := header.Clone()
	dropHops(out)
	for _, name := range notForwarded {
		out.Del(name)
	}
	if _, said := out["User-Agent"]; !said {
		out["User-Agent"] = []string{""} // net/http would add its own
	}
	return out
}

func dropHops(header http.Header) {
	for _, list := range header.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			header.Del(textproto.TrimString(name))
		}
	}
	for _, name := range hopByHop {
		header.Del(name)
	}
}

// answer passes on the target's answer, with the oracle's judgement in headers.
func (p *Proxy) answer(w http.ResponseWriter, c *call, exchange reports.Exchange, judged reports.Result) {
	header := w.Header()
	if problem := exchange.Problem; problem != "" {
		header.Set(VerdictHeader, string(reports.Inconclusive))
		header.Set("Content-Type", "application/json")
		header.Set(ReasonHeader, noAnswer)
		w.WriteHeader(http.StatusBadGateway)
		_, _ = fmt.Fprintf(w, "{\"refusedBy\":\"mallcheck proxy\",\"operation\":%s,\"reason\":%q,\"message\":%s}\n",
			asciiJSON(exchange.Operation), noAnswer, asciiJSON(problem))
		return
	}
	for _, field := range exchange.Response.Header {
		header.Add(field.Name, field.Value)
	}
	dropHops(header)
	header.Del("Content-Length") // the length of the encoded body
	for _, name := range []string{ReasonHeader, VerdictHeader, DeviationsHeader, NoteHeader} {
		header.Del(name) // headers of the target with these names would mislead
	}
	p.keepName(header)
	header.Set(VerdictHeader, string(judged.Verdict))
	header.Set(DeviationsHeader, listOf(judged.Deviations))
	if c.note != "" {
		header.Set(NoteHeader, headerText(c.note))
	}
	w.WriteHeader(exchange.Response.Status)
	if c.method != http.MethodHead {
		_, _ = w.Write(exchange.Response.Body) // the caller may have disconnected
	}
}

// keepName writes the request id header as the target's settings spell it, because net/http changes the
// letter case of names.
func (p *Proxy) keepName(header http.Header) {
	name := p.target.RequestIDHeader
	if key := http.CanonicalHeaderKey(name); key != name && header[key] != nil {
		header[name] = header[key]
		delete(header, key)
	}
}

// The limits of DeviationsHeader: the number of deviations, and the bytes of each.
const (
	mostListed  = 10
	longestText = 300
)

// listOf returns deviations as a JSON list in ASCII, which is safe in a header.
func listOf(deviations []reports.Deviation) string {
	var out strings.Builder
	out.WriteByte('[')
	for i, d := range deviations[:min(len(deviations), mostListed)] {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"verdict":%s,"grade":%s,"clause":%s,"at":%s,"summary":%s}`,
			asciiJSON(string(d.Verdict)), asciiJSON(string(d.Grade)), asciiJSON(d.Clause), asciiJSON(d.Pointer), asciiJSON(d.Summary))
	}
	if more := len(deviations) - mostListed; more > 0 {
		fmt.Fprintf(&out, `,{"more":%d}`, more)
	}
	out.WriteByte(']')
	return out.String()
}

// asciiJSON writes at most longestText bytes of a text as a JSON string in ASCII.
func asciiJSON(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range string(reports.Body(text).Head(longestText)) {
		switch {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteRune(c)
		case c >= ' ' && c <= '~':
			out.WriteRune(c)
		default:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		}
	}
	out.WriteByte('"')
	return out.String()
}

// headerText makes a text safe for a header.
func headerText(text string) string { return strings.Trim(asciiJSON(text), `"`) }

// judgeSign returns the deviations of the sign of a request that arrived signed.
func (p *Proxy) judgeSign(c *call) []reports.Deviation {
	templates := []string{c.route.operation.Path}
	wrong := func(summary, expected, actual string) []reports.Deviation {
		return []reports.Deviation{{Clause: clauseSign, Grade: gradeSign, Source: sourceSign, Level: reports.Must, Pointer: atSign,
			Summary: summary, Expected: expected, Actual: actual}}
	}
	explained, err := signing.ExplainRequest(c.method, c.address, c.body, templates, p.target.Sign)
	switch {
	case err != nil:
		return wrong("the request cannot be signed: "+err.Error(), "parameters that can be signed", err.Error())
	case explained.Sent == explained.Sign:
		return nil
	case explained.Sent == "":
		return wrong("the request has no sign", explained.Sign, "none")
	}
	summary := "the sign of the request is wrong"
	if p.seen.mayDiagnose(c.route.operation.ID) {
		if got, err := diagnose.RequestOf(c.method, c.address, c.body, templates); err == nil {
			line := diagnose.Sign(got, explained.Sent, p.target.Sign, diagnose.Quick).Line()
			summary += ": " + strings.TrimPrefix(line, "the sign is wrong: ")
		}
	}
	return wrong(summary, explained.Sign+", of "+string(reports.Body(explained.Content).Head(longestText)), explained.Sent)
}

// log writes the log line of one request.
func (p *Proxy) log(r *http.Request, c *call, exchange reports.Exchange, judged reports.Result, started time.Time) {
	if p.config.Log == nil {
		return
	}
	attributes := []any{"operation", exchange.Operation, "method", c.method, "took", time.Since(started).Round(10 * time.Microsecond), "verdict", judged.Verdict}
	if exchange.Response != nil {
		attributes = slices.Insert(attributes, 4, any("status"), any(exchange.Response.Status))
	}
	if problem := problemOf(exchange); problem != "" {
		attributes = append(attributes, "problem", problem)
	}
	if len(judged.Deviations) > 0 {
		attributes = append(attributes, "deviations", len(judged.Deviations), "first", judged.Deviations[0].Summary)
	}
	if c.note != "" {
		attributes = append(attributes, "note", c.note)
	}
	p.config.Log.InfoContext(r.Context(), "forwarded", attributes...)
}
