package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/baseline"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// settings reports for each service whether the settings fit, using the baseline of a run:
// one valid request for each read operation. It creates nothing for these requests.
func (d *doctor) settings(ctx context.Context, contract *openapi.Contract) error {
	reading := map[string]bool{}
	for _, operation := range contract.Operations() {
		reading[operation.ID] = operation.Does == openapi.Read
	}
	reader := *d.target
	reader.Allow = target.Permissions{Read: true}
	reader.PushListen, reader.PushListener = "", nil
	connection, err := session.Connect(&reader, contract)
	if err != nil {
		return err
	}
	defer connection.Close()
	asked, err := baseline.Operations(&reader, d.reached, reading)
	if err != nil {
		return err
	}
	found := baseline.Ask(ctx, connection, &reader, asked)
	d.report.Left = append(d.report.Left, found.Left...)
	for _, service := range d.reached {
		if !service.Reached {
			continue
		}
		question := fmt.Sprintf("are the valid requests of the %s service accepted under these settings", service.Name)
		total := 0
		var reasons []string
		for _, operation := range asked {
			if operation.Service != service.Name {
				continue
			}
			total++
			if reason := found.Unfit[operation.ID]; reason != "" && !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
		switch {
		case total == 0:
			d.open("settings", question, "none of its usable operations only reads")
		case len(reasons) == 0:
			d.tell("settings", question, "none is refused")
		default:
			d.report.refused = ctx.Err() == nil || d.report.refused
			d.tell("settings", question, "no: "+strings.Join(reasons, "; "))
		}
	}
	return nil
}
