//go:build unix

package trial

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// grace is how long children may take to end after the command.
const grace = 200 * time.Millisecond

// sweep kills what is left of a command: its process group and, where /proc tells, every process with
// the mark in its environment, which also finds those that left the group. It returns how many there were.
func sweep(group int, mark string) int {
	seen := true
	for waited := time.Duration(0); waited < grace; waited += grace / 10 {
		before := seen
		seen = syscall.Kill(-group, 0) == nil || len(marked(mark)) > 0
		if !seen && !before { // one look misses a process that just starts another program
			return 0
		}
		time.Sleep(grace / 10)
	}
	killed := 0
	for range 20 { // what is killed may just have started another one
		left := marked(mark)
		alone := syscall.Kill(-group, syscall.SIGKILL) != nil
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL) // gone already, perhaps with the group
		}
		killed = max(killed, len(left))
		if !alone {
			killed = max(killed, 1)
		}
		if alone && len(left) == 0 {
			break
		}
		time.Sleep(grace / 10)
	}
	return killed
}

// marked returns the processes with the mark in their environment that are no zombies.
func marked(mark string) []int {
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	var pids []int
	for _, path := range paths {
		environ, err := os.ReadFile(path) //nolint:gosec // below /proc; fails for a process of another user, or one that is gone
		if err != nil || !bytes.Contains(environ, []byte(mark)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
