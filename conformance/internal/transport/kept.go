package transport

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"sync/atomic"

	"github.com/mallcheck/mallcheck/reports"
)

// largestHeader limits how much of a header is kept in any case, because reports show all of it.
const largestHeader = 8 << 10

// What is kept of an answer after the run has reached its limit of kept bytes.
const (
	keptBody   = 1 << 10
	keptTail   = 256
	keptFields = 32 // header fields
	keptValue  = 256
)

// Keeper counts the bytes of answers that a run keeps until its end.
type Keeper struct {
	Most int64
	kept atomic.Int64
}

// Keep returns an exchange as it is kept: complete while there is room, otherwise with the beginning and
// the end of its body, its length and its digest. The check still has the complete answer.
func (k *Keeper) Keep(exchange reports.Exchange) reports.Exchange {
	if exchange.Response == nil {
		return exchange
	}
	header := int64(0)
	for _, field := range exchange.Response.Header {
		header += int64(len(field.Name) + len(field.Value))
	}
	if header > largestHeader {
		response := *exchange.Response
		response.Header, response.Digest, header = cutFields(response.Header), digestOf(response.Body), keptFields*keptValue
		exchange.Response = &response
	}
	size := int64(len(exchange.Response.Body)) + header
	if k.kept.Add(size) <= k.Most {
		return exchange
	}
	k.kept.Add(-size)
	response := *exchange.Response
	response.Digest = digestOf(response.Body)
	if body := response.Body; len(body) > keptBody {
		response.Body = bytes.Clone(body.Head(keptBody))
		if response.Cut == 0 {
			response.Tail = bytes.Clone(tailOf(body[len(response.Body):]))
		}
		response.Cut += int64(len(body) - len(response.Body))
	}
	response.Header = cutFields(response.Header)
	exchange.Response = &response
	return exchange
}

// IsCut reports whether an exchange was shortened.
func IsCut(exchange reports.Exchange) bool {
	return exchange.Response != nil && exchange.Response.Digest != ""
}

// Where the kept end of a text may begin: at a member, whose name shows whether its value is secret, or
// at closing brackets.
var (
	member  = regexp.MustCompile(`[,{]\s*"[^"\\]{1,64}"\s*:`)
	closing = regexp.MustCompile(`(?:</\w+>|\W)*$`)
)

// tailOf returns the end of a text. It starts with neither a partial value nor a value without its name,
// because redaction could not recognize what is secret.
func tailOf(text []byte) []byte {
	tail := text[max(0, len(text)-keptTail):]
	if found := member.FindIndex(tail); found != nil {
		return tail[found[0]:]
	}
	return closing.Find(tail)
}

// digestOf returns the SHA-256 of a body in hexadecimal.
func digestOf(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}

// cutFields returns the first fields of a header, each with the beginning of its value.
func cutFields(fields []reports.Header) []reports.Header {
	cut := make([]reports.Header, 0, min(len(fields), keptFields))
	for _, field := range fields[:min(len(fields), keptFields)] {
		name, value := reports.Body(field.Name).Head(keptValue), reports.Body(field.Value).Head(keptValue)
		cut = append(cut, reports.Header{Name: string(name), Value: string(value)}) // the conversion copies
	}
	return cut
}
