package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// pushBackoff is how long the embedded sandbox waits in a run before it sends a
// push again.
const pushBackoff = 2 * time.Millisecond

// pushPath is the path of the receiver of a run. Any would do.
const pushPath = "/rechargeSuccess"

// defaultPushTo is where a served sandbox that a later run is to test pushes to:
// the run is told to listen there.
const defaultPushTo = "http://127.0.0.1:8643" + pushPath

// receiver listens for the pushes of the embedded sandbox and returns how it is to
// send them. The run closes the listener.
func receiver(t *target.Target) (net.Listener, sandbox.Push, error) {
	address := t.PushListen
	if address == "" {
		address = sandbox.DefaultListen
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	inbox, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, sandbox.Push{}, fmt.Errorf("--push-listen: %w; name an address of this machine with a free port", err)
	}
	_, port, err := net.SplitHostPort(inbox.Addr().String())
	if err != nil {
		_ = inbox.Close()
		return nil, sandbox.Push{}, fmt.Errorf("--push-listen: %w", err)
	}
	push := sandbox.Push{
		To: "http://" + net.JoinHostPort("127.0.0.1", port) + pushPath, Backoff: pushBackoff,
		KeyID: t.PushKeyID, Key: t.PushKey, Join: t.PushJoin, Encoding: t.PushEncoding,
	}
	return inbox, withKey(push), nil
}

// withKey gives pushes the key that the sandbox has when it is given none.
func withKey(push sandbox.Push) sandbox.Push {
	if len(push.Key) == 0 {
		f := sandbox.NewFixtures()
		push.KeyID, push.Key = f.PushKeyID, f.PushKey
	}
	return push
}

// keyText writes the key of pushes as the setting push-key has it.
func keyText(push sandbox.Push) string { return push.KeyID + ":" + hex.EncodeToString(push.Key) }

// keyShown names the key of pushes: with the key itself when it is the one that
// everybody knows.
func keyShown(push sandbox.Push) string {
	if known := withKey(sandbox.Push{}); keyText(push) == keyText(known) {
		return keyText(known)
	}
	return push.KeyID
}

// pushes are the settings of the pushes of a served sandbox.
type pushes struct {
	PushTo       string        `placeholder:"URL" help:"Address of the partner's receiver, to which a push is sent for each finished top-up. Default none, with --env-file ${default_push_to}, where the run listens then."`
	PushKey      string        `placeholder:"ID:HEX" help:"Key that pushes are signed with: its id, a colon and the key in hexadecimal. Default one that everybody knows."`
	PushBackoff  time.Duration `default:"1s" placeholder:"DURATION" help:"How long to wait before a push is sent again; twice as long each further time. Default ${default}."`
	PushAnywhere bool          `help:"Let --push-to be an address that is not on this machine."`
}

// settings returns how a served sandbox sends its pushes.
func (p *pushes) settings() (sandbox.Push, error) {
	push := sandbox.Push{To: p.PushTo, Backoff: p.PushBackoff, Anywhere: p.PushAnywhere}
	if p.PushKey != "" {
		var err error
		if push.KeyID, push.Key, err = signing.ParsePushKey(p.PushKey); err != nil {
			return push, fmt.Errorf("--push-key: %w", err)
		}
	}
	if push.To == "" {
		return sandbox.Push{}, nil
	}
	return withKey(push), nil
}

// describe adds to the settings of a run what it is to know of the pushes: where
// they are sent, if a run on this machine can listen there.
func describe(values map[string]string, push sandbox.Push) {
	to, err := url.Parse(push.To)
	if err != nil || to.Scheme != "http" || to.Port() == "" {
		return
	}
	ip := net.ParseIP(to.Hostname())
	if to.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return
	}
	values["push-listen"], values["push-key"] = to.Host, keyText(push)
	values["push-timeout"] = max(10*time.Second, 10*push.Backoff).String()
}
