// Package har writes the exchanges of a run as an HTTP Archive, version 1.2, which browsers, proxies and
// clients such as Postman can open. Its pages are checks. Data without a member in the format, such as
// deviations, is in members whose names begin with an underscore, as the format allows.
package har

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
)

// Write writes run to w: a page for each check with exchanges, and an entry for each exchange, oldest
// first, one per line. Nothing is redacted: pass the result of redact.Run.
func Write(w io.Writer, run *reports.Run) error {
	if err := write(w, run); err != nil {
		return fmt.Errorf("writing the run as HAR: %w", err)
	}
	return nil
}

// exchangeIndex is the position of an exchange in a run.
type exchangeIndex struct{ result, exchange int }

func write(w io.Writer, run *reports.Run) error {
	pages, order := []page{}, []exchangeIndex(nil)
	for i := range run.Results {
		result := &run.Results[i]
		if len(result.Exchanges) == 0 {
			continue
		}
		started := result.Exchanges[0].Started.UTC().Format(time.RFC3339Nano)
		pages = append(pages, page{Started: started, ID: result.ID, Title: title(result)})
		for j := range result.Exchanges {
			order = append(order, exchangeIndex{i, j})
		}
	}
	started := func(p exchangeIndex) time.Time { return run.Results[p.result].Exchanges[p.exchange].Started }
	slices.SortStableFunc(order, func(a, b exchangeIndex) int { return started(a).Compare(started(b)) })
	head, err := jsontext.Marshal(map[string]any{
		"version": "1.2", "creator": named{Name: run.Tool.Name, Version: run.Tool.Version}, "pages": pages, "_target": run.Target.Name,
	}, "")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\"log\": %s, \"entries\": [", bytes.TrimSuffix(head, []byte("}\n"))); err != nil {
		return err
	}
	separator := "\n"
	for _, p := range order {
		line, err := jsontext.Marshal(entryOf(&run.Results[p.result], p.exchange), "")
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", separator, bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return err
		}
		separator = ",\n"
	}
	_, err = io.WriteString(w, "\n]}}\n")
	return err
}

func title(result *reports.Result) string {
	return fmt.Sprintf("%s %s: %s", result.ID, result.Verdict, result.Requirement)
}

// entryOf returns one exchange of a result.
func entryOf(result *reports.Result, index int) entry {
	exchange := &result.Exchanges[index]
	took := float64(exchange.Duration) / float64(time.Millisecond)
	e := entry{
		Page: result.ID, Started: exchange.Started.UTC().Format(time.RFC3339Nano), Time: took,
		Request: requestOf(&exchange.Request), Response: responseOf(exchange.Response), Timings: timings{Wait: took},
		Operation: exchange.Operation, Error: exchange.Problem,
	}
	var said []string
	for _, d := range result.Deviations {
		if d.Exchange == index {
			e.Deviations = append(e.Deviations, deviation{d.Clause, d.Grade, d.Verdict, d.Pointer, d.Summary, d.Expected, d.Actual})
			said = append(said, d.Summary)
		}
	}
	e.Comment = strings.Join(said, "; ")
	return e
}

func requestOf(r *reports.Request) request {
	out := request{
		Method: r.Method, URL: uri(r.URL), Version: unknown, Headers: fields(r.Header), HeadersSize: -1,
		Cookies: []pair{}, Query: query(r.URL), BodySize: int64(len(r.Body)) + r.Cut,
	}
	for _, value := range values(r.Header, "Cookie") {
		cookies, err := http.ParseCookie(value)
		if err != nil {
			continue // the header field has the original value
		}
		for _, c := range cookies {
			out.Cookies = append(out.Cookies, pair{c.Name, c.Value})
		}
	}
	if len(r.Body) > 0 || r.Cut > 0 {
		out.PostData = &postData{MediaType: mediaType(r.Header), Text: string(r.Body), Params: []pair{}, Comment: leftOut(r.Cut)}
		if !utf8.Valid(r.Body) { // the format has no encoding for data that is not text
			out.PostData.Base64 = base64.StdEncoding.EncodeToString(r.Body)
		}
	}
	return out
}

// responseOf returns a response; a missing one has status 0, as in browsers.
func responseOf(r *reports.Response) response {
	out := response{
		Version: unknown, Cookies: []pair{}, Headers: []pair{}, HeadersSize: -1, BodySize: -1, Content: content{MediaType: noMediaType},
	}
	if r == nil {
		return out
	}
	out.Status, out.Text, out.Headers, out.BodySize = r.Status, http.StatusText(r.Status), fields(r.Header), r.Announced
	for _, value := range values(r.Header, "Set-Cookie") {
		if c, err := http.ParseSetCookie(value); err == nil {
			out.Cookies = append(out.Cookies, pair{c.Name, c.Value})
		}
	}
	if to := values(r.Header, "Location"); len(to) > 0 {
		out.Redirect = to[0]
	}
	out.Content = content{Size: int64(len(r.Body)) + r.Cut, MediaType: mediaType(r.Header), Text: string(r.Body), Comment: leftOut(r.Cut)}
	if !utf8.Valid(r.Body) {
		out.Content.Text, out.Content.Encoding = base64.StdEncoding.EncodeToString(r.Body), "base64"
	}
	return out
}

const (
	unknown     = "unknown" // the HTTP version is not recorded
	noMediaType = "x-unknown"
)

// leftOut says how much of a body the archive lacks.
func leftOut(cut int64) string {
	if cut == 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes are left out at the end", cut)
}

func fields(header []reports.Header) []pair {
	pairs := make([]pair, len(header))
	for i, field := range header {
		pairs[i] = pair(field)
	}
	return pairs
}

// values returns the values of a header field in any letter case.
func values(header []reports.Header, name string) []string {
	var found []string
	for _, field := range header {
		if strings.EqualFold(field.Name, name) {
			found = append(found, field.Value)
		}
	}
	return found
}

func mediaType(header []reports.Header) string {
	found := values(header, "Content-Type")
	if len(found) == 0 {
		return noMediaType
	}
	if _, _, err := mime.ParseMediaType(found[0]); err != nil {
		return noMediaType
	}
	return found[0]
}

// query returns the parameters of an address in order.
func query(address string) []pair {
	pairs := []pair{}
	_, text, _ := strings.Cut(address, "?")
	text, _, _ = strings.Cut(text, "#")
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{plain(name), plain(value)})
	}
	return pairs
}

// plain decodes a part of a query; a malformed part stays unchanged.
func plain(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// uri percent-encodes characters that a URI may not contain, such as the brackets of a placeholder.
func uri(address string) string {
	var out strings.Builder
	for i := range len(address) {
		c := address[i]
		encoded := c == '%' && i+2 < len(address) && isHex(address[i+1]) && isHex(address[i+2])
		if encoded || c != '%' && strings.IndexByte(inURI, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", c)
	}
	return out.String()
}

// inURI are the characters that a URI may contain unencoded (RFC 3986).
const inURI = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;="

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
