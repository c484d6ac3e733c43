package diagnose

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/mallcheck/mallcheck/signing"
)

func byName(a, b entry) int { return strings.Compare(a.name, b.name) }

// asSent orders by place in the request, with its parts in the given order.
func asSent(parts ...signing.Parts) func(a, b entry) int {
	return func(a, b entry) int {
		return cmp.Or(slices.Index(parts, a.part)-slices.Index(parts, b.part), a.index-b.index)
	}
}

func ordered(order func(a, b entry) int) func(*candidate) {
	return func(c *candidate) { c.order = order }
}

// severalParts reports whether parameters come from more than one part of the request.
func (s *search) severalParts() bool {
	n := 0
	for _, place := range s.got.places() {
		if len(place.members) > 0 {
			n++
		}
	}
	return n > 1
}

// partOrder is the order in which the parts of a request are read, otherPartOrders those that clients use.
var (
	partOrder       = []signing.Parts{signing.Query, signing.Path, signing.Body}
	otherPartOrders = [][]signing.Parts{
		{signing.Path, signing.Query, signing.Body},
		{signing.Query, signing.Body, signing.Path},
		{signing.Body, signing.Query, signing.Path},
	}
)

func unsorted(s *search) []variant {
	ways := []variant{{apply: ordered(asSent(partOrder...))}}
	if s.severalParts() {
		for _, parts := range otherPartOrders {
			var names []string
			for _, part := range parts {
				names = append(names, part.String())
			}
			ways = append(ways, variant{detail: strings.Join(names, ", then "), apply: ordered(asSent(parts...))})
		}
	}
	return ways
}

func partsSortedApart(s *search) (ways []variant) {
	if !s.severalParts() {
		return nil
	}
	for _, parts := range slices.Insert(slices.Clone(otherPartOrders), 0, partOrder) {
		byPart := asSent(parts...)
		ways = append(ways, variant{apply: ordered(func(a, b entry) int {
			if a.part != b.part {
				return byPart(a, b)
			}
			return byName(a, b)
		})})
	}
	return ways
}

// globalsApart sorts version and partnerCode before or after all others.
func globalsApart(*search) (ways []variant) {
	for _, names := range [][]string{{"version", "partnerCode"}, {"partnerCode", "version"}} {
		for _, sign := range []int{-1, 1} {
			place := "first"
			if sign > 0 {
				place = "last"
			}
			ways = append(ways, variant{detail: strings.Join(names, ", ") + " " + place, apply: ordered(func(a, b entry) int {
				i, j := slices.Index(names, a.name), slices.Index(names, b.name)
				switch {
				case i >= 0 && j >= 0:
					return i - j
				case i >= 0:
					return sign
				case j >= 0:
					return -sign
				}
				return byName(a, b)
			})})
		}
	}
	return ways
}

func withoutCase(*search) (ways []variant) {
	for _, fold := range []func(string) string{strings.ToLower, strings.ToUpper} {
		ways = append(ways, variant{apply: ordered(func(a, b entry) int {
			return strings.Compare(fold(a.name), fold(b.name))
		})})
	}
	return ways
}

// integersFirst is the order in which a JavaScript object keeps its members, whatever the order
// in which they were added: names that are integers first, by number.
func integersFirst(a, b entry) int {
	i, errA := strconv.ParseUint(a.name, 10, 32)
	j, errB := strconv.ParseUint(b.name, 10, 32)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(i, j)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return byName(a, b)
}

func byUTF16(a, b entry) int {
	return slices.Compare(utf16.Encode([]rune(a.name)), utf16.Encode([]rune(b.name)))
}

var reverseSorted = fixed(variant{apply: ordered(func(a, b entry) int { return byName(b, a) })})

// byLength sorts names by length, and those of one length by name or as they were sent.
func byLength(*search) (ways []variant) {
	for _, then := range []func(a, b entry) int{byName, func(a, b entry) int { return a.index - b.index }} {
		ways = append(ways, variant{apply: ordered(func(a, b entry) int {
			return cmp.Or(len(a.name)-len(b.name), then(a, b))
		})})
	}
	return ways
}

func byValue(a, b entry) int { return strings.Compare(a.value.text, b.value.text) }

// javaHashOrder is the order in which java.util.HashMap iterates: by bucket of a table that
// has at least 16, is at most three quarters full, and is twice as large where the map grew.
func javaHashOrder(s *search) (ways []variant) {
	n := 0
	for _, e := range s.base.entries {
		if e.written {
			n++
		}
	}
	buckets := uint32(16)
	for n > int(buckets)*3/4 {
		buckets *= 2
	}
	for _, size := range []uint32{buckets, 2 * buckets, buckets / 2} {
		bucket := func(e entry) uint32 { return javaHash(e.name) & (size - 1) }
		for _, within := range []func(a, b entry) int{byName, func(a, b entry) int { return a.index - b.index }} {
			ways = append(ways, variant{rare: len(ways) > 0, apply: ordered(func(a, b entry) int {
				return cmp.Or(cmp.Compare(bucket(a), bucket(b)), within(a, b))
			})})
		}
	}
	return ways
}

// javaHash is String.hashCode, spread as HashMap does.
func javaHash(name string) uint32 {
	var h uint32
	for _, unit := range utf16.Encode([]rune(name)) {
		h = 31*h + uint32(unit)
	}
	return h ^ h>>16
}
