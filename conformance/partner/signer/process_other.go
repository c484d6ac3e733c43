//go:build !unix

package signer

import "os/exec"

// contain leaves the command as it is: it is killed alone.
func contain(*exec.Cmd) {}
