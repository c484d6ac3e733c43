package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/judging"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// proxyCommand serves a signing proxy to a target.
type proxyCommand struct {
	Listen    string   `default:"127.0.0.1:8644" placeholder:"HOST:PORT" help:"Address to listen on. Port 0 picks a free port. Default ${default}."`
	AllowHost []string `sep:"," placeholder:"NAME" help:"Host name under which the proxy may be called, beside localhost and IP addresses."`
	KeepSign  bool     `help:"Forward requests unchanged, and check their signs."`
	Keep      bool     `help:"Keep on the target what the requests created. mallcheck sweep undoes it later."`
	Quiet     bool     `help:"Do not log requests."`

	target.Settings
}

// Help explains how to use the proxy, below the usage.
func (proxyCommand) Help() string {
	return `Serves the target's services below /vshop, /payment and /topup for any tool: it fills in version, partnerCode and sign, forwards, and judges each answer. The response headers Mallcheck-Verdict and Mallcheck-Deviations have the outcome. --allow, --budget-purchases, --rate and the guard of production addresses hold; what exceeds them is answered with 403 and the reason. Ctrl-C ends it, undoes what it put into groups and writes the reports.

Examples:
  mallcheck proxy                                             in front of the built-in sandbox
  mallcheck proxy --target uat --allow read,write --format html,har
  mallcheck proxy --target uat --keep-sign                    judge the signs of your own client
  curl -s http://127.0.0.1:8644/topup/mall/bundle-groups/bundles

Exit code: as mallcheck run; Ctrl-C is the usual end.`
}

// Run implements the command.
func (c *proxyCommand) Run(std *console.Streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	config := proxy.Config{KeepSign: c.KeepSign, KeepChanges: c.Keep, Hosts: c.AllowHost}
	if err := cmp.Or(config.Check(), withoutDrift(t), conformance.CheckFormats(t.Origin("format"), t.Formats)); err != nil {
		return err
	}
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return err
	}
	defer closing()
	std.Secrets = t.Secrets()
	release, err := claim(t, true)
	if err != nil {
		return err
	}
	defer release()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w; name an address of this machine with a free port, such as 127.0.0.1:0", err)
	}
	config.Ready = func() { c.introduce(std, t, listener.Addr().String()) }
	if !c.Quiet {
		config.Log = slog.New(slog.NewTextHandler(std.Secrets.Writer(std.Err), nil))
	}
	return judging.Until(std, t, "stopping: finishing calls in flight and cleaning up (press again to stop at once)",
		func(ctx context.Context, watch *judging.Watcher) (*reports.Run, error) {
			return conformance.Proxy(ctx, t, listener, config, watch)
		})
}

// introduce prints the addresses to call.
func (c *proxyCommand) introduce(std *console.Streams, t *target.Target, address string) {
	var text strings.Builder
	fmt.Fprintf(&text, "The proxy to %s listens on http://%s\n\n", render.SafeLine(t.Name), address)
	for _, service := range t.Services() {
		fmt.Fprintf(&text, "  http://%s/%-8s to %s\n", address, service, std.Secrets.Redact(t.URLs[service]))
	}
	fmt.Fprintf(&text, "\nAllowed: %s. Ctrl-C stops it and writes the reports.\n", t.Allow)
	fmt.Fprint(std.Out, text.String())
}
