//go:build unix

package signer

import (
	"os/exec"
	"syscall"
)

// contain puts the command and its children into a group that is killed as a whole.
func contain(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
