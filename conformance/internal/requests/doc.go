// Package requests builds a valid request of each operation from the settings of a target
// and the values of a check. It neither signs nor sends: session does.
package requests
