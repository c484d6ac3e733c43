package conformance

import "maps"

// Unchecked returns the rules of both contracts that no check is about, by id, each
// with the reason.
func Unchecked() map[string]string { return maps.Clone(unchecked) }

var unchecked = map[string]string{
	"signature/no-secret":                     "the checks that right signs are accepted show it: a sign with a secret in it could not be made",
	"globals/specification-prevails":          "it is about the pages; signature/path-signed is what follows from it",
	"errors/no-server-error":                  "the oracle judges the status of each answer to an invalid request by it",
	"envelope/status":                         "the oracle judges each status, by envelope/no-server-error, envelope/success and envelope/refusal",
	"envelope/numbers-kept":                   "the oracle judges each number of each answer by it",
	"async/ends-in-time":                      "every check that awaits a task has it as a precondition",
	"async/basic-validation-at-once":          "no page says what is basic; that each mistake is refused in the answer itself is what its own check requires",
	"push/signature-covers-headers":           "push/signature-verifies requires it: a signature that does not cover them verifies under no rule of ours",
	"push/signature-covers-body":              "push/signature-verifies requires it, for the same reason",
	"push/retries-end":                        "no page says when, and it would have to be waited for",
	"push/receiver-takes-a-right-push":        receiver,
	"push/receiver-refuses-a-wrong-signature": receiver,
	"push/receiver-refuses-a-tampered-push":   receiver,
	"push/receiver-refuses-a-missing-header":  receiver,
	"push/receiver-refuses-an-old-push":       receiver,
	"push/receiver-takes-a-repeated-push":     receiver,
}

const receiver = "it is about the partner's receiver, and a run tests the mall"
