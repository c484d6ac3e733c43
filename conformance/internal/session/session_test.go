package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/lending"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// connected returns a session with a server of the test's own.
func connected(t *testing.T, handler http.HandlerFunc) *Session {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	connection, err := Connect(&target.Target{
		URLs: map[string]string{"topup": server.URL, "vshop": server.URL}, PartnerCode: "P1", SecondPartnerCode: "P2", Group: "G1",
		SIMs: []string{"89852000000000000001", "89852000000000000002", "89852000000000000003"}, UnknownSIMs: []string{"89852999999999999999"},
		RequestIDHeader: "request_id", TerminalStatus: []string{"completed"}, Sign: signing.Default(),
		CallTimeout: 300 * time.Millisecond, TaskTimeout: 500 * time.Millisecond,
	}, contract)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	return connection.Session(t.Context())
}

// book is a server that keeps what was added and removed, in order.
type book struct {
	mu    sync.Mutex
	calls []string
	tasks map[string]string // request id to the answer
}

func (b *book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		fmt.Fprint(w, b.tasks[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]])
		return
	}
	var body struct {
		PartnerCode string   `json:"partnerCode"`
		SimIDs      []string `json:"sim_ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.calls = append(b.calls, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, body.PartnerCode, strings.Join(body.SimIDs, " ")))
	id := fmt.Sprintf("RQ-%d", len(b.calls))
	var details []string
	for _, sim := range body.SimIDs {
		result := "10"
		if strings.HasPrefix(sim, "89852999") {
			result = "31"
		}
		details = append(details, fmt.Sprintf(`{"sim_id":%q,"result":%q,"message":"m"}`, sim, result))
	}
	if b.tasks == nil {
		b.tasks = map[string]string{}
	}
	b.tasks[id] = fmt.Sprintf(`{"data":{"request_id":%q,"action_code":"70","status":"completed","details":[%s]},"operateCode":"S","message":"success"}`, id, strings.Join(details, ","))
	w.Header().Set("request_id", id)
	fmt.Fprint(w, `{"operateCode":"S","message":"success"}`)
}

// What a check added is removed, newest first, and nothing else.
func TestUndo(t *testing.T) {
	b := &book{}
	s := connected(t, b.ServeHTTP)
	const a, c, unknown = "89852000000000000001", "89852000000000000002", "89852999999999999999"
	first := s.AddSIMs(t.Context(), "G1", a, unknown, c)
	s.AwaitResult(t.Context(), first.RequestID)
	s.AddSIMs(t.Context(), "G1", a) // not awaited
	s.RemoveSIMs(t.Context(), "G1", c)
	s.Send(t.Context(), s.NewAddSims("G2", c).As("P2"))
	if left := s.Undo(); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	undone := b.calls[4:]
	slices.Sort(undone)
	want := []string{
		"DELETE /mall/bundle-groups/G1/sims P1 " + a + " " + a,
		"DELETE /mall/bundle-groups/G2/sims P2 " + c,
	}
	if !slices.Equal(undone, want) {
		t.Errorf("undone by\n%q, want\n%q", undone, want)
	}
}

// A stopped run is undone as well.
func TestUndoAfterTheRunWasStopped(t *testing.T) {
	b := &book{}
	s := connected(t, b.ServeHTTP)
	ctx, cancel := context.WithCancel(t.Context())
	s.stop = ctx
	s.AddSIMs(ctx, "G1", "89852000000000000001")
	cancel()
	if err := attempt(func() { s.AddSIMs(ctx, "G1", "89852000000000000002") }); err == nil {
		t.Error("a stopped run went on")
	}
	if left := s.Undo(); len(left) != 0 || len(b.calls) != 2 {
		t.Errorf("left behind %q, calls %q", left, b.calls)
	}
}

// What cannot be removed is named.
func TestUndoTellsWhatItLeaves(t *testing.T) {
	b := &book{}
	s := connected(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"operateCode":"F","message":"no"}`)
			return
		}
		b.ServeHTTP(w, r)
	})
	s.AddSIMs(t.Context(), "G1", "89852000000000000001")
	left := s.Undo()
	if len(left) != 1 || !strings.Contains(left[0], "group G1 of partner P1 holds 1 SIM card that the run added (89852000000000000001)") {
		t.Errorf("left behind: %q", left)
	}
}

// Edits before and after the signing do what they say, and
// that the sign fits what was there in between.
func TestDraft(t *testing.T) {
	type sent struct{ method, query, body string }
	var got sent
	s := connected(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = sent{r.Method, r.URL.RawQuery, string(body)}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("request_id", "1")
		fmt.Fprint(w, `{"data":[],"operateCode":"S","message":"success"}`)
	})
	sign := func(content string) string {
		text, err := signing.SignBody([]byte(content), signing.Default())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	right := sign(`{"partnerCode":"P1","version":"3.0"}`)
	for _, test := range []struct {
		name  string
		draft *Draft
		want  sent
	}{
		{"as it is", s.NewListBundles(), sent{"GET", "version=3.0&partnerCode=P1&sign=" + right, ""}},
		{"reversed after signing", s.NewListBundles().After(wire.Reverse), sent{"GET", "sign=" + right + "&partnerCode=P1&version=3.0", ""}},
		{"changed before signing", s.NewListBundles().As("P2"), sent{"GET", "version=3.0&partnerCode=P2&sign=" + sign(`{"partnerCode":"P2","version":"3.0"}`), ""}},
		{"changed after signing", s.NewListBundles().After(wire.Set("version", "1.0 ü")), sent{"GET", "version=1.0+%C3%BC&partnerCode=P1&sign=" + right, ""}},
		{"dropped after signing", s.NewListBundles().After(wire.Drop("sign")), sent{"GET", "version=3.0&partnerCode=P1", ""}},
		{"a body with a raw value", s.NewAddSims("G1").Before(wire.SetRaw("sim_ids", "1.0")),
			sent{"POST", "", `{"partnerCode":"P1","sign":"` + sign(`{"group_id":"G1","partnerCode":"P1","sim_ids":1.0,"version":"3.0"}`) + `","sim_ids":1.0,"version":"3.0"}`}},
		{"a body that is not JSON", s.NewAddSims("G1").After(wire.RawBody(func([]byte) []byte { return []byte("{") })), sent{"POST", "", "{"}},
		{"another method", s.NewListBundles().After(wire.Method(http.MethodPut)), sent{"PUT", "version=3.0&partnerCode=P1&sign=" + right, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.Send(t.Context(), test.draft)
			if got != test.want {
				t.Errorf("sent\n%q, want\n%q", got, test.want)
			}
		})
	}
}

// A check ends for the right reason when the target cannot be asked.
func TestEnds(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		verdict reports.Verdict // "" when the call goes through
		want    string
	}{
		{"an answer", answer(200, `{"operateCode":"S","message":"m","data":[]}`), "", ""},
		{"a refusal with 503", answer(503, `{"operateCode":"F","message":"m"}`), "", ""},
		{"503 without an envelope", answer(503, `busy`), reports.Inconclusive, "HTTP 503 without an envelope"},
		{"500 without an envelope", answer(500, `oops`), "", ""},
		{"a call that takes too long", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		}, reports.Inconclusive, "took longer than 300ms"},
		{"a connection that is closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, reports.Inconclusive, "no answer: EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := connected(t, test.handler)
			err := attempt(func() { s.Send(t.Context(), s.NewListBundles()) })
			var end End
			if errors.As(err, &end); end.Verdict != test.verdict || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("ended with %q %v, want %q %q", end.Verdict, err, test.verdict, test.want)
			}
		})
	}
}

// A failed precondition says how the target refused: with SIM_NOT_FOUND, the SIM card is wrong.
func TestRefusedPreconditionTellsTheCode(t *testing.T) {
	s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"operateCode":"SIM_NOT_FOUND","message":"There is no such SIM card."}`)
	})
	err := attempt(func() { s.RequireAccepted(s.Send(t.Context(), s.NewListBundles())) })
	if want := `listBundles refused a valid request: HTTP 404, operateCode "SIM_NOT_FOUND"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("ended with %v, want %s", err, want)
	}
}

// A check whose valid request was
// given up names what the target lacks, not only that others tried.
func TestSendChangedTellsWhatTheTargetLacks(t *testing.T) {
	s := connected(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	s.Target().SIMs = nil
	for try := range lending.Tries + 2 {
		err := attempt(func() { s.SendChanged(t.Context(), "singleVerify", func(*Draft) {}) })
		if want := "the target has no sim (--sim or MALLCHECK_SIM)"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("try %d ended with %v, want %q", try, err, want)
		}
	}
}

// An incomplete answer is judged and does not count as a missing answer.
func TestBrokenOffAnswer(t *testing.T) {
	s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, `{"operateCode"`)
	})
	s.Send(t.Context(), s.NewListBundles())
	if got := s.Deviations(); len(got) != 1 || got[0].Clause != "envelope/one-json-text" || !strings.Contains(got[0].Summary, "ended before its announced length") {
		t.Errorf("deviations %+v", got)
	}
}

// A task that does not end in time is a failed precondition that names the statuses seen.
func TestTaskTimeout(t *testing.T) {
	s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"data":{"request_id":"1","action_code":"70","status":"processing","details":[]},"operateCode":"S","message":"m"}`)
	})
	err := attempt(func() { s.AwaitResult(t.Context(), "1") })
	var end End
	if !errors.As(err, &end) || end.Deviation == nil || end.Deviation.Clause != "async/ends-in-time" ||
		!end.Untested || !strings.Contains(end.Deviation.Summary, `["processing"]`) {
		t.Errorf("ended with %v", err)
	}
}

// SIM cards are handed out in turn.
func TestSIMs(t *testing.T) {
	s := connected(t, (&book{}).ServeHTTP)
	seen := map[string]int{}
	for _, sim := range append(s.ExistingSIMs(4), s.ExistingSIM(), s.ExistingSIM()) {
		seen[sim]++
	}
	if len(seen) != 3 || seen[s.Target().SIMs[0]] != 2 {
		t.Errorf("handed out %v", seen)
	}
	err := attempt(func() { s.DistinctSIMs(4) })
	if err == nil || !strings.Contains(err.Error(), "needs 4 SIM cards, the target names 3") {
		t.Errorf("ended with %v", err)
	}
}

// A target that calls a task ".." or a group "." does not choose the path that is called.
func TestNoRequestLeavesItsPath(t *testing.T) {
	for _, value := range []string{"", ".", ".."} {
		s := connected(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
		for operation, make := range map[string]func(){
			"addSims":       func() { s.NewAddSims(value, "1") },
			"removeSims":    func() { s.NewRemoveSims(value, "1") },
			"listGroupSims": func() { s.NewListGroupSims(value) },
			"asyncResult":   func() { s.AwaitResult(t.Context(), value) },
		} {
			err := attempt(make)
			var end End
			if !errors.As(err, &end) || end.Verdict != reports.Inconclusive || !strings.Contains(err.Error(), "nothing was sent") {
				t.Errorf("%s with %q ended with %v", operation, value, err)
			}
		}
	}
}
