// Package excerpt shows the part of a long text that matters on one line.
package excerpt
