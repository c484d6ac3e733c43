// Package reports is a conformance run as data: its model, the policy that turns
// deviations into verdicts, JSON, merge and compare.
//
// A Run holds one Result per check, each with the exchanges it recorded and the
// deviations they showed. Everything that leaves the process is written, by package
// render, from a copy that package redact made. The package knows no target, no
// contract and no check.
package reports

import (
	"strings"
	"time"
)

// Verdict is the outcome of a check.
type Verdict string

// The verdicts, from best to worst as Worse ranks them.
const (
	// Skipped means the check was not run; Result.Reason says why.
	Skipped Verdict = "skipped"
	// Passed means that nothing deviated.
	Passed Verdict = "passed"
	// Waived means a failure under a valid waiver.
	Waived Verdict = "waived"
	// Finding means a deviation that is reported and is no violation.
	Finding Verdict = "finding"
	// Inconclusive means that the target could not be tested, or that the check itself failed.
	Inconclusive Verdict = "inconclusive"
	// Failed means that a MUST clause at or above the run's strictness is violated.
	Failed Verdict = "failed"
)

// Grade is the evidence behind a clause: documented, observed, derived or assumed, or Rule.
type Grade string

// The grades, strongest first.
const (
	Documented Grade = "documented"
	// Observed is what an overlay says that the target was seen to do.
	Observed Grade = "observed"
	Derived  Grade = "derived"
	Assumed  Grade = "assumed"
)

// Rule is the grade of a rule of the suite, which no page of the provider states:
// a valid request is not answered by a server error. It holds at every strictness,
// so it is none of Grades, from which a strictness is chosen.
const Rule Grade = "rule"

// Level is how binding a check is.
type Level string

// The levels: a deviation from a MUST can be a violation, from a SHOULD it is a finding.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
)

// Does is what a check or an operation does to the target.
type Does string

// What can be done to a target; each needs the permission of its name.
const (
	Read     Does = "read"
	Write    Does = "write"
	Purchase Does = "purchase"
)

// Run is one conformance run.
type Run struct {
	// Schema is the version of this data's form, SchemaVersion when written.
	Schema string `json:"schema"`
	// Tool says which build judged.
	Tool Tool `json:"tool"`
	// Target says what was judged.
	Target Target `json:"target"`
	// Policy says how strictly.
	Policy Policy `json:"policy"`
	// Settings is the digest of all settings that define the run, SHA-256 in hex:
	// the shards of one run have the same.
	Settings string `json:"settings,omitempty"`
	// Selection says which checks were selected.
	Selection Selection `json:"selection,omitzero"`
	// Shard says which part of the checks it has; nil when it has all.
	Shard *Shard `json:"shard,omitempty"`
	// Seed is the seed of the order of checks and of every generated value.
	Seed int64 `json:"seed"`
	// Started and Ended are wall-clock times in UTC.
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Stopped says why the run ended before its last check; empty when it did not.
	Stopped StopReason `json:"stopped,omitempty"`
	// Services are the addresses asked, each with the outcome of preflight.
	Services []Service `json:"services"`
	// Results are in the order of their ids.
	Results []Result `json:"results"`
	// Codes are the kinds of answer that were seen, in the order of operation,
	// status and code.
	Codes []Code `json:"codes,omitempty"`
	// Limited says how often and how long the target had the run wait; nil when it never did.
	Limited *Limited `json:"limited,omitempty"`
	// Cost is what the run took from its target; nil when it was not counted.
	Cost *Cost `json:"cost,omitempty"`
	// Coverage says which parts of the contract the run exercised; nil when it was not counted.
	Coverage *Coverage `json:"coverage,omitempty"`
	// Waivers are those that are for the target, in the order of their file.
	Waivers []Waiver `json:"waivers,omitempty"`
	// Causes explain the failures, the most important first.
	Causes []Cause `json:"causes,omitempty"`
	// Habits are what the target does more leniently than the contract, in the
	// order of their names.
	Habits []Habit `json:"habits,omitempty"`
	// Client is what a client under test did; nil where none was judged.
	Client *Client `json:"client,omitempty"`
	// Left names what the run created and could not remove again, a sentence each.
	Left []string `json:"left,omitempty"`
}

// Selection are the patterns that selected the checks of a run: those that match one
// of Only, all if it is empty, and none of Skip.
type Selection struct {
	Only []string `json:"only,omitempty"`
	Skip []string `json:"skip,omitempty"`
	// Depth is how much was tested: quick, standard or thorough.
	Depth string `json:"depth,omitempty"`
}

// String returns the selection as the command line has it.
func (s Selection) String() string {
	if len(s.Only) == 0 && len(s.Skip) == 0 {
		return "all checks"
	}
	var parts []string
	if len(s.Only) > 0 {
		parts = append(parts, "--only "+strings.Join(s.Only, ","))
	}
	if len(s.Skip) > 0 {
		parts = append(parts, "--skip "+strings.Join(s.Skip, ","))
	}
	return strings.Join(parts, " ")
}

// Code is one kind of answer of an operation.
type Code struct {
	Operation string `json:"operation"` // operation id
	Status    int    `json:"status"`    // HTTP
	// OperateCode is that of the envelope, empty when the answer had none.
	OperateCode string `json:"operateCode"`
	// Times is how often it was seen.
	Times int `json:"times"`
}

// Limited is what came of a target that limits the rate of calls: HTTP 429, or 503
// with a Retry-After. The calls were sent again later.
type Limited struct {
	// Times is how often it asked to wait.
	Times int `json:"times"`
	// Waited is how long the run waited, in nanoseconds.
	Waited time.Duration `json:"waited"`
}

// StopReason says why a run ended early.
type StopReason string

// The reasons for which a run ends early.
const (
	// Interrupted means SIGINT or SIGTERM.
	Interrupted StopReason = "interrupted"
	// TimedOut means that the time limit of the whole run was reached.
	TimedOut StopReason = "time limit"
	// OverBudget means that the next purchase would have crossed the budget.
	OverBudget StopReason = "budget"
	// FirstFailure means that a check failed and the run stops at the first failure.
	FirstFailure StopReason = "first failure"
)

// Tool identifies the build that made a run.
type Tool struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Contract string `json:"contract"` // SHA-256 of the contract document, hex
}

// Target identifies what was put to the test.
type Target struct {
	Name        string   `json:"name"` // "sandbox", or the name of a target
	PartnerCode string   `json:"partnerCode"`
	Allow       []Does   `json:"allow"`
	Faults      []string `json:"faults,omitempty"`   // sandbox only
	Variants    []string `json:"variants,omitempty"` // sandbox only
}

// Policy is what turns deviations into verdicts.
type Policy struct {
	// Strict is the lowest grade whose violation fails a check.
	Strict Grade `json:"strict"`
	// FailOnFinding makes findings fail the run, FailOnCritical those of critical
	// severity.
	FailOnFinding  bool `json:"failOnFinding"`
	FailOnCritical bool `json:"failOnCritical,omitempty"`
	// FailOnHabit makes habits fail the run as well.
	FailOnHabit bool `json:"failOnHabit,omitempty"`
	// Expectations are what the target is known to make of generated cases otherwise
	// than the contract does; the last that names a case counts.
	Expectations []Expectation `json:"expectations,omitempty"`
}

// Service is one address of the target.
type Service struct {
	Name string `json:"name"` // vshop, payment, topup
	URL  string `json:"url"`
	// Reached is false when preflight got no answer; Problem says what it got instead.
	Reached bool   `json:"reached"`
	Problem string `json:"problem,omitempty"`
}

// Severity says how much harm a deviation does, whatever the evidence for its clause.
type Severity string

// The severities: Critical where money, the isolation between partners, the sign or data
// is at stake, Major where a client breaks, Minor otherwise.
const (
	Critical Severity = "critical"
	Major    Severity = "major"
	Minor    Severity = "minor"
)

// Result is the outcome of one check.
type Result struct {
	ID          string   `json:"id"`   // "RID-001"
	Area        string   `json:"area"` // "RID"
	Requirement string   `json:"requirement"`
	Level       Level    `json:"level"`
	Clause      string   `json:"clause"` // the clause the check was written for
	Grade       Grade    `json:"grade"`  // of that clause
	Source      string   `json:"source"` // of that clause
	Does        Does     `json:"does"`
	Operations  []string `json:"operations"`
	Verdict     Verdict  `json:"verdict"`
	// Flaky says that a failed check held when it was run once more. Its verdict stays.
	Flaky bool `json:"flaky,omitempty"`
	// Reason says why a check was skipped, waived or inconclusive.
	Reason string `json:"reason,omitempty"`
	// Cause says in a sentence or two what usually causes the worst deviation.
	Cause string `json:"cause,omitempty"`
	// Deviations are all that the check and its exchanges showed, worst first.
	Deviations []Deviation `json:"deviations,omitempty"`
	// Exchanges are in the order they were sent.
	Exchanges []Exchange `json:"exchanges,omitempty"`
	// Started is wall-clock time in UTC.
	Started time.Time `json:"started"`
	// Duration is in nanoseconds.
	Duration time.Duration `json:"duration"`
}

// Deviation is an answer that a clause does not allow.
type Deviation struct {
	// Clause names the statement of the contract: a JSON pointer into the
	// document, or the id of a rule over several operations.
	Clause string `json:"clause"`
	Grade  Grade  `json:"grade"`
	Source string `json:"source,omitempty"`
	// Severity is that of the clause; empty in runs of older versions.
	Severity Severity `json:"severity,omitempty"`
	Level    Level    `json:"level"`
	// File and Line are where the clause stands in the sources of the contract,
	// relative to its repository; empty and 0 when it stands nowhere.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Undocumented marks a code, status or member that no page names: never a violation.
	Undocumented bool `json:"undocumented,omitempty"`
	// Pointer is the place in the answer, a JSON pointer into its body, or "status", "header NAME", "body".
	Pointer string `json:"pointer,omitempty"`
	// Summary says in one line what is wrong.
	Summary string `json:"summary"`
	// Expected and Actual are bounded texts.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	// Exchange is the index of the exchange in its Result, -1 when it concerns several or none.
	Exchange int `json:"exchange"`
	// Verdict is what the run's policy makes of it: failed or finding.
	Verdict Verdict `json:"verdict"`
}

// Exchange is one recorded request and response.
type Exchange struct {
	Operation string    `json:"operation"` // operation id
	Request   Request   `json:"request"`
	Response  *Response `json:"response,omitempty"` // nil when none came
	// Problem says why no complete response came; empty when one did.
	Problem string `json:"problem,omitempty"`
	// Started is wall-clock time in UTC.
	Started time.Time `json:"started"`
	// Duration is in nanoseconds, from sending until the body was read.
	Duration time.Duration `json:"duration"`
}

// Header is one header field as it stood on the wire.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request is a request as it was sent.
type Request struct {
	Method string   `json:"method"`
	URL    string   `json:"url"`
	Header []Header `json:"header,omitempty"`
	Body   Body     `json:"body,omitzero"`
	// Cut is how many bytes are left out at the end of Body; 0 when it is whole.
	Cut int64 `json:"cut,omitempty"`
	// Signed explains the sign; nil where nothing deviated or no sign is due.
	Signed *Signed `json:"signed,omitempty"`
}

// Signed explains the sign of a request by the signature rules of the target.
type Signed struct {
	// Content is the text that the rules sign.
	Content Body `json:"content"`
	// Sign is the sign of that text, Sent the one that was sent; empty when none was.
	Sign string `json:"sign"`
	Sent string `json:"sent,omitempty"`
}

// Response is a response as it was received, after content decoding.
type Response struct {
	Status int      `json:"status"`
	Header []Header `json:"header,omitempty"`
	Body   Body     `json:"body,omitzero"`
	// Cut is how many bytes are left out at the end of Body; 0 when it is whole.
	Cut int64 `json:"cut,omitempty"`
	// Tail is the end of what is left out, where Body was cut to save memory.
	Tail Body `json:"tail,omitzero"`
	// Digest is the SHA-256 of the whole body in hex, where Body or Header was cut to save memory.
	Digest string `json:"digest,omitempty"`
	// Announced is the Content-Length that was announced, -1 when none was.
	Announced int64 `json:"announced"`
}

// Body is the bytes of a request or response.
type Body []byte
