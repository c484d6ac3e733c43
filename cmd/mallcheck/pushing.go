package main

import (
	"fmt"
	"time"

	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// pushes are the settings of the pushes of a served sandbox.
type pushes struct {
	PushTo       string        `placeholder:"URL" help:"Address of the partner's receiver, to which a push is sent for each finished top-up. Default none, with --env-file ${default_push_to}, where the run listens then."`
	PushKey      string        `placeholder:"ID:HEX" help:"Key that signs pushes: its id, a colon and the key in hexadecimal. Default: a well-known key."`
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
	if p.PushBackoff <= 0 {
		return push, fmt.Errorf("--push-backoff: %s is not a valid duration; write a positive duration with its unit, such as 1s", p.PushBackoff)
	}
	return embedded.WithKey(push), nil
}
