package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/signing"
)

// orders are those whose top-up is finished. A service keeps them in its database.
type orders struct {
	mutex    sync.Mutex
	finished map[string]bool
}

// seen reports whether a push about the order was taken before.
func (o *orders) seen(_ context.Context, push client.Push) (bool, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.finished[push.OrderNo], nil
}

// finish takes a push. Between seen and finish the same push may arrive again, so that finish looks, too.
func (o *orders) finish(_ context.Context, push client.Push) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if !o.finished[push.OrderNo] {
		o.finished[push.OrderNo] = true
		fmt.Println("finished", push.OrderNo, push.Amount, push.Currency)
	}
	return nil
}

// count answers with how many orders are finished.
func (o *orders) count(w http.ResponseWriter, _ *http.Request) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	fmt.Fprintln(w, len(o.finished))
}

// pushKeys reads the keys, each ID:HEX, from the environment: others on the machine can read the command line.
func pushKeys() (map[string][]byte, error) {
	keys := map[string][]byte{}
	for _, name := range []string{"MALL_PUSH_KEY", "MALL_PUSH_KEY_2"} {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		id, key, err := signing.ParsePushKey(text)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		keys[id] = key
	}
	return keys, nil
}

// server returns a server of pushes; its times are bounded.
func server(address string, handler http.Handler) *http.Server {
	return &http.Server{Addr: address, Handler: handler, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
}

// receive takes pushes at /push until it is stopped.
func receive(address string) error {
	keys, err := pushKeys()
	if err != nil {
		return err
	}
	taken := &orders{finished: map[string]bool{}}
	mux := http.NewServeMux()
	mux.Handle("/push", client.PushHandler(keys, taken.finish, client.WithPushSeen(taken.seen)))
	mux.HandleFunc("GET /count", taken.count)
	return server(address, mux).ListenAndServe()
}

// expect takes the push of one order at /push until it is stopped. A push that contradicts the order is refused.
func expect(ctx context.Context, address string, order client.OrderRequest, finished chan<- client.Push) (stop func(), err error) {
	keys, err := pushKeys()
	if err != nil {
		return nil, err
	}
	take := func(_ context.Context, push client.Push) error {
		if err := push.Check(order); err != nil {
			return err
		}
		select {
		case finished <- push:
		default: // it is a repetition
		}
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("/push", client.PushHandler(keys, take))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	one := server(address, mux)
	go func() { _ = one.Serve(listener) }() // ends by Close
	return func() { _ = one.Close() }, nil
}
