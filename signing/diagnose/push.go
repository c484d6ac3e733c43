package diagnose

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// PushRules are the rules by which a push should be signed.
type PushRules struct {
	// Keys are the secrets that may be used, by key id.
	Keys     map[string][]byte
	Join     signing.PushJoin
	Encoding signing.PushEncoding
}

// PushDiagnosis names the combination of rules that produced the signature of a push.
type PushDiagnosis struct {
	// Right is set if the signature is right under the rules.
	Right bool
	// Found is set if some combination produces the signature. The fields below are set then.
	Found bool
	// Join and Encoding are those of the combination; they may equal the expected ones.
	Join     signing.PushJoin
	Encoding signing.PushEncoding
	// Other lists, in clauses, the differences that no setting of a target or receiver covers.
	Other []string

	rules PushRules
}

// Push finds the combination of join, encoding, body, key and hash that produced the signature of a
// push. Combinations closest to the rules are tried first. The result never contains a key.
func Push(header http.Header, body []byte, rules PushRules) PushDiagnosis {
	d := PushDiagnosis{Join: rules.Join, Encoding: rules.Encoding, rules: rules}
	keyID, signature, found := strings.Cut(header.Get(signing.HeaderPushSignature), "/")
	if !found {
		keyID, signature = "", header.Get(signing.HeaderPushSignature)
	}
	s := pushSearch{header: header, found: &d}
	for _, spelling := range pushSpellings {
		if mac, ok := spelling.read(signature); ok {
			s.candidates = append(s.candidates, pushCandidate{mac, spelling})
		}
	}
	for _, key := range pushKeys(rules.Keys, keyID) {
		for _, text := range pushBodies(body) {
			if s.tryHashes(key, text) {
				d.Found = true
				d.Right = d.Join == rules.Join && d.Encoding == rules.Encoding && len(d.Other) == 0
				return d
			}
		}
	}
	return d
}

// Line returns the diagnosis as one clause.
func (d PushDiagnosis) Line() string {
	var settings []string
	if d.Join != d.rules.Join {
		settings = append(settings, "push-join "+d.Join.String())
	}
	if d.Encoding != d.rules.Encoding {
		settings = append(settings, "push-encoding "+d.Encoding.String())
	}
	switch {
	case d.Right:
		return "the signature is right"
	case !d.Found:
		return "no known combination of join, encoding, key and hash produces this signature"
	case len(d.Other) == 0:
		return "the signature is right with " + strings.Join(settings, " and ") + ": change the settings if the mall signs that way"
	case len(settings) > 0:
		return "the signature matches if " + strings.Join(d.Other, " and ") + ", with " + strings.Join(settings, " and ")
	}
	return "the signature matches if " + strings.Join(d.Other, " and ")
}

// String is Line.
func (d PushDiagnosis) String() string { return d.Line() }

// pushSpelling is a way to encode a MAC.
type pushSpelling struct {
	encoding signing.PushEncoding
	other    string // describes an encoding that is not a setting
	read     func(text string) (mac []byte, ok bool)
}

// pushSpellings are tried in this order: encodings that are settings come first.
var pushSpellings = []pushSpelling{
	{signing.EncodingBase64, "", exactly(base64.StdEncoding.DecodeString, base64.StdEncoding.EncodeToString)},
	{signing.EncodingBase64URL, "", exactly(base64.RawURLEncoding.DecodeString, base64.RawURLEncoding.EncodeToString)},
	{signing.EncodingHex, "", exactly(hex.DecodeString, hex.EncodeToString)},
	{signing.EncodingHexUpper, "", exactly(hex.DecodeString, func(mac []byte) string { return strings.ToUpper(hex.EncodeToString(mac)) })},
	{0, "it is in Base64 without padding", exactly(base64.RawStdEncoding.DecodeString, base64.RawStdEncoding.EncodeToString)},
	{0, "it is in Base64 for URLs with padding", exactly(base64.URLEncoding.DecodeString, base64.URLEncoding.EncodeToString)},
	{0, "it is the Base64 of hexadecimal digits", func(text string) ([]byte, bool) {
		digits, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, false
		}
		mac, err := hex.DecodeString(string(digits))
		return mac, err == nil
	}},
}

// exactly decodes only a text that encodes back to itself.
func exactly(decode func(string) ([]byte, error), encode func([]byte) string) func(string) ([]byte, bool) {
	return func(text string) ([]byte, bool) {
		mac, err := decode(text)
		return mac, err == nil && len(mac) > 0 && encode(mac) == text
	}
}

// alternative is a text or key, with a description if it is not the expected one.
type alternative struct {
	value []byte
	other string
}

// pushKeys lists the keys that may have been used, the one that the push names first.
func pushKeys(keys map[string][]byte, keyID string) (all []alternative) {
	add := func(key []byte, other string) {
		and := func(more string) string { return strings.TrimPrefix(other+" and "+more, " and ") }
		all = append(all, alternative{key, other},
			alternative{[]byte(hex.EncodeToString(key)), and("the hexadecimal digits of the key are used as its bytes")},
			alternative{[]byte(strings.ToUpper(hex.EncodeToString(key))),
				and("the hexadecimal digits of the key, in upper case, are used as its bytes")})
		if decoded, err := base64.StdEncoding.DecodeString(string(key)); err == nil && len(decoded) > 0 {
			all = append(all, alternative{decoded, and("the key is decoded from Base64 once more")})
		}
	}
	if key := keys[keyID]; len(key) > 0 {
		add(key, "")
	}
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		if key := keys[id]; id != keyID && len(key) > 0 {
			add(key, fmt.Sprintf("the key is the one with the id %q", id))
		}
	}
	return append(all, alternative{nil, "the key is empty"})
}

// pushBodies lists the forms of the body that may have been signed.
func pushBodies(body []byte) []alternative {
	all := []alternative{{nil, ""}}
	known := map[string]bool{}
	add := func(text []byte, other string) {
		if !known[string(text)] {
			known[string(text)] = true
			all = append(all, alternative{text, other})
		}
	}
	if sorted, err := signing.PushContent(body, "", "", "", signing.JoinBodyHeaders); err == nil {
		known[string(bytes.TrimSuffix(sorted, []byte("::")))] = true
		all[0].value = bytes.TrimSuffix(sorted, []byte("::"))
	} else {
		all = nil
	}
	add(body, "the body is signed as it was sent")
	members, err := signing.ParseMembers(body)
	if err != nil {
		return all
	}
	for _, way := range []struct {
		rules signing.Rules
		other string
	}{
		{signing.Rules{Empty: signing.EmptyNothing, Nested: signing.NestedSorted}, "the members of nested objects are sorted, too"},
		{signing.Rules{}, "empty members are left out"},
		{signing.Rules{Empty: signing.EmptyStringOnly}, "empty strings are left out"},
	} {
		if text, err := signing.Content(members, way.rules); err == nil {
			add(text, way.other)
		}
	}
	top := &jsonform.Node{Kind: jsonform.KindObject}
	for _, m := range members {
		top.Names, top.Items = append(top.Names, m.Name), append(top.Items, jsonform.Parse(m.Value))
	}
	add([]byte(top.CompactText()), "the members are not sorted")
	for _, order := range []*jsonform.Node{top, top.Sorted()} {
		w := jsonform.Writer{Escapes: &jsonform.PythonEscapes, Limit: 1 << 30}
		spaced := jsonform.JSONLayout(", ", ": ")
		w.Value(&spaced, order, 1)
		add(w.Out, "the body is written with Python's json.dumps")
	}
	add(nil, "the body is not signed")
	return all
}

// pushHashes are the algorithms that the documentation names or may add later.
var pushHashes = []struct {
	new   func() hash.Hash
	other string
}{
	{sha1.New, ""},
	{sha256.New, "the hash is SHA-256"},
	{md5.New, "the hash is MD5"},
	{sha512.New, "the hash is SHA-512"},
}

// pushSearch compares one signature with those that combinations produce.
type pushSearch struct {
	header     http.Header
	found      *PushDiagnosis
	candidates []pushCandidate
}

// pushCandidate is a MAC that the signature may encode.
type pushCandidate struct {
	mac []byte
	pushSpelling
}

// pushJoins lists the joins, the expected one first.
func pushJoins(expected signing.PushJoin) []signing.PushJoin {
	all := []signing.PushJoin{expected}
	for join := signing.JoinBodyColonHeaders; join <= signing.JoinHeadersNewlineBody; join++ {
		if join != expected {
			all = append(all, join)
		}
	}
	return all
}

// tryHashes reports whether some hash of a body under a key produces the signature.
func (s *pushSearch) tryHashes(key, body alternative) bool {
	version := s.header.Get(signing.HeaderPushVersion)
	timestamp := s.header.Get(signing.HeaderPushTimestamp)
	algorithm := s.header.Get(signing.HeaderPushAlgorithm)
	algorithms := []alternative{{[]byte(algorithm), ""}}
	for _, other := range []string{"HMAC-SHA1", "hmac-sha1", "sha1"} {
		if other != algorithm {
			algorithms = append(algorithms, alternative{[]byte(other), fmt.Sprintf("the algorithm is signed as %q", other)})
		}
	}
	for _, h := range pushHashes {
		for _, named := range algorithms {
			headers := version + ":" + string(named.value) + ":" + timestamp
			for _, join := range pushJoins(s.found.rules.Join) {
				if s.fits(h.new, key.value, join.Of(body.value, headers)) {
					s.found.Join = join
					s.other(key.other, body.other, h.other, named.other)
					return true
				}
			}
		}
		if s.fits(h.new, key.value, body.value) {
			s.other(key.other, body.other, h.other, "the headers are not signed")
			return true
		}
	}
	return false
}

// fits reports whether the MAC of a text is that of the signature.
func (s *pushSearch) fits(newHash func() hash.Hash, key, text []byte) bool {
	mac := hmac.New(newHash, key)
	mac.Write(text)
	sum := mac.Sum(nil)
	for _, c := range s.candidates {
		if bytes.Equal(sum, c.mac) {
			if c.other == "" {
				s.found.Encoding = c.encoding
			}
			s.other(c.other)
			return true
		}
	}
	return false
}

// other records the differences.
func (s *pushSearch) other(clauses ...string) {
	for _, clause := range clauses {
		if clause != "" {
			s.found.Other = append(s.found.Other, clause)
		}
	}
}
