// Package digest prepares the facts of a run that several report formats show: causes,
// grouped deviations, the conclusion, shortened lines. It writes no format itself.
package digest
