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
const taskDelay = 2 * time.Millisecond

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
	var unknown *faults.Unknown
	if !errors.As(err, &unknown) {
		return interceptors, settings, err
	}
	problem := &target.Error{Place: "--" + unknown.What, Value: unknown.ID, Problem: "is no " + unknown.What,
		Instead: fmt.Sprintf("mallcheck %ss lists them", unknown.What)}
	if near := target.Nearest(unknown.ID, unknown.Known); near != "" {
		problem.Instead = "did you mean " + near + "?"
	}
	return nil, nil, problem
}

// stop ends a sandbox, waiting a moment for what it is answering.
func stop(server *sandbox.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = server.Close(ctx) // the process ends
}
