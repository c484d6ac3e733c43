package faults

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/internal/quiet"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// pushFormFaults change the form and the headers of pushes.
func pushFormFaults() []Fault {
	return []Fault{
		{"push-by-put", "push/method-and-media-type",
			"sends pushes with PUT", onPush(func(r *http.Request) { r.Method = http.MethodPut })},
		{"push-announced-as-text", "push/method-and-media-type",
			"sends pushes as text/plain", onPush(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })},
		{"push-member-twice", "push/body-is-one-json-object",
			"repeats a member in the body of a push", onPush(func(r *http.Request) {
				changePush(r, func(body string) string { return strings.Replace(body, "{", `{"payAmount":"0",`, 1) })
			})},
		{"push-version-missing", "push/headers-present",
			"sends pushes without x-lf-notification-version", onPush(func(r *http.Request) { r.Header.Del(signing.HeaderPushVersion) })},
		{"push-algorithm-empty", "push/headers-present",
			"sends an empty x-lf-algo", onPush(func(r *http.Request) { r.Header.Set(signing.HeaderPushAlgorithm, "") })},
		{"push-signature-header-twice", "push/headers-present",
			"sends x-lf-signature twice", onPush(func(r *http.Request) {
				r.Header.Add(signing.HeaderPushSignature, r.Header.Get(signing.HeaderPushSignature))
			})},
		{"push-timestamp-missing", "push/headers-present",
			"sends pushes without x-lf-timestamp", onPush(func(r *http.Request) { r.Header.Del(signing.HeaderPushTimestamp) })},
		{"push-version-shortened", "push/version",
			`sends "1" as the version of a push`, onPush(signedWith(signing.HeaderPushVersion, func(string) string { return "1" }))},
		{"push-algorithm-in-java", "push/algorithm",
			"sends HmacSHA1, the Java name, as x-lf-algo", onPush(signedWith(signing.HeaderPushAlgorithm, func(string) string { return "HmacSHA1" }))},
		{"push-timestamp-in-seconds", "push/timestamp-in-milliseconds",
			"sends x-lf-timestamp in seconds",
			onPush(signedWith(signing.HeaderPushTimestamp,
				func(milliseconds string) string { return strings.TrimSuffix(milliseconds, lastThree(milliseconds)) }))},
		{"push-timestamp-in-local-time", "push/timestamp-is-current",
			"shifts x-lf-timestamp to Beijing time", onPush(func(r *http.Request) {
				shiftTimestamp(r, 8*time.Hour.Milliseconds())
				signPush(r)
			})},
	}
}

// pushSignatureFaults change the signature of pushes.
func pushSignatureFaults() []Fault {
	return []Fault{
		{"push-signature-without-key-id", "push/signature-form",
			"sends the signature without a key id and in URL-safe Base64", onPush(func(r *http.Request) {
				_, signature, _ := strings.Cut(r.Header.Get(signing.HeaderPushSignature), "/")
				r.Header.Set(signing.HeaderPushSignature, strings.NewReplacer("/", "_", "+", "-").Replace(signature))
			})},
		{"push-names-other-key", "push/signature-form",
			"sends the partner code in place of the key id", onPush(func(r *http.Request) {
				_, signature, _ := strings.Cut(r.Header.Get(signing.HeaderPushSignature), "/")
				r.Header.Set(signing.HeaderPushSignature, fixtures().Partner+"/"+signature)
			})},
		{"push-key-not-decoded", "push/signature-verifies",
			"signs pushes with the hex text of the key instead of its bytes", onPush(func(r *http.Request) {
				setPushSignature(r, []byte(hex.EncodeToString(fixtures().PushKey)), pushContent(r))
			})},
		{"push-headers-not-signed", "push/signature-verifies",
			"signs only the body of a push, without its headers", onPush(func(r *http.Request) {
				setPushSignature(r, fixtures().PushKey, []byte(pushBody(r)))
			})},
		{"push-signed-unsorted", "push/signature-verifies",
			"signs the members of a push unsorted", onPush(func(r *http.Request) {
				changePush(r, func(body string) string { return strings.Replace(body, "{", `{"success":"1",`, 1) })
				setPushSignature(r, fixtures().PushKey, fmt.Appendf(nil, "%s:%s", pushBody(r), pushHeaders(r)))
			})},
		{"push-signatures-mixed", "push/signature-verifies",
			"shares the signature among concurrent pushes", mixedSignatures},
	}
}

// onPush changes the signed request of each attempt.
func onPush(change func(r *http.Request)) newInterceptor {
	return onAttempt(func(a *sandbox.Attempt) { change(a.Request) })
}

// signedWith changes a header of a push and signs it again.
func signedWith(name string, change func(value string) string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set(name, change(r.Header.Get(name)))
		signPush(r)
	}
}

// lastThree returns the last three digits of a number.
func lastThree(digits string) string { return digits[max(0, len(digits)-3):] }

// shiftTimestamp adds milliseconds to the timestamp of a push without signing it.
func shiftTimestamp(r *http.Request, by int64) {
	if sent, err := strconv.ParseInt(r.Header.Get(signing.HeaderPushTimestamp), 10, 64); err == nil {
		r.Header.Set(signing.HeaderPushTimestamp, strconv.FormatInt(sent+by, 10))
	}
}

// pushBody returns the body of a push and keeps it readable.
func pushBody(r *http.Request) string {
	body := ""
	changePush(r, func(text string) string {
		body = text
		return text
	})
	return body
}

// changePush changes the body of a push without signing it.
func changePush(r *http.Request, change func(body string) string) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return // cannot happen: the body is in memory
	}
	body := []byte(change(string(sent)))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
}

// pushHeaders returns the signed text of the headers.
func pushHeaders(r *http.Request) string {
	return r.Header.Get(signing.HeaderPushVersion) + ":" + r.Header.Get(signing.HeaderPushAlgorithm) + ":" +
		r.Header.Get(signing.HeaderPushTimestamp)
}

// pushContent returns the signed text of a push under the contract.
func pushContent(r *http.Request) []byte {
	content, err := signing.PushContent([]byte(pushBody(r)), r.Header.Get(signing.HeaderPushVersion),
		r.Header.Get(signing.HeaderPushAlgorithm), r.Header.Get(signing.HeaderPushTimestamp), signing.JoinBodyColonHeaders)
	if err != nil {
		return nil // no content for a body that cannot be signed
	}
	return content
}

// signPush signs a push in its current form with the default key.
func signPush(r *http.Request) { setPushSignature(r, fixtures().PushKey, pushContent(r)) }

func setPushSignature(r *http.Request, key, content []byte) {
	mac := hmac.New(sha1.New, key)
	_, _ = mac.Write(content) // a hash never fails
	r.Header.Set(signing.HeaderPushSignature, fixtures().PushKeyID+"/"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func mixedSignatures() sandbox.Interceptor {
	var shared atomic.Value
	return onPush(func(r *http.Request) {
		shared.Store(r.Header.Get(signing.HeaderPushSignature))
		time.Sleep(overlap) // lets concurrent pushes arrive
		signature, _ := shared.Load().(string)
		r.Header.Set(signing.HeaderPushSignature, signature)
	})()
}

func mixedPayIDs() sandbox.Interceptor {
	var shared atomic.Value
	return onAttempt(func(a *sandbox.Attempt) {
		own := a.Notification.Body.PayID
		shared.Store(own)
		time.Sleep(overlap) // lets concurrent pushes arrive
		id, _ := shared.Load().(string)
		changePush(a.Request, func(body string) string { return strings.ReplaceAll(body, own, id) })
		signPush(a.Request)
	})()
}

// givenUp sends pushes like the sandbox but gives up when ends accepts the status of the receiver; 0
// means no response. An attempt does not know the outcome of the previous one, so givenUp sends the
// request itself and cancels the sandbox's own.
func givenUp(ends func(status int) bool) newInterceptor {
	return func() sandbox.Interceptor {
		var over sync.Map // by partner and payId
		sender := quiet.Transport(&http.Transport{DisableKeepAlives: true})
		return sandbox.Interceptor{Attempt: func(a *sandbox.Attempt) {
			push := a.Notification.Order.Partner + " " + a.Notification.Order.PayID
			if _, ended := over.Load(push); !ended {
				if status := deliver(sender, a.Request); status == http.StatusOK || ends(status) {
					over.Store(push, true)
				}
			}
			ctx, cancel := context.WithCancel(a.Request.Context())
			cancel()
			*a.Request = *a.Request.WithContext(ctx)
		}}
	}
}

// deliver sends a push and returns the status of the response, 0 without one.
func deliver(sender http.RoundTripper, r *http.Request) int {
	response, err := sender.RoundTrip(r)
	if err != nil {
		return 0
	}
	_ = response.Body.Close() // only the status matters
	return response.StatusCode
}
