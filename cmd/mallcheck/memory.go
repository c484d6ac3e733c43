package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A run keeps every exchange, so most of what a collection looks at stays. As long
// as the process is below memoryLimit bytes, gcPercent makes collections rare.
const (
	memoryLimit = 96 << 20
	gcPercent   = 400
	beside      = 12 << 20 // what the runtime takes beside what the run holds
)

// boundMemory keeps the process near memoryLimit as long as what it holds leaves
// room for that, and lets a larger run take more, since the collector would
// otherwise do nothing but look for what is not there.
func boundMemory() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	afterEachCollection(func() {
		held := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(held)
		if held[0].Value.Kind() == metrics.KindUint64 {
			debug.SetMemoryLimit(max(memoryLimit, int64(held[0].Value.Uint64())*3/2+beside)) //nolint:gosec // no heap has 8 EiB
		}
	})
}

// afterEachCollection calls do after each garbage collection: an object that
// nothing refers to is found by the next one, and has the next such object made.
func afterEachCollection(do func()) {
	runtime.SetFinalizer(&struct{ _ [16]byte }{}, func(any) {
		do()
		afterEachCollection(do)
	})
}
