package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// Named returns what a request names of the objects that it changes, as far as it can be read: a lenient
// target may accept values of the wrong type. template is the path of the operation with its parameters,
// path that of the request.
func (j *Journal) Named(operation, partner, template, path string, body []byte) Request {
	var members struct {
		Partner json.RawMessage  `json:"partnerCode"`
		SIMs    json.RawMessage  `json:"sim_ids"`
		SIM     wire.LooseString `json:"deviceCode"`
		OrderNo wire.LooseString `json:"orderNo"`
		PayID   wire.LooseString `json:"payId"`
		PayRst  wire.LooseString `json:"payRst"`
	}
	_ = json.Unmarshal(body, &members) // anything but an object names nothing
	r := Request{Operation: operation, Partner: partner, Order: string(members.OrderNo)}
	r.Paid = operation == Subscribe || operation == "synOrderInfo" && members.PayRst == "SUCCESS"
	var code wire.LooseString
	named := bytes.TrimSpace(members.Partner)
	isText := len(named) > 0 && named[0] != '[' && named[0] != '{' // a list or an object names no partner
	if isText && json.Unmarshal(named, &code) == nil && code != "" {
		r.Partner = string(code)
	}
	switch {
	case operation == AddSIMs || operation == RemoveSIMs:
		r.Group, r.SIMs = pathValue(template, path, "group_id"), stringsIn(members.SIMs)
	case operation == Subscribe:
		r.Payment = string(members.PayID)
		// A subscription names only its payment; its cancellation also names the order and the SIM card.
		if orders := j.OrdersOf(r.Payment); len(orders) > 0 {
			r.Order, r.SIMs = orders[0].Order, orders[0].SIMs
		}
	case operation == CancelRenewal && members.SIM != "":
		r.SIMs, r.Payment = []string{string(members.SIM)}, string(members.PayID)
	case members.SIM != "":
		r.SIMs, r.PayID = []string{string(members.SIM)}, string(members.PayID)
	default:
		r.PayID = string(members.PayID)
	}
	return r
}

// stringsIn returns the strings of a list, or a single string in place of a list.
func stringsIn(raw json.RawMessage) (texts []string) {
	var list []wire.LooseString
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '"' {
		list = append(list, wire.LooseString(wire.Unquote(trimmed)))
	} else {
		_ = json.Unmarshal(raw, &list) // anything but a list names nothing
	}
	for _, one := range list {
		if one != "" {
			texts = append(texts, string(one))
		}
	}
	return texts
}

// pathValue returns the value of a path parameter in a path that ends with a template, with or without a slash behind it;
// "" if it is missing.
func pathValue(template, path, name string) string {
	parts, segments := strings.Split(template, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	at := slices.Index(parts, "{"+name+"}")
	if at -= len(parts) - len(segments); at < 0 || at >= len(segments) {
		return ""
	}
	return segments[at]
}

// Surplus describes the SIM cards that a group holds more often than before the run although they were
// added and, according to the target, removed again.
func (g Group) Surplus(changes []Change, held Holdings) []string {
	var sims []string
	for _, change := range changes {
		if change.Undone > 0 && held[change.SIM] > change.Before {
			sims = append(sims, fmt.Sprintf("%s %d times instead of %d", change.SIM, held[change.SIM], change.Before))
		}
	}
	if len(sims) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s holds SIM cards more often than before the run, although the target reported that they were removed: %s",
		g, Summary(sims))}
}
