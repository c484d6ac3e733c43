package reports

import (
	"slices"
	"unicode/utf8"
)

// Bound returns a copy of run in which no recorded body is longer than limit
// bytes; what was left out is counted in Cut. Text is cut between characters.
// Bodies share their bytes with run. A limit of 0 or less leaves all as it is.
//
// Redact first: a secret that is cut in two is not found any more.
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
			if request.Signed != nil {
				signed := *request.Signed
				signed.Content, _ = cutBody(signed.Content, 0, limit)
				request.Signed = &signed
			}
			if exchanges[j].Response != nil {
				response := *exchanges[j].Response
				response.Body, response.Cut = cutBody(response.Body, response.Cut, limit)
				exchanges[j].Response = &response
			}
		}
		out.Results[i].Exchanges = exchanges
	}
	return &out
}

// cutBody returns the first limit bytes of body at most and cut grown by what was left out.
func cutBody(body Body, cut int64, limit int) (Body, int64) {
	head := body.Head(limit)
	return head, cut + int64(len(body)-len(head))
}

// Head returns the first limit bytes of b at most, cut between characters.
func (b Body) Head(limit int) Body {
	if len(b) <= limit {
		return b
	}
	end := wholeRunes(b, limit)
	return b[:end:end]
}

// wholeRunes returns the largest length of at most limit bytes that splits no
// UTF-8 character; in bytes that are no UTF-8 it may split what looks like one.
func wholeRunes(text Body, limit int) int {
	for end := limit; end > limit-utf8.UTFMax && end >= 0; end-- {
		if utf8.RuneStart(text[end]) {
			return end
		}
	}
	return limit
}
