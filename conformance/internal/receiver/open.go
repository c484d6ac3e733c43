package receiver

import "github.com/mallcheck/mallcheck/conformance/target"

// Open starts the receiver that the settings ask for; nil for none. Only the first of several shards has
// one, because it has all checks that await pushes.
func Open(t *target.Target) (*Receiver, error) {
	limits := t.Limits.OrDefault()
	listener := t.PushListener
	if listener == nil {
		if t.PushListen == "" || t.Shard.Index > 1 {
			return nil, nil
		}
		var err error
		if listener, err = Listen(t.PushListen); err != nil {
			return nil, err
		}
	}
	return Serve(listener, Limits{Push: limits.Push, Kept: limits.Inbox}), nil
}
