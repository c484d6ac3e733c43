package har

import "github.com/mallcheck/mallcheck/reports"

type named struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type page struct {
	Started string   `json:"startedDateTime"`
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Timings struct{} `json:"pageTimings"`
}

type entry struct {
	Page     string   `json:"pageref"`
	Started  string   `json:"startedDateTime"`
	Time     float64  `json:"time"` // milliseconds
	Request  request  `json:"request"`
	Response response `json:"response"`
	Cache    struct{} `json:"cache"`
	Timings  timings  `json:"timings"`
	Comment  string   `json:"comment,omitempty"`

	Operation  string      `json:"_operation,omitempty"`
	Error      string      `json:"_error,omitempty"`
	Deviations []deviation `json:"_deviations,omitempty"`
}

type deviation struct {
	Clause   string          `json:"clause"`
	Grade    reports.Grade   `json:"grade"`
	Verdict  reports.Verdict `json:"verdict"`
	Pointer  string          `json:"pointer,omitempty"`
	Summary  string          `json:"summary"`
	Expected string          `json:"expected,omitempty"`
	Actual   string          `json:"actual,omitempty"`
}

// pair is a header field, a cookie or a parameter of a query.
type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	Version     string    `json:"httpVersion"`
	Cookies     []pair    `json:"cookies"`
	Headers     []pair    `json:"headers"`
	Query       []pair    `json:"queryString"`
	PostData    *postData `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int64     `json:"bodySize"`
}

type postData struct {
	MediaType string `json:"mimeType"`
	Text      string `json:"text"`
	Params    []pair `json:"params"`
	Comment   string `json:"comment,omitempty"`
	Base64    string `json:"_base64,omitempty"` // for a body that is not text
}

type response struct {
	Status      int     `json:"status"`
	Text        string  `json:"statusText"`
	Version     string  `json:"httpVersion"`
	Cookies     []pair  `json:"cookies"`
	Headers     []pair  `json:"headers"`
	Content     content `json:"content"`
	Redirect    string  `json:"redirectURL"`
	HeadersSize int     `json:"headersSize"`
	BodySize    int64   `json:"bodySize"`
}

type content struct {
	Size      int64  `json:"size"`
	MediaType string `json:"mimeType"`
	Text      string `json:"text,omitempty"`
	Encoding  string `json:"encoding,omitempty"`
	Comment   string `json:"comment,omitempty"`
}

// timings are in milliseconds. Only the total is known; it is given as the wait.
type timings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}
