package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLivePage opens the page that serve prints, and ends the sandbox while a stream of it is open.
func TestLivePage(t *testing.T) {
	s := serve(t, "--ui", "--quiet")
	found := regexp.MustCompile(`live page (http://\S+/_ui/)`).FindStringSubmatch(s.printed)
	if found == nil {
		t.Fatalf("no page is printed:\n%s", s.printed)
	}
	page := ask(t, http.MethodGet, found[1], "")
	if page.StatusCode != http.StatusOK || page.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("HTTP %d: %v", page.StatusCode, page.Header)
	}
	stream, err := http.Get(found[1] + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	started := time.Now()
	s.stop()
	if took := time.Since(started); took > 5*time.Second || s.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("ended after %s with %d", took, s.cmd.ProcessState.ExitCode())
	}
	closed := serve(t, "--quiet")
	base, _, _ := strings.Cut(settingIn(closed.env, "TOPUP_URL"), "/topup")
	if got := ask(t, http.MethodGet, base+"/_ui/", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("without --ui: HTTP %d", got.StatusCode)
	}
}
