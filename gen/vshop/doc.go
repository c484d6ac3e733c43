// Package vshop is the client of the service that sells data plans for single
// SIM cards: plans, orders and auto-renewals. Its requests need a sign; see
// package signing.
package vshop
