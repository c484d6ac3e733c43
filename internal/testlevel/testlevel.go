// Package testlevel sorts tests by how long they take:
//
//	go test -short ./...              what an edit can break; seconds
//	go test ./...                     everything but the long proofs; minutes
//	LONG_TESTS=1 go test ./...        everything; make verify
//
// The table in CONTRIBUTING says which proof runs where.
package testlevel

import (
	"os"
	"testing"
)

// Variable is the environment variable that turns the long proofs on when it is not empty.
const Variable = "LONG_TESTS"

// Pick returns one of three values: for go test -short, for plain go test, and with the long proofs.
func Pick[T any](short, plain, long T) T {
	switch {
	case testing.Short():
		return short
	case os.Getenv(Variable) != "":
		return long
	}
	return plain
}

// Plain skips a test under -short.
func Plain(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs without -short")
	}
}

// Long skips a test unless the long proofs are on.
func Long(t testing.TB) {
	t.Helper()
	if !Pick(false, false, true) {
		t.Skip("a long proof: set " + Variable + "=1, as make verify does")
	}
}
