package reports_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

func TestLatencies(t *testing.T) {
	run := &reports.Run{Results: []reports.Result{{}, {}}}
	for i := range 100 {
		run.Results[i%2].Exchanges = append(run.Results[i%2].Exchanges, reports.Exchange{
			Operation: "addSims", Duration: time.Duration(100 - i), Response: &reports.Response{},
		})
	}
	run.Results[0].Exchanges = append(run.Results[0].Exchanges,
		reports.Exchange{Operation: "addSims", Duration: time.Hour, Problem: "no answer"},
		reports.Exchange{Operation: "listBundles", Duration: 7, Response: &reports.Response{}})
	for _, duration := range []time.Duration{3, 1, 2} {
		run.Results[1].Exchanges = append(run.Results[1].Exchanges, reports.Exchange{Operation: "queryOrder", Duration: duration, Response: &reports.Response{}})
	}
	want := []reports.Latency{{Operation: "addSims", Answers: 100, Median: 50, P95: 95, Max: 100}, {Operation: "listBundles", Answers: 1, Median: 7, P95: 7, Max: 7}, {Operation: "queryOrder", Answers: 3, Median: 2, P95: 3, Max: 3}}
	if got := reports.Latencies(run); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	run.Codes = []reports.Code{{Operation: "listBundles", Status: 200, OperateCode: "S", Times: 1}}
	if got := reports.Latencies(run); !reflect.DeepEqual(got, want[1:2]) {
		t.Errorf("a call that the target made counts as an answer: %v", got)
	}
}
