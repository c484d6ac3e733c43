// Package diagnose finds out why a sign is wrong: which known mistake, or which
// combination of mistakes, leads from a request to exactly the sign that was sent.
//
// Making the sign itself is left to package signing. This package depends on
// golang.org/x/text for character sets, which partners who only sign do not need.
package diagnose
