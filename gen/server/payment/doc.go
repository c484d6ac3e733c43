// Package payment is the server side of the service that takes the money for
// orders: the operations to implement and their handler. It checks no sign and
// no constraint, and its default errors are plain text: a server that keeps the
// contract gives it error handlers that answer in the envelope.
package payment
