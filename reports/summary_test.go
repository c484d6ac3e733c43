package reports

import (
	"reflect"
	"testing"
)

func TestSummarize(t *testing.T) {
	run := sampleRun()
	run.Results = append(run.Results, sampleResult("ENV-009", "has no verdict", "", Read))
	got := Summarize(run)
	want := Summary{
		Total: Counts{Passed: 1, Failed: 1, Finding: 1, Inconclusive: 2, Waived: 1, Skipped: 3},
		Areas: []AreaCounts{
			{"ASY", Counts{Passed: 1, Waived: 1}}, {"ENV", Counts{Finding: 1, Inconclusive: 2}},
			{"GRP", Counts{Skipped: 2}}, {"RID", Counts{Failed: 1}}, {"VSH", Counts{Skipped: 1}},
		},
		Unreached: []Service{run.Services[1]},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got.Total.Total() != len(run.Results) {
		t.Errorf("the counts add up to %d of %d results", got.Total.Total(), len(run.Results))
	}
}
