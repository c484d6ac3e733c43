package wire

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// HasEnvelope reports whether a body is an object with an operateCode.
func HasEnvelope(body []byte) bool {
	var e envelope
	return json.Unmarshal(body, &e) == nil && e.OperateCode != ""
}

// Redirects reports whether an answer redirects to another address, as a service does that requires
// https and was called by http.
func Redirects(response *reports.Response) bool {
	return response.Status >= 300 && response.Status < 400 && !HasEnvelope(response.Body) &&
		slices.ContainsFunc(response.Header, func(field reports.Header) bool { return strings.EqualFold(field.Name, "Location") })
}

// IsHTML reports whether an answer is an HTML page and not an envelope announced as one.
func IsHTML(response *reports.Response) bool {
	if HasEnvelope(response.Body) {
		return false
	}
	for _, field := range response.Header {
		if strings.EqualFold(field.Name, "Content-Type") {
			media, _, _ := mime.ParseMediaType(field.Value)
			return media == "text/html"
		}
	}
	return strings.HasPrefix(strings.TrimSpace(strings.ToLower(string(response.Body[:min(len(response.Body), 64)]))), "<!doctype html")
}

// Unavailable reports whether an answer says that the service is unavailable: 429, 502, 503 or 504
// without an envelope.
func Unavailable(response *reports.Response) bool {
	switch response.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !HasEnvelope(response.Body)
	}
	return false
}

// NotTheAPI says why a response does not come from the API, "" if it may.
func NotTheAPI(response *reports.Response) string {
	switch {
	case Unavailable(response):
		return fmt.Sprintf("it answers HTTP %d without an envelope", response.Status)
	case Redirects(response):
		return fmt.Sprintf("it answers HTTP %d and redirects elsewhere, which a signed request does not follow: is the address right?", response.Status)
	case IsHTML(response) && response.Status != http.StatusMethodNotAllowed:
		return fmt.Sprintf("it answers HTTP %d with a page of HTML: is the address right?", response.Status)
	}
	return ""
}
