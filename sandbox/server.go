package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// DefaultListen is the default listen address: a free loopback port.
const DefaultListen = "127.0.0.1:0"

// The time-outs of the server. They keep a slow client from holding a connection for ever.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Server is a sandbox that listens.
type Server struct {
	sandbox  *Sandbox
	http     *http.Server
	listener net.Listener
	done     chan struct{} // closed when serving ends
	err      error         // the failure that ended it; read after done

	mu      sync.Mutex
	fresh   map[net.Conn]struct{} // connections that have received nothing yet
	closing bool
}

// Start creates a sandbox and serves it on listen, a TCP address such as "127.0.0.1:8642"
// (DefaultListen if empty), until Close is called. The server accepts requests when Start returns.
// ctx limits only the call to listen.
func Start(ctx context.Context, cfg Config, listen string) (*Server, error) {
	sandbox, err := New(cfg)
	if err != nil {
		return nil, err
	}
	listen = cmp.Or(listen, DefaultListen)
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", listen, err)
	}
	var handler http.Handler = sandbox
	if cfg.Wrap != nil {
		handler = cfg.Wrap(sandbox)
	}
	s := &Server{sandbox: sandbox, listener: listener, done: make(chan struct{}), fresh: map[net.Conn]struct{}{}}
	s.http = &http.Server{
		Handler:                      handler,
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered like any other wrong path
		ErrorLog:                     errorLog(cfg),
		ConnState:                    s.track,
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.err = fmt.Errorf("serving on %s: %w", listener.Addr(), err)
		}
	}()
	return s, nil
}

// errorLog is where net/http logs defects: Config.Log or, without one, standard error.
func errorLog(cfg Config) *log.Logger {
	if cfg.Log == nil {
		return log.New(io.Discard, "", 0) // nil would be the logger of the whole process
	}
	return slog.NewLogLogger(cfg.Log.Handler(), slog.LevelError)
}

// Sandbox returns what is served.
func (s *Server) Sandbox() *Sandbox { return s.sandbox }

// URL returns the address of the server without a slash at its end, for example "http://127.0.0.1:8642".
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Done is closed when the server stops, by Close or because its listener failed.
func (s *Server) Done() <-chan struct{} { return s.done }

// Close stops listening, waits for requests in flight, closes all connections and stops the delivery of
// pushes. If ctx ends first, it cuts the open connections and returns the error of ctx. Afterwards only
// handlers that were cut may still run. Close may be called again.
func (s *Server) Close(ctx context.Context) error {
	s.closeFresh()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("waiting for requests: %w", err), s.http.Close())
	}
	<-s.done
	s.sandbox.Close()
	return errors.Join(err, s.err)
}

// track keeps the connections that have received nothing yet. Clients open spare connections, and
// Shutdown would wait five seconds for each.
func (s *Server) track(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(s.fresh, conn)
	case s.closing:
		_ = conn.Close()
	default:
		s.fresh[conn] = struct{}{}
	}
}

func (s *Server) closeFresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for conn := range s.fresh {
		_ = conn.Close() // its goroutine then ends
	}
}
