// Package topup is the server side of the service that puts SIM cards into
// plan groups, tells what became of them, and looks orders up: the operations to
// implement and their handler. It checks no sign and no constraint, and its
// default errors are plain text: a server that keeps the contract gives it error
// handlers that answer in the envelope.
package topup
