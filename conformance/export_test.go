package conformance

// Expected is the table of expectations, for the tests that hold it to the
// catalogue of faults, which this package does not know.
var Expected = expected
