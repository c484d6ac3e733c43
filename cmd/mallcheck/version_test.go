package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
)

// The version names the build, as text and as JSON.
func TestVersion(t *testing.T) {
	mall, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	push, err := openapi.Push()
	if err != nil {
		t.Fatal(err)
	}
	got := process{arguments: []string{"version", "--json"}}.run(t)
	var told struct {
		Name, Version, Go, Platform, Installed string
		Contracts                              struct{ Mall, Push string }
	}
	if err := json.Unmarshal([]byte(got.out), &told); err != nil {
		t.Fatalf("%v\n%s%s", err, got.out, got.err)
	}
	if told.Name != "mallcheck" || told.Version == "" || !strings.HasPrefix(told.Go, "go") || !strings.Contains(told.Platform, "/") {
		t.Errorf("told %+v", told)
	}
	if told.Installed != "built from source" {
		t.Errorf("the program of a test was installed by %q", told.Installed)
	}
	if told.Contracts.Mall != mall.Digest() || told.Contracts.Push != push.Digest() {
		t.Errorf("the digests are %+v", told.Contracts)
	}
	text := process{arguments: []string{"version"}}.run(t)
	if want := "mallcheck " + told.Version + "\ncontract sha256:" + mall.Digest() + "\npush sha256:" + push.Digest() + "\ninstalled: built from source\n"; text.out != want {
		t.Errorf("told\n%s want\n%s", text.out, want)
	}
}
