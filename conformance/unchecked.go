package conformance

import "maps"

// Unchecked returns the rules of both contracts that no check is about, by id, each
// with the reason.
func Unchecked() map[string]string { return maps.Clone(unchecked) }

var unchecked = map[string]string{
	"signature/no-secret":            "the checks that right signs are accepted show it: a sign with a secret in it could not be made",
	"globals/specification-prevails": "it is about the pages; signature/path-signed is what follows from it",
	"errors/no-server-error":         "the oracle judges the status of each answer to an invalid request by it",
	"envelope/status":                "the oracle judges each status, by envelope/no-server-error, envelope/success and envelope/refusal",
	"envelope/numbers-kept":          "the oracle judges each number of each answer by it",
	"async/ends-in-time":             "every check that awaits a task has it as a precondition",
	"async/basic-validation-at-once": "no page says what is basic; that each mistake is refused in the answer itself is what its own check requires",
	"push/retries-end":               "no page says when, and it would have to be waited for",
}
