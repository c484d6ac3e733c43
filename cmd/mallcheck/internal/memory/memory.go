// Package memory sets the garbage collector: how much processor time the process spends to save memory. GOGC and
// GOMEMLIMIT take precedence.
package memory

import (
	"os"
	"runtime/debug"
)

// Percentages of the garbage collector, as GOGC has them.
const (
	// starting lets the heap reach about 16 MB before the first collection. Most commands end before that.
	starting = 400
	// running keeps a whole run below 96 MB. A run keeps every exchange until its end.
	running = 20
	// serving is for all other commands.
	serving = 50
)

// soft is the number of bytes above which memory is collected earlier than the percentage asks for: a hostile
// target must not make a run use 300 MB, even on a busy machine.
const soft = 224 << 20

// Start is called as the process begins.
func Start() {
	percent(starting)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(soft)
	}
}

// Serve is called before a command does its work.
func Serve() { percent(serving) }

// Run is called before the first check of a run.
func Run() { percent(running) }

func percent(n int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(n)
	}
}
