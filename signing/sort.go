package signing

import (
	"slices"
	"strings"
)

// fewMembers is the number of members that are sorted without heap memory. Every documented request has
// fewer.
const fewMembers = 24

// key is the name of a member and its index.
type key struct {
	name  string
	index int
}

// sortKeys orders keys by the UTF-8 bytes of their names. It returns the index of a member whose name
// occurred before, or -1.
func sortKeys(keys []key) int {
	if len(keys) <= fewMembers {
		return insertionSort(keys)
	}
	slices.SortStableFunc(keys, func(a, b key) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(keys); i++ {
		if keys[i-1].name == keys[i].name {
			return keys[i].index
		}
	}
	return -1
}

// insertionSort is sortKeys for the few members of a typical request, which most clients send in order.
func insertionSort(keys []key) int {
	for i := 1; i < len(keys); i++ {
		k, j := keys[i], i
		for ; j > 0; j-- {
			order := strings.Compare(k.name, keys[j-1].name)
			if order == 0 {
				return k.index
			}
			if order > 0 {
				break
			}
			keys[j] = keys[j-1]
		}
		keys[j] = k
	}
	return -1
}
