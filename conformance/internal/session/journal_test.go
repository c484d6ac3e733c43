package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// setMall is a mall whose groups hold a SIM card once or not at all, however often it
// is added.
type setMall struct {
	mu    sync.Mutex
	held  map[string]bool
	drops int // how many of the next additions are carried out and not answered
	// dropsRemovals has removals count for drops as well.
	dropsRemovals bool
	// refusesAbsent has a removal of what the group does not hold end with a failure,
	// keepsAll has none carried out.
	refusesAbsent, keepsAll bool
	failed                  map[string]int // removals that failed, by SIM card
	tasks                   map[string][]string
	redirects               int // the HTTP status that redirects a path with a slash at its end; 0: none
}

func (c *setMall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if trimmed := strings.TrimSuffix(r.URL.Path, "/"); c.redirects > 0 && trimmed != r.URL.Path {
		http.Redirect(w, r, trimmed, c.redirects)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		c.read(w, r)
		return
	}
	var body struct {
		SimIDs []string `json:"sim_ids"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, sim := range body.SimIDs {
		switch {
		case r.Method == http.MethodPost:
			c.held[sim] = true
		case c.refusesAbsent && !c.held[sim]:
			if c.failed == nil {
				c.failed = map[string]int{}
			}
			c.failed[sim]++
		case !c.keepsAll:
			delete(c.held, sim)
		}
	}
	if c.drops > 0 && (c.dropsRemovals || r.Method == http.MethodPost) {
		c.drops--
		panic(http.ErrAbortHandler)
	}
	id := fmt.Sprint("RQ-", len(c.tasks))
	c.tasks[id] = body.SimIDs
	w.Header().Set("request_id", id)
	fmt.Fprint(w, `{"operateCode":"S","message":"success"}`)
}

func (c *setMall) read(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/sims") {
		list, _ := json.Marshal(slices.Sorted(maps.Keys(c.held)))
		fmt.Fprintf(w, `{"operateCode":"S","message":"m","data":{"sim_count":"%d","sim_ids":%s}}`, len(c.held), list)
		return
	}
	var details []string
	for _, sim := range c.tasks[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]] {
		result := "10"
		if c.failed[sim] > 0 {
			result = "31"
			c.failed[sim]--
		}
		details = append(details, fmt.Sprintf(`{"sim_id":%q,"result":%q,"message":"m"}`, sim, result))
	}
	fmt.Fprintf(w, `{"data":{"status":"completed","details":[%s]},"operateCode":"S","message":"success"}`, strings.Join(details, ","))
}

const heldSIM, freeSIM = "89852000000000000001", "89852000000000000002"

// journalled returns a session with a setMall that holds heldSIM, and its journal.
func journalled(t *testing.T) (*Session, *setMall, string) {
	t.Helper()
	mall := &setMall{held: map[string]bool{heldSIM: true}, tasks: map[string][]string{}}
	s := connected(t, mall.ServeHTTP)
	s.Target().Allow, s.Target().TaskTimeout = target.Permissions{Read: true, Write: true}, 200*time.Millisecond
	dir := t.TempDir()
	if err := s.connection.OpenJournal(dir); err != nil {
		t.Fatal(err)
	}
	return s, mall, filepath.Join(dir, journal.File)
}

// holdsAsBefore holds that a setMall holds what it held at first.
func holdsAsBefore(t *testing.T, mall *setMall) {
	t.Helper()
	mall.mu.Lock()
	defer mall.mu.Unlock()
	if got := slices.Sorted(maps.Keys(mall.held)); !slices.Equal(got, []string{heldSIM}) {
		t.Errorf("the group holds %q, before it held %s alone", got, heldSIM)
	}
}

// A run gives a group back what was in it
// before, on a mall that keeps no count, and after additions that were not answered.
func TestFinishRestoresTheGroup(t *testing.T) {
	s, mall, path := journalled(t)
	s.AddSIMs(t.Context(), "G1", heldSIM)
	if left := s.Undo(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	mall.drops = 1
	if err := attempt(func() { s.AddSIMs(t.Context(), "G1", freeSIM) }); err == nil {
		t.Error("an addition without an answer was accepted")
	}
	if left := s.connection.Finish(true); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	holdsAsBefore(t, mall)
	if old, err := journal.Read(path); err != nil || !old.Finished() {
		t.Errorf("the journal is not closed: %v", err)
	}
}

// A redirect that repeats the request elsewhere executed nothing: it leaves nothing behind, nor does the run wait for it.
func TestRedirectLeavesNothing(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		s, mall, path := journalled(t)
		s.Target().TaskTimeout = time.Hour // as long would the run wait for an addition without an answer
		s.connection.journal.SetBefore(journal.Group{ID: "G1", Partner: "P1"}, journal.Holdings{heldSIM: 1})
		mall.redirects = status
		draft := s.NewAddSims("G1", freeSIM)
		draft.wire.URL.Path += "/"
		if answer := s.Send(t.Context(), draft); answer.Status != status {
			t.Fatalf("the mall answers %s", answer)
		}
		if left := s.connection.Finish(true); len(left) > 0 {
			t.Errorf("HTTP %d: left behind: %q", status, left)
		}
		if old, err := journal.Read(path); err != nil || !old.Finished() {
			t.Errorf("HTTP %d: the journal is not closed: %v", status, err)
		}
	}
}

// A sweep undoes what a journal names and nothing else, that
// another does nothing, and that a line which was cut off is no obstacle.
func TestSweep(t *testing.T) {
	s, mall, path := journalled(t)
	s.AddSIMs(t.Context(), "G1", freeSIM)
	s.RemoveSIMs(t.Context(), "G1", heldSIM)
	mall.drops = 1
	_ = attempt(func() { s.AddSIMs(t.Context(), "G1", s.Target().SIMs[2]) })
	s.connection.journal.Close(false) // as if it had been killed
	appendTo(t, path, `{"time":"2026-11-23T08`)

	swept, err := s.connection.Sweep(path)
	if err != nil || !swept.Undone || len(swept.Done) != 2 || len(swept.Left) != 0 {
		t.Errorf("swept %+v, %v", swept, err)
	}
	holdsAsBefore(t, mall)
	delete(mall.held, heldSIM) // somebody else takes it out, which is none of our business
	if swept, err = s.connection.Sweep(path); err != nil || !swept.Clean || len(swept.Done) != 0 {
		t.Errorf("the second time swept %+v, %v", swept, err)
	}
}

// A SIM card stays in a group which the run
// has taken out again and somebody else put in.
func TestSweepLeavesWhatOthersDid(t *testing.T) {
	s, mall, path := journalled(t)
	s.AddSIMs(t.Context(), "G1", freeSIM)
	if left := s.Undo(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	s.RemoveSIMs(t.Context(), "G1", heldSIM)
	s.connection.journal.Close(false)
	mall.held[freeSIM] = true
	if swept, err := s.connection.Sweep(path); err != nil || !swept.Undone {
		t.Errorf("swept %+v, %v", swept, err)
	}
	if !mall.held[heldSIM] || !mall.held[freeSIM] {
		t.Errorf("the group holds %v", mall.held)
	}
}

// A shard does not know what its group held before. A removal that may have been
// carried out is not repeated: it could take out what somebody else put in since.
func TestSweepRepeatsNoRemovalOfAShard(t *testing.T) {
	s, mall, path := journalled(t)
	s.Target().Shard.Index, s.Target().Shard.Count = 1, 2
	s.AddSIMs(t.Context(), "G1", freeSIM)
	mall.drops, mall.dropsRemovals = 1, true
	_ = attempt(func() { s.RemoveSIMs(t.Context(), "G1", freeSIM) })
	s.connection.journal.Close(false)
	mall.mu.Lock()
	mall.held[freeSIM] = true // somebody else
	mall.mu.Unlock()

	swept, err := s.connection.Sweep(path)
	if err != nil || swept.Undone || len(swept.Left) != 1 || !strings.Contains(swept.Left[0], freeSIM+"): their removal got no answer") {
		t.Errorf("swept %+v, %v", swept, err)
	}
	mall.mu.Lock()
	defer mall.mu.Unlock()
	if !mall.held[heldSIM] || !mall.held[freeSIM] {
		t.Errorf("the group holds %v", mall.held)
	}
}

// What a request is about is on the disk when the
// target gets it, that only the owner can read it, and that no payment is in it.
func TestJournalIsAhead(t *testing.T) {
	var path string
	s := connected(t, func(w http.ResponseWriter, r *http.Request) {
		if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), `"order":"MC`) || strings.Contains(string(data), "buyer@") {
			t.Errorf("when %s is called the journal is %s (%v)", r.URL.Path, data, err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"operateCode":"F","message":"m"}`)
	})
	s.Target().Package, s.Target().Amount, s.Target().Currency = "K", "4.99", "USD"
	dir := t.TempDir()
	if err := s.connection.OpenJournal(dir); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, journal.File)
	p := s.NewPurchase()
	s.Send(t.Context(), s.NewSingleOrder(p))
	if data, err := os.ReadFile(path); err != nil || strings.Contains(string(data), p.PayID) {
		t.Errorf("the journal names the payment id %s: %s (%v)", p.PayID, data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the journal has mode %v (%v)", info.Mode(), err)
	}
}

// What becomes of a journal that is not of this
// target, not finished or not one.
func TestJournalsThatAreNotTaken(t *testing.T) {
	s, _, path := journalled(t)
	s.AddSIMs(t.Context(), "G1", freeSIM)
	s.connection.journal.Close(false)
	var problem *target.Error
	if err := s.connection.OpenJournal(filepath.Dir(path)); !errors.As(err, &problem) || !strings.Contains(err.Error(), "mallcheck sweep") {
		t.Errorf("a new run on an unfinished journal: %v", err)
	}
	s.Target().URLs["topup"] += "/other"
	if _, err := s.connection.Sweep(path); !errors.As(err, &problem) || !strings.Contains(err.Error(), "of another target") {
		t.Errorf("a journal of another target: %v", err)
	}
	for _, text := range []string{"no JSON\n", "{}\n", `{"head":{"version":"9"}}` + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.connection.Sweep(path); err == nil || !strings.Contains(err.Error(), journal.File+":1: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A request that changes the target is
// not sent when it cannot be written down.
func TestNothingIsSentWithoutAJournal(t *testing.T) {
	s, mall, _ := journalled(t)
	_ = s.connection.journal.Divert(nil).Close()
	closed, err := os.Create(filepath.Join(t.TempDir(), "closed"))
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	s.connection.journal.Divert(closed) // as on a full disk, every write fails
	err = attempt(func() { s.AddSIMs(t.Context(), "G1", freeSIM) })
	if err == nil || !strings.Contains(err.Error(), "nothing that changes the target is sent") {
		t.Errorf("ended with %v", err)
	}
	holdsAsBefore(t, mall)
}

// What a run did is undone although the disk is
// full by then, so that the journal cannot name it any more.
func TestUndoneWithoutAJournal(t *testing.T) {
	s, mall, path := journalled(t)
	s.AddSIMs(t.Context(), "G1", freeSIM)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("a full disk is tried with /dev/full: %v", err)
	}
	whole := s.connection.journal.Divert(full)
	if err := attempt(func() { s.AddSIMs(t.Context(), "G1", s.Target().SIMs[2]) }); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("something new was sent without a journal: %v", err)
	}
	if left := s.Undo(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	holdsAsBefore(t, mall)
	s.connection.journal.Divert(whole)
	s.connection.journal.Close(true)
	if old, err := journal.Read(path); err != nil || !old.Finished() {
		t.Errorf("the journal cannot be read again: %v", err)
	}
}

// A run which was killed before it wrote
// anything has nothing to undo.
func TestSweepOfAnEmptyJournal(t *testing.T) {
	s, _, path := journalled(t)
	s.connection.journal.Close(false)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if swept, err := s.connection.Sweep(path); err != nil || !swept.Clean {
		t.Errorf("swept %+v, %v", swept, err)
	}
}

// appendTo adds text to a file.
func appendTo(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A target that keeps no count holds a SIM card once, however often it was added: no
// sentence may say that it holds what it does not.
func TestDuplicatesThatAreDropped(t *testing.T) {
	s, mall, _ := journalled(t)
	mall.refusesAbsent = true
	s.AddSIMs(t.Context(), "G1", freeSIM, freeSIM)
	if left := append(s.Undo(), s.connection.Finish(true)...); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	holdsAsBefore(t, mall)
}

// What a target only claims to have removed is listed as left, and the journal stays
// open for a sweep.
func TestRemovalThatIsNotCarriedOut(t *testing.T) {
	s, mall, path := journalled(t)
	mall.keepsAll = true
	s.AddSIMs(t.Context(), "G1", freeSIM)
	left := append(s.Undo(), s.connection.Finish(true)...)
	if len(left) != 1 || !strings.Contains(left[0], freeSIM+" 1 times instead of 0") {
		t.Errorf("left behind: %q", left)
	}
	if old, err := journal.Read(path); err != nil || old.Finished() {
		t.Errorf("the journal is closed (%v)", err)
	}
}

// The journal replaces a finished one of any mode by a file that only its owner can
// read, and follows no link to another place.
func TestJournalFileIsItsOwn(t *testing.T) {
	s, _, path := journalled(t)
	s.connection.journal.Close(true)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.connection.OpenJournal(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the journal has mode %v (%v)", info.Mode(), err)
	}
	s.connection.journal.Close(true)
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := errors.Join(os.Rename(path, elsewhere), os.Symlink(elsewhere, path)); err != nil {
		t.Fatal(err)
	}
	if err := s.connection.OpenJournal(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a symbolic link: %v", err)
	}
	if _, err := s.connection.Sweep(path); err == nil {
		t.Error("a sweep follows a symbolic link")
	}
}
