package render

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/curl"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// textForm is how results are written as text. All limits are in bytes.
type textForm struct {
	indent     string
	width      int  // columns at which text is wrapped; 0 for never
	deviations int  // number of deviations shown per result
	text       int  // longest summary, expected, actual or reason
	body       int  // longest body
	curl       int  // longest curl line; a shortened one would be useless
	headers    bool // whether request headers are shown, although the curl line has them
}

// field is one labelled text.
type field struct{ label, text string }

// result describes a result that did not simply pass.
func (f textForm) result(res *reports.Result) string {
	var out strings.Builder
	f.fields(&out, []field{{"requirement", res.Requirement}, {"reason", res.Reason}, {"flaky", digest.FlakyText(res)}})
	shown := map[int]bool{}
	for i := range res.Deviations {
		if i == f.deviations {
			f.fields(&out, []field{{"and more", fmt.Sprintf("%d further deviations", len(res.Deviations)-i)}})
			break
		}
		if i > 0 {
			out.WriteString("\n")
		}
		d := &res.Deviations[i]
		f.fields(&out, deviationFields(d))
		if d.Exchange >= 0 && !shown[d.Exchange] {
			f.exchange(&out, res, d.Exchange)
			shown[d.Exchange] = true
		}
	}
	if res.Cause != "" {
		out.WriteString("\n")
		f.fields(&out, []field{{"look at", res.Cause}})
	}
	if len(shown) == 0 {
		f.exchangeList(&out, res)
	}
	return out.String()
}

// deviationFields describes a deviation; missing parts have no text.
func deviationFields(d *reports.Deviation) []field {
	label := "finding"
	if d.Verdict == reports.Failed {
		label = "violation"
	}
	return []field{
		{label, d.Summary}, {"clause", digest.ClauseText(d.Clause, d.Level, d.Grade, d.Source)},
		{"at", d.Pointer}, {"expected", d.Expected}, {"actual", d.Actual},
	}
}

// fields writes one labelled text after the other, and nothing for an empty one.
func (f textForm) fields(out *strings.Builder, fields []field) {
	const column = len("requirement") + 2
	for _, field := range fields {
		if field.text == "" {
			continue
		}
		prefix := f.indent + fmt.Sprintf("%-*s", column, visible.Escape(field.label))
		text := digest.Shorten(visible.Escape(field.text), f.text)
		for i, line := range wrap(text, f.width-len(prefix)) {
			if i > 0 {
				prefix = f.indent + strings.Repeat(" ", column)
			}
			out.WriteString(prefix + line + "\n")
		}
	}
}

// exchangeList writes the exchanges of a result in one line each if no deviation points at one, or in
// full if there is only one.
func (f textForm) exchangeList(out *strings.Builder, res *reports.Result) {
	if len(res.Exchanges) == 1 {
		f.exchange(out, res, 0)
		return
	}
	for i := range res.Exchanges {
		if i == f.deviations {
			f.fields(out, []field{{"and more", fmt.Sprintf("%d further exchanges", len(res.Exchanges)-i)}})
			return
		}
		ex := &res.Exchanges[i]
		answer := ex.Problem
		if ex.Response != nil {
			answer = digest.StatusText(ex.Response.Status)
		}
		f.fields(out, []field{{"exchange", ex.Request.Method + " " + ex.Request.URL + ": " + answer}})
	}
}

// exchange writes an exchange of res like curl -v, and its curl line.
func (f textForm) exchange(out *strings.Builder, res *reports.Result, index int) {
	if index >= len(res.Exchanges) {
		return
	}
	ex := &res.Exchanges[index]
	f.fields(out, []field{{"exchange", fmt.Sprintf("%d of %d, %s, %s", index+1, len(res.Exchanges), ex.Operation,
		ex.Duration.Round(100*time.Microsecond))}})
	f.lines(out, "> ", ex.Request.Method+" "+ex.Request.URL)
	if f.headers {
		f.header(out, "> ", ex.Request.Header)
	}
	f.bodyText(out, "> ", ex.Request.Body, ex.Request.Cut, nil)
	if ex.Response != nil {
		f.lines(out, "< ", digest.StatusText(ex.Response.Status))
		f.header(out, "< ", ex.Response.Header)
		f.bodyText(out, "< ", ex.Response.Body, ex.Response.Cut, ex.Response.Tail)
	}
	if ex.Problem != "" {
		f.lines(out, "! ", digest.Shorten(ex.Problem, f.text))
	}
	line := curl.Command(*ex)
	if len(line) > f.curl {
		line = fmt.Sprintf("# the curl line has %d bytes and is left out", len(line))
	}
	out.WriteString(f.indent + visible.Escape(line) + "\n")
}

func (f textForm) header(out *strings.Builder, mark string, header []reports.Header) {
	for _, h := range header {
		f.lines(out, mark, h.Name+": "+digest.Shorten(h.Value, f.text))
	}
}

func (f textForm) bodyText(out *strings.Builder, mark string, body reports.Body, cut int64, tail reports.Body) {
	kept := body.Head(f.body)
	left := cut + int64(len(body)-len(kept))
	if len(kept) == 0 && left == 0 {
		return
	}
	text := strings.TrimSuffix(string(kept), "\n")
	if left > 0 {
		text += fmt.Sprintf("… (%d bytes left out)", max(0, left-int64(len(tail))))
	}
	if len(tail) > 0 {
		text += " …" + strings.TrimSuffix(string(tail), "\n")
	}
	f.lines(out, mark, text)
}

// lines writes text with a mark before each line. It never wraps, because the text is evidence.
func (f textForm) lines(out *strings.Builder, mark, text string) {
	for line := range strings.SplitSeq(visible.Escape(text), "\n") {
		out.WriteString(f.indent + mark + line + "\n")
	}
}

// wrap breaks text into lines of at most width characters at spaces. A longer word stays complete, so
// that it can be copied. A width below 20 wraps nothing.
func wrap(text string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		for width >= 20 && utf8.RuneCountInString(line) > width {
			head, rest, ok := breakLine(line, width)
			if !ok {
				break
			}
			lines = append(lines, head)
			line = rest
		}
		lines = append(lines, line)
	}
	return lines
}

// breakLine splits line at the last space within width characters, or otherwise at the next one.
func breakLine(line string, width int) (head, rest string, ok bool) {
	limit, count := len(line), 0
	for i := range line {
		if count == width+1 {
			limit = i
			break
		}
		count++
	}
	at := strings.LastIndexByte(line[:limit], ' ')
	if at <= 0 {
		if at = strings.IndexByte(line[limit:], ' '); at < 0 {
			return line, "", false
		}
		at += limit
	}
	return line[:at], strings.TrimLeft(line[at:], " "), true
}

// Curl returns a curl command that sends the request of an exchange again.
func Curl(e reports.Exchange) string { return curl.Command(e) }
