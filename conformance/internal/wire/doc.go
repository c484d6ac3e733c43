// Package wire has requests in a form that edits can change, and reads responses leniently, so that one
// malformed field does not hide the others. It sends nothing and judges nothing: session sends, oracle
// judges.
package wire
