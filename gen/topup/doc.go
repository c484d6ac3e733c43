// Package topup is the client of the service that puts SIM cards into plan
// groups and tells what became of them. Its requests need a sign; see package
// signing.
package topup
