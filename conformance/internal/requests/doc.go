// Package requests builds a valid request of each operation from the settings of a target and the values
// of a check. Package session signs and sends it.
package requests
