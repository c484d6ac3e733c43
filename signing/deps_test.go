package signing_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Whoever imports the generated client imports signing: it brings nothing else along.
func TestSigningNeedsTheStandardLibraryAlone(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatalf("listing the dependencies: %v", err)
	}
	const own = "github.com/mallcheck/mallcheck/signing"
	if found := strings.Fields(string(out)); len(found) != 1 || found[0] != own {
		t.Errorf("packages beyond the standard library: %v, want only %s", found, own)
	}
}
