package reports_test

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// A refusal is described with its parameter, unless its reason names it already.
func TestRefusalInWords(t *testing.T) {
	client := reports.Client{Requests: 2, Refusals: []reports.ClientRefusal{
		{Operation: "singleVerify", Reason: "sign wrong", Parameter: "sign", Count: 1},
		{Operation: "singleOrder", Reason: "not found", Parameter: "deviceCode", Count: 1}, {Reason: "path", Count: 1},
	}}
	words := strings.Join(client.Words(), "\n")
	if want := "singleVerify (sign wrong), singleOrder (not found: deviceCode), no operation (path)"; !strings.Contains(words, want) {
		t.Errorf("no %q in:\n%s", want, words)
	}
}
