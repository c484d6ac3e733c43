//go:build !unix

package partner

import "os/exec"

// Contain does nothing: only a partner's command itself is killed.
func Contain(*exec.Cmd) {}
