// Package hostile has servers and senders that answer and send in ways that no client
// should bear for long. They are helpers of tests and share no code with the suite.
package hostile

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Success is the answer of a well-behaved server.
const Success = `{"data":[],"operateCode":"S","message":"success"}`

// LargeAnswers answers with a success whose data are size bytes of short texts.
func LargeAnswers(size int) http.HandlerFunc {
	item := `"89852000000000000001",`
	body := `{"operateCode":"S","message":"success","data":[` + strings.Repeat(item, size/len(item)) + `""]}`
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body) // the client may have gone
	}
}

// Bomb answers with a small compressed body that has size bytes once it is decompressed.
func Bomb(size int) http.HandlerFunc {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	chunk := []byte(strings.Repeat(" ", 1<<16))
	for range size / len(chunk) {
		_, _ = writer.Write(chunk) // a buffer does not fail
	}
	_, _ = io.WriteString(writer, Success)
	_ = writer.Close()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}
}

// LargeHeaders answers with a success and header fields of size bytes.
func LargeHeaders(size int) http.HandlerFunc {
	value := strings.Repeat("h", 1<<10)
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := range size / len(value) {
			w.Header().Set(fmt.Sprintf("X-Field-%d", i), value)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, Success)
	}
}

// LargeCodes answers with another operateCode and message of size bytes each time.
func LargeCodes(size int) http.HandlerFunc {
	var mu sync.Mutex
	asked := 0
	text := strings.Repeat("c", size)
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		asked++
		number := asked
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"operateCode":"%d%s","message":"%d%s"}`, number, text, number, text)
	}
}

// Unsolicited serves a connection on a listener: it answers each request, and then
// writes another response that nobody asked for, with a secret in it. It returns when
// the listener is closed.
func Unsolicited(listener net.Listener, secret string) {
	accept(listener, func(connection net.Conn) {
		buffer := make([]byte, 64<<10)
		for {
			if _, err := connection.Read(buffer); err != nil {
				return
			}
			_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(Success), Success)
			time.Sleep(20 * time.Millisecond) // the answer has to be read before
			_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nX-Token: %s\r\nContent-Length: %d\r\n\r\n%s", secret, len(secret), secret)
		}
	})
}

// accept serves each connection of a listener until the listener is closed, and closes the connection.
func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			serve(connection)
		}()
	}
}

// Pushes posts n bodies of size bytes to a receiver, many at a time, until ctx is
// done, and returns how many were answered. It waits for a receiver that does not
// listen yet.
func Pushes(ctx context.Context, url string, n, size int) int {
	body := strings.Repeat("p", size)
	var answered atomic.Int64
	var group sync.WaitGroup
	const senders = 16
	for range senders {
		group.Go(func() {
			for range n / senders {
				for !push(ctx, url, body) && ctx.Err() == nil {
					time.Sleep(10 * time.Millisecond)
				}
				if ctx.Err() != nil {
					return
				}
				answered.Add(1)
			}
		})
	}
	group.Wait()
	return int(answered.Load())
}

// push posts a body and reports whether it was answered.
func push(ctx context.Context, url, body string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body) // what it says does not matter
	return true
}
