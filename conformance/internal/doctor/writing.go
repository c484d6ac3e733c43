package doctor

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The questions that only write operations can answer.
const (
	whichHeader = "which response header carries the request id"
	whichStatus = "which status ends a task"
)

// writing finds out what only write operations can show: whether they sign the path, which header has
// the request id, and the statuses of a task.
func (d *doctor) writing(ctx context.Context) {
	why := d.lacks("topup")
	switch {
	case !d.target.Allow.Write:
		why = "only a write request can show this: --allow read,write"
	case why != "":
	case d.group == "" || len(d.target.UnknownSIMs) == 0:
		why = "set --group and --unknown-sim, a SIM card that does not exist"
	}
	if why != "" {
		d.open("signature", "is the path parameter signed (POST, addSims)", why)
		d.open("signature", "is the path parameter signed (DELETE, removeSims)", why)
		d.open("request id", whichHeader, why)
		d.open("tasks", whichStatus, why)
		return
	}
	before := d.rules.Parts
	d.pathSigned("addSims", "POST")
	d.pathSigned("removeSims", "DELETE")
	d.rules.Parts = before // one rule covers all operations, and a read operation has decided it
	d.requestID(ctx)
}

// requestID looks for the response header whose value finds a result.
func (d *doctor) requestID(ctx context.Context) {
	answer := d.ask(d.onGroup("addSims"), d.rules)
	if answer == nil || !answer.Accepted() {
		d.open("request id", whichHeader, "the target refuses addSims with an unknown SIM card: "+d.described(answer))
		d.open("tasks", whichStatus, "the target refuses addSims with an unknown SIM card")
		return
	}
	names := candidates(answer.Header, d.target.RequestIDHeader)
	until := time.Now().Add(min(d.target.TaskTimeout, 3*time.Second))
	for ; ; pause(ctx, 100*time.Millisecond) {
		for _, name := range names {
			id := answer.Header.Get(name)
			if !d.accepts(d.session.NewAsyncResult(id), d.rules) {
				continue
			}
			d.tell("request id", whichHeader, name+": its value finds a result, for example "+id)
			d.suggestHeader(name)
			d.statuses(ctx, id)
			return
		}
		if len(names) == 0 || ctx.Err() != nil || time.Now().After(until) {
			break
		}
	}
	said := "none: "
	if len(names) > 0 {
		said = "the values of " + strings.Join(names, ", ") + " find no result; "
	}
	d.tell("request id", whichHeader, said+"addSims answers with the headers "+strings.Join(sortedNames(answer.Header), ", "))
	d.open("tasks", whichStatus, "no request id finds a result")
}

// suggestHeader suggests the header with the request id, ignoring letter case.
func (d *doctor) suggestHeader(name string) {
	if !strings.EqualFold(name, d.target.RequestIDHeader) {
		d.suggest("request-id-header", []string{d.target.RequestIDHeader}, []string{name})
	}
}

// usualHeaders are common headers that never carry a request id.
var usualHeaders = []string{
	"Date", "Server", "Connection", "Keep-Alive", "Vary", "Etag", "Expires", "Cache-Control", "Pragma", "Set-Cookie", "Allow", "Via", "Age",
	"Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "X-Xss-Protection", "Referrer-Policy", "Transfer-Encoding",
}

// candidates returns the names of headers that may carry a request id: the configured
// one first, then the ones with similar names.
func candidates(header http.Header, inForce string) []string {
	var names []string
	for _, name := range sortedNames(header) {
		if header.Get(name) != "" && !slices.Contains(usualHeaders, name) && !strings.HasPrefix(name, "Content-") && !strings.HasPrefix(name, "Access-Control-") {
			names = append(names, name)
		}
	}
	rank := func(name string) int {
		folded := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
		switch {
		case strings.EqualFold(name, inForce):
			return 0
		case strings.Contains(folded, "requestid"):
			return 1
		case strings.Contains(folded, "id"):
			return 2
		}
		return 3
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

func sortedNames(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, http.CanonicalHeaderKey(name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// statuses polls a task until its status no longer changes, and records the statuses.
func (d *doctor) statuses(ctx context.Context, id string) {
	var seen []string
	unchanged, until := 0, time.Now().Add(d.target.TaskTimeout)
	for ; ctx.Err() == nil && time.Now().Before(until) && unchanged < 10; pause(ctx, 100*time.Millisecond) {
		answer := d.ask(d.session.NewAsyncResult(id), d.rules)
		if answer == nil {
			break
		}
		status := statusOf(answer)
		if len(seen) > 0 && seen[len(seen)-1] == status {
			unchanged++
			if slices.Contains(d.target.TerminalStatus, status) {
				break
			}
			continue
		}
		seen, unchanged = append(seen, status), 0
	}
	if len(seen) == 0 {
		d.open("tasks", whichStatus, "asyncResult did not answer")
		return
	}
	last := seen[len(seen)-1]
	if slices.Contains(d.target.TerminalStatus, last) {
		d.tell("tasks", whichStatus, last+", as configured; seen: "+strings.Join(seen, ", "))
		return
	}
	d.open("tasks", whichStatus, "the task did not reach "+strings.Join(d.target.TerminalStatus, " or ")+"; it stayed at "+last+" (--terminal-status names another)")
}

// pause waits until the time is over or the examination is stopped.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
