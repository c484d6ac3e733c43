package reports

import (
	"net/http"
	"slices"
	"strings"
)

// Headers returns header fields in the order of their names.
func Headers(header http.Header) []Header {
	fields := make([]Header, 0, len(header))
	for name, values := range header {
		for _, value := range values {
			fields = append(fields, Header{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return fields
}
