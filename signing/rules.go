package signing

import "strings"

// Parts is the set of request parts whose parameters are signed.
type Parts uint8

// The parts of a request. Their textual names are "query", "path" and "body".
const (
	Query Parts = 1 << iota
	Path
	Body
)

// AllParts are the parts that the provider's global specification names: query, path and body.
const AllParts = Query | Path | Body

// Has reports whether every part in other is in p.
func (p Parts) Has(other Parts) bool { return p&other == other }

// String returns the names of the parts, comma-separated, in the order query, path, body.
func (p Parts) String() string {
	var names []string
	for _, part := range []struct {
		bit  Parts
		name string
	}{{Query, "query"}, {Path, "path"}, {Body, "body"}} {
		if p.Has(part.bit) {
			names = append(names, part.name)
		}
	}
	return strings.Join(names, ",")
}

// Empty decides which values count as empty and are left out of the content.
type Empty uint8

const (
	// EmptyStringOrNull leaves out "" (documented) and null (assumed).
	EmptyStringOrNull Empty = iota
	// EmptyStringOnly leaves out "" but writes null.
	EmptyStringOnly
	// EmptyContainersToo leaves out "", null, [] and {}.
	EmptyContainersToo
	// EmptyNothing leaves nothing out.
	EmptyNothing
)

// HexCase is the letter case of the sign's hexadecimal digits.
type HexCase uint8

const (
	// LowerHex is the documented case.
	LowerHex HexCase = iota
	// UpperHex is what some servers expect instead.
	UpperHex
)

// Nested decides how objects below the top level are written.
type Nested uint8

const (
	// NestedAsSent keeps the member order that was sent (assumed).
	NestedAsSent Nested = iota
	// NestedSorted sorts the members of objects at every depth.
	NestedSorted
)

// Rules decide how a sign is made. The zero value of each field except Parts is the
// contract's rule; Default returns all of them.
type Rules struct {
	// Parts are the parts of a request that are signed.
	Parts Parts
	// Empty decides which values are left out.
	Empty Empty
	// Hex is the letter case of the sign.
	Hex HexCase
	// Nested decides how nested objects are written.
	Nested Nested
}

// Default returns the rules of the contract: query, path and body are signed,
// "" and null are left out, lower-case hex, nested values as sent.
func Default() Rules { return Rules{Parts: AllParts} }

// Member is one parameter of a request as it is sent.
type Member struct {
	// Name is the parameter's name, decoded: no escapes.
	Name string
	// Value is the value's JSON text exactly as sent. A query or path
	// parameter is a JSON string.
	Value []byte
}
