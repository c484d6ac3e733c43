package hostile

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
)

// HTTP2Misbehaviour is a way to break HTTP/2 on a connection without TLS.
type HTTP2Misbehaviour struct {
	// Name says what the server does.
	Name string
	// write writes what follows a request on a stream.
	write func(w io.Writer, stream uint32) error
}

// The types of frames (RFC 9113, 6).
const (
	data, headers, reset, settings, promise, ping, goAway, window, continuation = 0, 1, 3, 4, 5, 6, 7, 8, 9
)

const (
	endStream  = 1
	endHeaders = 4
	status200  = "\x88" // :status 200 in the static table of HPACK
)

func frame(kind, flags byte, stream uint32, payload string) string {
	header := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags} //nolint:gosec // 24 bits
	return string(binary.BigEndian.AppendUint32(header, stream)) + payload
}

// once returns a server that writes frames.
func once(frames ...func(stream uint32) string) func(io.Writer, uint32) error {
	return func(w io.Writer, stream uint32) error {
		for _, one := range frames {
			if _, err := io.WriteString(w, one(stream)); err != nil {
				return err
			}
		}
		return nil
	}
}

// forEver returns a server that writes a beginning and then a frame, up to a gigabyte in all.
func forEver(beginning, more func(stream uint32) string) func(io.Writer, uint32) error {
	return func(w io.Writer, stream uint32) error {
		_, err := io.WriteString(w, beginning(stream))
		one := more(stream)
		for n := 0; err == nil && n < 1<<30; n += len(one) {
			_, err = io.WriteString(w, one)
		}
		return err
	}
}

// on returns a frame of the stream of a request.
func on(kind, flags byte, payload string) func(uint32) string {
	return func(stream uint32) string { return frame(kind, flags, stream, payload) }
}

// always returns the same frame, whatever the stream is.
func always(kind, flags byte, stream uint32, payload string) func(uint32) string {
	return func(uint32) string { return frame(kind, flags, stream, payload) }
}

var (
	nothing = func(uint32) string { return "" }
	started = on(headers, endHeaders, status200)
)

// hpackBomb is a block that enters a field of 3 kB into the table and refers to it 12,000 times.
func hpackBomb() string {
	return status200 + "\x40\x01x\x7f\xb9\x16" + strings.Repeat("v", 127+0x39+0x16<<7) + strings.Repeat("\xbe", 12_000)
}

// HTTP2Misbehaviours are ways in which a server breaks HTTP/2.
var HTTP2Misbehaviours = []HTTP2Misbehaviour{
	{"never answers", once()},
	{"answers HTTP/1.1", once(func(uint32) string { return good + "\r\n" + Success })},
	{"refuses every stream", once(on(reset, 0, "\x00\x00\x00\x07"))},
	{"resets every stream", once(on(reset, 0, "\x00\x00\x00\x02"))},
	{"resets after the header", once(started, on(reset, 0, "\x00\x00\x00\x08"))},
	{"goes away at once", once(always(goAway, 0, 0, "\x00\x00\x00\x00\x00\x00\x00\x00"))},
	{"goes away with an error", once(always(goAway, 0, 0, "\x7f\xff\xff\xff\x00\x00\x00\x0b"+strings.Repeat("calm down\n", 1000)))},
	{"pings without end", forEver(nothing, always(ping, 0, 0, "12345678"))},
	{"sends settings without end", forEver(nothing, always(settings, 0, 0, "\x00\x03\x00\x00\x00\x01"))},
	{"sends unknown frames without end", forEver(nothing, always(0xfa, 0xff, 0, strings.Repeat("x", 1<<14)))},
	{"continues a header without end", forEver(on(headers, 0, status200), on(continuation, 0, "\x00\x01x\x01y"))},
	{"continues a header with nothing", forEver(on(headers, 0, status200), on(continuation, 0, ""))},
	{"sends an HPACK bomb", once(on(headers, endHeaders|endStream, hpackBomb()))},
	{"has a malformed header block", once(on(headers, endHeaders, "\xff\xff\xff\xff\xff\xff\xff"))},
	{"has no status", once(on(headers, endHeaders|endStream, ""))},
	{"hints without end", forEver(nothing, on(headers, endHeaders, "\x08\x03103"))},
	{"sends data without end", forEver(started, on(data, 0, strings.Repeat(" ", 1<<14)))},
	{"sends empty data without end", forEver(started, on(data, 0, ""))},
	{"sends data before a header", once(on(data, endStream, Success))},
	{"sends data of a stream that is not there", once(always(data, 0, 77, Success))},
	{"sends a frame that is too large", once(func(stream uint32) string { return "\xff\xff\xff" + on(data, 0, "")(stream)[3:] })},
	{"breaks off within a frame", once(started, func(stream uint32) string { return on(data, endStream, Success)(stream)[:20] })},
	{"promises a push", once(on(promise, endHeaders, "\x00\x00\x00\x02\x82"))},
	{"overflows a window", once(always(window, 0, 0, "\x7f\xff\xff\xff"), always(window, 0, 0, "\x7f\xff\xff\xff"))},
	{"opens a window by nothing", once(on(window, 0, "\x00\x00\x00\x00"))},
	{"sends a trailer with a status", once(started, on(data, 0, Success), on(headers, endHeaders|endStream, "\x8d"))},
}

// Serve answers each connection of a listener as m does, until the listener is closed.
func (m HTTP2Misbehaviour) Serve(listener net.Listener) {
	accept(listener, func(connection net.Conn) { m.serve(connection) })
}

// serve answers the requests on a connection.
func (m HTTP2Misbehaviour) serve(connection io.ReadWriter) {
	preface := make([]byte, 24)
	if _, err := io.ReadFull(connection, preface); err != nil || !bytes.HasPrefix(preface, []byte("PRI * HTTP/2.0")) {
		return
	}
	if _, err := io.WriteString(connection, frame(settings, 0, 0, "")); err != nil {
		return
	}
	head := make([]byte, 9)
	for {
		if _, err := io.ReadFull(connection, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, connection, length); err != nil {
			return
		}
		if head[3] == headers {
			if m.write(connection, binary.BigEndian.Uint32(head[5:])) != nil {
				return
			}
		}
	}
}
