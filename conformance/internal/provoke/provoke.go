// Package provoke says what is wrong with a request: the first mistake that a server would find in it.
// It judges by the contract and the readings of the signature. It knows neither the target's data nor
// the answer to the request.
package provoke

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Provocation is what is wrong with a request: the first mistake in the order in which servers look for
// them.
type Provocation struct {
	// Kind names the mistake, one of Provocations; WellFormed for none.
	Kind string
	// Parameter is the wrong parameter; "" if the mistake is not about one.
	Parameter string
}

// The kinds of provocation.
const (
	WellFormed         = "well-formed-requests"
	OtherMethods       = "other-methods"
	OtherMediaTypes    = "other-media-types"
	missingBody        = "missing-body"
	OversizedBodies    = "oversized-bodies"
	malformedJSON      = "malformed-json"
	TrailingData       = "trailing-data"
	RepeatedParameters = "repeated-parameters"
	UnknownPaths       = "unknown-paths"
	MissingSign        = "missing-signs"
	EmptySign          = "empty-signs"
	MalformedSign      = "malformed-signs"
	upperCaseSign      = "upper-case-signs"
	WrongSign          = "wrong-signs"
	MissingParameters  = "missing-parameters"
	emptyValues        = "empty-values"
	SpacesAround       = "spaces-around-values"
	nullForStrings     = "null-for-strings"
	numbersForStrings  = "numbers-for-strings"
	OtherTypes         = "other-types"
	malformedValues    = "malformed-values"
	// cutOff is a body of which the report contains only the beginning, so it cannot be judged.
	cutOff = "cut-off"
	// Unclear is a request whose sign cannot be judged because the report redacts values.
	Unclear = ""
)

// words describe a request with the mistake.
var words = map[string]string{
	WellFormed:         "a well-formed request that does not fit the data",
	OtherMethods:       "a request with another method",
	OtherMediaTypes:    "a body of another media type",
	missingBody:        "a request without a body",
	OversizedBodies:    "a very large body",
	malformedJSON:      "a body that is not valid JSON",
	TrailingData:       "a body with data after the JSON text",
	RepeatedParameters: "a parameter that is sent twice",
	UnknownPaths:       "an unknown path",
	MissingSign:        "a missing sign",
	EmptySign:          "an empty sign",
	MalformedSign:      "a malformed sign",
	upperCaseSign:      "a sign in upper case",
	WrongSign:          "a wrong sign",
	MissingParameters:  "a missing parameter",
	emptyValues:        "an empty value",
	SpacesAround:       "a value with spaces around it",
	nullForStrings:     "null instead of a string",
	numbersForStrings:  "a number instead of a string",
	OtherTypes:         "a value of the wrong JSON type",
	malformedValues:    "a malformed value",
}

// sentences describe the habit of a target: accepting a mistake, or writing answers in some way.
var sentences = map[string]string{
	UnknownPaths: "accepts other spellings of the paths", OtherMethods: "accepts other HTTP methods", OtherMediaTypes: "accepts bodies of other media types",
	missingBody: "accepts requests without a body", OversizedBodies: "accepts very large bodies", malformedJSON: "accepts bodies that are not valid JSON",
	TrailingData: "accepts data after the JSON body", RepeatedParameters: "accepts parameters that are sent twice",
	MissingSign: "accepts requests without a sign", EmptySign: "accepts empty signs", MalformedSign: "accepts malformed signs",
	upperCaseSign: "accepts signs in upper case", WrongSign: "accepts wrong signs",
	MissingParameters: "accepts requests without documented parameters", emptyValues: "accepts empty values",
	SpacesAround:   "accepts values with spaces before or after them",
	nullForStrings: "accepts null where strings are documented", numbersForStrings: "accepts numbers where strings are documented",
	OtherTypes: "accepts values of undocumented JSON types", malformedValues: "accepts values in forms other than the printed ones",
	"bare-bodies": "answers without the envelope", "white-space": "indents its answers", "text-in-escapes": "escapes non-ASCII characters or slashes",
	"chunked": "sends answers without a Content-Length", "connection-closed": "closes the connection after each answer",
	"refusals-in-another-form": "refuses without the envelope",
}

// Form is what is needed to judge the form of an operation's requests.
type Form struct {
	Operation  openapi.Operation
	path       *regexp.Regexp // matches the end of the path; nil if the path is undocumented
	parameters []field
	hasBody    bool
}

// field is one parameter of the query or member of the body.
type field struct {
	name     string
	required bool
	schema   *openapi3.Schema
}

var templateParameter = regexp.MustCompile(`\\\{[^}]*\\\}`)

// Forms prepares the operations of a contract.
func Forms(contract *openapi.Contract) (map[string]*Form, error) {
	document, err := contract.SharedDocument()
	if err != nil {
		return nil, err
	}
	all := map[string]*Form{}
	for _, op := range contract.Operations() {
		described := document.Paths.Value(op.Path).GetOperation(op.Method)
		form := &Form{Operation: op}
		if op.PathKnown {
			form.path = regexp.MustCompile(templateParameter.ReplaceAllString(regexp.QuoteMeta(op.Path), `[^/]+`) + `$`)
		}
		for _, parameter := range described.Parameters {
			if p := parameter.Value; p.In == openapi3.ParameterInQuery && p.Schema != nil {
				form.parameters = append(form.parameters, field{p.Name, p.Required, p.Schema.Value})
			}
		}
		if described.RequestBody != nil {
			schema := described.RequestBody.Value.Content.Get("application/json").Schema.Value
			form.hasBody = true
			for name, property := range schema.Properties {
				form.parameters = append(form.parameters, field{name, slices.Contains(schema.Required, name), property.Value})
			}
		}
		slices.SortFunc(form.parameters, func(a, b field) int { return strings.Compare(a.name, b.name) })
		all[op.ID] = form
	}
	return all, nil
}

// Has reports whether an escaped path is the path of the operation, or the one that the contract
// assumes.
func (f *Form) Has(path string) bool {
	if f.path == nil {
		return strings.HasSuffix(path, f.Operation.Path)
	}
	return f.path.MatchString(path)
}

// Judged is a request with what is wrong with it.
type Judged struct {
	Provocation
	Address *url.URL
	body    map[string]any
	// Signs are the readings of the signature that the sign matches.
	Signs Fit
	// SIMs is the number of SIM cards in a batch.
	SIMs int
}

// Judge finds the first mistake of a request.
func (f *Form) Judge(request *reports.Request, cache *Cache) Judged {
	address, err := url.Parse(request.URL)
	if err != nil {
		return Judged{}
	}
	j := Judged{Address: address}
	switch {
	case !strings.EqualFold(request.Method, f.Operation.Method):
		j.Kind = OtherMethods
	case f.path != nil && !f.path.MatchString(address.EscapedPath()):
		j.Kind = UnknownPaths
	case f.hasBody:
		j.Kind = j.bodyMistake(request)
	}
	if j.Kind == cutOff {
		return Judged{}
	}
	if j.Kind != "" {
		return j
	}
	values := j.body
	if !f.hasBody {
		var repeated bool
		if values, repeated = queryValues(address); repeated {
			j.Kind = RepeatedParameters
			return j
		}
	}
	if sims, isList := values["sim_ids"].([]any); isList {
		j.SIMs = len(sims)
	}
	if j.Provocation = f.constraint(values, "version", "partnerCode"); j.Kind != "" {
		return j
	}
	if j.Kind = signMistake(values["sign"]); j.Kind != "" && j.Kind != upperCaseSign {
		return j
	}
	hidden := hides(request)
	if !hidden {
		j.Signs = cache.fit(f.Operation, request, address)
	}
	switch {
	case j.Kind == upperCaseSign && j.Signs.upper:
		return j
	case !hidden && !j.Signs.any() && !cache.unsigned(request, address, f.Operation):
		j.Kind = WrongSign
		return j
	}
	if j.Provocation = f.constraint(values); j.Kind != "" {
		return j
	}
	if hidden {
		j.Kind = Unclear
		return j
	}
	j.Kind = WellFormed
	return j
}

// bodyMistake finds the mistake in a body as text, and parses it.
func (j *Judged) bodyMistake(request *reports.Request) string {
	media, charset := "", ""
	for _, field := range request.Header {
		if strings.EqualFold(field.Name, "Content-Type") {
			var parameters map[string]string
			media, parameters, _ = mime.ParseMediaType(field.Value) // a malformed type counts as a different one
			charset = parameters["charset"]
		}
	}
	switch {
	case len(request.Body)+int(request.Cut) > oversized:
		return OversizedBodies
	case request.Cut > 0:
		return cutOff
	case len(bytes.TrimSpace(request.Body)) == 0:
		return missingBody
	case media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8"):
		return OtherMediaTypes
	}
	decoder := json.NewDecoder(bytes.NewReader(request.Body))
	if decoder.Decode(&j.body) != nil || j.body == nil {
		return malformedJSON
	}
	if decoder.More() || len(bytes.TrimSpace(request.Body[decoder.InputOffset():])) > 0 {
		return TrailingData
	}
	_, err := signing.ParseMembers(request.Body)
	var syntax *signing.SyntaxError
	switch {
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Reason, "duplicate"):
		return RepeatedParameters
	case err != nil: // text that two parties may interpret differently
		return malformedJSON
	}
	return ""
}

func queryValues(address *url.URL) (values map[string]any, repeated bool) {
	values = map[string]any{}
	for name, all := range address.Query() {
		if len(all) > 1 {
			return nil, true
		}
		values[name] = all[0]
	}
	return values, false
}

var signForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

func signMistake(sign any) string {
	text, isText := sign.(string)
	switch {
	case sign == nil:
		return MissingSign
	case text == "" && isText:
		return EmptySign
	case signForm.MatchString(text) || reports.IsPlaceholder(text):
		return ""
	case signForm.MatchString(strings.ToLower(text)):
		return upperCaseSign
	}
	return MalformedSign
}

// constraint finds the first parameter that breaks its schema, among the named ones or among all except
// the sign.
func (f *Form) constraint(values map[string]any, only ...string) Provocation {
	for i := range f.parameters {
		p := &f.parameters[i]
		if p.name == "sign" || len(only) > 0 && !slices.Contains(only, p.name) {
			continue
		}
		value, there := values[p.name]
		if kind := p.mistake(value, there); kind != "" {
			return Provocation{kind, p.name}
		}
	}
	return Provocation{}
}

func (p *field) mistake(value any, there bool) string {
	text, isText := value.(string)
	switch {
	case !there && p.required:
		return MissingParameters
	case !there:
		return ""
	case isText && reports.IsPlaceholder(text):
		return hiddenMistake(text)
	case p.schema.VisitJSON(value) == nil:
		return ""
	case value == nil:
		return nullForStrings
	case isText && text == "":
		return emptyValues
	case isText && p.schema.VisitJSON(strings.TrimSpace(text)) == nil:
		return SpacesAround
	case isText == p.schema.Type.Is(openapi3.TypeString):
		return malformedValues
	}
	if _, isNumber := value.(float64); isNumber {
		return numbersForStrings
	}
	return OtherTypes
}

// hiddenMistake is the mistake in a redacted value: its placeholder names the type of a value that is
// not a string.
func hiddenMistake(placeholder string) string {
	parts := strings.Split(strings.TrimSuffix(placeholder, ">"), ":")
	switch {
	case len(parts) < 3:
		return ""
	case parts[2] == "number":
		return numbersForStrings
	}
	return OtherTypes
}

// hides reports whether values of a request were redacted, so that its sign cannot be computed.
func hides(request *reports.Request) bool {
	return bytes.Contains(request.Body, []byte("<redacted:")) || bytes.Contains(request.Body, []byte(`\u003credacted:`)) ||
		strings.Contains(request.URL, "redacted:") || request.Cut > 0
}

// oversized is the size in bytes from which on servers may refuse a body for its size.
const oversized = 128 << 10

// Words describes what caused a refusal: a kind of mistake, or the clause of a check.
func Words(subject string) string {
	if text := words[subject]; text != "" {
		return text
	}
	return "a request against " + subject
}

// IsMistake reports whether a name is the name of a kind of mistake.
func IsMistake(name string) bool { return words[name] != "" && name != WellFormed }

// Habit describes the behavior of a target with a habit.
func Habit(name string) string {
	if sentence := sentences[name]; sentence != "" {
		return sentence
	}
	return "has the habit " + name
}

// Of returns what caused a refusal of an operation: the mistake in the form of the request or, if there
// is none, the clause of the check that sent it, provided that the clause is about the data that the
// operation works on.
func Of(kind, clause, operation string) string {
	if kind != WellFormed && kind != Unclear || strings.HasPrefix(clause, "/") {
		return kind
	}
	topic, _, _ := strings.Cut(clause, "/")
	if slices.Contains([]string{"signature", "errors", "envelope"}, topic) { // a violation of these is visible in the request
		return kind
	}
	for _, end := range []string{"-refused", "-isolation", "own-orders-only"} {
		if !strings.HasSuffix(clause, end) {
			continue
		}
		if found, known := openapi.ClauseFor(clause, ""); known && slices.Contains(found.Operations, operation) {
			return clause
		}
	}
	return kind
}
