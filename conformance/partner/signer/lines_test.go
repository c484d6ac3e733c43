package signer

import (
	"strings"
	"testing"
)

// FuzzReadLines holds that what a command prints gives at most as many lines as were
// asked for, or an error, and no line with a line end in it.
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
