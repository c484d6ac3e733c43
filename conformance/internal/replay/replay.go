// Package replay sends recorded requests again and compares the answers. Recordings come from a file and
// are treated as data: the session sends, signs and undoes.
package replay

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/requests"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Exchange is a recorded exchange together with the exchange of the same request sent again.
type Exchange struct {
	Recorded, Again reports.Exchange
	// Differences describe how the two answers differ in status, code and form, a sentence each; none if
	// they agree.
	Differences []string
}

// replay has the values that differ from one run to the next.
type replay struct {
	session *session.Session
	from    map[string]string // recorded addresses of the services
	given   map[string]string // values of placeholders, by name
	fresh   map[string]string // new ids by recorded ids
	seen    []string          // digits of recorded order ids, newest first
	digits  string            // digits of the recorded payment id, if known
	method  string            // recorded payment method, if known
}

// errNotReplayed is the error of a recorded request that is not sent again.
var errNotReplayed = errors.New("it is not sent again")

// ownHeaders are the header fields that a run sends itself. Others, such as one that overrides the
// method, are not taken from a file.
var ownHeaders = []string{"Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "User-Agent"}

var (
	sentWhen = regexp.MustCompile(`"(?:tradeTime|sign)":"[^"]*"|\b(?:tradeTime|sign)=[^&]*`)
	timeText = regexp.MustCompile(`^[0-9]{13}$`)
)

// Run sends recorded requests again, in order. They go to the addresses of the target, whatever address
// was recorded, with a new access time, new ids in place of those that the run had made, the request ids
// that are returned now, and a new sign. A sign that was wrong when recorded stays as it was, unless
// redaction hides whether it was wrong. Redacted values are filled in from given, by name, or from the
// target: the payment method, the buyer's address and the payment id. Requests with a method or path
// other than the contract's are left out. If it cannot send all requests, Run returns the exchanges so
// far with the error.
func Run(s *session.Session, recorded []reports.Exchange, from, given map[string]string) ([]Exchange, error) {
	r := &replay{session: s, from: from, given: maps.Clone(given), fresh: map[string]string{}}
	var done []Exchange
	var left error // errors of requests that are not sent
	looks := false
	for i, exchange := range recorded {
		if i+1 < len(recorded) && sameLook(exchange, recorded[i+1]) {
			looks = true // the number of repeated queries differs from run to run
			continue
		}
		draft, err := r.draft(exchange)
		if errors.Is(err, errNotReplayed) {
			left = errors.Join(left, fmt.Errorf("exchange %d: %w", i+1, err))
			continue
		}
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
	return done, left
}

// sameLook reports whether two read requests ask for the same thing.
func sameLook(a, b reports.Exchange) bool {
	operation, _ := openapi.OperationOf(a.Operation)
	asks := func(e reports.Exchange) string {
		return sentWhen.ReplaceAllString(e.Request.URL+" "+string(e.Request.Body), "")
	}
	return operation.Does == openapi.Read && a.Operation == b.Operation && asks(a) == asks(b)
}

// sendAgain sends the request of a recorded exchange. A task that had ended when it was recorded is
// awaited, and so is an answer that was queried repeatedly.
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
		return (!r.over(recorded) || s.Terminal(wire.ResultOf(answer))) && (!looks || len(differences(recorded, sent[len(sent)-1])) == 0)
	})
	sent := s.Exchanges()
	if len(sent) == before {
		return reports.Exchange{}, failed
	}
	return sent[len(sent)-1], nil
}

// over reports whether an exchange shows a finished task.
func (r *replay) over(exchange reports.Exchange) bool {
	return exchange.Operation == "asyncResult" && exchange.Response != nil && r.session.Terminal(wire.ResultOf(wire.ReadAnswer(0, exchange)))
}

// draft drafts the request of a recorded exchange anew.
func (r *replay) draft(exchange reports.Exchange) (*session.Draft, error) {
	operation, known := r.session.Contract().Operation(exchange.Operation)
	if !known {
		return nil, fmt.Errorf("%s is not an operation that a partner calls", exchange.Operation)
	}
	if exchange.Request.Cut > 0 {
		return nil, fmt.Errorf("the request of %s was not recorded completely", exchange.Operation)
	}
	signed, err := r.isSigned(operation, exchange.Request)
	if err != nil {
		return nil, err
	}
	if exchange.Request.Method != operation.Method {
		return nil, fmt.Errorf("%w: the method %q is not %s's %s", errNotReplayed, exchange.Request.Method, operation.ID, operation.Method)
	}
	address, err := r.address(operation, exchange.Request.URL)
	if err != nil {
		return nil, err
	}
	body, err := r.fill(string(exchange.Request.Body))
	if err != nil {
		return nil, err
	}
	sent := &wire.Request{Method: operation.Method, URL: address, Header: http.Header{}}
	for _, field := range exchange.Request.Header {
		if value, err := r.fill(field.Value); err == nil && slices.Contains(ownHeaders, http.CanonicalHeaderKey(field.Name)) {
			sent.Header.Add(field.Name, value)
		}
	}
	draft := session.NewDraft(operation, sent)
	members, malformed := signing.ParseMembers([]byte(body))
	switch {
	case operation.Method == http.MethodGet && body == "":
		if sent.Members, err = wire.QueryMembers(address.RawQuery); err != nil {
			return nil, err
		}
		sent.URL.RawQuery, sent.InQuery = "", true
	case malformed == nil:
		sent.Members = members
	default:
		draft.After(wire.RawBody(func([]byte) []byte { return []byte(body) }))
	}
	for i := range sent.Members {
		if m := &sent.Members[i]; m.Name == "tradeTime" && timeText.MatchString(wire.Unquote(m.Value)) {
			*m = signing.StringMember(m.Name, requests.Now())
		}
	}
	if !signed {
		draft.After(keepSign(slices.Clone(sent.Members)))
	}
	return draft, nil
}

// keepSign gives a request its recorded sign, or none.
func keepSign(recorded []signing.Member) wire.Edit {
	at := slices.IndexFunc(recorded, func(m signing.Member) bool { return m.Name == "sign" })
	if at < 0 {
		return wire.Drop("sign")
	}
	return wire.SetRaw("sign", string(recorded[at].Value))
}

// learn stores the new request id of an answer for the recorded one.
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
