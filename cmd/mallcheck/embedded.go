package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// taskDelay is how long a task of the embedded sandbox takes in a run.
const taskDelay = time.Millisecond

// resolved merges the settings of a command with those of the environment and the
// file, and returns them as layers, too.
func resolved(std *streams, settings target.Settings) ([]target.Layer, *target.Target, error) {
	layers, err := target.Layers(settings, std.environ, "")
	if err != nil {
		return nil, nil, err
	}
	t, err := target.Resolve(layers...)
	return layers, t, err
}

// embedded starts the sandbox that a run without an address tests, and resolves
// the settings with it. The caller stops it.
func embedded(layers []target.Layer, t *target.Target) (*sandbox.Server, *target.Target, error) {
	interceptors, settings, err := behaviour(t.Faults, t.Variants)
	if err != nil {
		return nil, nil, err
	}
	inbox, push, err := receiver(t)
	if err != nil {
		return nil, nil, err
	}
	config := sandbox.Config{Seed: t.Seed, TaskDelay: taskDelay, Interceptors: interceptors, Push: push, Terse: true}
	server, err := sandbox.Start(context.Background(), config, sandbox.DefaultListen)
	if err != nil {
		_ = inbox.Close()
		return nil, nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	values := server.Settings()
	values["push-listen"], values["push-key"], values["push-timeout"] = inbox.Addr().String(), keyText(push), "2s"
	maps.Copy(values, settings)
	values["seed"] = strconv.FormatInt(t.Seed, 10)
	layer, err := target.Sandbox(values)
	if err == nil {
		t, err = target.Resolve(append(layers, layer)...)
	}
	if err != nil {
		stop(server)
		_ = inbox.Close()
		return nil, nil, err
	}
	t.PushListener = inbox
	return server, t, nil
}

// behaviour returns the interceptors of faults and variants, and the settings
// that go with them; an unknown id is an error that names the nearest one.
func behaviour(faultIDs, variantIDs []string) ([]sandbox.Interceptor, map[string]string, error) {
	interceptors, settings, err := faults.Interceptors(faultIDs, variantIDs)
	var wrong *faults.Unknown
	if !errors.As(err, &wrong) {
		return interceptors, settings, err
	}
	return nil, nil, unknown("--"+wrong.What, wrong.ID, wrong.What, wrong.Known, fmt.Sprintf("mallcheck %ss lists them", wrong.What))
}

// unknown is the error of a word that is none of the known ones: it names the
// nearest, or says where to look.
func unknown(place, word, what string, known []string, otherwise string) error {
	problem := &target.Error{Place: place, Value: word, Problem: "is no " + what, Instead: otherwise}
	if near := target.Nearest(word, known); near != "" {
		problem.Instead = "did you mean " + near + "?"
	}
	return problem
}

// stop ends a sandbox, waiting a moment for what it is answering.
func stop(server *sandbox.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = server.Close(ctx) // the process ends
}
