// Package quiet keeps net/http from logging what a server sends without being asked.
//
// http.Transport prints the bytes that arrive on an idle connection through package log, and has no
// setting against it. The bytes may be secret, and the log belongs to the program. The connections of
// this package end instead, as if the server had closed them, and such bytes are never taken for the
// answer to a later request.
//
// HTTP/2 is left alone: what net/http logs of it contains no bytes of the server. One case remains: bytes
// in the same TLS record as the answer before them, from behind an HTTP proxy, are logged.
package quiet
