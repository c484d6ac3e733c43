package learn

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/reports"
)

// isArchive distinguishes an HTTP Archive from other JSON by its first member.
var isArchive = regexp.MustCompile(`^\s*\{\s*"log"\s*:`)

// archive reads an HTTP Archive (HAR 1.2) exchange by exchange, written by mallcheck, a browser, Postman
// or a proxy.
type archive struct {
	decoder *json.Decoder
	learner *Learner
	target  string
	clauses map[string]string // by check: the pages of mallcheck's archives are checks
	paths   []pathOf
	ours    bool
	known   int // exchanges of operations of the contract
	bare    int // those of them whose answer lost its content
}

// pathOf finds an operation by its method and the end of its path.
type pathOf struct {
	id, method string
	path       *regexp.Regexp
}

// harEntry is what is read of an entry.
type harEntry struct {
	Page      string    `json:"pageref"`
	Started   time.Time `json:"startedDateTime"`
	Time      float64   `json:"time"` // milliseconds
	Operation string    `json:"_operation"`
	Problem   string    `json:"_error"`
	Request   struct {
		Method, URL string
		BodySize    int64
		Headers     []reports.Header
		PostData    struct {
			Text   string
			Base64 string `json:"_base64"`
		}
	}
	Response struct {
		Status   int
		Headers  []reports.Header
		BodySize int64
		Content  struct {
			Text, Encoding, Comment string
			Size                    int64
		}
	}
}

func (a *archive) read() error {
	a.clauses = map[string]string{}
	for _, check := range conformance.AllChecks() {
		a.clauses[check.ID] = check.Clause
	}
	parameter := regexp.MustCompile(`\\\{[^}]*\\\}`)
	for _, op := range a.learner.contract.Operations() {
		path := regexp.MustCompile(parameter.ReplaceAllString(regexp.QuoteMeta(op.Path), `[^/]+`) + `$`)
		a.paths = append(a.paths, pathOf{op.ID, op.Method, path})
	}
	err := a.members(func(name string) error {
		if name == "log" {
			return a.members(a.log)
		}
		return a.skip()
	})
	if err != nil {
		return err
	}
	if _, err := a.decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is text after the JSON document")
	}
	if a.known == 0 {
		return errors.New("no entry is a call to the mall: no address ends in a path of the contract, such as /singleVerify")
	}
	if a.bare == a.known {
		return errors.New("it has no response bodies; export it with content")
	}
	return nil
}

// log reads a member of the log.
func (a *archive) log(name string) error {
	switch name {
	case "creator":
		var creator struct{ Name string }
		err := a.decoder.Decode(&creator)
		a.ours = creator.Name == "mallcheck"
		return err
	case "_target":
		return a.decoder.Decode(&a.target)
	case "entries":
		if err := a.delimiter('['); err != nil {
			return err
		}
		for a.decoder.More() {
			if err := a.entry(); err != nil {
				return err
			}
		}
		return a.delimiter(']')
	}
	return a.skip()
}

// members calls visit for each member of the object that follows.
func (a *archive) members(visit func(name string) error) error {
	if err := a.delimiter('{'); err != nil {
		return err
	}
	for a.decoder.More() {
		token, err := a.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // a token here is a name or an error
		if err := visit(name); err != nil {
			return err
		}
	}
	return a.delimiter('}')
}

func (a *archive) delimiter(want json.Delim) error {
	token, err := a.decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("found %v instead of %v", token, want)
	}
	return nil
}

func (a *archive) skip() error {
	var ignored json.RawMessage
	return a.decoder.Decode(&ignored)
}

// entry reads one exchange.
func (a *archive) entry() error {
	var e harEntry
	if err := a.decoder.Decode(&e); err != nil {
		return err
	}
	operation := e.Operation
	if operation == "" {
		operation = a.operationOf(e.Request.Method, e.Request.URL)
	}
	if operation == "" || e.Response.Status == 0 || e.isPreflight() {
		return nil
	}
	a.known++
	body, err := decoded(e.Response.Content.Text, e.Response.Content.Encoding)
	if err != nil {
		return fmt.Errorf("the content of the answer of %s: %w", e.Started.Format(time.RFC3339), err)
	}
	sent := []byte(e.Request.PostData.Text)
	if e.Request.PostData.Base64 != "" {
		if sent, err = decoded(e.Request.PostData.Base64, "base64"); err != nil {
			return fmt.Errorf("the body of the request of %s: %w", e.Started.Format(time.RFC3339), err)
		}
	}
	took := time.Duration(e.Time * float64(time.Millisecond))
	exchange := reports.Exchange{
		Operation: operation, Started: e.Started, Duration: took, Problem: e.Problem,
		Request: reports.Request{Method: e.Request.Method, URL: e.Request.URL, Header: e.Request.Headers, Body: sent},
		Response: &reports.Response{
			Status: e.Response.Status, Header: e.Response.Headers, Body: body, Announced: a.announced(&e, len(body)),
		},
	}
	if a.ours {
		exchange.Request.Cut = max(0, e.Request.BodySize-int64(len(sent)))
	}
	withheld := !a.ours && len(body) == 0 && e.Response.Content.Size > 0
	if withheld {
		a.bare++
	}
	if withheld || strings.Contains(e.Response.Content.Comment, "left out") {
		exchange.Response.Cut = 1
	}
	a.learner.Add(&exchange, a.clauses[e.Page])
	return nil
}

// isPreflight reports whether a browser asked for permission before the call of a page (CORS).
func (e *harEntry) isPreflight() bool {
	return e.Request.Method == http.MethodOptions && slices.ContainsFunc(e.Request.Headers, func(field reports.Header) bool {
		return strings.EqualFold(field.Name, "Access-Control-Request-Method")
	})
}

// announced returns the announced length of the answer, -1 if there was none. Other programs also write
// -1 for unknown lengths.
func (a *archive) announced(e *harEntry, length int) int64 {
	if a.ours {
		return e.Response.BodySize
	}
	for _, field := range e.Response.Headers {
		if strings.EqualFold(field.Name, "Transfer-Encoding") && strings.EqualFold(field.Value, "chunked") {
			return -1
		}
		if n, err := strconv.ParseInt(field.Value, 10, 64); err == nil && strings.EqualFold(field.Name, "Content-Length") {
			return n
		}
	}
	return int64(length)
}

func decoded(text, encoding string) ([]byte, error) {
	if encoding != "base64" {
		return []byte(text), nil
	}
	return base64.StdEncoding.DecodeString(text)
}

// operationOf finds the operation of a request, "" for none. A request with an unsupported method
// belongs to the first operation of its path.
func (a *archive) operationOf(method, address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	fits := func(p pathOf) bool { return p.path.MatchString(parsed.EscapedPath()) }
	if at := slices.IndexFunc(a.paths, func(p pathOf) bool { return p.method == method && fits(p) }); at >= 0 {
		return a.paths[at].id
	}
	if at := slices.IndexFunc(a.paths, fits); at >= 0 {
		return a.paths[at].id
	}
	return ""
}
