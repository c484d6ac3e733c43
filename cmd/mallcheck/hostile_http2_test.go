package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/hostile"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// However a server breaks HTTP/2, a call and a run end soon, in bounded memory, with a line that says
// so and no verdict that it passed.
func TestHTTP2Misbehaviours(t *testing.T) {
	testlevel.Plain(t)
	for _, m := range hostile.HTTP2Misbehaviours {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = listener.Close() }()
			go m.Serve(listener)
			at := []string{"--topup-url=http://" + listener.Addr().String(), "--partner-code=P1", "--call-timeout=1s", "--http2=only"}
			commands := [][]string{{"call", "listBundles"}}
			if testlevel.Pick(false, false, true) {
				commands = append(commands, []string{"run", "--only=ENV-001/listBundles,SIG-001", "--timeout=5s", "--strict=assumed"})
			}
			for _, command := range commands {
				began := time.Now()
				got := bounded(t, process{arguments: append(command, at...), dir: t.TempDir()})
				if took := time.Since(began); took > 25*time.Second {
					t.Errorf("%s took %s", command[0], took)
				}
				if got.code != 1 && got.code != 3 {
					t.Errorf("%s: exit code %d", command[0], got.code)
				}
				for _, unwanted := range []string{"panic", "report a bug", "goroutine"} {
					if strings.Contains(got.out, unwanted) {
						t.Errorf("%s: %.2000s", command[0], got.out)
					}
				}
				if most := 8<<20 + 1<<16; len(got.out) > most || command[0] == "call" && strings.Count(got.out, "\n") > 4 {
					t.Errorf("%s printed %d bytes: %.2000s", command[0], len(got.out), got.out)
				}
			}
		})
	}
}
