package reports

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Bound returns a copy of run in which no recorded body is longer than limit bytes; Cut counts the bytes
// left out. Header values are shortened in the same way, with a mark, and header fields beyond the first
// hundred are dropped. Text is cut between characters. Bodies share their bytes with run. A limit of 0
// or less changes nothing.
//
// Redact first: a secret that was cut in two is no longer found.
func Bound(run *Run, limit int) *Run {
	out := *run
	if limit <= 0 {
		return &out
	}
	out.Results = slices.Clone(run.Results)
	for i := range out.Results {
		exchanges := slices.Clone(out.Results[i].Exchanges)
		for j := range exchanges {
			request := &exchanges[j].Request
			request.Body, request.Cut = cutBody(request.Body, request.Cut, limit)
			request.Header = cutHeader(request.Header, limit)
			if request.Signed != nil {
				signed := *request.Signed
				signed.Content, _ = cutBody(signed.Content, 0, limit)
				request.Signed = &signed
			}
			if exchanges[j].Response != nil {
				response := *exchanges[j].Response
				response.Body, response.Cut = cutBody(response.Body, response.Cut, limit)
				response.Header = cutHeader(response.Header, limit)
				exchanges[j].Response = &response
			}
		}
		out.Results[i].Exchanges = exchanges
	}
	return &out
}

// cutBody returns at most the first limit bytes of body, and cut increased by the bytes left out.
func cutBody(body Body, cut int64, limit int) (Body, int64) {
	head := body.Head(limit)
	return head, cut + int64(len(body)-len(head))
}

// mostHeaders is the number of header fields that are kept per message.
const mostHeaders = 100

// cutHeader returns the first fields of a header, with values of at most limit bytes.
func cutHeader(header []Header, limit int) []Header {
	long := func(h Header) bool { return len(h.Name) > limit || len(h.Value) > limit }
	if len(header) <= mostHeaders && !slices.ContainsFunc(header, long) {
		return header
	}
	out := slices.Clone(header[:min(len(header), mostHeaders)])
	for i := range out {
		out[i] = Header{cutText(out[i].Name, limit), cutText(out[i].Value, limit)}
	}
	if more := len(header) - mostHeaders; more > 0 {
		out[mostHeaders-1] = Header{"x-mallcheck-left-out", fmt.Sprintf("%d header fields", more+1)}
	}
	return out
}

// cutText returns at most limit bytes of a text, with a mark if it is shortened.
func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	mark := fmt.Sprintf("… (%d bytes in total)", len(text))
	return string(Body(text).Head(max(limit-len(mark), 0))) + mark[:min(len(mark), limit)]
}

// Head returns at most the first limit bytes of b, cut between characters.
func (b Body) Head(limit int) Body {
	if len(b) <= limit {
		return b
	}
	end := wholeRunes(b, limit)
	return b[:end:end]
}

// wholeRunes returns the largest length of at most limit bytes that splits no UTF-8 character; in bytes
// that are not UTF-8 it may split something that looks like one.
func wholeRunes(text Body, limit int) int {
	for end := limit; end > limit-utf8.UTFMax && end >= 0; end-- {
		if utf8.RuneStart(text[end]) {
			return end
		}
	}
	return limit
}
