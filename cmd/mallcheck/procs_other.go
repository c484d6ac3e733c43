//go:build !unix

package main

import "os/exec"

// apart does nothing: here the console tells every process of Ctrl-C, and one
// process cannot tell another.
func apart(*exec.Cmd) {}
