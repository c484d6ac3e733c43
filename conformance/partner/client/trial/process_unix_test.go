//go:build unix

package trial

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// All children of the command are killed, including those that leave its process group.
func TestNothingIsLeftRunning(t *testing.T) {
	testlevel.Plain(t)
	if runtime.GOOS != "linux" {
		t.Skip("only /proc tells of processes that left the group")
	}
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("there is no setsid")
	}
	for _, script := range []string{"sleep 61 & exit 0", "setsid sleep 61 >/dev/null 2>&1 & exit 0", "sleep 61 & sleep 61"} {
		end := run(t.Context(), []string{"sh", "-c", script}, nil, time.Second, nil)
		if end.hung == (end.left > 0) {
			t.Errorf("%s: hung %t, %d left", script, end.hung, end.left)
		}
		if left := marked(runVariable + "="); len(left) > 0 {
			for _, pid := range left {
				environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				if strings.Contains(string(environ), "sleep\x0061") {
					t.Errorf("%s: process %d is still there", script, pid)
				}
			}
		}
	}
}

// The machine's proxy settings do not apply between the client and the sandbox.
func TestProxiesAreAvoided(t *testing.T) {
	t.Setenv("NO_PROXY", "example.com")
	t.Setenv("no_proxy", "")
	end := run(t.Context(), []string{"sh", "-c", `echo "$NO_PROXY $no_proxy"`}, nil, time.Minute, nil)
	if end.last != "example.com,127.0.0.1 127.0.0.1" {
		t.Errorf("the client sees %q", end.last)
	}
}
