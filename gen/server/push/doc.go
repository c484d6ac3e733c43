// Package push is the server side of the push that tells a partner of a
// finished top-up: the operation that a partner's receiver implements, and its
// handler. It checks no signature, for which the body is needed as it was sent:
// signing.PushVerifier does, in a handler in front of this one. The path is a
// stand-in: a receiver may serve the operation wherever the partner has told
// the provider to send it.
package push
