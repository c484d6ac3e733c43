package loopback

import (
	"net/http"
	"testing"
)

func TestCaller(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "127.8.8.8:1": true, "[::1]:1": true, "[::ffff:127.0.0.1]:1": true,
		"192.0.2.1:1": false, "[2001:db8::1]:1": false, "localhost:1": false, "127.0.0.1": false, "": false, "@": false,
	} {
		if got := Caller(&http.Request{RemoteAddr: address}); got != want {
			t.Errorf("a caller at %q: %t, want %t", address, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8642": true, "127.0.0.1": true, "127.0.0.1:8642": true, "[::1]:8642": true, "[::1]": true,
		"example.com": false, "localhost.example.com:8642": false, "127.0.0.1.example.com": false, "192.0.2.1:8642": false, "": false,
	} {
		if _, got := Host(&http.Request{Host: host}); got != want {
			t.Errorf("the host %q: %t, want %t", host, got, want)
		}
	}
}
