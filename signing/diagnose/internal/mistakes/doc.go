// Package mistakes is the table of mistakes that lead to a wrong sign, with the ways in which libraries
// and clients make them. Package diagnose searches it and combines the mistakes.
package mistakes
