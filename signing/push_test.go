package signing

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	pushTime = 1645683857572
	pushBody = `{"z": "", "orderNo":"1\/2","a":{"y":1,"x":null},"sign":"s"}`
	// pushSorted is pushBody with its top-level members in order; nothing is left out.
	pushSorted = `{"a":{"y":1,"x":null},"orderNo":"1/2","sign":"s","z":""}`
	pushText   = "1.0:HMAC-SHA1:1645683857572"
)

var pushKey = []byte("\x00\x01secret")

func pushClock() time.Time { return time.UnixMilli(pushTime) }

func testPushSigner() *PushSigner {
	return &PushSigner{KeyID: "key1", Key: pushKey, Now: pushClock}
}

func testPushVerifier() *PushVerifier {
	return &PushVerifier{Keys: map[string][]byte{"old": []byte("x"), "key1": pushKey, "none": {}}, Now: pushClock}
}

func signedPush(t *testing.T, s *PushSigner) http.Header {
	t.Helper()
	header := http.Header{}
	if err := s.SignHeader(header, []byte(pushBody)); err != nil {
		t.Fatal(err)
	}
	return header
}

func TestPushSignerHeaders(t *testing.T) {
	mac := hmac.New(sha1.New, pushKey)
	mac.Write([]byte(pushSorted + ":" + pushText))
	for name, want := range map[string]string{
		"x-lf-notification-version": "1.0",
		"x-lf-algo":                 "HMAC-SHA1",
		"x-lf-timestamp":            "1645683857572",
		"x-lf-signature":            "key1/" + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	} {
		if got := signedPush(t, testPushSigner()).Get(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestPushContent(t *testing.T) {
	for join, want := range map[PushJoin]string{
		JoinBodyColonHeaders:   pushSorted + ":" + pushText,
		JoinHeadersColonBody:   pushText + ":" + pushSorted,
		JoinBodyHeaders:        pushSorted + pushText,
		JoinHeadersBody:        pushText + pushSorted,
		JoinBodyNewlineHeaders: pushSorted + "\n" + pushText,
		JoinHeadersNewlineBody: pushText + "\n" + pushSorted,
	} {
		got, err := PushContent([]byte(pushBody), PushVersion, PushAlgorithm, "1645683857572", join)
		if err != nil || string(got) != want {
			t.Errorf("%v: %s, error %v, want %s", join, got, err, want)
		}
	}
}

func TestPushEncodings(t *testing.T) {
	for encoding, want := range map[PushEncoding]string{
		EncodingBase64: "+/8=", EncodingBase64URL: "-_8", EncodingHex: "fbff", EncodingHexUpper: "FBFF",
	} {
		if got := encoding.encode([]byte{0xfb, 0xff}); got != want {
			t.Errorf("%v: %s, want %s", encoding, got, want)
		}
	}
}

// Under every join and encoding a push is accepted by a verifier with the same settings, and by no other.
func TestPushRoundTrip(t *testing.T) {
	var accepted int
	for join := range PushJoin(len(joinNames)) {
		for encoding := range PushEncoding(len(encodingNames)) {
			s := testPushSigner()
			s.Join, s.Encoding = join, encoding
			header := signedPush(t, s)
			for otherJoin := range PushJoin(len(joinNames)) {
				for otherEncoding := range PushEncoding(len(encodingNames)) {
					v := testPushVerifier()
					v.Join, v.Encoding = otherJoin, otherEncoding
					err := v.Verify(header, []byte(pushBody))
					if same := join == otherJoin && encoding == otherEncoding; same && err != nil || !same && !errors.Is(err, ErrMismatch) {
						t.Errorf("%v %v verified as %v %v: %v", join, encoding, otherJoin, otherEncoding, err)
					}
					if err == nil {
						accepted++
					}
				}
			}
		}
	}
	if want := len(joinNames) * len(encodingNames); accepted != want {
		t.Errorf("%d accepted, want %d", accepted, want)
	}
}

// The order of the body's top-level members does not matter, everything else does.
func TestPushVerifierBody(t *testing.T) {
	header := signedPush(t, testPushSigner())
	for _, c := range []struct {
		name, body string
		want       error
	}{
		{"as signed", pushBody, nil},
		{"sorted", pushSorted, nil},
		{"another order", `{"sign":"s","a":{"y":1,"x":null},"z":"","orderNo":"1/2"}`, nil},
		{"another nested order", strings.Replace(pushSorted, `"y":1,"x":null`, `"x":null,"y":1`, 1), ErrMismatch},
		{"another value", strings.Replace(pushSorted, "1/2", "1/3", 1), ErrMismatch},
		{"without the empty member", strings.Replace(pushSorted, `,"z":""`, "", 1), ErrMismatch},
		{"without sign", strings.Replace(pushSorted, `,"sign":"s"`, "", 1), ErrMismatch},
		{"no body", "", ErrPushBody},
		{"array", "[]", ErrPushBody},
		{"duplicate", `{"a":1,"a":2}`, ErrPushBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := testPushVerifier().Verify(header, []byte(c.body))
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestPushVerifierHeaders(t *testing.T) {
	signature := signedPush(t, testPushSigner()).Get(HeaderPushSignature)
	for _, c := range []struct {
		name, header, value string
		want                error
		says                string
	}{
		{"no version", HeaderPushVersion, "", ErrPushHeader, "x-lf-notification-version is missing"},
		{"another version", HeaderPushVersion, "2.0", ErrMismatch, ""},
		{"no algorithm", HeaderPushAlgorithm, "", ErrPushHeader, "x-lf-algo is missing"},
		{"another algorithm", HeaderPushAlgorithm, "HMAC-SHA256", ErrPushAlgorithm, `"HMAC-SHA256"`},
		{"algorithm in lower case", HeaderPushAlgorithm, "hmac-sha1", ErrMismatch, ""},
		{"no timestamp", HeaderPushTimestamp, "", ErrPushHeader, "x-lf-timestamp is missing"},
		{"timestamp that is no number", HeaderPushTimestamp, "now", ErrPushHeader, `"now"`},
		{"negative timestamp", HeaderPushTimestamp, "-1645683857572", ErrPushHeader, "not a number"},
		{"timestamp of another instant", HeaderPushTimestamp, "1645683857573", ErrMismatch, ""},
		{"timestamp in seconds", HeaderPushTimestamp, "1645683857", ErrPushTimestamp, "1645683857 is in seconds instead of milliseconds"},
		{"timestamp in microseconds", HeaderPushTimestamp, "1645683857572000", ErrPushTimestamp, "in microseconds instead of milliseconds"},
		{"timestamp of the next hour", HeaderPushTimestamp, "1645687457572", ErrPushTimestamp, "it is 1h0m0s ahead of the clock, 5m0s is allowed"},
		{"huge timestamp", HeaderPushTimestamp, "9223372036854775807", ErrPushTimestamp, ""},
		{"too huge timestamp", HeaderPushTimestamp, "9223372036854775808", ErrPushHeader, "not a number"},
		{"no signature", HeaderPushSignature, "", ErrPushHeader, "x-lf-signature is missing"},
		{"no key id", HeaderPushSignature, signature[len("key1"):], ErrPushHeader, "{keyId}/{signature}"},
		{"key id alone", HeaderPushSignature, "key1/", ErrPushHeader, "{keyId}/{signature}"},
		{"no slash", HeaderPushSignature, "key1", ErrPushHeader, "{keyId}/{signature}"},
		{"unknown key", HeaderPushSignature, "key2" + signature[len("key1"):], ErrPushKey, `"key2"`},
		{"key without bytes", HeaderPushSignature, "none" + signature[len("key1"):], ErrPushKey, `"none"`},
		{"another key", HeaderPushSignature, "old" + signature[len("key1"):], ErrMismatch, `key "old"`},
		{"signature cut", HeaderPushSignature, signature[:len(signature)-1], ErrMismatch, `key "key1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := signedPush(t, testPushSigner())
			header.Set(c.header, c.value)
			if c.value == "" {
				header.Del(c.header)
			}
			err := testPushVerifier().Verify(header, []byte(pushBody))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v with %q", err, c.want, c.says)
			}
			if err != nil && strings.Contains(err.Error(), strings.TrimPrefix(signature, "key1/")) {
				t.Errorf("the error tells the right signature: %v", err)
			}
		})
	}
	twice := signedPush(t, testPushSigner())
	twice.Add(HeaderPushTimestamp, "1645683857572")
	if err := testPushVerifier().Verify(twice, []byte(pushBody)); !errors.Is(err, ErrPushHeader) {
		t.Errorf("a header sent twice: %v", err)
	}
}

func TestPushTolerance(t *testing.T) {
	for _, c := range []struct {
		tolerance, off time.Duration
		ok             bool
	}{
		{0, PushTolerance, true}, {0, -PushTolerance, true},
		{0, PushTolerance + time.Millisecond, false}, {0, -PushTolerance - time.Millisecond, false},
		{time.Second, time.Second, true}, {time.Second, 2 * time.Second, false},
		{-1, 1000 * time.Hour, true},
	} {
		v := testPushVerifier()
		v.Tolerance = c.tolerance
		v.Now = func() time.Time { return pushClock().Add(c.off) }
		err := v.Verify(signedPush(t, testPushSigner()), []byte(pushBody))
		if c.ok && err != nil || !c.ok && !errors.Is(err, ErrPushTimestamp) {
			t.Errorf("tolerance %v, %v off: %v", c.tolerance, c.off, err)
		}
	}
}

func TestPushSignerRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		signer PushSigner
		body   string
		want   error
	}{
		{"algorithm", PushSigner{KeyID: "k", Key: pushKey, Algorithm: "md5"}, pushBody, ErrPushAlgorithm},
		{"no key id", PushSigner{Key: pushKey}, pushBody, nil},
		{"slash in the key id", PushSigner{KeyID: "a/b", Key: pushKey}, pushBody, nil},
		{"line feed in the key id", PushSigner{KeyID: "a\nb", Key: pushKey}, pushBody, nil},
		{"no key", PushSigner{KeyID: "k"}, pushBody, nil},
		{"body", PushSigner{KeyID: "k", Key: pushKey}, "[]", ErrPushBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			err := c.signer.SignHeader(header, []byte(c.body))
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if len(header) > 0 {
				t.Errorf("headers %v are set", header)
			}
		})
	}
}

func TestPushSignerSignsRequests(t *testing.T) {
	req := newRequest(t, http.MethodPost, "https://partner.example/push", pushBody)
	if err := testPushSigner().Sign(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	body := bodyOf(t, req)
	if body != pushBody {
		t.Errorf("the body is now %s", body)
	}
	if err := testPushVerifier().Verify(req.Header, []byte(body)); err != nil {
		t.Error(err)
	}
	bare := &http.Request{Method: "POST", URL: parseURL(t, "https://partner.example/")}
	if err := testPushSigner().Sign(t.Context(), bare); !errors.Is(err, ErrPushBody) {
		t.Errorf("a push without a body: %v", err)
	}
}

func TestParsePushKey(t *testing.T) {
	id, key, err := ParsePushKey("key1:00Ff")
	if err != nil || id != "key1" || string(key) != "\x00\xff" {
		t.Errorf("%q %x, error %v", id, key, err)
	}
	for _, text := range []string{"", "00ff", ":00ff", "a/b:00ff", "a b:00ff", "é:00ff", "key1:", "key1:0", "key1:5ecre7zz", "key1:00 ff"} {
		_, key, err := ParsePushKey(text)
		if err == nil {
			t.Errorf("%q is read as key %x", text, key)
		} else if strings.Contains(err.Error(), "5ecre7") {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

func TestParsePushKeyReadsEveryKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[!-.0-9;-~]{1,20}`).Draw(t, "id")
		key := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "key")
		gotID, gotKey, err := ParsePushKey(id + ":" + hex.EncodeToString(key))
		if err != nil || gotID != id || string(gotKey) != string(key) {
			t.Fatalf("%q %x, error %v, want %q %x", gotID, gotKey, err, id, key)
		}
	})
}

// The documentation spells the algorithm in both letter cases.
func TestPushAlgorithmInLowerCase(t *testing.T) {
	signer := testPushSigner()
	signer.Algorithm = "hmac-sha1"
	header := signedPush(t, signer)
	if got := header.Get(HeaderPushAlgorithm); got != "hmac-sha1" {
		t.Errorf("%s is %q", HeaderPushAlgorithm, got)
	}
	if err := testPushVerifier().Verify(header, []byte(pushBody)); err != nil {
		t.Error(err)
	}
}

// Some frameworks pass headers in lower case.
func TestPushHeadersInLowerCase(t *testing.T) {
	lower := http.Header{}
	for name, values := range signedPush(t, testPushSigner()) {
		lower[strings.ToLower(name)] = values
	}
	if err := testPushVerifier().Verify(lower, []byte(pushBody)); err != nil {
		t.Error(err)
	}
	lower[HeaderPushAlgorithm] = []string{PushAlgorithm, PushAlgorithm}
	if err := testPushVerifier().Verify(lower, []byte(pushBody)); !errors.Is(err, ErrPushHeader) || !strings.Contains(err.Error(), "has 2 values instead of one") {
		t.Errorf("a header sent twice: %v", err)
	}
}
