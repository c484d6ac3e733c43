package html

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/curl"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// Limits of the page, in bytes or numbers.
const (
	budget        = 3 << 19 // exchanges of all checks together
	mostExchanges = 40      // exchanges of one check
	mostBody      = 4 << 10 // a body
	mostDeviated  = 20      // deviations of one check
	mostText      = 4 << 10 // an expected, an actual, a content
)

// checkView is a check that did not pass.
type checkView struct {
	*reports.Result
	// OtherClause is set if no deviation names the clause of the check.
	OtherClause bool
	Deviated    []deviationView
	// MoreDeviations and MoreExchanges are the numbers that the page leaves out.
	MoreDeviations int
	Sent           []exchangeView
	MoreExchanges  int
}

// deviationView is a deviation with the difference marked.
type deviationView struct {
	*reports.Deviation
	Left, Right []digest.Span
}

// exchangeView is one exchange of a check.
type exchangeView struct {
	*reports.Exchange
	Number int
	// Shows is set if a deviation points at it.
	Shows bool
	// Explained is the sign of an exchange that shows a deviation, or that was sent with a wrong sign;
	// for others it says nothing new.
	Explained *reports.Signed
}

// checksView returns the checks that did not pass and were not skipped, worst first, and the number of
// checks whose exchanges do not fit.
func checksView(run *reports.Run) (checks []checkView, without int) {
	var results []*reports.Result
	for i := range run.Results {
		if result := &run.Results[i]; result.Verdict != reports.Passed && result.Verdict != reports.Skipped {
			results = append(results, result)
		}
	}
	slices.SortStableFunc(results, func(a, b *reports.Result) int { return worstFirst(a.Verdict, b.Verdict) })
	fits := fitting(results)
	for _, result := range results {
		check := checkView{Result: result, OtherClause: true, MoreDeviations: max(len(result.Deviations)-mostDeviated, 0)}
		for i := range result.Deviations[:len(result.Deviations)-check.MoreDeviations] {
			d := &result.Deviations[i]
			left, right := digest.Difference(bounded(d.Expected), bounded(d.Actual))
			check.OtherClause = check.OtherClause && d.Clause != result.Clause
			check.Deviated = append(check.Deviated, deviationView{d, left, right})
		}
		if fits[result] {
			check.Sent = sentView(result)
		}
		check.MoreExchanges = len(result.Exchanges) - len(check.Sent)
		if check.MoreExchanges > 0 {
			without++
		}
		checks = append(checks, check)
	}
	return checks, without
}

// worstFirst compares two verdicts for sorting.
func worstFirst(a, b reports.Verdict) int {
	switch {
	case a == b:
		return 0
	case reports.Worse(a, b) == a:
		return -1
	}
	return 1
}

// fitting chooses the results whose exchanges the page shows: first those that show a clause violated
// for the first time, then the others in order.
func fitting(results []*reports.Result) map[*reports.Result]bool {
	fits := map[*reports.Result]bool{}
	left := budget
	take := func(result *reports.Result) {
		size := 0
		for i := range result.Exchanges[:min(len(result.Exchanges), mostExchanges)] {
			size += shownSize(&result.Exchanges[i])
		}
		if !fits[result] && size <= left {
			fits[result] = true
			left -= size
		}
	}
	told := map[string]bool{}
	for _, result := range results {
		if len(result.Deviations) > 0 && !told[result.Deviations[0].Clause] {
			told[result.Deviations[0].Clause] = true
			take(result)
		}
	}
	for _, result := range results {
		take(result)
	}
	return fits
}

// shownSize is the approximate size of an exchange in the page: its request is shown twice, once as a
// curl line.
func shownSize(exchange *reports.Exchange) int {
	const markup = 900
	escaped := func(body reports.Body) int {
		body = body[:min(len(body), mostBody)]
		return len(body) + 4*bytes.Count(body, []byte(`"`))
	}
	size := markup + 2*(len(exchange.Request.URL)+escaped(exchange.Request.Body))
	for _, header := range exchange.Request.Header {
		size += 2 * (len(header.Name) + len(header.Value))
	}
	if exchange.Response != nil {
		size += escaped(exchange.Response.Body)
		for _, header := range exchange.Response.Header {
			size += len(header.Name) + len(header.Value)
		}
	}
	return size
}

func sentView(result *reports.Result) []exchangeView {
	shows := map[int]bool{}
	for _, d := range result.Deviations {
		shows[d.Exchange] = true
	}
	var sent []exchangeView
	for i := range result.Exchanges[:min(len(result.Exchanges), mostExchanges)] {
		exchange := exchangeView{Exchange: &result.Exchanges[i], Number: i + 1, Shows: shows[i]}
		if signed := exchange.Request.Signed; signed != nil && (exchange.Shows || signed.Sign != signed.Sent) {
			exchange.Explained = signed
		}
		sent = append(sent, exchange)
	}
	return sent
}

// curlText is the curl line of an exchange, complete or not at all.
func curlText(e *reports.Exchange) string {
	line := curl.Command(*e)
	if len(line) > 4*mostBody {
		return "# the curl line is too long and left out; run.json has the request"
	}
	return visible.Escape(line)
}

// headerText writes header fields as sent.
func headerText(header []reports.Header) string {
	var out strings.Builder
	for _, field := range header {
		out.WriteString(field.Name + ": " + digest.Shorten(visible.Escape(field.Value), mostText) + "\n")
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// bodyOf writes a body, shortened. tail is the end of the part that was cut off.
func bodyOf(body reports.Body, cut int64, tail reports.Body) string {
	kept := body.Head(mostBody)
	left := cut + int64(len(body)-len(kept))
	text := strings.TrimSuffix(visible.Escape(string(kept)), "\n")
	if left > 0 {
		text += "… (" + plural.Of(int(max(0, left-int64(len(tail)))), "byte") + " left out)"
	}
	if len(tail) > 0 {
		text += " …" + strings.TrimSuffix(visible.Escape(string(tail)), "\n")
	}
	return text
}
