//go:build unix

package partner

import (
	"os/exec"
	"syscall"
)

// Contain puts a partner's command and its children into a group that is killed as a whole.
func Contain(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
