package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// sarifMost is the largest number of results: GitHub accepts 25,000 in a file of 10 MB after
	// compression.
	sarifMost = 5000
	sarifText = 1000 // bytes of a text
)

// WriteSARIF writes run to w in the Static Analysis Results Interchange Format, version 2.1.0, which
// code scanners show beside the code: a rule for each violated clause, and a result for each check that
// shows it. The location of a result is its operations and its clause, and the line of the contract in
// mallcheck's own sources. A violation is an error, a finding a warning; a result under a waiver is
// suppressed with the reason. What could not be tested is a notification of the invocation. Nothing is
// redacted: pass the result of redact.Run.
func WriteSARIF(w io.Writer, run *reports.Run) error {
	encoder := json.NewEncoder(visible.NewWriter(w))
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(sarifOf(run)); err != nil {
		return fmt.Errorf("writing the run as SARIF: %w", err)
	}
	return nil
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool              sarifTool                `json:"tool"`
	AutomationDetails sarifID                  `json:"automationDetails"`
	Invocations       []sarifInvocation        `json:"invocations"`
	BaseIDs           map[string]sarifArtifact `json:"originalUriBaseIds"`
	ColumnKind        string                   `json:"columnKind"`
	Results           []sarifResult            `json:"results"`
}

type sarifID struct {
	ID string `json:"id"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string            `json:"id"`
	ShortDescription sarifMessage      `json:"shortDescription"`
	FullDescription  sarifMessage      `json:"fullDescription"`
	Help             *sarifMessage     `json:"help,omitempty"`
	Properties       map[string]string `json:"properties"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	StartTimeUTC        string              `json:"startTimeUtc"`
	EndTimeUTC          string              `json:"endTimeUtc"`
	Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifMessage       `json:"message"`
	Locations    []sarifLocation    `json:"locations,omitempty"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	Properties   map[string]string  `json:"properties"`
}

type sarifLocation struct {
	Physical *sarifPhysical `json:"physicalLocation,omitempty"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   struct {
		StartLine int `json:"startLine"`
	} `json:"region"`
}

type sarifArtifact struct {
	URI    string `json:"uri"`
	BaseID string `json:"uriBaseId,omitempty"`
}

type sarifLogical struct {
	Name               string `json:"name"`
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification,omitempty"`
}

func sarifOf(run *reports.Run) *sarifLog {
	const form = "2006-01-02T15:04:05.000Z"
	out := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "mallcheck", Version: run.Tool.Version, InformationURI: "https://github.com/mallcheck/mallcheck", Rules: []sarifRule{},
		}},
		AutomationDetails: sarifID{"mallcheck/" + run.Target.Name + "/"},
		Invocations: []sarifInvocation{{
			ExecutionSuccessful: run.Stopped == "", StartTimeUTC: run.Started.UTC().Format(form), EndTimeUTC: sarifEnd(run).Format(form),
			Notifications: sarifNotifications(run),
		}},
		BaseIDs:    map[string]sarifArtifact{sarifBase: {URI: sarifContract(run.Tool.Version)}},
		ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
	}
	rules := map[string]int{}
	for i := range run.Results {
		result := &run.Results[i]
		for j := range result.Deviations {
			if len(out.Results) == sarifMost {
				break
			}
			d := &result.Deviations[j]
			index, known := rules[d.Clause]
			if !known {
				index = len(out.Tool.Driver.Rules)
				rules[d.Clause] = index
				out.Tool.Driver.Rules = append(out.Tool.Driver.Rules, sarifRuleOf(result, d, j))
			}
			out.Results = append(out.Results, sarifResultOf(result, d, index))
		}
	}
	return &sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{out}}
}

// sarifEnd is when the run ended, but not before it began.
func sarifEnd(run *reports.Run) time.Time {
	if run.Ended.Before(run.Started) {
		return run.Started.UTC()
	}
	return run.Ended.UTC()
}

func sarifRuleOf(result *reports.Result, d *reports.Deviation, index int) sarifRule {
	rule := sarifRule{
		ID: sarifRuleID(d.Clause), ShortDescription: sarifMessage{digest.OneLine(d.Summary, sarifText)},
		FullDescription: sarifMessage{digest.OneLine(digest.ClauseText(d.Clause, d.Level, d.Grade, d.Source), sarifText)},
		Properties:      map[string]string{"grade": string(d.Grade), "source": d.Source},
	}
	if index == 0 && result.Cause != "" {
		rule.Help = &sarifMessage{"Usual cause: " + digest.Shorten(result.Cause, sarifText)}
	}
	return rule
}

// sarifRuleID is a clause as the id of a rule, which must not be empty.
func sarifRuleID(clause string) string { return cmp.Or(clause, "mallcheck") }

func sarifResultOf(result *reports.Result, d *reports.Deviation, rule int) sarifResult {
	text := result.ID + ": " + result.Requirement + ". " + d.Summary + "."
	for _, side := range []field{{"Expected", d.Expected}, {"Actual", d.Actual}} {
		if side.text != "" {
			text += " " + side.label + ": " + digest.Shorten(side.text, sarifText)
		}
	}
	out := sarifResult{
		RuleID: sarifRuleID(d.Clause), RuleIndex: rule, Level: "warning", Message: sarifMessage{visible.Escape(text)},
		Fingerprints: map[string]string{"mallcheck/v1": result.ID + " " + d.Clause + " " + d.Pointer},
		Properties:   map[string]string{"check": result.ID, "verdict": string(d.Verdict), "operations": strings.Join(result.Operations, ",")},
	}
	if d.Verdict == reports.Failed {
		out.Level = "error"
	}
	out.Locations = []sarifLocation{sarifLocationOf(result, d)}
	if result.Verdict == reports.Waived {
		out.Suppressions = []sarifSuppression{{Kind: "external", Justification: digest.OneLine(result.Reason, sarifText)}}
	}
	return out
}

// sarifBase names the sources of mallcheck, which contain the contract.
const sarifBase = "MALLCHECK"

// sarifContract is the address of the sources of a version of mallcheck: the tested repository does not
// contain the contract.
func sarifContract(version string) string {
	if !strings.HasPrefix(version, "v") {
		version = "main"
	}
	return "https://github.com/mallcheck/mallcheck/blob/" + url.PathEscape(version) + "/"
}

// sarifLocationOf is the location of a deviation: operations and a clause of the contract and, if known,
// a line of the contract's sources.
func sarifLocationOf(result *reports.Result, d *reports.Deviation) sarifLocation {
	location := sarifLocation{Logical: []sarifLogical{
		{Name: digest.OneLine(result.ID, sarifText), FullyQualifiedName: digest.OneLine(cmp.Or(d.Clause, result.ID), sarifText), Kind: "member"},
	}}
	for _, operation := range result.Operations {
		name := digest.OneLine(operation, sarifText)
		if one := (sarifLogical{name, name, "function"}); !slices.Contains(location.Logical, one) { // the format allows each only once
			location.Logical = append(location.Logical, one)
		}
	}
	if d.File != "" && d.Line > 0 {
		address := url.URL{Path: d.File}
		location.Physical = &sarifPhysical{Artifact: sarifArtifact{address.String(), sarifBase}}
		location.Physical.Region.StartLine = d.Line
	}
	return location
}

// sarifNotifications say what could not be tested.
func sarifNotifications(run *reports.Run) []sarifNotification {
	var list []sarifNotification
	lines := slices.Concat(digest.Unreached(reports.Summarize(run)), reasons(run, reports.Inconclusive), run.WaiverProblems())
	if run.Stopped != "" {
		lines = append(lines, "the run ended before its last check: "+string(run.Stopped))
	}
	for _, line := range lines[:min(len(lines), 100)] {
		list = append(list, sarifNotification{"error", sarifMessage{digest.OneLine(line, sarifText)}})
	}
	return list
}
