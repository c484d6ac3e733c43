package receiver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Pushes without a body count too: by their addresses and methods, and by what each takes in memory.
func TestAddressesOfPushesAreBounded(t *testing.T) {
	r := &Receiver{limits: Limits{Push: 1 << 20, Kept: 1 << 20}, reading: make(chan struct{}, 1), planned: map[string][]int{}, changed: make(chan struct{})}
	for name, address := range map[string]string{"long": "/push?" + strings.Repeat("x", 50_000), "short": "/"} {
		for range 3000 {
			r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, address, nil))
		}
		kept := 0
		for _, push := range r.pushes {
			kept += len(push.Exchange.Request.URL)
		}
		if kept > 1<<20 || len(r.pushes) > 1<<10 || len(r.pushes) == 0 {
			t.Errorf("%s: %d pushes with addresses of %d bytes are kept", name, len(r.pushes), kept)
		}
	}
}

// Senders that begin large pushes and do not end them hold up no other push.
func TestSlowPushesHoldUpNothing(t *testing.T) {
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := Serve(listener, Limits{Push: 1 << 20, Kept: 1 << 20})
	defer r.Close()
	for range 2 * mostReaders {
		for _, sent := range []int{10, 100_000} {
			slow, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = slow.Close() }()
			if _, err := fmt.Fprintf(slow, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n%s", strings.Repeat("x", sent)); err != nil {
				t.Fatal(err)
			}
		}
	}
	time.Sleep(100 * time.Millisecond) // until they are being read
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Post("http://"+listener.Addr().String(), "application/json", strings.NewReader(`{"payId":"P1"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if pushes, _ := r.About("P1"); response.StatusCode != http.StatusOK || len(pushes) != 1 {
		t.Errorf("HTTP %d, %d pushes", response.StatusCode, len(pushes))
	}
}

// Whatever is pushed, it is answered or closed, kept within the limits, and answered in the envelope.
func FuzzServeHTTP(f *testing.F) {
	f.Add([]byte("POST /push HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n{\"payId\":\"1\""))
	f.Add([]byte("POST /push?a=%zz HTTP/1.1\r\nHost: h\r\nX-Push-Sign: a\r\nX-Push-Sign: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n\xff\x00{\r\n0\r\n\r\n"))
	f.Add([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	r := &Receiver{limits: Limits{Push: 1 << 10, Kept: 16 << 10}, reading: make(chan struct{}, 1), planned: map[string][]int{}, changed: make(chan struct{})}
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		response := httptest.NewRecorder()
		r.ServeHTTP(response, request)
		if body := response.Body.Bytes(); len(body) > 0 && !json.Valid(body) {
			t.Errorf("answered with %q", body)
		}
		if r.kept > 16<<10 && len(r.pushes) > 1 || len(r.reading) > 0 {
			t.Errorf("%d bytes are kept in %d pushes, %d are being read", r.kept, len(r.pushes), len(r.reading))
		}
	})
}
