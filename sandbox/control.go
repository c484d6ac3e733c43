package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ControlPath is the path below which a sandbox is controlled, when Config.Control opens it. It is
// beside the API, never below one of its services, and no part of the contract: what it offers is
// told by a GET of it. Bodies are JSON objects, answers are in the envelope, nothing is signed, and no
// Interceptor sees it.
//
// Only callers on this machine are answered. Beyond that, a page in a browser of this machine must
// not be able to call it: a request that names an Origin, or a Host that is not this machine, is
// refused, and a POST must be announced as JSON.
const ControlPath = "/_sandbox/"

// control answers below ControlPath.
type control struct {
	sandbox *Sandbox
	actions []action
	seen    *requestLog
}

// action is one thing that the control path does.
type action struct {
	method, name, does string
	// do takes the body, decoded strictly by read, and returns the data of the answer.
	do func(read func(into any) error) (any, error)
}

// under reports whether a request is one for the control path, open or not.
func under(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, ControlPath) || r.URL.Path+"/" == ControlPath
}

// answer carries out a request for the control path.
func (k *control) answer(r *http.Request) *Answer {
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
		return (&Refusal{Reason: NoSuchPath, Status: http.StatusNotFound, Message: fmt.Sprintf(
			"the control path has nothing at %s: GET %s lists what it has", shown(r.URL.Path), ControlPath)}).Answer()
	}
	slices.Sort(allowed)
	return wrongMethod(r, strings.Join(allowed, ", ")).Answer()
}

// admit refuses who may not control the sandbox.
func (k *control) admit(r *http.Request) *Refusal {
	forbidden := func(format string, args ...any) *Refusal {
		return &Refusal{Reason: Forbidden, Status: http.StatusForbidden, Message: fmt.Sprintf(format, args...)}
	}
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !caller.Addr().Unmap().IsLoopback() {
		return forbidden("the control path answers callers on its own machine only")
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	at, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if host != "localhost" && (err != nil || !at.Unmap().IsLoopback()) {
		return forbidden("the control path is not at the host %s: call it at an address of loopback", shown(r.Host))
	}
	if r.Header.Get("Origin") != "" {
		return forbidden("the control path is not for pages in a browser: send no Origin")
	}
	if r.Method == http.MethodPost {
		return media(r.Header)
	}
	return nil
}

// carryOut does one thing and answers what came of it.
func (k *control) carryOut(a *action, r *http.Request) *Answer {
	body, refusal := k.sandbox.takeBody(r)
	if refusal != nil {
		return refusal.Answer()
	}
	data, err := a.do(func(into any) error { return strictly(body, into) })
	if err != nil {
		return refuse(BrokenConstraint, "%s%s: %v", ControlPath, a.name, err).Answer()
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]any{"operateCode": CodeSuccess, "message": messageSuccess, "data": data}); err != nil {
		return (&Refusal{Reason: Failed, Status: http.StatusInternalServerError, Message: err.Error()}).Answer()
	}
	return &Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {mediaType}}, Body: text.Bytes()}
}

// strictly reads one JSON object without unknown members; no body is an empty object.
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
		return errors.New("reading the body: something follows the object")
	}
	return nil
}
