package receiver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// TestEveryClauseAboutReceivers requires a check for each rule of the contract about a receiver.
func TestEveryClauseAboutReceivers(t *testing.T) {
	contract, err := openapi.Push()
	if err != nil {
		t.Fatal(err)
	}
	all := Checks(Catalogue())
	rules := 0
	for _, rule := range contract.Clauses() {
		if !strings.HasPrefix(rule.ID, "push/receiver-") {
			continue
		}
		rules++
		if !slices.ContainsFunc(all, func(check partner.Check) bool { return check.Clause == rule.ID }) {
			t.Errorf("no check is about %s: %s", rule.ID, rule.Statement)
		}
	}
	if rules == 0 {
		t.Error("the contract has no rule about receivers")
	}
}

// A receiver that closes the connection is described in words, not with the name of Go's error.
func TestProblemOfAClosedConnection(t *testing.T) {
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF} {
		got := problem(&url.Error{Op: "Post", URL: "http://r/push", Err: err}, limit)
		if want := "it closed the connection without a response"; got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

// limit is the time limit of a response in these tests.
const limit = time.Second

// late is a receiver that works on the first push of each order for longer than the limit.
type late struct {
	mu      sync.Mutex
	seen    map[string]bool
	effects int
	// repeated answers the other pushes of an order, and tells whether they act as well.
	repeated func(started time.Time) (status int, acts bool)
	// patient says that the receiver acts even if nobody waits for its answer.
	patient bool
	started time.Time
	count   string // the file with the number of effects
}

func (l *late) act() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.effects++
	if err := os.WriteFile(l.count, []byte(strconv.Itoa(l.effects)), 0o600); err != nil {
		panic(err)
	}
}

// ServeHTTP implements http.Handler.
func (l *late) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ OrderNo string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	l.mu.Lock()
	first := len(l.seen) > 0 && !l.seen[body.OrderNo] // the very first push shows that the receiver is trusted
	repeated := l.seen[body.OrderNo]
	l.seen[body.OrderNo] = true
	if first {
		l.started = time.Now()
	}
	started := l.started
	l.mu.Unlock()
	switch {
	case first:
		time.Sleep(limit * 3 / 2)
		if l.patient || r.Context().Err() == nil {
			l.act()
		}
	case repeated:
		status, acts := l.repeated(started)
		if acts {
			l.act()
		}
		w.WriteHeader(status)
	}
}

// TestPushAnsweredTooLate checks how a receiver is judged whose response to a push does not come in time.
func TestPushAnsweredTooLate(t *testing.T) {
	testlevel.Plain(t)
	known := func(time.Time) (int, bool) { return http.StatusOK, false }
	unknown := func(time.Time) (int, bool) { return http.StatusOK, true }
	refused := func(time.Time) (int, bool) { return http.StatusForbidden, false }
	never := func(time.Time) (int, bool) { return http.StatusServiceUnavailable, false }
	putOff := func(started time.Time) (int, bool) {
		if time.Since(started) < limit*3/2 {
			return http.StatusConflict, false
		}
		return http.StatusOK, false
	}
	for _, test := range []struct {
		name     string
		patient  bool
		repeated func(time.Time) (int, bool)
		problem  string
	}{
		{"acts once", true, known, ""},
		{"puts repetitions off while it works", true, putOff, ""},
		{"acts twice", true, unknown, "a push that was answered too late, and its repetition had 2 effects"},
		{"gives the work up with the connection", false, known, "a push that was answered too late, and its repetition had 0 effects"},
		{"refuses the repetition", true, refused, "the receiver did not accept the repetition of a push that it had answered too late"},
		{"never accepts it", true, never, "the receiver did not accept the repetitions of a push that it had answered too late"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := &late{seen: map[string]bool{}, patient: test.patient, repeated: test.repeated}
			r := l.judged(t, "true")
			var problems []string
			for _, d := range r.Deviations {
				problems = append(problems, d.Summary)
			}
			if got := strings.Join(problems, "; "); got != test.problem || r.Verdict != "" {
				t.Errorf("found %q (%s %s), want %q", got, r.Verdict, r.Reason, test.problem)
			}
		})
	}
}

// judged runs the check of a late response against the receiver.
func (l *late) judged(t *testing.T, slow string) *partner.Record {
	t.Helper()
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.count = filepath.Join(t.TempDir(), "count")
	l.effects = -1
	l.act()
	all := Checks(Config{URL: address, Keys: []Key{{"key-1", []byte{0, 17}}}, Timeout: limit, Slow: slow, Count: "cat " + l.count})
	at := slices.IndexFunc(all, func(check partner.Check) bool { return check.ID == "RCV-070/after-timeout" })
	r := &partner.Record{}
	all[at].Run(context.Background(), r)
	return r
}

// A --slow that does not make the receiver answer too late proves nothing.
func TestSlowThatDoesNothing(t *testing.T) {
	testlevel.Plain(t)
	for _, test := range []struct {
		name, slow string
		verdict    reports.Verdict
		reason     string
	}{
		{"none", "", reports.Skipped, "not tested: no command makes the receiver answer a push too late (--slow COMMAND)"},
		{"fails", "exit 3", reports.Inconclusive, "running --slow: exit status 3"},
		{"has no effect", "true", reports.Inconclusive, "--slow did not make the receiver answer later than --push-timeout (1s): it answered the next push with HTTP 200 after "},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := &quick{}
			server := httptest.NewServer(l)
			defer server.Close()
			address, _ := url.Parse(server.URL)
			s := newSender(Config{URL: address, Keys: []Key{{"key-1", []byte{0, 17}}}, Timeout: limit, Slow: test.slow})
			r := &partner.Record{}
			if s.afterTimeout(t.Context(), r) || r.Verdict != test.verdict || !strings.HasPrefix(r.Reason, test.reason) {
				t.Errorf("%s: %s, want %s: %s", r.Verdict, r.Reason, test.verdict, test.reason)
			}
		})
	}
}

// quick is a receiver that accepts everything at once.
type quick struct{}

// ServeHTTP implements http.Handler.
func (*quick) ServeHTTP(http.ResponseWriter, *http.Request) {}

// A --count command that prints without end is ended at once; its output is neither kept nor repeated.
func TestCountThatPrintsWithoutEnd(t *testing.T) {
	s := newSender(Config{Timeout: time.Minute, Count: `while :; do echo secret-of-the-shop; done`})
	started := time.Now()
	_, err := s.count(t.Context())
	if err == nil || !strings.Contains(err.Error(), "something other than one whole number") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(started); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
	s.Count = "echo 12"
	if n, err := s.count(t.Context()); n != 12 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
	if err := s.shell(t.Context(), "yes | head -c 1000000", nil); err != nil { // of --fail and --slow, nothing is read
		t.Error(err)
	}
}
