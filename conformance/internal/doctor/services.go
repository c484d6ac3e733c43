package doctor

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Service is one address and the connection to it.
type Service struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Problem says why it could not be tested, "" if it could.
	Problem string `json:"problem,omitempty"`
	// Protocol and TLS are the versions of HTTP and TLS; TLS is "" without it.
	Protocol string `json:"protocol,omitempty"`
	TLS      string `json:"tls,omitempty"`
	// Expires is the earliest expiry of its certificates, zero without TLS.
	Expires time.Time `json:"certificate_expires,omitzero"`
	// Calls is the number of answered calls, Median their median duration.
	Calls  int           `json:"calls"`
	Median time.Duration `json:"median_ns"`
	// Clock is how far its clock is ahead of the local one, to the second. ClockKnown is
	// false if no answer has a Date.
	Clock      time.Duration `json:"clock_ahead_ns"`
	ClockKnown bool          `json:"clock_known"`
}

// services describes the connection to each address.
func (d *doctor) services() {
	for _, one := range d.reached {
		link := d.connection.Link(one.Name)
		service := Service{Name: one.Name, URL: one.URL, Problem: one.Problem, Protocol: link.Protocol, TLS: link.TLS,
			Expires: link.Expires}
		var times, clocks []time.Duration
		for _, exchange := range d.session.Exchanges() {
			operation, _ := openapi.OperationOf(exchange.Operation)
			if operation.Service != one.Name || exchange.Response == nil {
				continue
			}
			times = append(times, exchange.Duration)
			if ahead, known := clockOf(exchange); known {
				clocks = append(clocks, ahead)
			}
		}
		service.Calls, service.Median = len(times), median(times)
		service.Clock, service.ClockKnown = median(clocks).Round(time.Second), len(clocks) > 0
		d.report.Services = append(d.report.Services, service)
	}
}

// clockOf returns how far ahead the clock of a server was when it answered. Date
// has whole seconds, so on average it is half a second early.
func clockOf(exchange reports.Exchange) (ahead time.Duration, known bool) {
	for _, field := range exchange.Response.Header {
		if !strings.EqualFold(field.Name, "Date") {
			continue
		}
		if date, err := http.ParseTime(field.Value); err == nil {
			return date.Add(time.Second / 2).Sub(exchange.Started.Add(exchange.Duration / 2)), true
		}
	}
	return 0, false
}

// median returns the median of times, 0 for none.
func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
