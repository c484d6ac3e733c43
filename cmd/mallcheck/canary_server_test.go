package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// teller is a proxy in front of a mall. It adds canaries and everything that it received to headers,
// bodies and messages: to the mall's answers, or to a refusal or a page of its own.
type teller struct {
	t       *testing.T
	mall    string
	planted []canary
	forms   []string // what is told, one after the other
	next    atomic.Int64
}

func newTeller(t *testing.T, mall string, planted []canary) *teller {
	told := &teller{t: t, mall: mall, planted: planted}
	for _, c := range planted {
		if c.unsent {
			continue
		}
		all := written(c.value)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			told.forms = append(told.forms, all[name])
		}
	}
	return told
}

// tellEach is how many forms an answer contains.
const tellEach = 12

// ServeHTTP implements http.Handler.
func (m *teller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	n := int(m.next.Add(1))
	var told []string
	for i := range tellEach {
		told = append(told, m.forms[(n*tellEach+i)%len(m.forms)])
	}
	w.Header().Set("X-Told", strings.Map(printable, strings.Join(told, " | ")))
	w.Header().Set("X-Echo", strings.Map(printable, fmt.Sprint(r.Header, r.URL)))
	switch {
	case n%13 == 5:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusInternalServerError)
		known, _ := json.Marshal(m.known())
		fmt.Fprintf(w, "<html><p>%s</p><pre>%v %s\n%s\n%s</pre></html>", strings.Join(told, "</p>\n<p>"), r.Header, r.URL, sent, known)
	case n%7 == 3:
		m.answer(w, r, told, sent, map[string]any{"operateCode": "F", "message": "refused: " + strings.Join(told, ", ")})
	default:
		answer := m.forward(w, r, sent)
		if message, ok := answer["message"].(string); ok {
			answer["message"] = message + " (" + strings.Join(told, ", ") + ")"
		}
		m.answer(w, r, told, sent, answer)
	}
}

// printable leaves what a header field can hold.
func printable(c rune) rune {
	if c < ' ' || c > '~' {
		return ' '
	}
	return c
}

// answer writes an envelope with everything that is known added to it.
func (m *teller) answer(w http.ResponseWriter, r *http.Request, told []string, sent []byte, answer map[string]any) {
	if answer == nil {
		answer = map[string]any{}
	}
	answer["known"], answer["told"] = m.known(), told
	answer["sent"] = map[string]any{"header": r.Header, "url": r.URL.String(), "body": string(sent)}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		m.t.Errorf("telling: %v", err)
	}
}

// known returns values about payments and payers by the names of their members.
func (m *teller) known() map[string]string {
	known := map[string]string{}
	for _, c := range m.planted {
		if c.member != "" {
			known[c.member] = c.value
		}
	}
	return known
}

// forward asks the mall and returns the members of its answer.
func (m *teller) forward(w http.ResponseWriter, r *http.Request, sent []byte) map[string]any {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, m.mall+r.URL.RequestURI()[strings.Index(r.URL.RequestURI(), r.URL.EscapedPath()):], bytes.NewReader(sent))
	if err != nil {
		m.t.Errorf("asking the mall: %v", err)
		return nil
	}
	request.Header.Set("Content-Type", r.Header.Get("Content-Type"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil // the caller has gone
	}
	defer response.Body.Close()
	if id := response.Header.Get("request_id"); id != "" {
		w.Header()["request_id"] = []string{id}
	}
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer) // what is no JSON is passed over
	return answer
}
