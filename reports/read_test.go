package reports_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// repeated reads a beginning, and then a text for each number without end.
type repeated struct {
	left string
	text func(n int) string
	n    int
}

// Read implements io.Reader.
func (r *repeated) Read(into []byte) (int, error) {
	for r.left == "" {
		r.n++
		r.left = r.text(r.n)
	}
	n := copy(into, r.left)
	r.left = r.left[n:]
	return n, nil
}

// A short text of a file becomes a large value in memory: what a run may have is counted.
func TestReadJSONIsBounded(t *testing.T) {
	always := func(text string) func(int) string { return func(int) string { return text } }
	long := testlevel.Pick(false, false, true)
	for _, test := range []struct {
		name, begins, want string
		text               func(int) string
	}{
		{"one text", `{"schema":"`, "more than 256 MiB", always(strings.Repeat("x", 1<<20))},
		{"spaces", `{"schema":"1"`, "more than 256 MiB", always(strings.Repeat(" ", 1<<20))},
		{"results", `{"results":[{"id":"A","verdict":"passed"}`, "more than 256 MiB of memory", func(n int) string {
			return fmt.Sprintf(`,{"id":"%d","verdict":"passed"}`, n)
		}},
		{"exchanges", `{"results":[{"exchanges":[{}`, "more than 300000 values", always(",{}")},
		{"deviations", `{"results":[{"deviations":[{}`, "more than 300000 values", always(",{}")},
		{"header fields", `{"results":[{"exchanges":[{"request":{"header":[{}`, "more than 300000 values", always(",{}")},
		{"operations", `{"results":[{"operations":[""`, "more than 300000 values", always(`,""`)},
		{"codes", `{"codes":[{}`, "more than 300000 values", always(",{}")},
		{"members", `{"x":0`, "more than 300000 values", always(`,"x":0`)},
		{"lists in lists", `{"x":[`, "exceeded max depth", always("[[[[")},
	} {
		if strings.Contains(test.want, "MiB") && !long {
			continue // it takes seconds
		}
		run, err := reports.ReadJSON(&repeated{left: test.begins, text: test.text})
		if err == nil || !strings.Contains(err.Error(), test.want) || run != nil {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// A run is read result by result, and what the reader of a result removes is not kept.
func TestReadResults(t *testing.T) {
	data := fixture.JSON(t, fixture.Run())
	whole, err := reports.ReadJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var seen []reports.Result
	run, err := reports.ReadResults(bytes.NewReader(data), func(result *reports.Result) error {
		seen = append(seen, *result)
		result.Exchanges = nil
		return nil
	})
	if err != nil || !reflect.DeepEqual(seen, whole.Results) {
		t.Errorf("%v; the results differ from those of the run", err)
	}
	for i, result := range run.Results {
		if result.ID != whole.Results[i].ID || result.Exchanges != nil {
			t.Errorf("%s has %d exchanges", result.ID, len(result.Exchanges))
		}
	}
	stop := errors.New("enough")
	if _, err := reports.ReadResults(bytes.NewReader(data), func(*reports.Result) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of the reader is lost: %v", err)
	}
	for _, text := range []string{
		`{"schema":"1","results":null}`, `{"schema":"1","Results":[]}`, `{"schema":"1","results":[{"verdict":"passed","exchanges":null}]}`,
	} {
		if _, err := reports.ReadJSON(strings.NewReader(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		`{"schema":"1","results":[],"RESULTS":[]}`: `it has "results" twice`,
		`{"schema":"1","results":{}}`:              `found "{" instead of a list`,
		`null`:                                     `found "null" instead of "{", before byte`,
		`{"schema":"1","results":[[]]}`:            `found "[" instead of "{", before byte`,
		`{"schema":"1","results":[{"verdict":"passed","exchanges":[7]}]}`: "the run has the wrong type, before byte",
		`{"schema":1}`:              "schema has the wrong type",
		`{"schema":"1","results":[`: "unexpected EOF",
	} {
		if _, err := reports.ReadJSON(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// An outline that is read is that of the run in memory.
func TestReadOutline(t *testing.T) {
	run := fixture.Run()
	later := fixture.Run()
	later.Results = later.Results[1:]
	read := func(run *reports.Run) *reports.Outline {
		outline, err := reports.ReadOutline(bytes.NewReader(fixture.JSON(t, run)))
		if err != nil {
			t.Fatal(err)
		}
		return outline
	}
	if got, want := reports.CompareOutlines(read(run), read(later)), reports.Compare(run, later); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if _, err := reports.ReadOutline(strings.NewReader("{}")); err == nil {
		t.Error("no run has an outline")
	}
}

// The shards of a run take no more memory together than a run does.
func TestShardReaderIsBounded(t *testing.T) {
	testlevel.Plain(t)
	shard := func(exchanges, size int) io.Reader {
		run := fixture.Run()
		run.Results = run.Results[:1]
		run.Results[0].Deviations, run.Results[0].Exchanges = nil, nil
		for range exchanges {
			run.Results[0].Exchanges = append(run.Results[0].Exchanges, reports.Exchange{
				Request: reports.Request{Body: bytes.Repeat([]byte("q"), size)}, Response: &reports.Response{Body: bytes.Repeat([]byte("a"), size)},
			})
		}
		return bytes.NewReader(fixture.JSON(t, run))
	}
	var reader reports.ShardReader
	total := 0
	for range 3 {
		run, err := reader.Read(shard(16, 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run.Results[0].Exchanges {
			if whole := len(e.Response.Body) + int(e.Response.Cut); whole != 1<<20 || len(e.Request.Body)+int(e.Request.Cut) != 1<<20 {
				t.Fatalf("a body of %d bytes has %d", 1<<20, whole)
			}
			total += len(e.Response.Body) + len(e.Request.Body)
		}
	}
	if total < 60<<20 || total > 66<<20 {
		t.Errorf("%d MiB of bodies are kept", total>>20)
	}
	if _, err := reader.Read(shard(1, 1<<10)); err != nil {
		t.Errorf("a small shard after large ones: %v", err)
	}
	reader = reports.ShardReader{}
	var err error
	for n := 0; err == nil && n < 40; n++ {
		_, err = reader.Read(shard(15_000, 0))
	}
	if err == nil || !strings.Contains(err.Error(), "the shards take more than 160 MiB of memory") {
		t.Errorf("40 shards of 15,000 exchanges: %v", err)
	}
}
