package html

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/mallcheck/mallcheck/reports"
)

// ErrorCode is one kind of answer that was not a success, and how to provoke it.
type ErrorCode struct {
	Operation   string // operation id
	Status      int    // HTTP
	OperateCode string // of the envelope; empty if there was none
	// Times is the number of such answers.
	Times int
	// Checks are the ids of the checks that provoked it, in order.
	Checks []string
	// Message is the message of the first such answer; empty if it had none.
	Message string
	// Example is the exchange in which it was first seen, Requirement the requirement of its check.
	Example     *reports.Exchange
	Requirement string
}

// ErrorCodes returns the kinds of answer other than a success with HTTP 200, ordered by operation,
// status and code. The examples point into run.
func ErrorCodes(run *reports.Run) []ErrorCode {
	type kind struct {
		operation string
		status    int
		code      string
	}
	var codes []ErrorCode
	known := map[kind]int{}
	ofTarget := run.Answered()
	for i := range run.Results {
		result := &run.Results[i]
		for j := range result.Exchanges {
			exchange := &result.Exchanges[j]
			if exchange.Response == nil || !ofTarget(exchange.Operation) {
				continue
			}
			code, message := envelopeOf(exchange.Response.Body)
			if code == reports.CodeSuccess && exchange.Response.Status == 200 {
				continue
			}
			key := kind{exchange.Operation, exchange.Response.Status, code}
			at, seen := known[key]
			if !seen {
				at = len(codes)
				known[key] = at
				codes = append(codes, ErrorCode{
					Operation: key.operation, Status: key.status, OperateCode: code,
					Message: message, Example: exchange, Requirement: result.Requirement,
				})
			}
			entry := &codes[at]
			entry.Times++
			if last := len(entry.Checks) - 1; last < 0 || entry.Checks[last] != result.ID {
				entry.Checks = append(entry.Checks, result.ID)
			}
		}
	}
	slices.SortStableFunc(codes, func(a, b ErrorCode) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.OperateCode, b.OperateCode))
	})
	return codes
}

// envelopeOf returns operateCode and message of an answer; empty if missing.
func envelopeOf(body []byte) (code, message string) {
	var envelope struct {
		OperateCode any `json:"operateCode"`
		Message     any `json:"message"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return "", ""
	}
	code, _ = envelope.OperateCode.(string)
	message, _ = envelope.Message.(string)
	return code, message
}
