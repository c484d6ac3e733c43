// Package bounded reads JSON within limits, because short text can become large values in memory.
package bounded

import (
	"fmt"
	"io"
)

// Reader reads JSON and stops at MaxBytes bytes, and at MaxValues values since the last call of Next.
type Reader struct {
	From                io.Reader
	MaxBytes, MaxValues int

	read    int
	values  int
	inText  bool
	escaped bool
	spaced  bool
	stopped error
}

// Offset is how many bytes were read.
func (c *Reader) Offset() int { return c.read }

// Stopped is the error of a limit; nil if none was reached.
func (c *Reader) Stopped() error { return c.stopped }

// Next begins to count the values of the next result.
func (c *Reader) Next() { c.values = 0 }

// Read implements io.Reader. It reads little at a time, so that the count is not far ahead of the
// decoder, and drops all but the first of several spaces, for which the decoder needs quadratic time.
func (c *Reader) Read(into []byte) (int, error) {
	for c.stopped == nil {
		n, err := c.From.Read(into[:min(len(into), 16<<10)])
		kept := c.count(into[:n])
		if c.read += n; c.read > c.MaxBytes {
			c.stopped = fmt.Errorf("it has more than %d MiB", c.MaxBytes>>20)
		} else if c.values > c.MaxValues {
			c.stopped = fmt.Errorf("one of its results has more than %d values, before byte %d", c.MaxValues, c.read)
		} else if kept > 0 || err != nil {
			return kept, err
		}
	}
	return 0, c.stopped
}

// count counts the values that begin in some bytes and returns how many of the bytes are kept.
func (c *Reader) count(bytes []byte) int {
	kept := 0
	for _, b := range bytes {
		space := !c.inText && (b == ' ' || b == '\n' || b == '\r' || b == '\t')
		switch {
		case c.escaped:
			c.escaped = false
		case b == '"':
			c.inText = !c.inText
		case c.inText:
			c.escaped = b == '\\'
		case b == '{' || b == '[' || b == ',':
			c.values++
		}
		if space && c.spaced {
			continue
		}
		c.spaced = space
		bytes[kept] = b
		kept++
	}
	return kept
}
