package main

import (
	"context"
	"fmt"
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

// receive takes pushes at /push until it is stopped. The keys, each ID:HEX, come from the environment, not from
// the command line, which others on the machine can read.
func receive(address string) error {
	keys := map[string][]byte{}
	for _, name := range []string{"MALL_PUSH_KEY", "MALL_PUSH_KEY_2"} {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		id, key, err := signing.ParsePushKey(text)
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		keys[id] = key
	}
	taken := &orders{finished: map[string]bool{}}
	mux := http.NewServeMux()
	mux.Handle("/push", client.PushHandler(keys, taken.finish, client.WithPushSeen(taken.seen)))
	mux.HandleFunc("GET /count", taken.count)
	server := &http.Server{Addr: address, Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	return server.ListenAndServe()
}
