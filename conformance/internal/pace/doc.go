// Package pace decides when a run may send its next request: by the configured rate, by the waits that
// the target asks for, and by which services still answer.
package pace
