//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// apart keeps Ctrl-C at a terminal from reaching a process twice: once from the
// terminal and once from the process that started it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
