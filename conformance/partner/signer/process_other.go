//go:build !unix

package signer

import "os/exec"

// contain does nothing: only the command itself is killed.
func contain(*exec.Cmd) {}
