package html

import (
	"reflect"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// look is an exchange of asyncResult that asks for id after some time.
func look(id string, after time.Duration, body string) reports.Exchange {
	return reports.Exchange{
		Operation: "asyncResult", Request: reports.Request{Method: "GET", URL: fixture.Base + "/async-result/" + id + "?version=3.0"},
		Response: &reports.Response{Status: 200, Body: reports.Body(body)}, Started: fixture.Epoch.Add(after),
	}
}

func TestTasks(t *testing.T) {
	const processing, completed = `{"data":{"status":"processing"}}`, `{"data":{"status":"completed"}}`
	submit := func(operation, id string, after time.Duration) reports.Exchange {
		return reports.Exchange{Operation: operation, Started: fixture.Epoch.Add(after), Response: &reports.Response{Header: []reports.Header{{Name: "X-Task", Value: id}}}}
	}
	run := &reports.Run{Results: []reports.Result{
		{ID: "ASY-001", Exchanges: []reports.Exchange{
			submit("addSims", "A", 5), submit("removeSims", "B", 6), look("B", 8, processing), look("A", 9, processing),
			look("unknown", 10, completed), look("A", 11, `{"operateCode":"F"}`), look("A", 12, completed),
			{Operation: "asyncResult", Request: reports.Request{URL: fixture.Base + "/async-result/A"}, Problem: "no answer"},
		}},
		{ID: "ASY-002", Exchanges: []reports.Exchange{submit("addSims", "C", 1), look("C", 2, completed), look("A", 3, completed)}},
		{ID: "ASY-003", Exchanges: []reports.Exchange{submit("addSims", "D", 1), look("D", 2, `{"operateCode":"F"}`)}},
	}}
	want := []Task{
		{Check: "ASY-002", Operation: "addSims", RequestID: "C", Submitted: fixture.Epoch.Add(1), Looks: []Look{{After: 1, Status: "completed"}}},
		{Check: "ASY-001", Operation: "addSims", RequestID: "A", Submitted: fixture.Epoch.Add(5), Looks: []Look{{After: 4, Status: "processing"}, {After: 7, Status: "completed"}}},
		{Check: "ASY-001", Operation: "removeSims", RequestID: "B", Submitted: fixture.Epoch.Add(6), Looks: []Look{{After: 2, Status: "processing"}}},
	}
	if got := Tasks(run); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestErrorCodes(t *testing.T) {
	answer := func(operation string, status int, body string) reports.Exchange {
		return reports.Exchange{Operation: operation, Response: &reports.Response{Status: status, Body: reports.Body(body)}}
	}
	run := &reports.Run{Results: []reports.Result{
		{ID: "A", Requirement: "first", Exchanges: []reports.Exchange{
			answer("b", 200, `{"operateCode":"S"}`), answer("b", 500, "<html>"), answer("b", 200, `{"operateCode":"F","message":"no sign"}`),
			answer("b", 200, `{"operateCode":"F","message":"other"}`), answer("a", 400, `{"operateCode":7}`), {Operation: "a"},
		}},
		{ID: "B", Exchanges: []reports.Exchange{answer("b", 200, `{"operateCode":"F"}`)}},
	}}
	var got []ErrorCode
	for _, code := range ErrorCodes(run) {
		if code.Example == nil || code.Requirement != "first" {
			t.Errorf("%v does not say how to provoke it", code)
		}
		code.Example, code.Requirement = nil, ""
		got = append(got, code)
	}
	want := []ErrorCode{
		{Operation: "a", Status: 400, Times: 1, Checks: []string{"A"}},
		{Operation: "b", Status: 200, OperateCode: "F", Times: 3, Checks: []string{"A", "B"}, Message: "no sign"},
		{Operation: "b", Status: 500, Times: 1, Checks: []string{"A"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
