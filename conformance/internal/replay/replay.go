// Package replay sends recorded requests again and compares the answers. What is
// recorded comes from a file, so it is data: the session sends, signs and undoes.
package replay

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Exchange is a recorded exchange beside that of the same request, sent again.
type Exchange struct {
	Recorded, Again reports.Exchange
	// Differences say in what the two answers differ: status, code and form; a
	// sentence each, none when they agree.
	Differences []string
}

// replay is what a replay knows of the values that differ from one time to the next.
type replay struct {
	session *session.Session
	from    map[string]string // addresses of the services that were recorded
	given   map[string]string // values of placeholders, by the name of what was hidden
	fresh   map[string]string // ids of this run for those of the recorded one
	seen    []string          // the digits of the recorded ids of orders, the newest first
	digits  string            // those of the recorded payment, as far as that can be told
	method  string            // the payment method of the recorded request, likewise
}

var (
	sentWhen = regexp.MustCompile(`"(?:tradeTime|sign)":"[^"]*"|\b(?:tradeTime|sign)=[^&]*`)
	timeText = regexp.MustCompile(`^[0-9]{13}$`)
)

// Run sends recorded requests again, in their order: to the addresses of the
// target instead of those they were recorded from, with a new access time, with new
// ids for those that the run had made, the request ids that are answered now, and
// newly signed. A sign that was wrong when it was recorded stays as it was, unless
// something was hidden that hides whether it was wrong. What was hidden
// is filled from given, by its name, or from the target: the payment method, the
// address of the buyer, and the id of the payment. It returns what was sent so far
// with the error that kept it from going on.
func Run(s *session.Session, recorded []reports.Exchange, from, given map[string]string) ([]Exchange, error) {
	r := &replay{session: s, from: from, given: maps.Clone(given), fresh: map[string]string{}}
	var done []Exchange
	looks := false
	for i, exchange := range recorded {
		if i+1 < len(recorded) && sameLook(exchange, recorded[i+1]) {
			looks = true // how often something is looked at until it is there is another each time
			continue
		}
		draft, err := r.draft(exchange)
		if err != nil {
			return done, fmt.Errorf("exchange %d: %w", i+1, err)
		}
		again, err := r.sendAgain(draft, exchange, looks)
		looks = false
		if err != nil {
			return done, fmt.Errorf("exchange %d: %w", i+1, err)
		}
		done = append(done, Exchange{exchange, again, differences(exchange, again)})
		r.learn(exchange, again, s.Target().RequestIDHeader)
	}
	return done, nil
}

// sameLook reports whether two requests that read ask for the same.
func sameLook(a, b reports.Exchange) bool {
	operation, _ := openapi.OperationOf(a.Operation)
	asks := func(e reports.Exchange) string {
		return sentWhen.ReplaceAllString(e.Request.URL+" "+string(e.Request.Body), "")
	}
	return operation.Does == openapi.Read && a.Operation == b.Operation && asks(a) == asks(b)
}

// sendAgain sends the request of a recorded exchange. A task that was over when it
// was recorded is awaited, and so is what was looked at several times.
func (r *replay) sendAgain(draft *session.Draft, recorded reports.Exchange, looks bool) (reports.Exchange, error) {
	s := r.session
	before := len(s.Exchanges())
	var failed error
	s.Await(func() bool {
		answer, err := s.Attempt(draft)
		if failed = err; err != nil || s.Stopped() {
			return true
		}
		sent := s.Exchanges()
		return (!r.over(recorded) || s.Terminal(session.ResultOf(answer))) && (!looks || len(differences(recorded, sent[len(sent)-1])) == 0)
	})
	sent := s.Exchanges()
	if len(sent) == before {
		return reports.Exchange{}, failed
	}
	return sent[len(sent)-1], nil
}

// over reports whether an exchange shows a task that is over.
func (r *replay) over(exchange reports.Exchange) bool {
	return exchange.Operation == "asyncResult" && exchange.Response != nil && r.session.Terminal(session.ResultOf(session.ReadAnswer(0, exchange)))
}

// draft makes the request of a recorded exchange anew.
func (r *replay) draft(exchange reports.Exchange) (*session.Draft, error) {
	operation, known := r.session.Contract().Operation(exchange.Operation)
	if !known {
		return nil, fmt.Errorf("%s is no operation that a partner calls", exchange.Operation)
	}
	if exchange.Request.Cut > 0 {
		return nil, fmt.Errorf("the request of %s was not recorded whole", exchange.Operation)
	}
	signed, err := r.isSigned(operation, exchange.Request)
	if err != nil {
		return nil, err
	}
	address, err := r.address(operation, exchange.Request.URL)
	if err != nil {
		return nil, err
	}
	body, err := r.fill(string(exchange.Request.Body))
	if err != nil {
		return nil, err
	}
	wire := &session.Wire{Method: exchange.Request.Method, URL: address, Header: http.Header{}}
	for _, field := range exchange.Request.Header {
		if value, err := r.fill(field.Value); err == nil && field.Name != "Content-Length" {
			wire.Header.Add(field.Name, value)
		}
	}
	draft := session.NewDraft(operation, wire)
	members, malformed := signing.ParseMembers([]byte(body))
	switch {
	case operation.Method == http.MethodGet && body == "":
		if wire.Members, err = session.QueryMembers(address.RawQuery); err != nil {
			return nil, err
		}
		wire.URL.RawQuery, wire.InQuery = "", true
	case malformed == nil:
		wire.Members = members
	default:
		draft.After(session.RawBody(func([]byte) []byte { return []byte(body) }))
	}
	for i := range wire.Members {
		if m := &wire.Members[i]; m.Name == "tradeTime" && timeText.MatchString(textOf(*m)) {
			*m = signing.StringMember(m.Name, session.Now())
		}
	}
	if !signed {
		draft.After(keepSign(slices.Clone(wire.Members)))
	}
	return draft, nil
}

// keepSign gives a request the sign that it was recorded with, or none.
func keepSign(recorded []signing.Member) session.Edit {
	at := slices.IndexFunc(recorded, func(m signing.Member) bool { return m.Name == "sign" })
	if at < 0 {
		return session.Drop("sign")
	}
	return session.SetRaw("sign", string(recorded[at].Value))
}

// address is a recorded address, below that of the target's service.
func (r *replay) address(operation openapi.Operation, recorded string) (*url.URL, error) {
	base, was := r.session.Target().URLs[operation.Service], r.from[operation.Service]
	below, found := strings.CutPrefix(recorded, was)
	switch {
	case base == "":
		return nil, fmt.Errorf("the target has no address for the %s service (--%s-url)", operation.Service, operation.Service)
	case was == "" || !found:
		return nil, fmt.Errorf("the address %s is not of the %s service that was recorded", recorded, operation.Service)
	}
	path, query, _ := strings.Cut(below, "?")
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, fmt.Errorf("the address %s: %w", recorded, err)
	}
	filled, err := r.fill(plain)
	if err != nil {
		return nil, err
	}
	if filled != plain {
		path = strings.ReplaceAll(url.PathEscape(filled), "%2F", "/")
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			continue // it is sent as it was
		}
		filled, err := r.fill(plain)
		if err != nil {
			return nil, err
		}
		if filled != plain {
			pairs[i] = name + "=" + url.QueryEscape(filled)
		}
	}
	if query != "" {
		path += "?" + strings.Join(pairs, "&")
	}
	return url.Parse(base + path)
}

// learn keeps the request id of an answer in the place of the recorded one.
func (r *replay) learn(recorded, again reports.Exchange, header string) {
	old, id := headerOf(recorded.Response, header), headerOf(again.Response, header)
	if old != "" && id != "" {
		r.fresh[old] = id
	}
}

// headerOf returns a header field of an answer.
func headerOf(response *reports.Response, name string) string {
	if response == nil {
		return ""
	}
	for _, field := range response.Header {
		if strings.EqualFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}

// textOf returns the text of a member, or the JSON text of one that is no string.
func textOf(m signing.Member) string {
	if text, isText := m.Text(); isText {
		return text
	}
	return string(m.Value)
}
