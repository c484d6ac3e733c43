package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/loopback"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// ControlPath is the root of the control path, which Config.Control opens. It is not part of the
// contract. GET lists its functions. Bodies are JSON objects, responses use the envelope, nothing is
// signed, and no Interceptor sees it.
//
// It answers only callers on this machine, and it must be out of reach of web pages in a local browser:
// it refuses requests with an Origin or a foreign Host, and accepts only JSON in a POST.
const ControlPath = "/_sandbox/"

// control serves ControlPath.
type control struct {
	sandbox *Sandbox
	actions []action
	seen    *requestLog
}

// action is one function of the control path.
type action struct {
	method, name, does string
	// do gets the body through read, which decodes strictly, and returns the data of the response.
	do func(read func(into any) error) (any, error)
}

// under reports whether a request is for the control path, open or not.
func under(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, ControlPath) || r.URL.Path+"/" == ControlPath
}

// answer handles a request for the control path.
func (k *control) answer(r *http.Request) *store.Answer {
	if refusal := k.admit(r); refusal != nil {
		return refusal.Answer()
	}
	name := strings.TrimPrefix(r.URL.Path+"/", ControlPath)
	name = strings.TrimSuffix(name, "/")
	var allowed []string
	for i := range k.actions {
		a := &k.actions[i]
		if a.name != name {
			continue
		}
		if a.method == r.Method {
			return k.carryOut(a, r)
		}
		allowed = append(allowed, a.method)
	}
	if allowed == nil {
		return (&store.Refusal{Reason: store.NoSuchPath, Status: http.StatusNotFound, Message: fmt.Sprintf(
			"the control path has no function %s: GET %s lists its functions", store.Shown(r.URL.Path), ControlPath)}).Answer()
	}
	slices.Sort(allowed)
	return wrongMethod(r, strings.Join(allowed, ", ")).Answer()
}

// admit refuses callers that may not control the sandbox.
func (k *control) admit(r *http.Request) *store.Refusal {
	forbidden := func(format string, args ...any) *store.Refusal {
		return &store.Refusal{Reason: store.Forbidden, Status: http.StatusForbidden, Message: fmt.Sprintf(format, args...)}
	}
	if !loopback.Caller(r) {
		return forbidden("the control path answers only callers on its own machine")
	}
	if _, local := loopback.Host(r); !local {
		return forbidden("the control path does not answer for the host %s: use a loopback address", store.Shown(r.Host))
	}
	if r.Header.Get("Origin") != "" {
		return forbidden("the control path does not serve web pages: send no Origin")
	}
	if r.Method == http.MethodPost {
		return media(r.Header)
	}
	return nil
}

// carryOut runs one action and returns its response.
func (k *control) carryOut(a *action, r *http.Request) *store.Answer {
	body, refusal := k.sandbox.takeBody(r)
	if refusal != nil {
		return refusal.Answer()
	}
	data, err := a.do(func(into any) error { return strictly(body, into) })
	if err != nil {
		return store.Refuse(store.BrokenConstraint, "%s%s: %v", ControlPath, a.name, err).Answer()
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]any{"operateCode": store.CodeSuccess, "message": store.MessageSuccess, "data": data}); err != nil {
		return (&store.Refusal{Reason: store.Failed, Status: http.StatusInternalServerError, Message: err.Error()}).Answer()
	}
	return &store.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {store.MediaType}}, Body: text.Bytes()}
}

// strictly decodes one JSON object without unknown members. An empty body is an empty object.
func strictly(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("reading the body: there is text after the object")
	}
	return nil
}
