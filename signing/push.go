package signing

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a push (documented: page api-42599743, the timestamp on doc-2518982).
const (
	HeaderPushVersion   = "x-lf-notification-version"
	HeaderPushAlgorithm = "x-lf-algo"
	HeaderPushSignature = "x-lf-signature"
	HeaderPushTimestamp = "x-lf-timestamp"
)

// The documented values of the version and algorithm headers of a push.
const (
	PushVersion   = "1.0"
	PushAlgorithm = "HMAC-SHA1"
)

// PushTolerance is how far the timestamp of a push may be from the receiver's clock by
// default (assumed: no page names a figure).
const PushTolerance = 5 * time.Minute

// Errors of PushVerifier wrap one of these or ErrMismatch.
var (
	// ErrPushHeader is a header that is missing, sent twice or malformed.
	ErrPushHeader = errors.New("a header of the push is missing or malformed")
	// ErrPushAlgorithm is an algorithm other than HMAC-SHA1, which the documentation spells in both letter cases.
	ErrPushAlgorithm = errors.New("the algorithm is not supported")
	// ErrPushTimestamp is a timestamp outside the tolerance.
	ErrPushTimestamp = errors.New("the timestamp is outside the tolerance")
	// ErrPushKey is a key id that the receiver does not know.
	ErrPushKey = errors.New("the key id is unknown")
	// ErrPushBody is a body that is not exactly one JSON object.
	ErrPushBody = errors.New("the body is not one JSON object")
)

// PushContent returns the text that is signed for a push: the body as compact JSON with only
// its top-level members sorted, empty ones included, joined with
// {version}:{algo}:{timestamp}. It reads the body as strictly as ParseMembers.
func PushContent(body []byte, version, algorithm, timestamp string, join PushJoin) ([]byte, error) {
	sorted, err := appendBodyContent(make([]byte, 0, len(body)+2), body, Rules{Empty: EmptyNothing}, true)
	if err != nil {
		return nil, fmt.Errorf("reading the body of a push: %w: %w", ErrPushBody, err)
	}
	return join.Of(sorted, version+":"+algorithm+":"+timestamp), nil
}

func pushMAC(key, content []byte) []byte {
	mac := hmac.New(sha1.New, key)
	mac.Write(content)
	return mac.Sum(nil)
}

// PushSigner signs pushes, as the mall does. It may be used by several goroutines at once.
type PushSigner struct {
	// KeyID names the key to the receiver; it is not empty and has no slash.
	KeyID string
	// Key is the secret both parties know.
	Key []byte
	// Version is the notification version, PushVersion if empty.
	Version string
	// Algorithm is the name of the algorithm, PushAlgorithm if empty; no other is supported, but its
	// letter case is free.
	Algorithm string
	// Join is how body and header text are joined.
	Join PushJoin
	// Encoding is how the signature is encoded.
	Encoding PushEncoding
	// Now is the clock for the timestamp, time.Now if nil.
	Now func() time.Time
}

// SignHeader sets the four headers of a push with the given body. If it fails, header is unchanged.
func (s *PushSigner) SignHeader(header http.Header, body []byte) error {
	version, algorithm := cmp.Or(s.Version, PushVersion), cmp.Or(s.Algorithm, PushAlgorithm)
	if !strings.EqualFold(algorithm, PushAlgorithm) {
		return fmt.Errorf("signing a push with algorithm %q: %w", algorithm, ErrPushAlgorithm)
	}
	if err := checkKeyID(s.KeyID); err != nil {
		return fmt.Errorf("signing a push: %w", err)
	}
	if len(s.Key) == 0 {
		return fmt.Errorf("signing a push: key %q is empty", s.KeyID)
	}
	timestamp := strconv.FormatInt(now(s.Now).UnixMilli(), 10)
	content, err := PushContent(body, version, algorithm, timestamp, s.Join)
	if err != nil {
		return err
	}
	header.Set(HeaderPushVersion, version)
	header.Set(HeaderPushAlgorithm, algorithm)
	header.Set(HeaderPushTimestamp, timestamp)
	header.Set(HeaderPushSignature, s.KeyID+"/"+s.Encoding.encode(pushMAC(s.Key, content)))
	return nil
}

// Sign signs a push request before it is sent. It has the type of a generated client's
// request editor. The body can still be sent, even if Sign fails.
func (s *PushSigner) Sign(ctx context.Context, req *http.Request) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("signing a push: %w", err)
	}
	body, err := takeBody(req)
	if err != nil {
		return fmt.Errorf("signing a push: %w", err)
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	return s.SignHeader(req.Header, body)
}

// PushVerifier checks the signature of pushes, as a partner does. It may be used by
// several goroutines at once.
type PushVerifier struct {
	// Keys are the secrets that are accepted, by key id.
	Keys map[string][]byte
	// Tolerance is how far a timestamp may be from the clock in either direction.
	// 0 means PushTolerance; a negative value allows any distance.
	Tolerance time.Duration
	// Join is how body and header text are joined.
	Join PushJoin
	// Encoding is how the signature is encoded.
	Encoding PushEncoding
	// Now is the clock, time.Now if nil.
	Now func() time.Time
}

// Verify checks the signature of a push with the given headers and body. The error names the
// header, key or rule at fault but never the right signature. It wraps ErrPushHeader,
// ErrPushAlgorithm, ErrPushTimestamp, ErrPushKey, ErrPushBody or ErrMismatch.
func (v *PushVerifier) Verify(header http.Header, body []byte) error {
	if err := v.verify(header, body); err != nil {
		return fmt.Errorf("verifying a push: %w", err)
	}
	return nil
}

func (v *PushVerifier) verify(header http.Header, body []byte) error {
	var values [4]string
	for i, name := range []string{HeaderPushVersion, HeaderPushAlgorithm, HeaderPushTimestamp, HeaderPushSignature} {
		sent := valuesOf(header, name)
		switch {
		case len(sent) == 0:
			return fmt.Errorf("%w: %s is missing", ErrPushHeader, name)
		case len(sent) > 1:
			return fmt.Errorf("%w: %s has %d values instead of one", ErrPushHeader, name, len(sent))
		case sent[0] == "":
			return fmt.Errorf("%w: %s is empty", ErrPushHeader, name)
		}
		values[i] = sent[0]
	}
	version, algorithm, timestamp, signature := values[0], values[1], values[2], values[3]
	if !strings.EqualFold(algorithm, PushAlgorithm) {
		return fmt.Errorf("%w: %s is %s", ErrPushAlgorithm, HeaderPushAlgorithm, quoteShort(algorithm))
	}
	if err := v.checkTimestamp(timestamp); err != nil {
		return err
	}
	keyID, given, found := strings.Cut(signature, "/")
	if !found || keyID == "" || given == "" {
		return fmt.Errorf("%w: %s is not {keyId}/{signature}", ErrPushHeader, HeaderPushSignature)
	}
	key := v.Keys[keyID]
	if len(key) == 0 {
		return fmt.Errorf("%w: %s", ErrPushKey, quoteShort(keyID))
	}
	content, err := PushContent(body, version, algorithm, timestamp, v.Join)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(v.Encoding.encode(pushMAC(key, content))), []byte(given)) {
		return fmt.Errorf("the signature of key %s: %w", quoteShort(keyID), ErrMismatch)
	}
	return nil
}

// valuesOf returns the values of a header, in whatever letter case the map has its name: some
// frameworks pass headers in lower case.
func valuesOf(header http.Header, name string) (values []string) {
	for known, more := range header {
		if strings.EqualFold(known, name) {
			values = append(values, more...)
		}
	}
	return values
}

func (v *PushVerifier) checkTimestamp(text string) error {
	milliseconds, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return fmt.Errorf("%w: %s is not a number of milliseconds: %s", ErrPushHeader, HeaderPushTimestamp, quoteShort(text))
	}
	tolerance := v.Tolerance
	if tolerance < 0 {
		return nil
	}
	tolerance = cmp.Or(tolerance, PushTolerance)
	clock := now(v.Now)
	off := clock.Sub(time.UnixMilli(int64(milliseconds)))
	if off.Abs() <= tolerance {
		return nil
	}
	for _, unit := range []struct {
		name string
		of   func(int64) time.Time
	}{
		{"seconds", func(n int64) time.Time { return time.Unix(n, 0) }},
		{"microseconds", time.UnixMicro},
		{"nanoseconds", func(n int64) time.Time { return time.Unix(0, n) }},
	} {
		if clock.Sub(unit.of(int64(milliseconds))).Abs() <= tolerance+time.Second {
			return fmt.Errorf("%w: %s is in %s instead of milliseconds", ErrPushTimestamp, text, unit.name)
		}
	}
	relation := "behind"
	if off < 0 {
		relation = "ahead of"
	}
	return fmt.Errorf("%w: it is %v %s the clock, %v is allowed", ErrPushTimestamp, off.Abs().Round(time.Second), relation, tolerance)
}

// now returns the time of clock, or of the machine if clock is nil.
func now(clock func() time.Time) time.Time {
	if clock == nil {
		return time.Now()
	}
	return clock()
}
