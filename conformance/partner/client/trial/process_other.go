//go:build !unix

package trial

import "os/exec"

// contain does nothing: only the command itself is killed.
func contain(*exec.Cmd) {}

// sweep finds nothing: only Unix has process groups.
func sweep(int, string) int { return 0 }
