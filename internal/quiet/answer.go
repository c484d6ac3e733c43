package quiet

import (
	"bytes"
	"math"
	"strconv"
)

// longestLine is the most that is kept of a line of a header: names and numbers are shorter.
const longestLine = 256

// answer finds where answers of HTTP/1 end. Where it errs, a connection is only read in other portions.
type answer struct {
	state    state
	line     []byte // the beginning of the current line
	skip     int64  // bytes of a body or a chunk still to come
	status   int
	length   int64 // -1 if not announced
	chunked  bool
	bodiless bool // the request's method is HEAD
}

type state int

const (
	atStatus  state = iota // before the status line
	inHeader               // in the lines below it
	inBody                 // in a body of known length
	atSize                 // before the size of a chunk
	inChunk                // in a chunk and the line break after it
	inTrailer              // after the last chunk
	unknown                // in something that only the end of the connection ends
)

// read takes the next bytes of a connection and returns how many belong to the current answer: all of
// them, unless it ends within.
func (a *answer) read(p []byte) int {
	for taken := 0; taken < len(p); {
		switch a.state {
		case unknown:
			return len(p)
		case inBody, inChunk:
			n := min(a.skip, int64(len(p)-taken))
			taken += int(n)
			if a.skip -= n; a.skip > 0 {
				return taken
			}
			if a.state == inBody {
				a.state = atStatus
				return taken
			}
			a.state = atSize
		default:
			end := bytes.IndexByte(p[taken:], '\n')
			line := p[taken:]
			if end >= 0 {
				line = line[:end+1]
			}
			taken += len(line)
			a.line = append(a.line, line[:min(len(line), longestLine-len(a.line))]...)
			if end >= 0 && a.endLine() {
				return taken
			}
		}
	}
	return len(p)
}

// endLine takes a line and reports whether the answer ends with it.
func (a *answer) endLine() bool {
	line := bytes.TrimRight(a.line, "\r\n")
	a.line = a.line[:0]
	switch a.state {
	case atStatus:
		a.begin(line)
	case inHeader:
		if len(line) == 0 {
			return a.endHeader()
		}
		a.field(line)
	case atSize:
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseInt(string(bytes.TrimSpace(digits)), 16, 64)
		switch {
		case err != nil || size < 0 || size > math.MaxInt64-2:
			a.state = unknown
		case size == 0:
			a.state = inTrailer
		default:
			a.state, a.skip = inChunk, size+int64(len("\r\n"))
		}
	case inTrailer:
		if len(line) == 0 {
			a.state = atStatus
			return true
		}
	}
	return false
}

// begin reads a status line.
func (a *answer) begin(line []byte) {
	a.length, a.chunked = -1, false
	version, rest, _ := bytes.Cut(line, []byte(" "))
	code, _, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	status, err := strconv.Atoi(string(code))
	if err != nil || !bytes.HasPrefix(version, []byte("HTTP/")) {
		a.state = unknown
		return
	}
	a.state, a.status = inHeader, status
}

// field reads a header field if it tells the length of the body.
func (a *answer) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		if length, err := strconv.ParseInt(string(value), 10, 64); err == nil && length >= 0 {
			a.length = length
		}
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		a.chunked = bytes.EqualFold(value, []byte("chunked"))
	}
}

// endHeader reports whether the answer has no body.
func (a *answer) endHeader() bool {
	switch {
	case a.status == 101:
		a.state = unknown
	case a.status < 200:
		a.state = atStatus // the answer itself follows
	case a.bodiless, a.status == 204, a.status == 304, a.length == 0 && !a.chunked:
		a.state = atStatus
		return true
	case a.chunked:
		a.state = atSize
	case a.length > 0:
		a.state, a.skip = inBody, a.length
	default:
		a.state = unknown
	}
	return false
}
