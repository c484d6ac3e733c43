package reports

import (
	"fmt"
	"io"
	"reflect"
)

// countingReader stops at MaxJSON bytes, and at maxValues values since the count was reset.
type countingReader struct {
	from    io.Reader
	read    int
	values  int
	inText  bool
	escaped bool
	spaced  bool
	stopped error
}

// Read implements io.Reader. It reads little at a time, so that the count is not far ahead of the
// decoder, and drops all but the first of several spaces, for which the decoder needs quadratic time.
func (c *countingReader) Read(into []byte) (int, error) {
	for c.stopped == nil {
		n, err := c.from.Read(into[:min(len(into), 16<<10)])
		kept := c.count(into[:n])
		if c.read += n; c.read > MaxJSON {
			c.stopped = fmt.Errorf("it has more than %d MiB", MaxJSON>>20)
		} else if c.values > maxValues {
			c.stopped = fmt.Errorf("one of its results has more than %d values, before byte %d", maxValues, c.read)
		} else if kept > 0 || err != nil {
			return kept, err
		}
	}
	return 0, c.stopped
}

// count counts the values that begin in some bytes and returns how many of the bytes are kept.
func (c *countingReader) count(bytes []byte) int {
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

// The sizes of the values of a run, without what they point to.
var (
	sizeResult, sizeDeviation = sizeOf[Result](), sizeOf[Deviation]()
	sizeExchange, sizeSigned  = sizeOf[Exchange](), sizeOf[Signed]()
	sizeResponse, sizeHeader  = sizeOf[Response](), sizeOf[Header]()
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// size is the approximate memory of a result in bytes.
func (r *Result) size() int {
	size := sizeResult + len(r.ID) + len(r.Requirement) + len(r.Clause) + len(r.Source) + len(r.Reason) + len(r.Cause)
	size += sizeDeviation * cap(r.Deviations)
	for i := range r.Deviations {
		d := &r.Deviations[i]
		size += len(d.Clause) + len(d.Source) + len(d.Pointer) + len(d.Summary) + len(d.Expected) + len(d.Actual)
	}
	size += sizeExchange * cap(r.Exchanges)
	for i := range r.Exchanges {
		size += r.Exchanges[i].size()
	}
	return size
}

// size is the approximate memory of what an exchange points to.
func (e *Exchange) size() int {
	size := len(e.Request.URL) + len(e.Request.Body) + headerSize(e.Request.Header) + len(e.Problem)
	if signed := e.Request.Signed; signed != nil {
		size += sizeSigned + len(signed.Content)
	}
	if response := e.Response; response != nil {
		size += sizeResponse + len(response.Body) + len(response.Tail) + headerSize(response.Header)
	}
	return size
}

func headerSize(header []Header) int {
	size := sizeHeader * cap(header)
	for _, field := range header {
		size += len(field.Name) + len(field.Value)
	}
	return size
}
