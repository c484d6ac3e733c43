package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// resolved merges a command's settings with those of the environment and the file
// of targets. It also returns them as layers. What they keep secret is hidden.
func resolved(std *streams, settings target.Settings) ([]target.Layer, *target.Target, error) {
	layers, err := target.Layers(settings, std.environ, "")
	if err != nil {
		return nil, nil, err
	}
	t, err := target.Resolve(layers...)
	if err != nil {
		return nil, nil, err
	}
	return layers, t, nil
}

// endings returns the signals that end a command. A hang-up that was ignored when
// the process started, as under nohup, stays ignored.
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// interruptible returns a context that ends with the first of these signals.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), endings()...)
}
