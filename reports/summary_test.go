package reports_test

import (
	"reflect"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestSummarize(t *testing.T) {
	run := fixture.Run()
	run.Results = append(run.Results, fixture.Result("ENV-009", "has no verdict", "", reports.Read))
	got := reports.Summarize(run)
	want := reports.Summary{
		Total: reports.Counts{reports.Passed: 1, reports.Failed: 1, reports.Finding: 1, reports.Inconclusive: 2, reports.Waived: 1, reports.Skipped: 3},
		Areas: []reports.AreaCounts{
			{Area: "ASY", Counts: reports.Counts{reports.Passed: 1, reports.Waived: 1}}, {Area: "ENV", Counts: reports.Counts{reports.Finding: 1, reports.Inconclusive: 2}},
			{Area: "GRP", Counts: reports.Counts{reports.Skipped: 2}}, {Area: "RID", Counts: reports.Counts{reports.Failed: 1}}, {Area: "VSH", Counts: reports.Counts{reports.Skipped: 1}},
		},
		Unreached: []reports.Service{run.Services[1]},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got.Total.Total() != len(run.Results) {
		t.Errorf("the counts add up to %d of %d results", got.Total.Total(), len(run.Results))
	}
}
