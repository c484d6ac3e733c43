package embedded

import (
	"encoding/hex"
	"net"
	"net/url"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// DefaultPushTo is the address to which a served sandbox sends its pushes if a later run
// will test it. That run listens there.
const DefaultPushTo = "http://127.0.0.1:8643" + pushPath

// WithKey returns pushes with the sandbox's well-known key if they have none.
func WithKey(push sandbox.Push) sandbox.Push {
	if len(push.Key) == 0 {
		f := sandbox.NewFixtures()
		push.KeyID, push.Key = f.PushKeyID, f.PushKey
	}
	return push
}

// KeyText returns the key of pushes in the form of the setting push-key.
func KeyText(push sandbox.Push) string { return push.KeyID + ":" + hex.EncodeToString(push.Key) }

// KeyShown returns the key of pushes for display. Only the well-known key is shown in full.
func KeyShown(push sandbox.Push) string {
	if known := KeyText(WithKey(sandbox.Push{})); KeyText(push) == known {
		return known
	}
	return push.KeyID
}

// DescribePush adds to the settings of a run the address to which a served sandbox sends
// its pushes, if a run on this machine can listen there.
func DescribePush(values map[string]string, push sandbox.Push) {
	to, err := url.Parse(push.To)
	if err != nil || to.Scheme != "http" || to.Port() == "" {
		return
	}
	ip := net.ParseIP(to.Hostname())
	if to.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return
	}
	values["push-listen"], values["push-key"] = to.Host, KeyText(push)
	values["push-timeout"] = max(10*time.Second, 10*push.Backoff).String()
}
