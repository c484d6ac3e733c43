package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/replay"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Replayed is a recorded exchange, with the exchange of the same request sent again.
type Replayed = replay.Exchange

// Replayal is the outcome of sending the requests of a check again.
type Replayal struct {
	// Exchanges are the exchanges that were sent, in order.
	Exchanges []Replayed
	// Left says what could not be undone, one sentence for each object.
	Left []string
	// Stopped says why some requests were not sent. It is nil if all were.
	Stopped error
}

// Recorded returns the result of a check in a run whose requests can be sent again. file names the run in
// errors.
func Recorded(run *reports.Run, file, id string) (*reports.Result, error) {
	var ids []string
	for i := range run.Results {
		if run.Results[i].ID == id {
			if len(run.Results[i].Exchanges) == 0 {
				return nil, fmt.Errorf("%s has no recorded request in %s (it was %s)", id, file, run.Results[i].Verdict)
			}
			return &run.Results[i], nil
		}
		ids = append(ids, run.Results[i].ID)
	}
	if i := slices.IndexFunc(ids, func(known string) bool { return strings.HasPrefix(known, id+"/") }); i >= 0 {
		return nil, fmt.Errorf("%s has no check %q; it has variants of that check, such as %s", file, id, ids[i])
	}
	return nil, fmt.Errorf("%s has no check %q; %s", file, id, target.DidYouMean(id, ids, "mallcheck list shows the checks"))
}

// Replay sends the recorded requests of one result again, and undoes what they create.
// The run comes from a file, so it is only data: method, path and permission of an
// operation come from the contract, the address from the target. given has values for
// redacted members, by name. If there is an error, nothing was sent.
func Replay(ctx context.Context, t *target.Target, run *reports.Run, result *reports.Result, given map[string]string) (*Replayal, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, err
	}
	needs := needed(contract, result)
	for _, does := range needs {
		if !t.Allow.Allows(does) {
			return nil, fmt.Errorf("%s does a %s, which %s does not allow (--allow %s)", result.ID, does, t.Name, does)
		}
	}
	connection, err := Connect(t, contract)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	if changes := slices.ContainsFunc(needs, func(does reports.Does) bool { return does != reports.Read }); changes && !t.Sandbox {
		release, err := render.Claim(t.Origin("report-dir"), t.ReportDir)
		if err != nil {
			return nil, err
		}
		defer release()
		if err := connection.OpenJournal(t.ReportDir); err != nil {
			return nil, err
		}
	}
	connection.Within(ctx)
	from := map[string]string{}
	for _, service := range run.Services {
		from[service.Name] = service.URL
	}
	s := connection.Session(ctx)
	sent, stopped := replay.Run(s, result.Exchanges, from, given)
	return &Replayal{Exchanges: sent, Left: s.Close(), Stopped: stopped}, nil
}

// needed returns the permissions that a replay needs: those of the called operations and
// of the check, whatever the file says.
func needed(contract *openapi.Contract, result *reports.Result) []reports.Does {
	var needs []reports.Does
	add := func(does reports.Does) {
		if !slices.Contains(needs, does) {
			needs = append(needs, does)
		}
	}
	for _, check := range checks.All() {
		if check.ID == result.ID {
			add(check.Does)
		}
	}
	for _, exchange := range result.Exchanges {
		if operation, known := contract.Operation(exchange.Operation); known {
			add(reports.Does(operation.Does))
		}
	}
	return needs
}
