package trial

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
	judging "github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The variables by which the test binary becomes a client: its mode, and a file that marks a first run.
const (
	modeVariable = "TRIAL_CLIENT"
	fileVariable = "TRIAL_FILE"
)

// TestMain lets the test binary be the client under test.
func TestMain(m *testing.M) {
	if mode := os.Getenv(modeVariable); mode != "" {
		os.Exit(act(mode))
	}
	os.Exit(m.Run())
}

// act is a client that does what its mode says, and returns its exit code.
func act(mode string) int {
	marker := os.Getenv(fileVariable)
	_, err := os.Stat(marker)
	again := marker != "" && err == nil
	if marker != "" && !again {
		_ = os.WriteFile(marker, nil, 0o600)
	}
	switch {
	case mode == "silent":
		return 0
	case mode == "hangs", mode == "hangs-again" && again:
		time.Sleep(time.Hour)
	case mode == "fails-again" && again:
		return 3
	case mode == "late-child":
		child := exec.Command("sleep", "30")
		if child.Start() != nil {
			return 9
		}
	}
	err = shop(mode)
	if err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
	}
	switch {
	case mode == "says-success":
		return 0
	case err != nil, mode == "fails":
		return 4
	}
	return 0
}

// trialOf runs the checks of a client of a mode, and returns their records by id.
func trialOf(t *testing.T, mode string, change func(*Config)) map[string]*partner.Record {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Command: []string{self}, Env: []string{modeVariable + "=" + mode}, Timeout: time.Minute, Seed: 1}
	if change != nil {
		change(&config)
	}
	records := map[string]*partner.Record{}
	for _, check := range New(contract, config).Checks() {
		record := &partner.Record{}
		check.Run(t.Context(), record)
		records[check.ID] = record
	}
	return records
}

// deviating returns the ids whose records have a deviation, and those that are inconclusive.
func deviating(records map[string]*partner.Record) (deviations, inconclusive []string) {
	for id, record := range records {
		if len(record.Deviations) > 0 {
			deviations = append(deviations, id)
		}
		if record.Verdict == reports.Inconclusive {
			inconclusive = append(inconclusive, id)
		}
	}
	slices.Sort(deviations)
	slices.Sort(inconclusive)
	return deviations, inconclusive
}

func marker(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "ran")
}

// The client of this module passes: alone, and in the long proofs in every scenario.
func TestCorrectClient(t *testing.T) {
	records := trialOf(t, "correct", func(c *Config) {
		c.Require = []string{"flow:purchase", "flow:subscription", "flow:cancellation", "flow:add", "flow:remove", "flow:look-up", "removeSims"}
		c.Named = []string{"path-not-signed", "null-signed"}
		c.Scenarios = testlevel.Pick(nil, []string{"too-many-requests", "reset-after-order", "late-pushes-twice", "payment-of-other-amount"}, Catalogue().Scenarios)
	})
	deviations, inconclusive := deviating(records)
	if len(deviations)+len(inconclusive) > 0 {
		t.Errorf("failed %v, inconclusive %v", deviations, inconclusive)
		for _, id := range deviations {
			t.Logf("%s: %+v", id, records[id].Deviations)
		}
	}
}

// coarse are clients that make many checks fail, with those that each is to fail. The long proofs have them
// fail in all scenarios of a kind, make test in some.
var coarse = []struct {
	mode    string
	kinds   []string // of scenarios
	some    []string // in place of kinds
	limit   time.Duration
	marked  bool
	require []string
	fails   []string // prefixes of ids
}{
	{mode: "fails", fails: []string{succeeds}},
	{mode: "refuses-pushes", fails: []string{takesPushes}},
	{mode: "refuses-repetitions", kinds: []string{"late-pushes-twice"}, fails: []string{takesPushTwice}},
	{mode: "late-child", fails: []string{leavesNothing}},
	{mode: "correct", require: []string{"flow:third-party"}, fails: []string{doesWhatRequired}},
	{mode: "impatient", kinds: []string{"too-many-requests", "unavailable"}, some: []string{"unavailable"}, fails: []string{waitsAsTold}},
	{mode: "says-success", kinds: []string{"outages", "faults"}, some: []string{"order-refused", "forged-push", "sim-missing"}, fails: []string{tellsNoSuccess, notices}},
	{mode: "hangs-again", kinds: []string{"outages"}, some: []string{"refused-connection"}, limit: 4 * time.Second, marked: true, fails: []string{endsInTime}},
	{mode: "fails-again", kinds: []string{"habits"}, some: []string{"gzip", "white-space", "request-id-as-uuid"}, marked: true, fails: []string{succeedsWithHabit}},
}

// Each check of how a client ends is seen failing, in the long proofs in each of its cases.
func TestEveryCheckFails(t *testing.T) {
	testlevel.Plain(t)
	if runtime.GOOS == "windows" {
		t.Skip("the child is a command of Unix")
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	t.Run("coarse", func(t *testing.T) {
		for _, one := range coarse {
			t.Run(one.mode+" "+strings.Join(one.fails, " "), func(t *testing.T) {
				t.Parallel()
				records := trialOf(t, one.mode, func(c *Config) {
					c.Scenarios, _ = Select(one.kinds)
					c.Named = []string{"path-not-signed", "null-signed"}
					if one.some != nil {
						c.Scenarios, _ = Select(testlevel.Pick(one.some, one.some, one.kinds))
					}
					c.Require, c.Timeout = one.require, cmp.Or(one.limit, time.Minute)
					if one.marked {
						c.Env = append(c.Env, fileVariable+"="+marker(t))
					}
				})
				failed, _ := deviating(records)
				mu.Lock()
				defer mu.Unlock()
				for _, prefix := range one.fails {
					if !slices.ContainsFunc(failed, func(id string) bool { return strings.HasPrefix(id, prefix) }) {
						t.Errorf("no %s fails: %v", prefix, failed)
					}
				}
				for _, id := range failed {
					seen[id] = true
				}
			})
		}
	})
	if !testlevel.Pick(false, false, true) {
		return
	}
	own := []string{takesPushes, takesPushTwice, succeeds, leavesNothing, doesWhatRequired}
	for _, check := range New(nil, Catalogue()).Checks() {
		if (strings.Contains(check.ID, "/") || slices.Contains(own, check.ID)) && !seen[check.ID] {
			t.Errorf("%s is never seen failing", check.ID)
		}
	}
}

// A client that sends nothing, hangs or cannot be started is reported and proves nothing.
func TestCommandsWithoutResult(t *testing.T) {
	for _, test := range []struct {
		name, mode string
		change     func(*Config)
		want       string
	}{
		{"sends nothing", "silent", nil, "the command sent no request to the addresses in MALL_VSHOP_URL"},
		{"hangs", "hangs", func(c *Config) { c.Timeout = 300 * time.Millisecond }, "did not end within 300ms (--timeout) and was killed"},
		{"cannot be started", "silent", func(c *Config) { c.Command = []string{t.TempDir()} }, "the command could not be started: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			records := trialOf(t, test.mode, test.change)
			deviations, inconclusive := deviating(records)
			if len(deviations) > 0 || !slices.Equal(inconclusive, []string{succeeds}) || !strings.Contains(records[succeeds].Reason, test.want) {
				t.Errorf("failed %v, inconclusive %v: %s", deviations, inconclusive, records[succeeds].Reason)
			}
		})
	}
}

// Habits that exclude each other are never adopted at the same time, and few runs cover all.
func TestGroups(t *testing.T) {
	var ids []string
	for _, s := range habits() {
		ids = append(ids, s.ID)
	}
	all := groups(ids)
	if len(all) > 6 {
		t.Errorf("%d groups for %d habits", len(all), len(ids))
	}
	for _, group := range all {
		for i, a := range group {
			for _, b := range group[i+1:] {
				if !together(a, b) {
					t.Errorf("%s and %s are in one group", a, b)
				}
			}
		}
	}
	for _, line := range exclusive {
		for _, id := range line {
			if !slices.Contains(ids, id) {
				t.Errorf("%s is no habit", id)
			}
		}
	}
}

// A mall with another signature rule is only tried on a client that is said to know the rule.
func TestHabitsByRule(t *testing.T) {
	testlevel.Plain(t)
	for _, test := range []struct {
		words []string
		mode  string
		fails bool
		says  string // in the place of a verdict
	}{
		{[]string{"habits"}, "fails-again", false, "let it read MALL_SIGN_PARTS, and add the id to --scenarios: all,path-not-signed"},
		{[]string{"path-not-signed"}, "fails-again", true, ""},
		{[]string{"path-not-signed"}, "correct", false, ""},
	} {
		config := Config{Command: []string{"x"}}
		if err := config.Check(test.words); err != nil {
			t.Fatal(err)
		}
		record := trialOf(t, test.mode, func(c *Config) {
			c.Scenarios, c.Named = []string{"path-not-signed"}, config.Named
			c.Env = append(c.Env, fileVariable+"="+marker(t))
		})[succeedsWithHabit+"path-not-signed"]
		if (len(record.Deviations) > 0) != test.fails || !strings.HasSuffix(record.Reason, test.says) {
			t.Errorf("%v %s: %+v %s", test.words, test.mode, record.Deviations, record.Reason)
		}
	}
}

// The report names each kind of refusal that the client met, in all runs.
func TestRefusalsAreReported(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	trial := New(contract, Config{Command: []string{self}, Env: []string{modeVariable + "=correct"}, Timeout: time.Minute, Seed: 1, Scenarios: []string{"order-refused"}})
	for _, check := range trial.Checks() {
		check.Run(t.Context(), &partner.Record{})
	}
	report := trial.Report()
	refused := func(r reports.ClientRefusal) bool {
		return r.Operation == "singleOrder" && r.Reason == "conflict" && r.Code == "F" && r.Status == http.StatusOK && r.Count > 0
	}
	if words := strings.Join(report.Words(), "\n"); !slices.ContainsFunc(report.Refusals, refused) || !strings.Contains(words, "singleOrder (conflict)") {
		t.Errorf("%+v\n%s", report.Refusals, words)
	}
	never := report.Unreached
	if !slices.Equal(never.Flows, []string{"third-party"}) || !slices.Contains(never.Operations, "synOrderInfo") || slices.Contains(never.Operations, "singleOrder") {
		t.Errorf("not reached: %+v", never)
	}
	if one := (reports.ClientRefusable{Operation: "singleOrder", Clause: "orders/duplicate-refused"}); !slices.Contains(never.Refusals, one) {
		t.Errorf("the refusal of a duplicate order is not reported as never met: %+v", never.Refusals)
	}
}

// A refusal is reported with the clause that the request breaks: by its own mistake, or by the data of the mall.
func TestClauseOfARefusal(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range refusable {
		if clause, known := contract.Clause(id); !known || len(clause.Operations) == 0 {
			t.Errorf("%s is no rule of certain operations", id)
		}
	}
	judge, err := judging.New(contract, judging.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := judge.See(judging.Exchange{Service: "topup", Path: "/mall/bundle-groups/G1/sims", Exchange: reports.Exchange{Request: reports.Request{Method: http.MethodPost,
		Header: []reports.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"version":"3.0","partnerCode":"P000270","sim_ids":["x"]}`)}}})
	for _, test := range []struct {
		ruling judging.Ruling
		want   string
	}{
		{judging.Ruling{Clause: "groups/unknown-group-refused"}, "groups/unknown-group-refused"},
		{judging.Ruling{Refused: true, Parameter: "sign"}, "client/signs-its-requests"},
		{judging.Ruling{Refused: true, Parameter: "sim_ids"}, "/paths/~1mall~1bundle-groups~1{group_id}~1sims/post/requestBody/content/application~1json/schema/properties/sim_ids/items/pattern"},
	} {
		if got := refusedBy(&seen, &test.ruling); got != test.want {
			t.Errorf("%+v: %q, want %q", test.ruling, got, test.want)
		}
	}
}

// Wrong settings are reported with the correction.
func TestSettings(t *testing.T) {
	for _, test := range []struct {
		config    Config
		scenarios []string
		want      string
	}{
		{Config{Command: []string{"x"}}, []string{"habit"}, `did you mean habits?`},
		{Config{}, []string{"all"}, "--scenarios runs the client again; name its command after --"},
		{Config{Require: []string{"addSim"}}, nil, "did you mean addSims?"},
		{Config{Require: []string{"flow:buy"}}, nil, "--require"},
		{Config{Env: []string{"A"}}, nil, `--env: "A" is not NAME=TEMPLATE`},
		{Config{Env: []string{"A={MALL_SIN}"}}, nil, "did you mean MALL_SIM?"},
		{Config{MinPoll: -1}, nil, "--min-poll"},
		{Config{Command: []string{"x"}, Require: []string{"flow:add"}, Env: []string{"BASE={MALL_URL}/x"}}, []string{"all"}, ""},
	} {
		err := test.config.Check(test.scenarios)
		if test.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v, %v: %v, want %q", test.config, test.scenarios, err, test.want)
		}
	}
	if got, _ := Expand([]string{"A={X}/{Y}!"}, []string{"X=1", "Y=2"}); !slices.Equal(got, []string{"A=1/2!"}) {
		t.Errorf("expanded to %v", got)
	}
}
