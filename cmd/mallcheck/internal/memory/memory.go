// Package memory says how the process trades processor time for memory. What GOGC and
// GOMEMLIMIT say takes precedence.
package memory

import (
	"os"
	"runtime/debug"
)

// Percentages of the garbage collector, as GOGC has them.
const (
	// starting lets a process reach some 16 MB before anything is collected: most commands end before that.
	starting = 400
	// running keeps a whole run below 96 MB. A run holds every exchange until its end.
	running = 20
	// serving is for everything else that takes long.
	serving = 50
)

// soft is from how many bytes on memory is collected without waiting for a percentage:
// a hostile target must not take 300 MB, also where the machine is busy.
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
