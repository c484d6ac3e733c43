// Package excerpt shows the relevant part of a long text on one line.
package excerpt
