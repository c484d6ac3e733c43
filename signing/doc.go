// Package signing makes and checks the two signatures of the mall API: the sign
// that a partner puts into each request, and the signature of the pushes
// that the mall sends to a partner.
//
// # The request signature
//
// All parameters of query, path and body that are not empty, but for sign
// itself, are written as one compact JSON object with its keys in order. That text
// is the content; its MD5 in 32 lower-case hexadecimal digits is the sign (documented:
// page doc-1486828; proved by computation on the examples of pages api-42599728
// and api-42599729). What the documentation leaves open is a field of Rules;
// Catalogue lists these with their grades. Fixed, because no reading of the
// documentation contradicts them, are:
//
//   - Keys are ordered by their UTF-8 bytes (assumed; documented keys are ASCII).
//   - Strings are written as JSON.stringify of JavaScript writes them: text beyond
//     ASCII, slashes, < > & and U+2028 raw, \b \t \n \f \r short, other control
//     characters \u00xx in lower case (proved for raw text and slashes, otherwise assumed).
//   - Numbers and booleans keep the text they were sent with (assumed).
//   - Query values are percent-decoded with + as a space, and are strings (assumed).
//
// Sign, Verify and Content work on parameters, SignBody, VerifyBody and
// ContentOfBody on the text of one JSON object, and MembersOf collects the
// parameters of a request. A Signer signs requests on their way out, as a request
// editor of a generated client or as an http.RoundTripper. Text that two parties may read
// differently is refused, never signed: what is not valid UTF-8, lone
// surrogates, a byte order mark, duplicate members, repeated query parameters.
//
// # Security
//
// No secret takes part in the request signature. It is a checksum, not an
// authentication: whoever can send a request can compute its sign, and a
// valid sign says nothing of who sent it. Nor does MD5 resist deliberate
// collisions. What protects a request is the transport and whatever else the
// provider checks.
//
// The signature of a push is different: PushSigner and PushVerifier use HMAC-SHA1 under
// a key that both parties keep secret, and compare in constant time.
//
// # What is left to others
//
// The package knows no operation and no path of the API: path parameters come from
// its caller, as templates. It sends nothing and judges no answer.
package signing
