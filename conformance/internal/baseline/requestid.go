package baseline

import (
	"fmt"
	"slices"
	"strings"
)

// asynchronous are the operations that return a request id in a header, and the one that takes it.
var asynchronous = []string{"addSims", "removeSims", "asyncResult"}

// requestID returns why checks of asynchronous operations would prove nothing: the request id comes in a
// header other than the configured one. It returns "" if the configured header is there, or if no other
// header has an id that asyncResult finds.
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

// looksLikeRequestID reports whether a header may contain a request id, judging by its name.
func looksLikeRequestID(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
	return strings.HasSuffix(plain, "id")
}
