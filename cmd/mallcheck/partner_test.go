package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

const receiverKey = "key-1:00112233445566778899aabbccddeeff"

func TestPartnerMisuse(t *testing.T) {
	for i, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"receiver without a key", []string{"receiver", "http://127.0.0.1:1/"},
			"mallcheck: --push-key: give one key that the receiver accepts, or two during a rotation: --push-key ID:HEX"},
		{"receiver with three keys", []string{"receiver", "http://127.0.0.1:1/", "--push-key=a:00", "--push-key=b:00", "--push-key=c:00"},
			"mallcheck: --push-key: give one key"},
		{"receiver with a malformed key", []string{"receiver", "http://127.0.0.1:1/", "--push-key=key-1:c0ffee5ec2e7x"},
			"mallcheck: --push-key is not a valid push key; "},
		{"receiver without a scheme", []string{"receiver", "127.0.0.1:8000", "--push-key=" + receiverKey},
			"mallcheck: the address of the receiver is not valid; write it as http://host:port/path"},
		{"receiver with an unknown check", []string{"receiver", "http://127.0.0.1:1/", "--push-key=" + receiverKey, "--only=RCV-999"},
			`mallcheck: --only: "RCV-999" matches no check`},
		{"signer without a command", []string{"signer"}, "mallcheck: "},
		{"signer with an unknown level", []string{"signer", "--level=all", "--", "cat"}, "mallcheck: --level must be one of"},
		{"signer with an unknown command", []string{"signer", "--", "no-such-signer"}, `mallcheck: "no-such-signer" is not a command: `},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: test.arguments}.run(t)
			if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 {
				t.Errorf("exit code %d, standard error\n%s want 2 and one line that begins with\n%s", got.code, got.err, test.want)
			}
			if strings.Contains(got.out+got.err, "c0ffee5ec2e7") {
				t.Error("the key is printed")
			}
		})
	}
}

// A receiver without verification fails, and the key appears in no output.
func TestReceiverThatAcceptsEverything(t *testing.T) {
	testlevel.Plain(t)
	careless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer careless.Close()
	got := process{arguments: []string{"receiver", careless.URL + "/push", "--push-key=" + receiverKey, "--skip=RCV-090"}}.run(t)
	if got.code != 1 || !strings.Contains(got.out, "the receiver accepted a push with a wrong signature") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	if !strings.Contains(got.out, "--count COMMAND") {
		t.Errorf("skipped checks do not name --count:\n%s", got.out)
	}
	if strings.Contains(got.out+got.err, "00112233445566778899aabbccddeeff") {
		t.Error("the key is printed")
	}
}

// Refusals prove nothing if a valid push is also refused.
func TestReceiverThatRefusesEverything(t *testing.T) {
	strict := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer strict.Close()
	dir := t.TempDir()
	got := process{arguments: []string{"receiver", strict.URL, "--push-key=" + receiverKey, "--only=RCV-001,RCV-010"}, dir: dir}.run(t)
	if got.code != 3 || !strings.Contains(got.out, "a refusal proves nothing") {
		t.Errorf("exit code %d, want 3:\n%s%s", got.code, got.out, got.err)
	}
	results := runFile(t, dir+"/mallcheck-report").Results
	if len(results) != 2 || results[0].Verdict != reports.Finding || results[1].Verdict != reports.Inconclusive {
		t.Errorf("results: %+v", results)
	}
}

// If the receiver refuses every valid push, the conclusion names the likely setting, and nothing is a violation.
func TestReceiverWithWrongSettings(t *testing.T) {
	testlevel.Plain(t)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /push", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		verifier := signing.PushVerifier{Keys: map[string][]byte{"key-1": {0, 17}}, Join: signing.JoinHeadersColonBody, Encoding: signing.EncodingHex}
		if r.Header.Get("Content-Type") != "application/json" || verifier.Verify(r.Header, body) != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	strict := httptest.NewServer(mux)
	defer strict.Close()
	for _, test := range []struct{ name, path, key, reason string }{
		{"key", "/push", "key-1:0012", "(HTTP 401), so no other check proves anything; compare --push-key, --push-join and --push-encoding with its settings."},
		{"rules", "/push", "key-1:0011", "(HTTP 401), so no other check proves anything; it accepts --push-join headers-colon-body --push-encoding hex."},
		{"address", "/", "key-1:0011", "(HTTP 404), so no other check proves anything; is the address right?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: []string{"receiver", strict.URL + test.path, "--push-key=" + test.key}}.run(t)
			lines := strings.Split(strings.TrimSpace(got.out), "\n")
			last := lines[len(lines)-1]
			if got.code != 3 || !strings.HasPrefix(last, "inconclusive: ") || !strings.HasSuffix(last, "Reason: the receiver refuses a valid push "+test.reason) {
				t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
			}
		})
	}
}

func TestReceiverThatHangs(t *testing.T) {
	done := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer hanging.Close()
	defer close(done)
	got := process{arguments: []string{"receiver", hanging.URL, "--push-key=" + receiverKey, "--only=RCV-081/get", "--push-timeout=200ms"}}.run(t)
	if got.code != 1 || !strings.Contains(got.out, "no response within 200ms") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

func TestSignerCommands(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	for _, test := range []struct {
		name, script string
		code         int
		want         string
	}{
		{"wrong signs", "while read -r line; do echo 00000000000000000000000000000000; done", 1, "the signer computed a wrong sign"},
		{"refuses everything", "while read -r line; do echo error: no; done", 1, "the signer refused to sign"},
		{"prints nothing", "exit 4", 3, "printed 0 signs for"},
		{"prints too much", "while read -r line; do echo a; echo b; done", 3, "more than one line for each"},
		{"complains", "echo 'no such key' >&2; exit 1", 3, "no such key"},
		{"hangs with a child", "sleep 60 & wait", 3, "within 3s (--timeout)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			started := time.Now()
			got := process{arguments: []string{"signer", "--timeout=3s", "--", "sh", "-c", test.script}}.run(t)
			if got.code != test.code || !strings.Contains(got.out, test.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", got.code, test.code, test.want, got.out, got.err)
			}
			if took := time.Since(started); took > 40*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
