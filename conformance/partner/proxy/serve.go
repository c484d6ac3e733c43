package proxy

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The limits of the server, for its callers.
const (
	readHeader = 10 * time.Second
	readAll    = time.Minute
	idle       = 2 * time.Minute
	maxHeader  = 64 << 10
	// grace is how long calls in flight may last after the proxy was stopped.
	grace = 3 * time.Second
)

// Serve serves requests until ctx ends and waits briefly for those in flight.
func (p *Proxy) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: p, ReadHeaderTimeout: readHeader, ReadTimeout: readAll, IdleTimeout: idle, MaxHeaderBytes: maxHeader,
		ErrorLog: log.New(io.Discard, "", 0), // nil would be the logger of the whole process
	}
	if p.config.Log != nil {
		server.ErrorLog = slog.NewLogLogger(p.config.Log.Handler(), slog.LevelError)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if server.Shutdown(late) != nil {
		_ = server.Close() // cut what is still in flight
	}
	return nil
}
