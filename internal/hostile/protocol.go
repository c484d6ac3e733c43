package hostile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Misbehaviour is a way to break HTTP, or the form of an answer, on a connection.
type Misbehaviour struct {
	// Name says what the server does.
	Name string
	// Harmless says that a lenient client may take the answer for the success that it contains.
	Harmless bool
	// write writes what follows a request. The connection is closed afterwards.
	write func(w io.Writer)
}

const (
	head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	good = head + "Content-Length: 49\r\n"
)

// raw returns a server that writes text as it is.
func raw(text string) func(io.Writer) {
	return func(w io.Writer) { _, _ = io.WriteString(w, text) } // the client may have gone
}

// body returns a server that answers with a body of JSON and its length.
func body(body string) func(io.Writer) {
	return raw(head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// endless returns a server that writes a beginning and then repeats a text for ever.
func endless(beginning, more string, pause time.Duration) func(io.Writer) {
	return func(w io.Writer) {
		_, err := io.WriteString(w, beginning)
		for n := 0; err == nil && n < 1<<16; n++ {
			time.Sleep(pause)
			_, err = io.WriteString(w, more)
		}
	}
}

// cutGzip is the first half of a compressed success.
func cutGzip() string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = io.WriteString(writer, Success) // a buffer does not fail
	_ = writer.Close()
	return packed.String()[:packed.Len()/2]
}

// Misbehaviours are ways in which a server breaks the protocol.
var Misbehaviours = []Misbehaviour{
	{Name: "closes without an answer", write: raw("")},
	{Name: "answers in another protocol than HTTP", write: raw("* OK IMAP4rev1 ready\r\n")},
	{Name: "answers with only a body, as HTTP/0.9 does", write: raw(Success)},
	{Name: "speaks TLS", write: raw("\x15\x03\x01\x00\x02\x02\x16")},
	{Name: "speaks HTTP/2", write: raw("\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x04\x00\x01\x00\x00\x00\x05\x00\x00\x40\x00")},
	{Name: "has a status that is not a number", write: raw("HTTP/1.1 OK 200\r\n\r\n" + Success)},
	{Name: "has a status of four digits", write: raw("HTTP/1.1 2000 OK\r\nContent-Length: 49\r\n\r\n" + Success)},
	{Name: "has the status 999", write: raw("HTTP/1.1 999 ?\r\nContent-Length: 49\r\n\r\n" + Success)},
	{Name: "has the status 000", write: raw("HTTP/1.1 000 ?\r\nContent-Length: 49\r\n\r\n" + Success)},
	{Name: "answers in HTTP version 9.9", write: raw(strings.Replace(good, "1.1", "9.9", 1) + "\r\n" + Success), Harmless: true},
	{Name: "goes on with 100 Continue", write: endless("", "HTTP/1.1 100 Continue\r\n\r\n", 0)},
	{Name: "goes on with 103 Early Hints", write: endless("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0)},
	{Name: "switches protocols", write: raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + Success)},
	{Name: "has a body with 204", write: raw("HTTP/1.1 204 No Content\r\nContent-Length: 49\r\n\r\n" + Success)},
	{Name: "answers 304", write: raw("HTTP/1.1 304 Not Modified\r\n\r\n")},
	{Name: "asks for a proxy's password", write: raw("HTTP/1.1 407 ?\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n")},
	{Name: "announces more than it sends", write: raw(head + "Content-Length: 5000\r\n\r\n" + Success)},
	{Name: "announces less than it sends", write: raw(head + "Content-Length: 20\r\n\r\n" + Success)},
	{Name: "announces two lengths", write: raw(good + "Content-Length: 20\r\n\r\n" + Success)},
	{Name: "announces a negative length", write: raw(head + "Content-Length: -1\r\n\r\n" + Success)},
	{Name: "announces a length of 40 digits", write: raw(head + "Content-Length: " + strings.Repeat("9", 40) + "\r\n\r\n" + Success)},
	{Name: "announces a length that is not a number", write: raw(head + "Content-Length: 0x31\r\n\r\n" + Success)},
	{Name: "has a chunk of a malformed size", write: raw(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + Success)},
	{Name: "has a chunk of 2^64 bytes", write: raw(head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + Success)},
	{Name: "has no last chunk", write: raw(head + "Transfer-Encoding: chunked\r\n\r\n31\r\n" + Success + "\r\n")},
	{Name: "has chunks and a length", write: raw(good + "Transfer-Encoding: chunked\r\n\r\n31\r\n" + Success + "\r\n0\r\n\r\n"), Harmless: true},
	{Name: "has an endless chunk extension", write: endless(head+"Transfer-Encoding: chunked\r\n\r\n1;", strings.Repeat("x", 1<<10), 0)},
	{Name: "has an endless trailer", write: endless(head+"Transfer-Encoding: chunked\r\n\r\n31\r\n"+Success+"\r\n0\r\nX: ", strings.Repeat("x", 1<<10), 0)},
	{Name: "has an unknown transfer encoding", write: raw(head + "Transfer-Encoding: zip\r\n\r\n" + Success)},
	{Name: "declares plain text as gzip", write: raw(good + "Content-Encoding: gzip\r\n\r\n" + Success)},
	{Name: "cuts off gzip", write: raw(head + "Content-Encoding: gzip\r\n\r\n" + cutGzip())},
	{Name: "has an unknown content encoding", write: raw(good + "Content-Encoding: br\r\n\r\n\x1b\x30\x00" + Success[3:])},
	{Name: "has a header line without a colon", write: raw(good + "no colon\r\n\r\n" + Success)},
	{Name: "has a header name with a space", write: raw(good + "a b: c\r\n\r\n" + Success), Harmless: true},
	{Name: "has NUL in a header", write: raw(good + "X: a\x00b\r\n\r\n" + Success)},
	{Name: "has a bare CR in a header", write: raw(good + "X: a\rY: b\r\n\r\n" + Success), Harmless: true},
	{Name: "folds a header line", write: raw(good + "X: a\r\n b\r\n\r\n" + Success), Harmless: true},
	{Name: "has an endless header line", write: endless(good+"X: ", strings.Repeat("x", 1<<10), 0)},
	{Name: "has endless header lines", write: endless(good, "X: y\r\n", 0)},
	{Name: "sends a byte now and then", write: endless(head+"Content-Length: 99999\r\n\r\n", " ", 50*time.Millisecond)},
	{Name: "sends a header byte now and then", write: endless("HTTP/1.1 200 OK\r\nX: ", "x", 50*time.Millisecond)},
	{Name: "redirects to itself", write: raw("HTTP/1.1 307 ?\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")},
	{Name: "redirects to a file", write: raw("HTTP/1.1 302 ?\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n")},
	{Name: "asks to wait for eleven days", write: raw("HTTP/1.1 429 ?\r\nRetry-After: 999999\r\nContent-Length: 0\r\n\r\n")},
	{Name: "asks to wait until the year 9999", write: raw("HTTP/1.1 503 ?\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n")},
	{Name: "answers in UTF-16", write: body("\xff\xfe{\x00}\x00")},
	{Name: "answers with bytes that are not UTF-8", write: body(`{"operateCode":"S","message":"` + "\xff\xc0\x80" + `","data":[]}`)},
	{Name: "has a byte-order mark", write: body("\ufeff" + Success)},
	{Name: "nests 100,000 lists", write: body(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000))},
	{Name: "has a number of a million digits", write: body(`{"operateCode":"S","message":"m","data":` + strings.Repeat("9", 1_000_000) + `}`), Harmless: true},
	{Name: "has operateCode twice", write: body(`{"operateCode":"F","operateCode":"S","message":"m","data":[]}`)},
	{Name: "sends two answers in one", write: body(Success + Success)},
	{Name: "answers with an empty body", write: body("")},
	{Name: "answers null", write: body("null")},
}

// Serve answers each connection of a listener as m does, until the listener is closed.
func (m Misbehaviour) Serve(listener net.Listener) {
	accept(listener, func(connection net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(connection))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body) // what it says does not matter
		m.write(connection)
	})
}
