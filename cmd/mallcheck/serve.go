package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/partner/client/tap"
	"github.com/mallcheck/mallcheck/conformance/partner/page"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/sandbox"
)

// serveCommand serves the sandbox.
type serveCommand struct {
	Listen    string        `default:"127.0.0.1:8642" placeholder:"HOST:PORT" help:"Address to listen on. Port 0 picks a free port. Default ${default}."`
	TaskDelay time.Duration `default:"200ms" placeholder:"DURATION" help:"How long an asynchronous task takes. Default ${default}."`
	Seed      int64         `default:"1" placeholder:"N" help:"Seed for generated values. Default ${default}."`
	EnvFile   string        `placeholder:"FILE" help:"Once listening, write the settings for mallcheck run and go test to this file as KEY=value lines."`
	Fault     []string      `sep:"," placeholder:"ID" help:"Violation to commit; mallcheck faults lists them."`
	Variant   []string      `sep:"," placeholder:"ID" help:"Habit to adopt; mallcheck variants lists them."`
	Overlay   string        `placeholder:"FILE" help:"Answer like the target from which mallcheck learn wrote this file."`
	Control   bool          `help:"Enable the control endpoints, which reset, seed and steer the sandbox."`
	UI        bool          `name:"ui" help:"Serve a live page that shows and judges each request. It also enables the control endpoints."`
	Quiet     bool          `help:"Do not log requests."`

	pushes
}

// Help explains how to use the sandbox, below the usage.
func (serveCommand) Help() string {
	return `Examples:
  mallcheck serve
  mallcheck serve --ui                                  see what your client sends, judged
  mallcheck serve --overlay uat.overlay.yaml            answer as your UAT does
  mallcheck serve --push-to http://127.0.0.1:9000/push  send pushes to your receiver
  mallcheck serve --env-file sandbox.env                then, in another shell:
  env $(cat sandbox.env) mallcheck run

State is kept in memory only. The sandbox listens on loopback by default, because the sign does not authenticate anyone.`
}

// Run implements the command.
func (c *serveCommand) Run(std *console.Streams) error {
	interceptors, settings, err := embedded.Behaviour(c.Fault, c.Variant)
	if err != nil {
		return err
	}
	if c.PushTo == "" && c.EnvFile != "" {
		c.PushTo = embedded.DefaultPushTo
	}
	push, err := c.settings()
	if err != nil {
		return err
	}
	if c.TaskDelay < 0 {
		return fmt.Errorf("--task-delay: %s is negative; write a duration such as 200ms, or 0s", c.TaskDelay)
	}
	config := sandbox.Config{Seed: c.Seed, TaskDelay: c.TaskDelay, Interceptors: interceptors, Push: push, Control: c.Control}
	if c.Overlay != "" {
		if err := embedded.AddOverlay(c.Overlay, &config, settings); err != nil {
			return fmt.Errorf("--overlay: %w", err)
		}
	}
	if push.To != "" {
		std.Secrets.Values = []string{hex.EncodeToString(push.Key)}
	}
	if !c.Quiet {
		config.Log = slog.New(slog.NewTextHandler(std.Secrets.Writer(std.Err), nil))
	}
	live, err := c.livePage(&config, settings, std.Secrets)
	if err != nil {
		return err
	}
	ctx, cancel := console.Interruptible()
	defer cancel()
	server, err := sandbox.Start(ctx, config, c.Listen)
	var listening *net.OpError
	switch {
	case errors.As(err, &listening):
		return fmt.Errorf("--listen: %w; name an address of this machine with a free port, such as 127.0.0.1:0", err)
	case err != nil && push.To != "":
		return fmt.Errorf("--push-to: %w; --push-anywhere permits an address that is not on this machine", err)
	case err != nil:
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		live.Close()
		_ = server.Close(closing) // the process ends
	}()
	values := server.Settings()
	maps.Copy(values, settings)
	embedded.DescribePush(values, push)
	if c.EnvFile != "" {
		if err := embedded.WriteEnvFile(c.EnvFile, values); err != nil {
			return fmt.Errorf("--env-file: %w", err)
		}
	}
	if err := introduce(std.Out, server, c.EnvFile, config); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-server.Done():
		return fmt.Errorf("the sandbox stopped listening on %s", c.Listen)
	}
	fmt.Fprintln(std.Err, "mallcheck: stopped")
	return nil
}

// livePage adds the live page to a sandbox if --ui asks for it.
func (c *serveCommand) livePage(config *sandbox.Config, settings map[string]string, secrets redact.Secrets) (*page.Page, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, err
	}
	live, err := page.New(contract, page.Config{
		RequestIDHeader: settings["request-id-header"], Faulty: len(c.Fault) > 0, Secrets: secrets, Version: conformance.Version(),
	})
	if err == nil && c.UI {
		config.Control, config.Wrap = true, live.Wrap
		config.Interceptors = slices.Insert(config.Interceptors, 0, tap.Interceptor())
	}
	return live, err
}

// introduce prints how to use a server.
func introduce(out io.Writer, server *sandbox.Server, envFile string, config sandbox.Config) error {
	f := server.Sandbox().Fixtures()
	curl, err := server.CurlLine()
	if err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "The sandbox listens on %s\n\n", server.URL())
	for _, service := range []string{"vshop", "payment", "topup"} {
		fmt.Fprintf(&text, "  %-8s %s/%s\n", service, server.URL(), service)
	}
	fmt.Fprintf(&text, "  %-8s %s%s\n\n", "health", server.URL(), sandbox.HealthPath)
	fmt.Fprintf(&text, "  partners  %s and %s\n", f.Partner, f.SecondPartner)
	fmt.Fprintf(&text, "  SIMs      %s and %d more; unknown: %s\n", strings.Join(f.SIMs[:2], ", "), len(f.SIMs)-2, f.UnknownSIM)
	fmt.Fprintf(&text, "  groups    %s of %s, %s of %s\n\n", strings.Join(f.Groups, ", "), f.Partner, strings.Join(f.SecondGroups, ", "), f.SecondPartner)
	if config.Wrap != nil {
		fmt.Fprintf(&text, "  live page %s%s\n", server.URL(), page.Path)
	}
	if config.Control {
		fmt.Fprintf(&text, "  control   %s%s\n\n", server.URL(), sandbox.ControlPath)
	}
	if to := config.Push.To; to != "" {
		fmt.Fprintf(&text, "  pushes    to %s, signed with the key %s\n\n", to, embedded.KeyShown(config.Push))
	}
	fmt.Fprintf(&text, "Try it:\n  %s\n\n", curl)
	if envFile != "" {
		fmt.Fprintf(&text, "Test it:\n  env $(cat %s) mallcheck run\n\n", envFile)
	}
	text.WriteString("Ctrl-C stops it.\n")
	_, err = io.WriteString(out, text.String())
	return err
}
