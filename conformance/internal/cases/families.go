package cases

// The families of mutations.
const (
	famMissing      = "missing"           // a required parameter or member is left out
	famLeftOut      = "left-out"          // an optional one is left out
	famPutIn        = "put-in"            // an optional one is sent
	famNull         = "null"              // a member is null
	famEmpty        = "empty"             // a text is empty
	famType         = "wrong-type"        // a value has another JSON type
	famNumber       = "number"            // a text is written as a number
	famMinLength    = "min-length"        // a text is as short as it may be, or shorter by one
	famMaxLength    = "max-length"        // a text is as long as it may be, or longer by one
	famPattern      = "pattern-broken"    // a text breaks its pattern
	famEdge         = "pattern-met"       // a text meets its pattern at an edge
	famEnum         = "enum"              // a value is one of an enum, or none
	famLetterCase   = "letter-case"       // a value of a known set is in another letter case
	famKnown        = "known-value"       // a value that the documentation names
	famOther        = "other-value"       // a well-formed value that names nothing that is known
	famOverLong     = "over-long"         // a text is longer than any server expects
	famControl      = "control-character" // a text has a control character in it
	famNonASCII     = "non-ascii"         // a text has characters beyond ASCII in it
	famSpace        = "space"             // a text has a space before or behind it
	famItems        = "items"             // an array has few or many items
	famRepeated     = "repeated-item"     // an array has the same item twice
	famNumberBound  = "bound"             // a number is as small or as large as it may be, or one step beyond
	famDuplicate    = "duplicate"         // a member or query parameter is sent twice
	famUnknown      = "unknown-member"    // the body has a member that the contract does not have
	famUnknownQuery = "unknown-parameter" // the query has a parameter that the contract does not have
	famMalformed    = "malformed"         // the body is not JSON text
	famTrailing     = "trailing-data"     // something stands behind the object
	famEmptyBody    = "empty-body"        // there is no body
	famTopLevel     = "top-level"         // the body is JSON and no object
	famUTF8         = "invalid-utf-8"     // the body is no UTF-8
	famWhiteSpace   = "white-space"       // the body has white space between its members
	famLargeBody    = "large-body"        // the body has 1 MB
	famDeep         = "deep-nesting"      // values are nested deeply
	famMedia        = "media-type"        // the body is announced as something else
	famCharset      = "charset"           // the media type has a parameter
	famMethod       = "method"            // the method is another one
	famSlash        = "trailing-slash"    // the path has a slash behind it
	famExample      = "example"           // the request is one of the document's examples
	famValid        = "valid"             // the request is a valid one
)
