package mistakes

import (
	"strings"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

func asIs(dst []byte, text string) []byte { return append(dst, text...) }

const (
	upperDigits = "0123456789ABCDEF"
	lowerDigits = "0123456789abcdef"
)

// percentEncodings are how libraries encode names and values of a query string, common ones first.
var percentEncodings = []struct {
	detail      string
	keep, space string
	digits      string
	usual       bool
}{
	{"with + for a space, as Python's urlencode and Go's url.Values do", "-_.~", "+", upperDigits, true},
	{"with %20 for a space, as encodeURIComponent does", "-_.!~*'()", "%20", upperDigits, true},
	{"by RFC 3986", "-_.~", "%20", upperDigits, true},
	{"as Java and URLSearchParams do", "-_.*", "+", upperDigits, false},
	{"as PHP's urlencode and http_build_query do", "-_.", "+", upperDigits, false},
	{"in lower case, as .NET does", "-_.!*()", "+", lowerDigits, false},
	{"as axios does", "-_.!~*'():$,", "+", upperDigits, false},
	{"as qs does for RFC 1738", "-_.~()", "+", upperDigits, false},
	{"as Go's url.PathEscape does", "-_.~$&+:=@", "%20", upperDigits, false},
}

func percentForm(dst []byte, text string) []byte { return percent(dst, text, "-_.~", "+", upperDigits) }

func percentScript(dst []byte, text string) []byte {
	return percent(dst, text, "-_.!~*'()", "%20", upperDigits)
}

func percentRFC(dst []byte, text string) []byte {
	return percent(dst, text, "-_.~", "%20", upperDigits)
}

func percentDotNet(dst []byte, text string) []byte {
	return percent(dst, text, "-_.!*()", "+", lowerDigits)
}

// percent encodes every character except letters, digits and those in keep.
func percent(dst []byte, text, keep, space, digits string) []byte {
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(keep, c) >= 0:
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, space...)
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

// query is the layout of a URL's query between first and last.
func query(first, last string, plain func(dst []byte, text string) []byte) jsonform.Layout {
	return jsonform.Layout{Top: [2]string{first, last}, Item: "&", Colon: "=", Plain: plain, Inner: &jsonform.Compact}
}

func queryString(s *Subject) []Variant {
	ways := []Variant{written("k=v&k=v", query("", "", asIs))}
	for _, e := range percentEncodings {
		encode := func(dst []byte, text string) []byte { return percent(dst, text, e.keep, e.space, e.digits) }
		v := written("k=v&k=v, URL-encoded "+e.detail, query("", "", encode))
		v.Rare = !e.usual
		names := query("", "", encode)
		names.PlainNames = asIs
		only := written("k=v&k=v, the values URL-encoded "+e.detail, names)
		only.Rare = true
		ways = append(ways, v, only)
	}
	quoted := jsonform.Layout{
		Item: "&", Colon: "=", Object: jsonform.Braces, Array: jsonform.Brackets, PlainNames: asIs, Inner: &jsonform.Compact,
	}
	return append(ways, rare([]Variant{
		written("k=v&k=v&", query("", "&", asIs)),
		written("?k=v&k=v", query("?", "", asIs)),
		written("k=v&k=v&key=", query("", "&key=", asIs)),
		written("k=v&k=v& URL-encoded", query("", "&", percentForm)),
		written("k=v&k=v, the values as JSON", quoted),
	})...)
}
