package reports

// Expect is what is expected of a target that is sent a request.
type Expect string

// What can be expected. ExpectEither is expected where a request may be refused or not.
const (
	ExpectRefused  Expect = "refused"
	ExpectAccepted Expect = "accepted"
	ExpectEither   Expect = "either"
)

// Expectation is what a target is known to make of requests otherwise than the
// contract does.
type Expectation struct {
	// Operation and Mutation name the cases that it is about, each by an id or a glob.
	Operation string `json:"operation"`
	Mutation  string `json:"mutation"`
	// Expect is what the target does with them.
	Expect Expect `json:"expect"`
}
