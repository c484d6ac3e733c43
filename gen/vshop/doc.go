// Package vshop is the client of the service that sells data plans for single
// SIM cards. Its requests need a sign; see package signing.
package vshop
