package conformance

import "maps"

// Unchecked returns the rules of both contracts that no check tests, as reasons by id.
func Unchecked() map[string]string { return maps.Clone(unchecked) }

var unchecked = map[string]string{
	"signature/no-secret":            "the checks of correct signs imply it: nobody could compute a sign that needs a secret",
	"globals/specification-prevails": "it is about the pages; signature/path-signed is what follows from it",
	"envelope/no-server-error":       "the oracle judges the status of each answer to a valid request by it",
	"envelope/status":                "the oracle judges every status, by envelope/no-server-error, envelope/success and envelope/refusal",
	"envelope/numbers-kept":          "the oracle judges every number of every answer",
	"async/ends-in-time":             "every check that awaits a task has it as a precondition",
	"push/retries-end":               "no page says when, and a run would have to wait for it",
}
