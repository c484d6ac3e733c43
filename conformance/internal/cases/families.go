package cases

// The families of mutations.
const (
	famMissing      = "missing"           // a required parameter or member is left out
	famLeftOut      = "left-out"          // an optional parameter or member is left out
	famPutIn        = "put-in"            // an optional parameter or member is sent
	famNull         = "null"              // a member is null
	famEmpty        = "empty"             // a text is empty
	famType         = "wrong-type"        // a value has another JSON type
	famNumber       = "number"            // a text is written as a number
	famMinLength    = "min-length"        // a text has the minimum length, or one less
	famMaxLength    = "max-length"        // a text has the maximum length, or one more
	famPattern      = "pattern-broken"    // a text breaks its pattern
	famEdge         = "pattern-met"       // a text barely matches its pattern
	famEnum         = "enum"              // a value is in an enum, or outside it
	famLetterCase   = "letter-case"       // a known value is in another letter case
	famKnown        = "known-value"       // a documented value
	famOther        = "other-value"       // a well-formed value that is unknown
	famOverLong     = "over-long"         // a text is longer than any server expects
	famControl      = "control-character" // a text contains a control character
	famNonASCII     = "non-ascii"         // a text contains non-ASCII characters
	famSpace        = "space"             // a text starts or ends with a space
	famItems        = "items"             // an array has few or many items
	famRepeated     = "repeated-item"     // an array has the same item twice
	famNumberBound  = "bound"             // a number is at a bound, or one step beyond it
	famDuplicate    = "duplicate"         // a member or query parameter is sent twice
	famUnknown      = "unknown-member"    // the body has a member that the contract does not have
	famUnknownQuery = "unknown-parameter" // the query has a parameter that the contract does not have
	famMalformed    = "malformed"         // the body is not JSON text
	famTrailing     = "trailing-data"     // something follows the object
	famEmptyBody    = "empty-body"        // there is no body
	famTopLevel     = "top-level"         // the body is JSON but not an object
	famUTF8         = "invalid-utf-8"     // the body is not UTF-8
	famWhiteSpace   = "white-space"       // the body has white space between its members
	famLargeBody    = "large-body"        // the body has 1 MB
	famDeep         = "deep-nesting"      // values are nested deeply
	famMedia        = "media-type"        // the Content-Type is not JSON
	famCharset      = "charset"           // the media type has a parameter
	famMethod       = "method"            // the method is wrong
	famSlash        = "trailing-slash"    // the path ends in a slash
	famExample      = "example"           // the request is one of the document's examples
	famValid        = "valid"             // the request is a valid one
)
