package signer

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A command that prints without end is ended at once, whatever time it has.
func TestEndlessOutput(t *testing.T) {
	if _, err := exec.LookPath("yes"); err != nil {
		t.Skip(err)
	}
	for command, want := range map[string]string{
		"yes":           "printed more than one line for each of 1 vectors",
		"cat /dev/zero": "printed a line of more than 1 MiB",
	} {
		started := time.Now()
		_, err := Config{Command: []string{"sh", "-c", command}, Timeout: time.Minute}.run(t.Context(), make([]subject, 1))
		if err == nil || !strings.Contains(err.Error(), want) || time.Since(started) > 20*time.Second {
			t.Errorf("%s: %v, after %s", command, err, time.Since(started))
		}
	}
}

// The output of a command yields at most the requested number of lines or an error, and no line
// contains a line end.
func FuzzReadLines(f *testing.F) {
	f.Add("d41d8cd98f00b204e9800998ecf8427e\nerror\n", uint8(2))
	f.Add("a\r\nb", uint8(1))
	f.Add("\x00\n\n\n", uint8(3))
	f.Fuzz(func(t *testing.T, printed string, n uint8) {
		lines, err := readLines(strings.NewReader(printed), int(n))
		if len(lines) > int(n) || err != nil && lines != nil {
			t.Errorf("%d lines of at most %d, error %v", len(lines), n, err)
		}
		for _, line := range lines {
			if strings.ContainsRune(line, '\n') {
				t.Errorf("a line is %q", line)
			}
		}
	})
}
