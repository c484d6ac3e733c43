// Package mistakes is the table of mistakes that lead to a wrong sign, with the ways in which
// libraries and clients make them. It searches nothing: package diagnose combines them.
package mistakes
