// Package signing makes and checks the two signatures of the mall API: the sign
// that a partner puts into each request, and the signature of the pushes
// that the mall sends to a partner.
//
// # The request signature
//
// All non-empty parameters of query, path and body except sign itself are written as
// one compact JSON object with sorted keys. That text is the content. Its MD5, in 32
// lower-case hexadecimal digits, is the sign (documented: page doc-1486828; proved by
// computation on the examples of pages api-42599728 and api-42599729). What the
// documentation leaves open is a field of Rules, and Catalogue lists these fields with
// their grades. The following is fixed, because no reading of the documentation contradicts it:
//
//   - Keys are sorted by their UTF-8 bytes (assumed; documented keys are ASCII).
//   - Strings are written as JavaScript's JSON.stringify writes them: non-ASCII text,
//     slashes, < > & and U+2028 raw; \b \t \n \f \r short; other control characters
//     as \u00xx in lower case (proved for raw text and slashes, otherwise assumed).
//   - Numbers and booleans keep the text they were sent with (assumed).
//   - Query values are strings, percent-decoded with + as a space (assumed).
//
// Sign, Verify and Content work on parameters, SignBody, VerifyBody and
// ContentOfBody on the text of one JSON object, and MembersOf collects the
// parameters of a request. A Signer signs requests on their way out, as a request
// editor of a generated client or as an http.RoundTripper. Text that two parties may read differently is
// an error: invalid UTF-8, lone surrogates, a byte order mark, duplicate members, repeated query
// parameters. Explain shows how a sign is made; package signing/diagnose finds out why one is wrong.
//
// # Security
//
// The request signature uses no secret. It is a checksum, not an authentication:
// anyone who can send a request can compute its sign, and a valid sign says nothing
// about the sender. MD5 does not resist deliberate collisions either. Requests are protected only by the
// transport and by whatever else the provider checks.
//
// The signature of a push is different: PushSigner and PushVerifier use HMAC-SHA1 with
// a secret key that both parties share, and compare in constant time.
//
// # Scope
//
// The package knows no operations and no paths of the API: the caller passes path
// templates. It sends nothing and judges no responses.
package signing
