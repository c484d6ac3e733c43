package trial

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
)

// ending is how a command ended.
type ending struct {
	// code is the exit code, -1 if a signal ended it or it did not start.
	code int
	// hung is set if the time limit ended it, interrupted if the user did.
	hung, interrupted bool
	// problem says why it did not start.
	problem string
	// state describes the end: "exit status 1", "signal: killed".
	state string
	// last is the last line that it printed.
	last string
	// left is how many processes it left behind; they were killed.
	left int
	// limit is the time limit.
	limit time.Duration
}

// succeeded reports whether the command ended with success.
func (e *ending) succeeded() bool { return e.code == 0 && !e.hung && e.problem == "" }

// words describes the end in a clause.
func (e *ending) words() string {
	text := "ended with " + e.state
	switch {
	case e.problem != "":
		return e.problem
	case e.hung:
		text = fmt.Sprintf("did not end within %s (--timeout) and was killed", e.limit)
	case e.code == 0:
		text = "ended with exit status 0"
	}
	if e.last != "" && !e.succeeded() {
		text += "; its last line: " + e.last
	}
	return text
}

// runVariable marks the processes of one run, so that none of them is left behind.
const runVariable = "MALL_JUDGE_RUN"

// waitForPipes is how long to wait for output that a child of the command keeps open.
const waitForPipes = 500 * time.Millisecond

// run starts a command and waits for its end or for the time limit. Afterwards no process that it
// started is running. verbose gets its output and may be nil.
func run(ctx context.Context, command, environ []string, limit time.Duration, verbose io.Writer) ending {
	var id [12]byte
	_, _ = rand.Read(id[:])
	mark := runVariable + "=" + hex.EncodeToString(id[:])
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	output := &tail{also: verbose}
	c := exec.CommandContext(limited, command[0], command[1:]...) //nolint:gosec // the user's own command
	c.Env = slices.Concat(os.Environ(), noProxy(), environ, []string{mark})
	c.Stdout, c.Stderr = output, output
	c.WaitDelay = waitForPipes
	partner.Contain(c)
	if err := c.Start(); err != nil {
		return ending{code: -1, problem: fmt.Sprintf("the command could not be started: %v", err)}
	}
	err := c.Wait()
	e := ending{limit: limit, code: c.ProcessState.ExitCode(), state: c.ProcessState.String(), last: output.last()}
	e.hung = errors.Is(limited.Err(), context.DeadlineExceeded) && err != nil
	e.interrupted = ctx.Err() != nil
	killed := sweep(c.Process.Pid, mark)
	if !e.hung && !e.interrupted {
		e.left = killed
	}
	return e
}

// noProxy makes the client reach the sandbox directly, even on a machine with a proxy.
func noProxy() []string {
	var pairs []string
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		pairs = append(pairs, name+"="+strings.TrimPrefix(os.Getenv(name)+",127.0.0.1", ","))
	}
	return pairs
}

// tail keeps the end of the output.
type tail struct {
	mu   sync.Mutex
	kept []byte
	also io.Writer
}

// maxTail is how much output is kept.
const maxTail = 4 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - maxTail; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	if t.also != nil {
		_, _ = t.also.Write(p) // the output of the command is not judged
	}
	return len(p), nil
}

// last returns the last line that is not empty.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := bytes.TrimSpace(t.kept)
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	return strings.TrimSpace(strings.ToValidUTF8(string(line[:min(len(line), 300)]), "�"))
}
