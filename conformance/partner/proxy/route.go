package proxy

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// route is an operation with its path on the target.
type route struct {
	operation openapi.Operation
	segments  []string // of the path, escaped; "{name}" matches any
	// does is what the operation does or, for a request with a wrong method, the greatest effect of any
	// operation of its path: a faulty target may execute it.
	does string
}

// routesOf returns the operations of each service.
func routesOf(t *target.Target, contract *openapi.Contract) map[string][]route {
	routes := map[string][]route{}
	for _, operation := range contract.Operations() {
		path := operation.Path
		if own := t.Paths[operation.ID]; own != "" {
			path = own
		}
		routes[operation.Service] = append(routes[operation.Service], route{
			operation: operation, segments: strings.Split(path, "/"), does: operation.Does})
	}
	return routes
}

// match returns the operation of a method and an escaped path. A known path with a wrong method belongs
// to the first operation of the path.
func match(routes []route, method, path string) (found route, known bool) {
	segments := strings.Split(path, "/")
	for _, candidate := range routes {
		if !candidate.fits(segments) {
			continue
		}
		if candidate.operation.Method == method || method == http.MethodHead && candidate.operation.Method == http.MethodGet {
			return candidate, true
		}
		if !known {
			found, known = candidate, true
		} else if weight(candidate.does) > weight(found.does) {
			found.does = candidate.does
		}
	}
	return found, known
}

// weight orders effects by what they may cost.
func weight(does string) int {
	switch does {
	case openapi.Purchase:
		return 2
	case openapi.Write:
		return 1
	}
	return 0
}

// fits reports whether a path, given as escaped segments, matches the route.
func (r route) fits(segments []string) bool {
	if len(segments) != len(r.segments) {
		return false
	}
	for i, want := range r.segments {
		if strings.HasPrefix(want, "{") {
			if plain, err := url.PathUnescape(segments[i]); err != nil || wire.ChangesPath(plain) {
				return false
			}
			continue
		}
		if segments[i] != want {
			return false
		}
	}
	return true
}
