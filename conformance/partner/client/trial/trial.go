// Package trial runs a partner's client against its own sandbox and judges it: once plainly, and again
// in scenarios: habits of conforming servers, outages, and wrong answers that would cost money. Package
// client judges the requests; this package judges how the command ends.
package trial

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// Config is the client under test.
type Config struct {
	// Command is the client and its arguments. Without it, the sandbox is served until Until is closed.
	Command []string
	// Until ends the serving.
	Until <-chan struct{}
	// Ready is called once the sandbox is served without a command, with the variables for the client.
	Ready func(environ []string)
	// Env are additional variables for the command, each NAME=TEMPLATE; see Environment.
	Env []string
	// Scenarios are the ids of the scenarios to run. Named are those that were selected by id.
	Scenarios, Named []string
	// Require are operations and flows that the client must complete: "addSims", "flow:purchase".
	Require []string
	// Unnoticed makes it a violation if the client does not notice a wrong answer.
	Unnoticed bool
	// MinPoll is the shortest pause between two queries of the same task.
	MinPoll time.Duration
	// Timeout limits one run of the command.
	Timeout time.Duration
	// Rules are the signing rules of the sandbox.
	Rules signing.Rules
	// Paths replace the paths of operations below their services, by operation id.
	Paths map[string]string
	// Listen is where the sandbox listens if it is served without a command; a free port if empty.
	Listen string
	// Seed is the seed of the sandbox.
	Seed int64
	// Output gets the output of the command; it may be nil.
	Output io.Writer
	// Progress is called at the start of each run of the command; it may be nil. It is called from
	// several goroutines.
	Progress func(text string)
}

// Catalogue returns the settings under which Checks returns every check. It runs nothing.
func Catalogue() Config {
	config := Config{Require: []string{""}}
	for _, s := range All() {
		config.Scenarios = append(config.Scenarios, s.ID)
	}
	return config
}

// Name returns the name of the command without its folder and arguments, or "your client" for a client
// that is started by hand.
func (c *Config) Name() string {
	if len(c.Command) == 0 {
		return "your client"
	}
	return filepath.Base(c.Command[0])
}

// taskDelay is how long tasks and top-ups take in the plain run: long enough that a client sees an
// unfinished task.
const taskDelay = 150 * time.Millisecond

// trials are the runs of one client, which start when the first check asks for them.
type trials struct {
	config   Config
	contract *openapi.Contract
	fixtures sandbox.Fixtures

	plainOnce sync.Once
	plain     *outcome
	restOnce  sync.Once
	runs      []*outcome // runs of outages and faults
	habits    []*outcome // runs of groups of habits
	culprits  map[string]*outcome
	asked     map[string]bool // operations sent in the plain run

	begun, planned atomic.Int64 // counts of runs of the command
}

// Scenario is a behavior of the mall with which the client is run again.
type Scenario struct {
	// ID names it.
	ID string
	// Kind is Habit, Outage or Fault.
	Kind string
	// Statement says what the mall does. It completes a sentence that begins with "the mall".
	Statement string
	// operations are the operations that show it; it is skipped if the client sends none of them.
	operations []string
	// mustFail is set if the client cannot succeed, so it must not report success.
	mustFail bool
	// waits is set if the mall asks the client to wait.
	waits bool
	// push is set if the scenario is about pushes.
	push bool
	// behavior changes one sandbox.
	behavior func() behavior
}

// The kinds of scenarios.
const (
	Habit  = "habit"
	Outage = "outage"
	Fault  = "fault"
)

// All returns all scenarios: habits, outages, faults.
func All() []Scenario { return slices.Concat(habits(), outages(), faultScenarios()) }

// kinds are the words of --scenarios for several scenarios, each with the kind that it selects; all of
// them for "all".
var kinds = map[string]string{"habits": Habit, "outages": Outage, "faults": Fault, "all": ""}

// Select returns the ids of the scenarios that words name: all, habits, outages, faults or an id.
// unknown is the first unknown word.
func Select(words []string) (ids []string, unknown string) {
	for _, word := range words {
		kind, several := kinds[word]
		found := false
		for _, s := range All() {
			if several && (kind == "" || s.Kind == kind) || s.ID == word {
				ids, found = append(ids, s.ID), true
			}
		}
		if !found {
			return nil, word
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), ""
}

// Words returns the words that --scenarios accepts.
func Words() []string {
	words := []string{"all", "habits", "outages", "faults"}
	for _, s := range All() {
		words = append(words, s.ID)
	}
	return words
}

func (c *Config) selected(kind string) []Scenario {
	var some []Scenario
	for _, s := range All() {
		if s.Kind == kind && slices.Contains(c.Scenarios, s.ID) {
			some = append(some, s)
		}
	}
	return some
}

// run makes the plain run of the client, once.
func (t *trials) run(ctx context.Context) *outcome {
	t.plainOnce.Do(func() {
		t.plain = t.stage(ctx, "", behavior{})
		t.asked = map[string]bool{}
		for _, seen := range t.plain.seen {
			t.asked[seen.Operation] = true
		}
	})
	return t.plain
}

// applies reports whether the client sends an operation of a scenario.
func (t *trials) applies(s *Scenario) bool {
	if s.push && t.plain.pushed == 0 {
		return false
	}
	return len(s.operations) == 0 || slices.ContainsFunc(s.operations, func(id string) bool { return t.asked[id] })
}

// runAll runs the client in all selected scenarios, once.
func (t *trials) runAll(ctx context.Context) {
	plain := t.run(ctx)
	t.restOnce.Do(func() {
		t.culprits = map[string]*outcome{}
		if len(plain.seen) == 0 || !plain.end.succeeded() {
			return
		}
		var some []Scenario
		for _, s := range slices.Concat(t.config.selected(Outage), t.config.selected(Fault)) {
			if t.applies(&s) {
				some = append(some, s)
			}
		}
		tried := groups(t.tried())
		t.planned.Store(int64(1 + len(tried) + len(some)))
		t.searchHabits(ctx, tried)
		t.runs = t.together(ctx, len(some), func(i int) *outcome { return t.stage(ctx, some[i].ID, some[i].behavior()) }, t.suspicious)
	})
}

// tell reports the start of a run.
func (t *trials) tell(scenario string) {
	n := t.begun.Add(1)
	if t.config.Progress == nil {
		return
	}
	what := scenario
	if habits := strings.Count(scenario, ",") + 1; habits > 1 {
		what = fmt.Sprintf("%d habits", habits)
	}
	t.config.Progress(fmt.Sprintf("run %d of %d: %s", n, max(n, t.planned.Load()), cmp.Or(what, "without a scenario")))
}

// atOnce is the number of concurrent runs of the client, most of which wait.
const atOnce = 4

// together makes several runs concurrently. A suspicious run is repeated alone, because the client may
// not support running twice at the same time; the repetition then counts. After an interruption the
// result lacks the remaining runs.
func (t *trials) together(ctx context.Context, n int, run func(i int) *outcome, suspicious func(*outcome) bool) []*outcome {
	made := make([]*outcome, n)
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() == nil {
				made[i] = run(i)
			}
		})
	}
	all.Wait()
	for i, o := range made {
		if o != nil && ctx.Err() == nil && suspicious(o) {
			made[i] = run(i)
		}
	}
	return slices.DeleteFunc(made, func(o *outcome) bool { return o == nil })
}

// suspicious reports whether a run of an outage or a fault shows something that the plain run did not.
func (t *trials) suspicious(o *outcome) bool {
	if t.kind(o.scenario) == Fault {
		return false // concurrent runs cannot cause a client to miss a wrong answer
	}
	news := func(m client.Mistake) bool {
		known := slices.ContainsFunc(t.plain.judged.Mistakes, func(k client.Mistake) bool { return k.Key == m.Key })
		return !known && !slices.Contains(open, m.Check)
	}
	return o.early != "" || o.refusedPush() != "" || slices.ContainsFunc(o.judged.Mistakes, news)
}

// outcomeOf returns the run of a scenario; nil if there was none.
func (t *trials) outcomeOf(id string) *outcome {
	at := slices.IndexFunc(t.runs, func(o *outcome) bool { return o.scenario == id })
	if at < 0 {
		return nil
	}
	return t.runs[at]
}

// Environment returns the names of the variables that a command gets, for the help of --env.
func Environment() []string {
	var names []string
	for _, pair := range variables(sandbox.NewFixtures(), "http://127.0.0.1:0", "127.0.0.1:0", client.DefaultRequestIDHeader, signing.Rules{}) {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	return names
}

// The variables that say how the mall signs, in the words of the settings sign-parts and sign-empty.
const (
	signParts = "MALL_SIGN_PARTS"
	signEmpty = "MALL_SIGN_EMPTY"
)

// variables returns the environment of a client.
func variables(f sandbox.Fixtures, url, push, header string, rules signing.Rules) []string {
	rules.Parts = cmp.Or(rules.Parts, signing.AllParts)
	return []string{
		"MALL_URL=" + url,
		"MALL_VSHOP_URL=" + url + "/vshop",
		"MALL_PAYMENT_URL=" + url + "/payment",
		"MALL_TOPUP_URL=" + url + "/topup",
		"MALL_PARTNER_CODE=" + f.Partner,
		"MALL_SIM=" + f.SIMs[0],
		"MALL_SIMS=" + strings.Join(f.SIMs[:8], ","),
		"MALL_UNKNOWN_SIM=" + strings.Join(append([]string{f.UnknownSIM}, f.UnknownSIMs(3)...), ","),
		"MALL_GROUP=" + f.Groups[0],
		"MALL_PACKAGE=" + f.Packages[0],
		"MALL_AMOUNT=" + f.Amounts[0],
		"MALL_CURRENCY=" + f.Currencies[0],
		"MALL_REQUEST_ID_HEADER=" + header,
		signParts + "=" + rules.Parts.String(),
		signEmpty + "=" + rules.Empty.String(),
		"MALL_PUSH_LISTEN=" + push,
		"MALL_PUSH_KEY=" + f.PushKeyID + ":" + hex.EncodeToString(f.PushKey),
	}
}

// Expand returns the additional variables, with each {NAME} in a template replaced by the value of that
// variable. unknown is the first unknown name.
func Expand(env, variables []string) (expanded []string, unknown string) {
	for _, pair := range env {
		name, template, _ := strings.Cut(pair, "=")
		var text strings.Builder
		for template != "" {
			before, rest, open := strings.Cut(template, "{")
			text.WriteString(before)
			if !open {
				break
			}
			key, after, closed := strings.Cut(rest, "}")
			at := slices.IndexFunc(variables, func(v string) bool { return strings.HasPrefix(v, key+"=") })
			if !closed || at < 0 {
				return nil, key
			}
			_, value, _ := strings.Cut(variables[at], "=")
			text.WriteString(value)
			template = after
		}
		expanded = append(expanded, name+"="+text.String())
	}
	return expanded, ""
}
