// Package wire has the requests of a run in a form that edits can change, and reads the
// responses leniently, so that one malformed field does not hide the others. It sends
// nothing and judges nothing: session sends, oracle judges.
package wire
