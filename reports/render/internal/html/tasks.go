package html

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// Task is an asynchronous task of the target as seen by one check: submitted by addSims or removeSims,
// queried by asyncResult.
type Task struct {
	Check     string // id of the check that submitted it
	Operation string // addSims or removeSims
	RequestID string
	// Submitted is when the request was sent.
	Submitted time.Time
	// Looks are the queries, in the order sent.
	Looks []Look
}

// Look is one answer of asyncResult.
type Look struct {
	// After is the time from the submission to the query.
	After time.Duration
	// Status is data.status of the answer.
	Status string
}

// Last is the last status, and when it was first seen.
func (t *Task) Last() Look {
	if len(t.Looks) == 0 {
		return Look{}
	}
	return t.Looks[len(t.Looks)-1]
}

// Tasks returns the tasks for which a check saw both the submission and at least one status, in the
// order of submission. A query belongs to the submission whose answer has its request id in some header.
func Tasks(run *reports.Run) []Task {
	var tasks []Task
	for i := range run.Results {
		tasks = append(tasks, tasksOf(&run.Results[i])...)
	}
	slices.SortStableFunc(tasks, func(a, b Task) int {
		return cmp.Or(a.Submitted.Compare(b.Submitted), cmp.Compare(a.Check, b.Check))
	})
	return tasks
}

func tasksOf(result *reports.Result) []Task {
	var tasks []Task
	byID := map[string]int{}
	for i := range result.Exchanges {
		look := &result.Exchanges[i]
		id := lookedFor(look)
		if id == "" {
			continue
		}
		at, known := byID[id]
		if !known {
			submission := submissionOf(result.Exchanges[:i], id)
			if submission == nil {
				continue
			}
			at = len(tasks)
			byID[id] = at
			tasks = append(tasks, Task{
				Check: result.ID, Operation: submission.Operation, RequestID: id, Submitted: submission.Started,
			})
		}
		status := statusOf(look.Response)
		if status == "" {
			continue // a refused query says nothing about the task
		}
		tasks[at].Looks = append(tasks[at].Looks, Look{
			After: look.Started.Sub(tasks[at].Submitted), Status: status,
		})
	}
	return slices.DeleteFunc(tasks, func(task Task) bool { return len(task.Looks) == 0 })
}

// lookedFor is the request id in an exchange of asyncResult.
func lookedFor(exchange *reports.Exchange) string {
	if exchange.Operation != "asyncResult" || exchange.Response == nil {
		return ""
	}
	address, err := url.Parse(exchange.Request.URL)
	if err != nil {
		return ""
	}
	return address.Path[strings.LastIndexByte(address.Path, '/')+1:]
}

// submissionOf is the exchange whose answer has a request id in its header; nil if there is none.
func submissionOf(exchanges []reports.Exchange, id string) *reports.Exchange {
	for i := range exchanges {
		exchange := &exchanges[i]
		if exchange.Operation != "addSims" && exchange.Operation != "removeSims" || exchange.Response == nil {
			continue
		}
		if slices.ContainsFunc(exchange.Response.Header, func(h reports.Header) bool { return h.Value == id }) {
			return exchange
		}
	}
	return nil
}

// statusOf is data.status of an answer; empty if it has none.
func statusOf(response *reports.Response) string {
	var answer struct {
		Data struct {
			Status string `json:"status"`
		} `json:"data"`
	}
	if json.Unmarshal(response.Body, &answer) != nil {
		return ""
	}
	return answer.Data.Status
}
