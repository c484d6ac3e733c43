// Package embedded starts the sandbox as the target of a run.
//
// A run without an address tests this sandbox, from the command line, from go test and
// from other modules. The package also makes plans and proofs of faults, because both run
// the checks against a sandbox. It writes no report and prints nothing.
package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/embedded/internal/mimic"
	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

const (
	// taskDelay is how long a task of the sandbox takes.
	taskDelay = time.Millisecond
	// pushBackoff is how long the sandbox waits before it sends a push again.
	pushBackoff = 2 * time.Millisecond
	// pushTimeout is how long a run waits for a push of the sandbox.
	pushTimeout = "2s"
	// pushPath is the path of the run's receiver. It is arbitrary.
	pushPath = "/rechargeSuccess"
)

// Sandbox is a sandbox that was started for a run.
type Sandbox struct {
	// Target is the sandbox as a target of conformance.Run.
	Target *target.Target

	server *sandbox.Server
}

// Start starts the sandbox with the faults, variants and seed of the layers. Flags,
// variables and a file override its settings. The caller must close it.
func Start(layers ...target.Layer) (*Sandbox, error) { return StartAs(nil, layers...) }

// StartAs is Start with a sandbox that answers as a learnt target does; nil for none.
func StartAs(learned *observe.Learned, layers ...target.Layer) (*Sandbox, error) {
	t, err := target.Resolve(layers...)
	if err != nil {
		return nil, err
	}
	return start(layers, t, learned)
}

// Open returns the target that the layers name, or a sandbox if they have no address.
// The caller must call closing, which is never nil.
func Open(layers ...target.Layer) (t *target.Target, closing func(), err error) {
	t, err = target.Resolve(layers...)
	if err != nil || target.HasAddress(layers...) {
		return t, func() {}, err
	}
	s, err := start(layers, t, nil)
	if err != nil {
		return nil, func() {}, err
	}
	return s.Target, s.Close, nil
}

// start starts the sandbox that t asks for, and resolves the layers with its settings.
func start(layers []target.Layer, t *target.Target, learned *observe.Learned) (*Sandbox, error) {
	interceptors, settings, err := Behaviour(t.Faults, t.Variants)
	if err != nil {
		return nil, err
	}
	inbox, push, err := receiver(t)
	if err != nil {
		return nil, err
	}
	config := sandbox.Config{Seed: t.Seed, TaskDelay: taskDelay, Interceptors: interceptors, Push: push, Terse: true}
	if learned != nil {
		fitting, err := mimic.Apply(learned, &config)
		if err != nil {
			_ = inbox.Close()
			return nil, err
		}
		maps.Copy(settings, fitting)
	}
	server, err := sandbox.Start(context.Background(), config, sandbox.DefaultListen)
	if err != nil {
		_ = inbox.Close()
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	s := &Sandbox{server: server, Target: &target.Target{PushListener: inbox}}
	values := server.Settings()
	values["push-listen"], values["push-key"], values["push-timeout"] = inbox.Addr().String(), KeyText(push), pushTimeout
	maps.Copy(values, settings)
	values["seed"] = strconv.FormatInt(t.Seed, 10)
	layer, err := target.Sandbox(values)
	if err == nil {
		t, err = target.Resolve(append(layers, layer)...)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	t.PushListener = inbox
	s.Target = t
	return s, nil
}

// Close stops the sandbox, and waits a moment for calls in progress.
func (s *Sandbox) Close() {
	// A connection whose request was not read to its end stays open for half a second.
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_ = s.server.Close(ctx) // nobody calls it any more
	if s.Target.PushListener != nil {
		_ = s.Target.PushListener.Close() // the run may have closed it already
	}
}

// Behaviour returns the interceptors of faults and variants, and the settings that
// a run needs with these variants. An unknown id is an error of type *target.Error
// that names the nearest one.
func Behaviour(faultIDs, variantIDs []string) ([]sandbox.Interceptor, map[string]string, error) {
	interceptors, settings, err := faults.Interceptors(faultIDs, variantIDs)
	var wrong *faults.Unknown
	if !errors.As(err, &wrong) {
		return interceptors, settings, err
	}
	return nil, nil, target.UnknownWord("--"+wrong.What, wrong.ID, wrong.What, wrong.Known, fmt.Sprintf("mallcheck %ss lists them", wrong.What))
}

// receiver listens for the pushes of the sandbox and returns how it is to send them.
func receiver(t *target.Target) (net.Listener, sandbox.Push, error) {
	address := cmp.Or(t.PushListen, sandbox.DefaultListen)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	inbox, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, sandbox.Push{}, fmt.Errorf("%s: %w; name an address of this machine with a free port", t.Origin("push-listen"), err)
	}
	_, port, err := net.SplitHostPort(inbox.Addr().String())
	if err != nil {
		_ = inbox.Close()
		return nil, sandbox.Push{}, fmt.Errorf("%s: %w", t.Origin("push-listen"), err)
	}
	push := sandbox.Push{
		To: "http://" + net.JoinHostPort("127.0.0.1", port) + pushPath, Backoff: pushBackoff,
		KeyID: t.PushKeyID, Key: t.PushKey, Join: t.PushJoin, Encoding: t.PushEncoding,
	}
	return inbox, WithKey(push), nil
}

// AddOverlay configures the sandbox to answer as the target of an overlay does, and adds the settings that a run
// needs with it.
func AddOverlay(path string, config *sandbox.Config, settings map[string]string) error {
	overlay, err := target.ReadOverlay(path)
	if err != nil {
		return err
	}
	fitting, err := mimic.Apply(overlay.Learned, config)
	maps.Copy(settings, fitting)
	return err
}

// WriteEnvFile writes settings as environment variables, all at once by a rename.
func WriteEnvFile(path string, values map[string]string) error {
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "%s=%s\n", target.EnvironmentName(key), values[key])
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file, such as %s", path, filepath.Join(path, "sandbox.env"))
	}
	if err := wholefile.Put(path, 0o600, []byte(text.String())); err != nil {
		return fmt.Errorf("%s cannot be written: %w; name a file in a folder that you may write to", path, err)
	}
	return nil
}
