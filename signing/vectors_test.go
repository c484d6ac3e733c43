package signing_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/vectors"
)

// reasons are the words of this package's errors for each reason that a vector gives. They
// keep a vector from passing because something else is wrong with it.
var reasons = map[string][]string{
	"repeated parameter":         {"duplicate member", "is repeated", "has different values in two parts"},
	"not one JSON object":        {"expected", "malformed number", "escape", "control character", "byte order mark", "unterminated"},
	"not valid UTF-8":            {"not valid UTF-8"},
	"lone surrogate":             {"surrogate"},
	"malformed percent-encoding": {"invalid URL escape"},
	"unknown key or algorithm":   {signing.ErrPushKey.Error(), signing.ErrPushAlgorithm.Error(), signing.ErrPushHeader.Error()},
}

func TestRequestVectors(t *testing.T) {
	for _, v := range requestVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			members, rules, err := received(v)
			var content []byte
			if err == nil {
				content, err = signing.Content(members, rules)
			}
			if v.Error != "" {
				wantReason(t, err, v.Error)
				return
			}
			if err != nil {
				t.Fatalf("nothing was signed: %v", err)
			}
			if string(content) != v.Content {
				t.Errorf("content is\n%s\nnot\n%s", content, v.Content)
			}
			checkSign(t, v, members, rules)
		})
	}
}

// checkSign holds Sign, Verify and their forms for whole bodies to a vector that can be signed.
func checkSign(t *testing.T, v vectors.RequestVector, members []signing.Member, rules signing.Rules) {
	t.Helper()
	sign, err := signing.Sign(members, rules)
	if err != nil {
		t.Fatal(err)
	}
	if (sign == v.Sign) != v.Verifies {
		t.Errorf("sign is %s, the vector has %s, which verifies: %v", sign, v.Sign, v.Verifies)
	}
	err = signing.Verify(members, v.Sign, rules)
	if v.Verifies && err != nil {
		t.Errorf("the right sign was refused: %v", err)
	}
	if !v.Verifies && !errors.Is(err, signing.ErrMismatch) {
		t.Errorf("a sign with the mistake %s was answered with %v", v.Mistake, err)
	}
	if raw := body(t, v.Vector); len(raw) > 0 && v.Template == "" && v.Query == "" {
		whole, err := signing.SignBody(raw, rules)
		if err != nil || whole != sign {
			t.Errorf("from body bytes the sign is %s (%v), from members %s", whole, err, sign)
		}
	}
	if text, ok := wrongContent(t, v.Vector); ok {
		if sum := md5.Sum(text); hex.EncodeToString(sum[:]) != v.Sign {
			t.Errorf("the wrong content does not have the wrong sign")
		}
	}
}

func TestPushVectors(t *testing.T) {
	for _, v := range pushVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			verifier := pushVerifier(t, v)
			header := make(http.Header)
			for name, value := range v.Headers {
				header.Set(name, value)
			}
			header.Set(signing.HeaderPushSignature, v.Sign)
			raw := body(t, v.Vector)
			err := verifier.Verify(header, raw)
			if v.Error != "" {
				wantReason(t, err, v.Error)
				return
			}
			if v.Verifies && err != nil {
				t.Errorf("the right signature was refused: %v", err)
			}
			if !v.Verifies && !errors.Is(err, signing.ErrMismatch) && !errors.Is(err, signing.ErrPushHeader) {
				t.Errorf("a signature with the mistake %s was answered with %v", v.Mistake, err)
			}
			content, err := signing.PushContent(raw, v.Headers[signing.HeaderPushVersion],
				v.Headers[signing.HeaderPushAlgorithm], v.Headers[signing.HeaderPushTimestamp], verifier.Join)
			if err != nil || string(content) != v.Content {
				t.Errorf("content is\n%s\nnot\n%s\n(%v)", content, v.Content, err)
			}
			checkWrongPush(t, v, verifier)
		})
	}
}

// checkWrongPush makes sure that a wrong signature is that of the wrong content under the right key.
func checkWrongPush(t *testing.T, v vectors.PushVector, verifier *signing.PushVerifier) {
	t.Helper()
	text, ok := wrongContent(t, v.Vector)
	if !ok {
		return
	}
	keyID, signature, _ := strings.Cut(v.Sign, "/")
	mac := hmac.New(sha1.New, verifier.Keys[keyID])
	mac.Write(text)
	if base64.StdEncoding.EncodeToString(mac.Sum(nil)) != signature {
		t.Errorf("the wrong content does not have the wrong signature")
	}
}

func requestVectors(t testing.TB) []vectors.RequestVector {
	t.Helper()
	all, err := vectors.Request()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func pushVectors(t testing.TB) []vectors.PushVector {
	t.Helper()
	all, err := vectors.Push()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func body(t testing.TB, v vectors.Vector) []byte {
	t.Helper()
	raw, err := v.RawBody()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// wrongContent returns what the vector's mistake signs, and whether the vector says so.
func wrongContent(t testing.TB, v vectors.Vector) ([]byte, bool) {
	t.Helper()
	if v.WrongContentHex != "" {
		text, err := hex.DecodeString(v.WrongContentHex)
		if err != nil {
			t.Fatal(err)
		}
		return text, true
	}
	if v.WrongContent == nil {
		return nil, false
	}
	return []byte(*v.WrongContent), true
}

// received takes the vector's request apart as a server does.
func received(v vectors.RequestVector) ([]signing.Member, signing.Rules, error) {
	rules := signing.Default()
	parts, err := signing.ParseParts(strings.Join(v.Parts, ","))
	if err != nil {
		return nil, rules, err
	}
	rules.Parts = parts
	raw, err := v.RawBody()
	if err != nil {
		return nil, rules, err
	}
	address, err := url.Parse("http://127.0.0.1/base" + v.Path + "?" + v.Query)
	if err != nil {
		return nil, rules, err
	}
	members, err := signing.MembersOf(v.Method, address, raw, templates(v), parts)
	return members, rules, err
}

func templates(v vectors.RequestVector) []string {
	if v.Template == "" {
		return nil
	}
	return []string{v.Template}
}

// pushVerifier is a receiver with the vector's keys and settings that takes any timestamp.
func pushVerifier(t testing.TB, v vectors.PushVector) *signing.PushVerifier {
	t.Helper()
	join, known := map[string]signing.PushJoin{
		"{body}:{version}:{algo}:{timestamp}":  signing.JoinBodyColonHeaders,
		"{version}:{algo}:{timestamp}:{body}":  signing.JoinHeadersColonBody,
		"{body}{version}:{algo}:{timestamp}":   signing.JoinBodyHeaders,
		"{version}:{algo}:{timestamp}{body}":   signing.JoinHeadersBody,
		"{body}\n{version}:{algo}:{timestamp}": signing.JoinBodyNewlineHeaders,
		"{version}:{algo}:{timestamp}\n{body}": signing.JoinHeadersNewlineBody,
	}[v.Join]
	if !known {
		t.Fatalf("join %q is none that the package knows", v.Join)
	}
	encoding, err := signing.ParsePushEncoding(v.Encoding)
	if err != nil {
		t.Fatal(err)
	}
	verifier := &signing.PushVerifier{Keys: map[string][]byte{}, Tolerance: -1, Join: join, Encoding: encoding}
	for id, digits := range v.Keys {
		if verifier.Keys[id], err = hex.DecodeString(digits); err != nil {
			t.Fatal(err)
		}
	}
	return verifier
}

// wantReason checks that err is there and says what the vector says.
func wantReason(t testing.TB, err error, reason string) {
	t.Helper()
	if err == nil {
		t.Fatalf("it was signed, although: %s", reason)
	}
	if !slices.ContainsFunc(reasons[reason], func(words string) bool { return strings.Contains(err.Error(), words) }) {
		t.Errorf("the error is %q, which does not say: %s", err, reason)
	}
}
