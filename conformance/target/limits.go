package target

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// Limits bound the memory that a target can make a run use. A zero field means the default.
type Limits struct {
	// Answer bounds the bytes read of one answer, after decompression. A larger one
	// is a deviation.
	Answer int64
	// Headers bounds the bytes of the header of one answer.
	Headers int64
	// Kept bounds the bytes kept of all answers. Only the beginning of later answers is kept.
	Kept int64
	// Push bounds the bytes of one push, Inbox the bytes of all pushes that are kept.
	Push, Inbox int64
}

// DefaultLimits are generous for a conforming server: answers of the contract have a
// few hundred bytes.
var DefaultLimits = Limits{Answer: 8 << 20, Headers: 64 << 10, Kept: 64 << 20, Push: 1 << 20, Inbox: 32 << 20}

// OrDefault returns the limits with defaults for zero fields.
func (l Limits) OrDefault() Limits {
	return Limits{
		Answer: cmp.Or(l.Answer, DefaultLimits.Answer), Headers: cmp.Or(l.Headers, DefaultLimits.Headers),
		Kept: cmp.Or(l.Kept, DefaultLimits.Kept), Push: cmp.Or(l.Push, DefaultLimits.Push), Inbox: cmp.Or(l.Inbox, DefaultLimits.Inbox),
	}
}

// sizes are the units of a size, the largest first.
var sizes = []struct {
	unit  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// mostBytes bounds a size by the memory that a run should use.
const mostBytes = 4 << 30

// size reads a number of bytes: "64KiB", "8MiB" or "1000".
func size(text string) (int64, error) {
	number, factor := text, int64(1)
	for _, one := range sizes {
		if digits, found := strings.CutSuffix(text, one.unit); found {
			number, factor = strings.TrimSpace(digits), one.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/factor || n*factor > mostBytes {
		return 0, malformed{"is not a valid size", "write 1 to 4GiB, such as 64KiB or 8MiB"}
	}
	return n * factor, nil
}

// Size formats a number of bytes as settings do.
func Size(bytes int64) string {
	for _, one := range sizes {
		if bytes >= one.bytes && bytes%one.bytes == 0 {
			return strconv.FormatInt(bytes/one.bytes, 10) + " " + one.unit
		}
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}
