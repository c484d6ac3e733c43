package target

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/signing"
)

// Settings are the values of one layer as written, by key. An empty
// value is unset. The tags define each key and its description; the command line
// reads them too. The tag from lists the layers that may set a key (default: all),
// and choices lists its permitted values.
type Settings struct {
	Target      string `name:"target" from:"flag,environment" placeholder:"NAME" group:"target" help:"Target of mallcheck.yaml to test; sandbox is the built-in one. Default: the file's default, unless you give an address."`
	Config      string `name:"config" from:"flag,environment" placeholder:"FILE" group:"target" help:"Targets file. Default: mallcheck.yaml in the working directory, if present."`
	Environment string `name:"environment" choices:"test,production" placeholder:"NAME" group:"target" help:"Use the provider's addresses for all services: test or production. Cannot be combined with your own addresses."`

	VshopURL   string `name:"vshop-url" placeholder:"URL" group:"target" help:"Base URL of the vshop service, such as https://host/vshop_uat."`
	PaymentURL string `name:"payment-url" placeholder:"URL" group:"target" help:"Base URL of the payment service."`
	TopupURL   string `name:"topup-url" placeholder:"URL" group:"target" help:"Base URL of the topup service (bundle groups, async results, order look-up)."`

	PartnerCode       string   `name:"partner-code" placeholder:"CODE" group:"target" help:"Your partner code. Required with any address."`
	SecondPartnerCode string   `name:"second-partner-code" placeholder:"CODE" group:"target" help:"A second partner, for checks that partners cannot see each other's data."`
	SIM               []string `name:"sim" sep:"," placeholder:"ICCID" group:"target" help:"Existing SIM cards. With several, batches and concurrency are tested harder."`
	SecondSIM         []string `name:"second-sim" sep:"," placeholder:"ICCID" group:"target" help:"SIM cards of the second partner. Without them, its orders use --sim."`
	UnknownSIM        []string `name:"unknown-sim" sep:"," placeholder:"ICCID" group:"target" help:"Well-formed ICCIDs that belong to no SIM card."`
	Group             string   `name:"group" placeholder:"ID" group:"target" help:"Your bundle group. Checks that write add and remove SIM cards in it."`

	Package  string   `name:"package" placeholder:"CODE" group:"target" help:"Code of a data plan that can be ordered for the SIM cards."`
	Amount   string   `name:"amount" fallback:"4.99" placeholder:"DECIMAL" group:"target" help:"Price of the package. Default ${default_amount}."`
	Currency string   `name:"currency" fallback:"USD" placeholder:"CODE" group:"target" help:"Currency of the price. Default ${default_currency}."`
	Path     []string `name:"path" sep:"," placeholder:"OPERATION=PATH" group:"target" help:"Path, relative to its service, of an operation whose path is undocumented. Without it the operation is not tested."`

	PmSuccess string `name:"pm-success" placeholder:"PM_ID" group:"target" help:"Payment method whose payments succeed. Without it, checks that pay for an order are skipped."`
	PmFailure string `name:"pm-failure" placeholder:"PM_ID" group:"target" help:"Payment method whose payments fail."`
	PmOpen    string `name:"pm-open" placeholder:"PM_ID" group:"target" help:"Payment method whose payments stay open."`

	RequestIDHeader string   `name:"request-id-header" fallback:"request_id" placeholder:"NAME" group:"target" help:"Response header that carries the request id. Default ${default_request_id_header} (assumed; undocumented)."`
	Overlay         string   `name:"overlay" placeholder:"FILE" group:"target" help:"Overlay that mallcheck learn wrote about the target. Its clauses and settings apply. Flags, variables and keys of the file take precedence over its settings."`
	TerminalStatus  []string `name:"terminal-status" sep:"," fallback:"completed" placeholder:"STATUS" group:"target" help:"Values of data.status that end a task. Default ${default_terminal_status}, the only documented one."`

	SignParts  []string `name:"sign-parts" sep:"," fallback:"query,path,body" placeholder:"PARTS" group:"signature" help:"Parts of a request whose parameters are signed. Default ${default_sign_parts}."`
	SignEmpty  string   `name:"sign-empty" fallback:"string-or-null" placeholder:"RULE" group:"signature" help:"Values that count as empty and are not signed: string-or-null, string, containers-too or nothing. Default ${default_sign_empty}."`
	SignHex    string   `name:"sign-hex" fallback:"lower" placeholder:"CASE" group:"signature" help:"Letter case of the sign: lower or upper. Default ${default_sign_hex}."`
	SignNested string   `name:"sign-nested" fallback:"as-sent" placeholder:"RULE" group:"signature" help:"Member order of nested objects: as-sent or sorted. Default ${default_sign_nested}."`

	Proxy         string   `name:"proxy" placeholder:"URL" group:"connection" help:"Proxy URL (http, https or socks5), or none. Default: HTTPS_PROXY, HTTP_PROXY and NO_PROXY."`
	Header        []string `name:"header" sep:"none" placeholder:"NAME: VALUE" group:"connection" help:"Header to send with every request, for example for a gateway. Values that look secret are never printed."`
	HTTP2         string   `name:"http2" fallback:"auto" choices:"auto,off,only" placeholder:"WHEN" group:"connection" help:"HTTP/2: auto (negotiated by TLS), off or only. Default ${default_http2}."`
	TLSCAFile     string   `name:"tls-ca-file" placeholder:"FILE" group:"connection" help:"PEM file of additional CA certificates to trust."`
	TLSClientCert string   `name:"tls-client-cert" placeholder:"FILE" group:"connection" help:"PEM file of the client certificate. Requires --tls-client-key."`
	TLSClientKey  string   `name:"tls-client-key" placeholder:"FILE" group:"connection" help:"PEM file of the client certificate's private key. It is never printed."`
	TLSMinVersion string   `name:"tls-min-version" fallback:"1.2" choices:"1.2,1.3" placeholder:"VERSION" group:"connection" help:"Minimum TLS version: 1.2 or 1.3. Default ${default_tls_min_version}."`

	PushListen   string `name:"push-listen" placeholder:"HOST:PORT" group:"push" help:"Address to receive pushes on; without a host, loopback. Register it with the target as your push address. Without it, push checks are skipped."`
	PushKey      string `name:"push-key" placeholder:"ID:HEX" group:"push" help:"Key that signs pushes: its id, a colon, and the key in hexadecimal. It is never printed. Without it, signatures are not verified."`
	PushJoin     string `name:"push-join" fallback:"body-colon-headers" placeholder:"RULE" group:"push" help:"How body and headers are joined before signing: body-colon-headers, headers-colon-body, body-headers, headers-body, body-newline-headers or headers-newline-body. Default ${default_push_join} (assumed)."`
	PushEncoding string `name:"push-encoding" fallback:"base64" placeholder:"FORM" group:"push" help:"Encoding of the signature: base64, base64url, hex or hex-upper. Default ${default_push_encoding} (assumed)."`
	PushTimeout  string `name:"push-timeout" fallback:"60s" placeholder:"DURATION" group:"push" help:"Time to wait for a push, and for its repetition. Default ${default_push_timeout}, sandbox 2s."`

	Allow           []string `name:"allow" sep:"," fallback:"read" choices:"read,write,purchase" placeholder:"WHAT" group:"policy" help:"What the run may do to the target: read, write, purchase. List each permission. Default ${default_allow}, sandbox all three."`
	BudgetPurchases string   `name:"budget-purchases" fallback:"100" placeholder:"N" group:"policy" help:"Maximum number of orders; the run stops before it exceeds this. Use none for no limit. Default ${default_budget_purchases}, sandbox none."`
	BudgetAmount    string   `name:"budget-amount" placeholder:"DECIMAL" group:"policy" help:"Maximum total of all orders, in the currency of the price. Default: no limit."`
	Strict          string   `name:"strict" fallback:"documented" choices:"documented,observed,derived,assumed" placeholder:"GRADE" group:"policy" help:"Fail on deviations from clauses of this grade or better: documented, observed (in the overlay), derived or assumed. Default ${default_strict}, sandbox assumed."`
	FailOn          string   `name:"fail-on" choices:"critical,finding,habit,drift" placeholder:"critical|finding|habit|drift" group:"policy" help:"Also fail on findings about money, partner isolation, the sign or data loss (critical), on all findings (finding), or on findings and habits (habit). mallcheck drift: fail on changes of the target (drift)."`

	Waivers string `name:"waivers" placeholder:"FILE" group:"policy" help:"Waivers file: failures that are accepted until a date. A waived failure does not fail the run; an expired waiver, or one whose check passes, does."`

	Production    bool `kong:"-" name:"production" from:"file" help:"Set to true if the target is in production. Otherwise the provider's production addresses are refused."`
	YesProduction bool `name:"yes-production" from:"flag" group:"policy" help:"Allow writes and purchases on a target marked as production."`

	Only  []string `name:"only" sep:"," placeholder:"PATTERN" group:"selection" help:"Run only these checks: an id, a glob (* also matches /), area:RID or op:addSims."`
	Skip  []string `name:"skip" sep:"," placeholder:"PATTERN" group:"selection" help:"Skip these checks. Same patterns as --only."`
	Depth string   `name:"depth" fallback:"standard" choices:"quick,standard,thorough" placeholder:"DEPTH" group:"selection" help:"How much to test: quick, standard or thorough. Checks named by --only run at every depth. Default ${default_depth}."`
	Fuzz  string   `name:"fuzz" fallback:"0" placeholder:"N" group:"selection" help:"Also send each operation N random valid and N random invalid requests. Failures are shrunk to a minimal request. Default ${default_fuzz}."`
	Seed  string   `name:"seed" placeholder:"N" group:"selection" help:"Seed for the order of checks and for generated values. Default: random, printed and reported."`

	Shard string `name:"shard" from:"flag,environment" placeholder:"I/N" group:"selection" help:"Run part I of N of the selected checks. All parts need the same --seed; mallcheck merge combines their results."`

	Timeout     string `name:"timeout" fallback:"10m" placeholder:"DURATION" group:"limits" help:"Time limit for the whole run. Default ${default_timeout}."`
	CallTimeout string `name:"call-timeout" fallback:"10s" placeholder:"DURATION" group:"limits" help:"Time limit for one call. Default ${default_call_timeout}."`
	TaskTimeout string `name:"task-timeout" fallback:"60s" placeholder:"DURATION" group:"limits" help:"Time limit for one asynchronous task. Default ${default_task_timeout}, sandbox 2s."`
	Rate        string `name:"rate" placeholder:"N/s" group:"limits" help:"Maximum calls per second, such as 5/s. Default: no limit."`

	MaxAnswer   string `name:"max-answer" fallback:"8MiB" placeholder:"SIZE" group:"limits" help:"Maximum size of a response after decompression; a larger one is a deviation. Default ${default_max_answer}."`
	MaxHeaders  string `name:"max-headers" fallback:"64KiB" placeholder:"SIZE" group:"limits" help:"Maximum size of a response's headers. Default ${default_max_headers}."`
	MaxKept     string `name:"max-kept" fallback:"64MiB" placeholder:"SIZE" group:"limits" help:"Maximum total size of responses kept for the reports. Later ones keep beginning, end, length and digest. Default ${default_max_kept}."`
	MaxPush     string `name:"max-push" fallback:"1MiB" placeholder:"SIZE" group:"limits" help:"Maximum size of a push. Default ${default_max_push}."`
	MaxInbox    string `name:"max-inbox" fallback:"32MiB" placeholder:"SIZE" group:"limits" help:"Maximum total size of pushes kept. Beyond it, the oldest are dropped. Default ${default_max_inbox}."`
	Concurrency string `name:"concurrency" fallback:"8" placeholder:"N" group:"limits" help:"Checks to run at once; halved whenever the target answers 429, or 503 with Retry-After. Default ${default_concurrency}."`

	ReportDir string   `name:"report-dir" fallback:"mallcheck-report" placeholder:"DIR" group:"report" help:"Report folder. Default ${default_report_dir}."`
	Format    []string `name:"format" sep:"," fallback:"junit,json,html" placeholder:"FORMAT" group:"report" help:"Reports to write: junit, junit:jenkins (for the xUnit plug-in), json, html, markdown, sarif, har, codequality (for GitLab), github (annotations on standard output). Default ${default_format}."`
	Mask      []string `name:"mask" sep:"," choices:"sims" placeholder:"sims" group:"report" help:"Data to mask in all output in addition to what is always redacted: sims hides SIM numbers except for the first six and last four digits. The journal keeps full numbers."`
	Verbose   bool     `name:"verbose" short:"v" from:"flag" group:"report" help:"Print every failure and finding with its exchanges. Without it: a summary of at most 40 lines."`

	Fault   []string `name:"fault" from:"flag,environment" sep:"," placeholder:"ID" group:"sandbox" help:"Contract violation for the built-in sandbox to commit; mallcheck faults lists them."`
	Variant []string `name:"variant" from:"flag,environment" sep:"," placeholder:"ID" group:"sandbox" help:"Conforming habit for the built-in sandbox to adopt; mallcheck variants lists them."`
}

// Prefix begins the name of every environment variable that the tool reads.
const Prefix = "MALLCHECK_"

// EnvironmentName returns the environment variable of a key: "call-timeout" is MALLCHECK_CALL_TIMEOUT.
func EnvironmentName(key string) string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// The layers that the tag from names.
const (
	fromFlag        = "flag"
	fromEnvironment = "environment"
	fromFile        = "file"
)

// Keys returns the keys of all settings, in the order of the documentation.
func Keys() []string { return keysFrom("") }

// keysFrom returns the keys that a layer may set, all for "".
func keysFrom(layer string) []string {
	var keys []string
	for field := range reflect.TypeFor[Settings]().Fields() {
		if from := field.Tag.Get("from"); layer == "" || from == "" || slices.Contains(strings.Split(from, ","), layer) {
			keys = append(keys, field.Tag.Get("name"))
		}
	}
	return keys
}

// Defaults returns the default of each key that has one, as text.
func Defaults() map[string]string {
	defaults := map[string]string{}
	for field := range reflect.TypeFor[Settings]().Fields() {
		if text := field.Tag.Get("fallback"); text != "" {
			defaults[field.Tag.Get("name")] = text
		}
	}
	return defaults
}

// choicesOf returns the permitted values of a setting, none if it is free text.
func choicesOf(key string) []string {
	if values := signing.Values(key); values != nil {
		return values
	}
	if field, known := fieldOf(key); known && field.Tag.Get("choices") != "" {
		return strings.Split(field.Tag.Get("choices"), ",")
	}
	return nil
}

// fieldOf returns the field of a key, and whether there is one.
func fieldOf(key string) (reflect.StructField, bool) {
	field, known := fieldsByKey()[key]
	return field, known
}

var fieldsByKey = sync.OnceValue(func() map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for field := range reflect.TypeFor[Settings]().Fields() {
		if key := field.Tag.Get("name"); key != "" {
			fields[key] = field
		}
	}
	return fields
})

// isList reports whether a key has several values.
func isList(key string) bool {
	field, known := fieldOf(key)
	return known && field.Type.Kind() == reflect.Slice
}

// values returns the values of a key, none if it is unset.
func (s *Settings) values(key string) []string {
	field, known := fieldOf(key)
	if !known {
		return nil
	}
	switch value := reflect.ValueOf(s).Elem().FieldByIndex(field.Index).Interface().(type) {
	case []string:
		return nonEmpty(value)
	case string:
		return nonEmpty([]string{value})
	case bool:
		if value {
			return []string{"true"}
		}
	}
	return nil
}

// set sets a key to text. Commas separate the values of a list, or line ends if the values
// may contain commas. It reports whether the key exists.
func (s *Settings) set(key, text string) bool {
	field, _ := fieldOf(key)
	separator := ","
	if field.Tag.Get("sep") == "none" {
		separator = "\n"
	}
	if field.Type != nil && field.Type.Kind() == reflect.Slice {
		return s.setList(key, strings.Split(text, separator))
	}
	return s.setList(key, []string{text})
}

// setList sets a key to values. A key with a single value takes the first. It reports
// whether the key exists.
func (s *Settings) setList(key string, values []string) bool {
	field, known := fieldOf(key)
	values = nonEmpty(values)
	if !known || len(values) == 0 {
		return known
	}
	value := reflect.ValueOf(s).Elem().FieldByIndex(field.Index)
	switch field.Type.Kind() {
	case reflect.Slice:
		value.Set(reflect.ValueOf(values))
	case reflect.Bool:
		value.SetBool(values[0] == "true")
	default:
		value.SetString(values[0])
	}
	return true
}

// nonEmpty returns the strings that are not blank, without surrounding space.
func nonEmpty(texts []string) []string {
	var kept []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
