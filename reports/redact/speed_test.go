package redact

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// largeBodies are answers of a megabyte, in short tests of an eighth of it, that are
// hard on a redactor.
func largeBodies() map[string]string {
	size := 1 << 20
	if testing.Short() {
		size >>= 3
	}
	fill := func(part string) string { return strings.Repeat(part, size/len(part)) }
	return map[string]string{
		"JSON":         `{"list":[` + strings.TrimSuffix(fill(`{"sim":"89852202306250040073","payId":"P0008182020061214140465562","name":"a-b=c%20d"},`), ",") + `]}`,
		"one string":   `{"text":"` + fill("words and words ") + `"}`,
		"text":         fill(`payId=P0008182020061214140465562&email="a@b.example" `),
		"quotes":       fill(`"`),
		"backslashes":  fill(`\`),
		"ampersands":   fill(`&#`),
		"percents":     fill(`%25`),
		"underscores":  fill(`pm_`),
		"at signs":     fill(`a@`),
		"dots":         "a@" + fill(`a.`),
		"schemes":      fill(`a://`),
		"scheme":       fill(`a`) + "://b@",
		"digits":       fill(`8`),
		"cuts":         fill(`…`),
		"key digits":   fill(fixtureKey[:len(fixtureKey)-1]),
		"payId quotes": fill(`payId "`),
		"payId braces": fill(`"payId":[`),
		"base64":       fill(`b6a1f0c2`),
	}
}

const fixtureKey = "b6a1f0c2d3e4958677a8b9c0d1e2f304"

// TestRedactIsLinear redacts a megabyte of what is hardest to redact. At a rate that
// falls with the length, one of them would take minutes.
func TestRedactIsLinear(t *testing.T) {
	secrets := Secrets{Values: []string{fixtureKey, "s/cret?=&#%"}, MaskSIMs: true}
	for name, body := range largeBodies() {
		begun := time.Now()
		Run(runWithBody(body), secrets)
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(body), took)
		}
	}
}

// TestWithin ends in time and leaves out what it had no time for.
func TestWithin(t *testing.T) {
	run := runWithBody(`{"payId":"P0008182020061214140465562"}`)
	run.Left = []string{"payId=P0008182020061214140465562"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := Within(ctx, run, Secrets{})
	response := out.Results[0].Exchanges[0].Response
	if len(response.Body) != 0 || response.Cut != int64(len(run.Results[0].Exchanges[0].Response.Body)) {
		t.Errorf("body %q, %d bytes left out", response.Body, response.Cut)
	}
	if out.Left[0] != "payId=<redacted:payId>" {
		t.Errorf("a text of the run: %q", out.Left[0])
	}
	if got := Within(t.Context(), run, Secrets{}); !reflect.DeepEqual(got, Run(run, Secrets{})) {
		t.Errorf("with time enough: %+v", got)
	}

	// 40 MB of the hardest bodies stop within their time.
	var exchanges []reports.Exchange
	for range 40 {
		exchanges = append(exchanges, runWithBody(largeBodies()["payId quotes"]).Results[0].Exchanges...)
	}
	large := &reports.Run{Results: []reports.Result{{Exchanges: exchanges}}}
	ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begun := time.Now()
	Within(ctx, large, Secrets{})
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("40 MB with 0.2 s to go took %v", took)
	}
}

func runWithBody(body string) *reports.Run {
	return &reports.Run{Results: []reports.Result{{Exchanges: []reports.Exchange{{Response: &reports.Response{Body: reports.Body(body)}}}}}}
}
