// Package signer tests a partner's signer: it passes the signature vectors to a command and judges the
// signs that the command prints. Wrong signs are diagnosed.
package signer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/signing/vectors"
)

// The levels of vectors.
const (
	// Core is the level that the documentation proves: a plain, correct signer passes it.
	Core = "core"
	// Full adds the assumed edge cases, as findings.
	Full = "full"
)

// Config is the signer under test.
type Config struct {
	// Command and its arguments read requests as JSON lines and print a sign for each.
	Command []string
	// Level is Core or Full.
	Level string
	// Push tests the signatures of pushes instead of the signs of requests.
	Push bool
	// Each starts the command once per vector.
	Each bool
	// Timeout limits one run of the command.
	Timeout time.Duration
}

// Catalogue returns the settings under which Checks returns every check. It runs nothing.
func Catalogue() Config { return Config{Level: Full} }

// Name returns the name of the command without its folder and arguments.
func (c Config) Name() string {
	if len(c.Command) == 0 {
		return ""
	}
	return filepath.Base(c.Command[0])
}

// question is a vector as the command reads it.
type question struct {
	Name     string            `json:"name"`
	Kind     string            `json:"kind"` // "request" or "push"
	Method   string            `json:"method,omitempty"`
	Path     string            `json:"path,omitempty"`
	Template string            `json:"template,omitempty"`
	Query    string            `json:"query,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	KeyID    string            `json:"keyId,omitempty"`
	Key      string            `json:"key,omitempty"`
	Body     string            `json:"body,omitempty"`
	BodyHex  string            `json:"bodyHex,omitempty"`
}

// subject is a vector with the expected answer.
type subject struct {
	vectors.Vector
	question question
	request  vectors.RequestVector // for the sign of a request
	want     string                // the right sign; "" if nothing can be signed
}

// answers runs the command once for all subjects, or once for each, and returns a line for each.
func (c Config) answers(ctx context.Context, subjects []subject) ([]string, error) {
	if !c.Each {
		return c.run(ctx, subjects)
	}
	lines := make([]string, 0, len(subjects))
	for i := range subjects {
		one, err := c.run(ctx, subjects[i:i+1])
		if err != nil {
			return nil, fmt.Errorf("vector %s: %w", subjects[i].Name, err)
		}
		lines = append(lines, one...)
	}
	return lines, nil
}

// run starts the command, writes the questions and reads the same number of lines.
func (c Config) run(ctx context.Context, subjects []subject) ([]string, error) {
	stopped := ctx
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var input, complaints bytes.Buffer
	encoder := json.NewEncoder(&input)
	encoder.SetEscapeHTML(false)
	for i := range subjects {
		if err := encoder.Encode(subjects[i].question); err != nil {
			return nil, fmt.Errorf("writing a vector: %w", err)
		}
	}
	command := exec.CommandContext(ctx, c.Command[0], c.Command[1:]...) //nolint:gosec // the user's own command
	command.Stdin, command.Stderr = &input, &limited{to: &complaints, left: 2 << 10}
	command.WaitDelay = time.Second
	partner.Contain(command)
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name(), err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name(), err)
	}
	lines, readErr := readLines(out, len(subjects))
	late := ctx.Err() != nil
	if readErr != nil {
		cancel() // a command that prints without end would print until the time is over
	}
	ended := command.Wait()
	switch {
	case stopped.Err() != nil:
		return nil, fmt.Errorf("%s was stopped after %d of %d signs", c.Name(), len(lines), len(subjects))
	case late || readErr == nil && ctx.Err() != nil:
		return nil, fmt.Errorf("%s printed %d of %d signs within %s (--timeout)", c.Name(), len(lines), len(subjects), c.Timeout)
	case readErr != nil:
		return nil, readErr
	case len(lines) < len(subjects):
		return nil, fmt.Errorf("%s printed %d signs for %d vectors%s", c.Name(), len(lines), len(subjects), after(ended, complaints.String()))
	}
	return lines, nil
}

// after describes how a command ended.
func after(ended error, complaints string) string {
	text := ""
	if exited, ok := errors.AsType[*exec.ExitError](ended); ok {
		text = " and ended with " + exited.String()
	}
	if line := strings.TrimSpace(complaints); line != "" {
		text += ": " + line[strings.LastIndexByte(line, '\n')+1:]
	}
	return text
}

// maxLine bounds a line of the command.
const maxLine = 1 << 20

// readLines reads n lines. More than n are an error.
func readLines(out io.Reader, n int) ([]string, error) {
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, maxLine)
	var lines []string
	for scanner.Scan() {
		if len(lines) == n {
			return nil, fmt.Errorf("the command printed more than one line for each of %d vectors", n)
		}
		lines = append(lines, strings.TrimSpace(scanner.Text()))
	}
	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("the command printed a line of more than %d MiB", maxLine>>20)
	} else if err != nil {
		return nil, fmt.Errorf("reading the signs: %w", err)
	}
	return lines, nil
}

// limited keeps the first bytes of the output.
type limited struct {
	to   *bytes.Buffer
	left int
}

// Write implements io.Writer and never fails.
func (l *limited) Write(p []byte) (int, error) {
	kept := p[:min(len(p), l.left)]
	l.left -= len(kept)
	l.to.Write(kept)
	return len(p), nil
}
