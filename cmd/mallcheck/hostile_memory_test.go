package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/hostile"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

const (
	// mostMemory is how much memory a run may take at most, in KiB as Linux counts it.
	mostMemory = 300 << 10
	// mostOverrun is how much longer than its time limit a run may take.
	mostOverrun = 15 * time.Second
)

// A server that answers more than any client needs fills neither memory nor time: the
// run ends with its reports.
func TestMemoryIsBounded(t *testing.T) {
	testlevel.Long(t)
	for name, handler := range map[string]http.HandlerFunc{
		"answers of 5 MB":                    hostile.LargeAnswers(5 << 20),
		"60 MiB after decompression":         hostile.Bomb(60 << 20),
		"headers of 1 MiB":                   hostile.LargeHeaders(1 << 20),
		"headers of 48 KiB":                  hostile.LargeHeaders(48 << 10),
		"operateCodes of 1 MB, all distinct": hostile.LargeCodes(1 << 20),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			const limit = 20 * time.Second
			dir := t.TempDir()
			arguments := []string{"run", "--vshop-url=" + server.URL, "--topup-url=" + server.URL, "--payment-url=" + server.URL, "--partner-code=P1",
				"--group=G1", "--sim=89852000000000000001", "--unknown-sim=89852999999999999999", "--package=K", "--allow=read,write,purchase",
				"--budget-purchases=none", "--task-timeout=1s", "--call-timeout=5s", "--timeout=" + limit.String()}
			measured(t, process{arguments: arguments, dir: dir}, limit)
		})
	}
}

// Whoever reaches the address for pushes may send what it likes.
func TestPushesAreBounded(t *testing.T) {
	testlevel.Plain(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond) // the run is to last while pushes arrive
		hostile.LargeAnswers(0)(w, r)
	}))
	defer server.Close()
	address := freeAddress(t)
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan int, 1)
	go func() { sent <- hostile.Pushes(ctx, "http://"+address+"/push", 4000, 1<<20) }()
	const limit = 20 * time.Second
	measured(t, process{arguments: []string{"run", "--topup-url=" + server.URL, "--partner-code=P1", "--group=G1", "--push-listen=" + address,
		"--timeout=" + limit.String()}, dir: t.TempDir()}, limit)
	cancel()
	if n := <-sent; n < 100 {
		t.Errorf("%d pushes were answered; too few to fill anything", n)
	}
}

// measured runs a process and checks its memory, its time and its reports.
func measured(t *testing.T, p process, limit time.Duration) {
	t.Helper()
	started := time.Now()
	got := bounded(t, p)
	if took := time.Since(started); took > limit+mostOverrun {
		t.Errorf("the run took %s with a time limit of %s", took, limit)
	}
	for _, report := range []string{"junit.xml", "run.json", "report.html"} {
		if _, err := os.Stat(filepath.Join(p.dir, "mallcheck-report", report)); err != nil {
			t.Errorf("%v\n%.2000s", err, got.out)
		}
	}
}

// bounded runs a process and checks its memory. Its whole output is out.
func bounded(t *testing.T, p process) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := p.command(ctx)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	started := time.Now()
	_ = cmd.Run() // the exit code is that of the verdict
	usage, known := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !known {
		t.Fatal("the system does not tell how much memory a process took")
	}
	t.Logf("%s: %s, %d MiB, exit code %d", p.arguments[0], time.Since(started).Round(time.Millisecond), usage.Maxrss>>10, cmd.ProcessState.ExitCode())
	if usage.Maxrss > mostMemory {
		t.Errorf("%s took %d MiB, want at most %d", p.arguments[0], usage.Maxrss>>10, mostMemory>>10)
	}
	return outcome{code: cmd.ProcessState.ExitCode(), out: out.String()}
}

// A large run.json that is valid is read by every command without filling the memory.
func TestLargeRunFilesAreBounded(t *testing.T) {
	testlevel.Long(t)
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--seed=1", "--format=json", "--fault=sign-wrong-accepted-on-remove"}, dir: dir}.run(t)
	if got.code != 1 {
		t.Fatalf("exit code %d: %s", got.code, got.err)
	}
	run := runFile(t, filepath.Join(dir, "mallcheck-report"))
	results := run.Results
	write := func(name string, from, to int, shard *reports.Shard) string {
		run.Results, run.Shard = nil, shard
		for i := from; i < to; i++ {
			for _, result := range results {
				if i > 0 {
					result.ID += fmt.Sprint("/copy-", i)
				}
				run.Results = append(run.Results, result)
			}
		}
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := render.WriteFiles(filepath.Join(dir, name), []string{"json"}, run); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(name, "run.json")
	}
	one, err := os.Stat(filepath.Join(dir, "mallcheck-report", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	copies := int(100<<20/one.Size()) + 1
	large := write("large", 0, copies, nil)
	first, second := write("first", 0, copies/2, &reports.Shard{Index: 1, Count: 2}), write("second", copies/2, copies, &reports.Shard{Index: 2, Count: 2})
	if info, err := os.Stat(filepath.Join(dir, large)); err != nil || info.Size() < 100<<20 {
		t.Fatalf("%v, %v", info, err)
	}
	for _, test := range []struct {
		arguments []string
		code      int
		want      string
	}{
		{[]string{"compare", large, large}, 0, "listBundles"},
		{[]string{"replay", large, "ENV-001/listBundles"}, 0, "answers agree with those recorded"},
		{[]string{"rerun", large, "--target=sandbox"}, 2, "matches no check"},
		{[]string{"learn", large, "-o", "learnt.yaml"}, 0, "Learnt from"},
		{[]string{"merge", first, second}, 1, "SIG-022/removeSims"},
	} {
		if got := bounded(t, process{arguments: test.arguments, dir: dir}); got.code != test.code || !strings.Contains(got.out, test.want) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%.2000s", test.arguments[0], got.code, test.code, test.want, got.out)
		}
	}
}

// What a server sends without being asked stands in no output: net/http would log it.
func TestUnsolicitedAnswersAreNotPrinted(t *testing.T) {
	testlevel.Plain(t)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	const secret = "s3cr3t-of-the-gateway"
	go hostile.Unsolicited(listener, secret)
	address := "http://" + listener.Addr().String()
	for _, arguments := range [][]string{
		{"run", "--only=ENV-001", "--topup-url=" + address, "--partner-code=P1", "--group=G1"},
		{"call", "listBundles", "--topup-url=" + address, "--partner-code=P1"},
		{"doctor", "--topup-url=" + address, "--partner-code=P1"},
	} {
		got := process{arguments: arguments}.run(t)
		if strings.Contains(got.out+got.err, "Unsolicited") || strings.Contains(got.err, secret) {
			t.Errorf("%s printed\n%.2000s\n%.2000s", arguments[0], got.out, got.err)
		}
	}
}
