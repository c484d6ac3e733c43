package mistakes

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/mallcheck/mallcheck/signing"
)

// ByName orders parameters by name, byte by byte.
func ByName(a, b Entry) int { return strings.Compare(a.Name, b.Name) }

// asSent orders by position in the request, with the request's parts in the given order.
func asSent(parts ...signing.Parts) func(a, b Entry) int {
	return func(a, b Entry) int {
		return cmp.Or(slices.Index(parts, a.part)-slices.Index(parts, b.part), a.Index-b.Index)
	}
}

func ordered(order func(a, b Entry) int) func(*Candidate) {
	return func(c *Candidate) { c.Order = order }
}

// severalParts reports whether parameters come from more than one part of the request.
func (s *Subject) severalParts() bool {
	n := 0
	for _, group := range s.Got.Parts() {
		if len(group.Members) > 0 {
			n++
		}
	}
	return n > 1
}

// partOrder is the order in which the parts of a request are read; otherPartOrders are those that
// clients use.
var (
	partOrder       = []signing.Parts{signing.Query, signing.Path, signing.Body}
	otherPartOrders = [][]signing.Parts{
		{signing.Path, signing.Query, signing.Body},
		{signing.Query, signing.Body, signing.Path},
		{signing.Body, signing.Query, signing.Path},
	}
)

func unsorted(s *Subject) []Variant {
	ways := []Variant{{Apply: ordered(asSent(partOrder...))}}
	if s.severalParts() {
		for _, parts := range otherPartOrders {
			var names []string
			for _, part := range parts {
				names = append(names, part.String())
			}
			ways = append(ways, Variant{Detail: strings.Join(names, ", then "), Apply: ordered(asSent(parts...))})
		}
	}
	return ways
}

func partsSortedApart(s *Subject) (ways []Variant) {
	if !s.severalParts() {
		return nil
	}
	for _, parts := range slices.Insert(slices.Clone(otherPartOrders), 0, partOrder) {
		byPart := asSent(parts...)
		ways = append(ways, Variant{Apply: ordered(func(a, b Entry) int {
			if a.part != b.part {
				return byPart(a, b)
			}
			return ByName(a, b)
		})})
	}
	return ways
}

// globalsApart sorts version and partnerCode before or after all others.
func globalsApart(*Subject) (ways []Variant) {
	for _, names := range [][]string{{"version", "partnerCode"}, {"partnerCode", "version"}} {
		for _, sign := range []int{-1, 1} {
			position := "first"
			if sign > 0 {
				position = "last"
			}
			ways = append(ways, Variant{Detail: strings.Join(names, ", ") + " " + position, Apply: ordered(func(a, b Entry) int {
				i, j := slices.Index(names, a.Name), slices.Index(names, b.Name)
				switch {
				case i >= 0 && j >= 0:
					return i - j
				case i >= 0:
					return sign
				case j >= 0:
					return -sign
				}
				return ByName(a, b)
			})})
		}
	}
	return ways
}

func withoutCase(*Subject) (ways []Variant) {
	for _, fold := range []func(string) string{strings.ToLower, strings.ToUpper} {
		ways = append(ways, Variant{Apply: ordered(func(a, b Entry) int {
			return strings.Compare(fold(a.Name), fold(b.Name))
		})})
	}
	return ways
}

// integersFirst is the order in which a JavaScript object keeps its members: integer names first, by
// number, regardless of insertion order.
func integersFirst(a, b Entry) int {
	i, errA := strconv.ParseUint(a.Name, 10, 32)
	j, errB := strconv.ParseUint(b.Name, 10, 32)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(i, j)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return ByName(a, b)
}

func byUTF16(a, b Entry) int {
	return slices.Compare(utf16.Encode([]rune(a.Name)), utf16.Encode([]rune(b.Name)))
}

var reverseSorted = fixed(Variant{Apply: ordered(func(a, b Entry) int { return ByName(b, a) })})

// byLength sorts names by length, and names of equal length by name or in the order sent.
func byLength(*Subject) (ways []Variant) {
	for _, then := range []func(a, b Entry) int{ByName, func(a, b Entry) int { return a.Index - b.Index }} {
		ways = append(ways, Variant{Apply: ordered(func(a, b Entry) int {
			return cmp.Or(len(a.Name)-len(b.Name), then(a, b))
		})})
	}
	return ways
}

func byValue(a, b Entry) int { return strings.Compare(a.Value.Text, b.Value.Text) }

// javaHashOrder is the iteration order of java.util.HashMap: by bucket of a table with at least 16
// buckets that is at most three quarters full and doubles when the map grows.
func javaHashOrder(s *Subject) (ways []Variant) {
	n := 0
	for _, e := range s.Base.Entries {
		if e.Written {
			n++
		}
	}
	buckets := uint32(16)
	for n > int(buckets)*3/4 {
		buckets *= 2
	}
	for _, size := range []uint32{buckets, 2 * buckets, buckets / 2} {
		bucket := func(e Entry) uint32 { return javaHash(e.Name) & (size - 1) }
		for _, within := range []func(a, b Entry) int{ByName, func(a, b Entry) int { return a.Index - b.Index }} {
			ways = append(ways, Variant{Rare: len(ways) > 0, Apply: ordered(func(a, b Entry) int {
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
