package target

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const goodWaiver = `waivers:
  - check: SIG-022/*
    target: uat*
    reason: switched off until the release
    owner: payments
    ticket: MALL-123
    expiry: 2026-12-31
`

// waiversFile writes a file of waivers and returns its path.
func waiversFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadWaivers(t *testing.T) {
	path := waiversFile(t, goodWaiver)
	waivers, err := ReadWaivers(path)
	want := Waiver{
		Check: "SIG-022/*", Target: "uat*", Reason: "switched off until the release", Owner: "payments", Ticket: "MALL-123",
		Expiry: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Origin: path + ":2: check",
	}
	if err != nil || len(waivers) != 1 || waivers[0] != want {
		t.Fatalf("got %+v, %v", waivers, err)
	}
	for name, is := range map[string]bool{"uat": true, "uat-2": true, "production": false, "": false} {
		if waivers[0].IsFor(name) != is {
			t.Errorf("for %q: %v", name, !is)
		}
	}
	for at, expired := range map[string]bool{"2026-12-31T23:59:59Z": false, "2027-01-01T00:00:00Z": true, "2027-01-01T00:30:00+01:00": false} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if waivers[0].ExpiredAt(now) != expired {
			t.Errorf("expired at %s: %v", at, !expired)
		}
	}
}

func TestReadWaiversRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing":       {"", "FILE is empty; write waivers: and a list below it, or leave --waivers out"},
		"no YAML":       {"waivers: [", `FILE:1: not valid YAML: did not find expected node content; write KEY: VALUE lines, indented by spaces`},
		"another key":   {"waiver: []", `FILE:1: unknown key "waiver" in the file; did you mean waivers?`},
		"no list":       {"waivers: {}", "FILE:1: waivers is a mapping, not a list; write - check: ID and the other keys for each"},
		"no mapping":    {"waivers: [a]", "FILE:1: a waiver is one value, not a mapping; write KEY: VALUE lines"},
		"a slip":        {replaced("expiry:", "expires:"), `FILE:7: unknown key "expires" in a waiver; did you mean expiry?`},
		"a setting":     {replaced("reason:", "only:"), `FILE:4: unknown key "only" in a waiver; known are check, target, reason, owner, ticket, expiry`},
		"one is absent": {replaced("    owner: payments\n", ""), "FILE:2: this waiver has no owner; write check, target, reason, owner, ticket and expiry for each"},
		"one is empty":  {replaced("payments", `""`), "FILE:5: owner is empty; write one"},
		"no day":        {replaced("2026-12-31", "soon"), `FILE:7: expiry: "soon" is not a valid date; write it as 2026-12-31`},
		"no such day":   {replaced("2026-12-31", "2026-13-31"), `FILE:7: expiry: "2026-13-31" is not a valid date; write it as 2026-12-31`},
		"no pattern":    {replaced("uat*", "'['"), `FILE:3: target: "[" is not a valid pattern; write the name of a target, or * for each`},
	} {
		path := waiversFile(t, test.text)
		_, err := ReadWaivers(path)
		var told *Error
		if want := path + test.want[len("FILE"):]; !errors.As(err, &told) || err.Error() != want {
			t.Errorf("%s: got %v\nwant %s", name, err, want)
		}
	}
	layer, err := Environment([]string{"MALLCHECK_WAIVERS=nowhere.yaml"})
	if err == nil {
		_, err = Resolve(layer)
	}
	if err == nil || err.Error() != `MALLCHECK_WAIVERS: "nowhere.yaml" is not there; name a file of waivers` {
		t.Errorf("got %v", err)
	}
}

// replaced is goodWaiver with one text in the place of another.
func replaced(old, with string) string {
	return strings.Replace(goodWaiver, old, with, 1)
}

func FuzzReadWaivers(f *testing.F) {
	f.Add(goodWaiver)
	f.Add("waivers:\n- &a {check: x}\n- *a\n")
	f.Add("waivers: [{check: SIG-001, reason: r, owner: o, ticket: t, expiry: 2026-12-31}]")
	f.Fuzz(func(t *testing.T, text string) {
		var told *Error
		if _, err := parseWaivers("waivers.yaml", []byte(text)); err != nil && !errors.As(err, &told) {
			t.Errorf("%q: %v names no origin", text, err)
		}
	})
}
