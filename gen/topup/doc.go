// Package topup is the client of the service that puts SIM cards into plan
// groups, tells what became of them, and looks orders up. Its requests need a
// sign; see package signing.
package topup
