package reports

// Expect is the expected reaction of a target to a request.
type Expect string

// The expectations. ExpectEither means that the request may be accepted or refused.
const (
	ExpectRefused  Expect = "refused"
	ExpectAccepted Expect = "accepted"
	ExpectEither   Expect = "either"
)

// Expectation is a known difference between the target's reaction to requests and the contract's.
type Expectation struct {
	// Operation and Mutation select the cases, each by an id or a glob.
	Operation string `json:"operation"`
	Mutation  string `json:"mutation"`
	// Expect is the target's reaction to them.
	Expect Expect `json:"expect"`
}
