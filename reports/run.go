// Package reports is a conformance run as data: its model, the policy that turns deviations into
// verdicts, JSON, merge and compare.
//
// A Run has one Result per check, each with its recorded exchanges and their deviations. Package render
// writes everything that leaves the process, from a copy that package redact made. The package knows no
// target, no contract and no check.
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
	// Finding means a deviation that is reported but is not a violation.
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
	// Observed means that an overlay says that the target was seen to do it.
	Observed Grade = "observed"
	Derived  Grade = "derived"
	Assumed  Grade = "assumed"
)

// Rule is the grade of a rule of the suite that no page of the provider states: a valid request is not
// answered by a server error. It applies at every strictness, so it is not one of Grades, from which a
// strictness is chosen.
const Rule Grade = "rule"

// Level is how binding a check is.
type Level string

// The levels: a deviation from a MUST can be a violation, a deviation from a SHOULD is a finding.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
)

// Does is the effect of a check or an operation on the target.
type Does string

// The possible effects; each needs the permission with its name.
const (
	Read     Does = "read"
	Write    Does = "write"
	Purchase Does = "purchase"
)

// Run is one conformance run.
type Run struct {
	// Schema is the version of the format, SchemaVersion when written.
	Schema string `json:"schema"`
	// Tool is the build that judged.
	Tool Tool `json:"tool"`
	// Target is what was judged.
	Target Target `json:"target"`
	// Policy is how strictly it was judged.
	Policy Policy `json:"policy"`
	// Settings is the digest of all settings that define the run, SHA-256 in hex; it is the same for all
	// shards of one run.
	Settings string `json:"settings,omitempty"`
	// Selection is the selection of checks.
	Selection Selection `json:"selection,omitzero"`
	// Shard is the part of the checks that the run has; nil if it has all.
	Shard *Shard `json:"shard,omitempty"`
	// Seed is the seed of the order of checks and of every generated value.
	Seed int64 `json:"seed"`
	// Started and Ended are wall-clock times in UTC.
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Stopped says why the run ended before its last check; empty if it did not.
	Stopped StopReason `json:"stopped,omitempty"`
	// Services are the addresses, each with the outcome of preflight.
	Services []Service `json:"services"`
	// Results are ordered by id.
	Results []Result `json:"results"`
	// Codes are the kinds of answer seen, ordered by operation, status and code.
	Codes []Code `json:"codes,omitempty"`
	// Limited says how often and how long the target asked the run to wait; nil if it never did.
	Limited *Limited `json:"limited,omitempty"`
	// Cost is the cost of the run; nil if it was not counted.
	Cost *Cost `json:"cost,omitempty"`
	// Coverage says which parts of the contract the run exercised; nil if it was not counted.
	Coverage *Coverage `json:"coverage,omitempty"`
	// Waivers are the waivers for the target, in the order of their file.
	Waivers []Waiver `json:"waivers,omitempty"`
	// Causes explain the failures, the most important first.
	Causes []Cause `json:"causes,omitempty"`
	// Habits are what the target does more leniently than the contract, ordered by name.
	Habits []Habit `json:"habits,omitempty"`
	// Client is what a client under test did; nil if none was judged.
	Client *Client `json:"client,omitempty"`
	// LeftOut names the SIM cards of the settings that the run did not use, because they seem to be something else, a
	// sentence each.
	LeftOut []string `json:"leftOut,omitempty"`
	// Left names what the run created and could not remove, a sentence each.
	Left []string `json:"left,omitempty"`
}

// Selection are the patterns that selected the checks of a run: matched by any of Only (all if it is
// empty) and by none of Skip.
type Selection struct {
	Only []string `json:"only,omitempty"`
	Skip []string `json:"skip,omitempty"`
	// Depth is how much was tested: quick, standard or thorough.
	Depth string `json:"depth,omitempty"`
}

// String returns the selection in command-line form.
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

// CodeSuccess is the operateCode of a success; any other is a refusal.
const CodeSuccess = "S"

// Code is one kind of answer of an operation.
type Code struct {
	Operation string `json:"operation"` // operation id
	Status    int    `json:"status"`    // HTTP
	// OperateCode is the envelope's code; empty if there was none.
	OperateCode string `json:"operateCode"`
	// Times is how often it was seen.
	Times int `json:"times"`
}

// Limited describes a target that limits the rate of calls by HTTP 429, or 503 with a Retry-After. The
// calls were repeated later.
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
	// OverBudget means that the next purchase would have exceeded the budget.
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

// Target identifies what was tested.
type Target struct {
	Name        string   `json:"name"` // "sandbox", or the name of a target
	PartnerCode string   `json:"partnerCode"`
	Allow       []Does   `json:"allow"`
	Faults      []string `json:"faults,omitempty"`   // sandbox only
	Variants    []string `json:"variants,omitempty"` // sandbox only
}

// Policy turns deviations into verdicts.
type Policy struct {
	// Strict is the weakest grade whose violation fails a check.
	Strict Grade `json:"strict"`
	// FailOnFinding makes findings fail the run, FailOnCritical only findings of critical severity.
	FailOnFinding  bool `json:"failOnFinding"`
	FailOnCritical bool `json:"failOnCritical,omitempty"`
	// FailOnHabit makes habits fail the run as well.
	FailOnHabit bool `json:"failOnHabit,omitempty"`
	// Expectations are known differences between the target's reaction to derived cases and the
	// contract's; the last that matches a case counts.
	Expectations []Expectation `json:"expectations,omitempty"`
}

// Service is one address of the target.
type Service struct {
	Name string `json:"name"` // vshop, payment, topup
	URL  string `json:"url"`
	// Reached is false if preflight got no usable answer; Problem says what it got instead.
	Reached bool   `json:"reached"`
	Problem string `json:"problem,omitempty"`
}

// Severity is how much harm a deviation does, whatever the evidence for its clause.
type Severity string

// The severities: Critical if money, the isolation between partners, the sign or data is at stake, Major
// if a client breaks, Minor otherwise.
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
	// Flaky is set if a failed check passed when it was repeated. Its verdict stays.
	Flaky bool `json:"flaky,omitempty"`
	// Reason says why a check was skipped, waived or inconclusive.
	Reason string `json:"reason,omitempty"`
	// Cause is the usual cause of the worst deviation, in one or two sentences.
	Cause string `json:"cause,omitempty"`
	// Deviations are all deviations of the check and its exchanges, worst first.
	Deviations []Deviation `json:"deviations,omitempty"`
	// Exchanges are in the order sent.
	Exchanges []Exchange `json:"exchanges,omitempty"`
	// Started is wall-clock time in UTC.
	Started time.Time `json:"started"`
	// Duration is in nanoseconds.
	Duration time.Duration `json:"duration"`
}

// Deviation is an answer that a clause does not allow.
type Deviation struct {
	// Clause names the statement of the contract: a JSON pointer into the document, or the id of a rule.
	Clause string `json:"clause"`
	Grade  Grade  `json:"grade"`
	Source string `json:"source,omitempty"`
	// Severity is the severity of the clause; empty in runs of older versions.
	Severity Severity `json:"severity,omitempty"`
	Level    Level    `json:"level"`
	// File and Line are the location of the clause in the sources of the contract, relative to its
	// repository; empty and 0 if unknown.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Undocumented marks an undocumented code, status or member, which is never a violation.
	Undocumented bool `json:"undocumented,omitempty"`
	// Pointer is the location in the answer: a JSON pointer into its body, or "status", "header NAME",
	// "body".
	Pointer string `json:"pointer,omitempty"`
	// Summary says in one line what is wrong.
	Summary string `json:"summary"`
	// Expected and Actual are texts of limited length.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	// Exchange is the index of the exchange in its Result, -1 if it concerns several or none.
	Exchange int `json:"exchange"`
	// Verdict is the verdict under the run's policy: failed or finding.
	Verdict Verdict `json:"verdict"`
}

// Exchange is one recorded request and response.
type Exchange struct {
	Operation string    `json:"operation"` // operation id
	Request   Request   `json:"request"`
	Response  *Response `json:"response,omitempty"` // nil if none arrived
	// Problem says why no complete response arrived; empty if one did.
	Problem string `json:"problem,omitempty"`
	// Started is wall-clock time in UTC.
	Started time.Time `json:"started"`
	// Duration is in nanoseconds, from sending until the body was read.
	Duration time.Duration `json:"duration"`
}

// Header is one header field as sent or received.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request is a request as sent.
type Request struct {
	Method string   `json:"method"`
	URL    string   `json:"url"`
	Header []Header `json:"header,omitempty"`
	Body   Body     `json:"body,omitzero"`
	// Cut is the number of bytes left out at the end of Body.
	Cut int64 `json:"cut,omitempty"`
	// Signed explains the sign; nil if nothing deviated or no sign is required.
	Signed *Signed `json:"signed,omitempty"`
}

// Signed explains the sign of a request by the signature rules of the target.
type Signed struct {
	// Content is the text that the rules sign.
	Content Body `json:"content"`
	// Sign is the right sign, Sent the one that was sent; empty if none was.
	Sign string `json:"sign"`
	Sent string `json:"sent,omitempty"`
}

// Response is a response as received, after content decoding.
type Response struct {
	Status int      `json:"status"`
	Header []Header `json:"header,omitempty"`
	Body   Body     `json:"body,omitzero"`
	// Cut is the number of bytes left out at the end of Body.
	Cut int64 `json:"cut,omitempty"`
	// Tail is the end of what is left out if Body was cut to save memory.
	Tail Body `json:"tail,omitzero"`
	// Digest is the SHA-256 of the complete body in hex if Body or Header was cut to save memory.
	Digest string `json:"digest,omitempty"`
	// Announced is the Content-Length of the response, -1 if there was none.
	Announced int64 `json:"announced"`
}

// Body is the bytes of a request or response.
type Body []byte
