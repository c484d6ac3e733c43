package baseline

import (
	"fmt"
	"slices"
	"strings"
)

// asynchronous are the operations that return a request id in a header, and the one that takes it.
var asynchronous = []string{"addSims", "removeSims", "asyncResult"}

// requestID returns the reason for which asynchronous operations prove nothing: their
// request id comes in another header than the settings say. It is empty if a header
// of that name comes, or if no other has an id that asyncResult finds.
func (d *diagnosis) requestID(outcomes []outcome) string {
	at := slices.IndexFunc(outcomes, func(o outcome) bool {
		return o.accepted() && slices.Contains(asynchronous[:2], o.operation.ID)
	})
	named := d.target.RequestIDHeader
	if at < 0 || len(outcomes[at].answer.Header.Values(named)) > 0 {
		return ""
	}
	for name, values := range outcomes[at].answer.Header {
		if !looksLikeRequestID(name) || len(values) != 1 || values[0] == "" {
			continue
		}
		answer, err := d.session.Attempt(d.session.NewAsyncResult(values[0]))
		if err == nil && answer.Accepted() {
			return fmt.Sprintf("the settings do not fit the asynchronous operations: no request id comes in the header %s, "+
				"but asyncResult finds the one in the header %s (--request-id-header %s)", named, name, name)
		}
	}
	return ""
}

// looksLikeRequestID reports whether a header may carry a request id, by its name.
func looksLikeRequestID(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
	return strings.HasSuffix(plain, "id")
}
