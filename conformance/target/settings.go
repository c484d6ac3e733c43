package target

import (
	"reflect"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

// Settings are the values of one layer as they were written, by key. An empty
// value is an unset one. The tags name the keys, tell what each is for, and are
// read by the command line as well, so that a setting stands in one place. The tag
// from lists the layers that may give a setting, without it all may; choices are
// the words that it may have.
type Settings struct {
	Target      string `name:"target" from:"flag,environment" placeholder:"NAME" group:"target" help:"Target of mallcheck.yaml to use. Default the one that its default names, unless an address is given; sandbox is the embedded sandbox."`
	Config      string `name:"config" from:"flag,environment" placeholder:"FILE" group:"target" help:"File of targets. Default mallcheck.yaml in the working directory, if it is there."`
	Environment string `name:"environment" choices:"test,production" placeholder:"NAME" group:"target" help:"Use the provider's addresses, test or production, for all services. It does not go with addresses of your own."`

	VshopURL   string `name:"vshop-url" placeholder:"URL" group:"target" help:"Base address of the vshop service, for example https://host/vshop_uat. As soon as one service address is given, the embedded sandbox is not used."`
	PaymentURL string `name:"payment-url" placeholder:"URL" group:"target" help:"Base address of the payment service."`
	TopupURL   string `name:"topup-url" placeholder:"URL" group:"target" help:"Base address of the topup service (bundle groups, asynchronous results, order look-up)."`

	PartnerCode       string   `name:"partner-code" placeholder:"CODE" group:"target" help:"Partner code to speak as. Needed with any address."`
	SecondPartnerCode string   `name:"second-partner-code" placeholder:"CODE" group:"target" help:"Another partner, for the checks that one partner does not see what is another's."`
	SIM               []string `name:"sim" sep:"," placeholder:"ICCID" group:"target" help:"SIM card that exists. Several make the checks on batches and concurrency sharper."`
	SecondSIM         []string `name:"second-sim" sep:"," placeholder:"ICCID" group:"target" help:"SIM of the second partner. Without it, checks that order as the second partner use --sim."`
	UnknownSIM        []string `name:"unknown-sim" sep:"," placeholder:"ICCID" group:"target" help:"Well-formed ICCID of no SIM card."`
	Group             string   `name:"group" placeholder:"ID" group:"target" help:"Bundle group of the partner; checks that write add and remove SIM cards in it."`

	Package  string   `name:"package" placeholder:"CODE" group:"target" help:"Code of a data plan that can be ordered for the SIM cards."`
	Amount   string   `name:"amount" fallback:"4.99" placeholder:"DECIMAL" group:"target" help:"Price of the package. Default ${default_amount}."`
	Currency string   `name:"currency" fallback:"USD" placeholder:"CODE" group:"target" help:"Currency of the price. Default ${default_currency}."`
	Path     []string `name:"path" sep:"," placeholder:"OPERATION=PATH" group:"target" help:"Path, below its service, of an operation whose path no page tells; without it the operation is left out."`

	PmSuccess string `name:"pm-success" placeholder:"PM_ID" group:"target" help:"Payment method with which the target lets a payment succeed. Without it the checks that pay for an order are left out."`
	PmFailure string `name:"pm-failure" placeholder:"PM_ID" group:"target" help:"Payment method with which the target lets a payment fail."`
	PmOpen    string `name:"pm-open" placeholder:"PM_ID" group:"target" help:"Payment method with which the target leaves a payment open."`

	RequestIDHeader string   `name:"request-id-header" fallback:"request_id" placeholder:"NAME" group:"target" help:"Response header that carries the request id (its name is assumed, no page gives it). Default ${default_request_id_header}."`
	TerminalStatus  []string `name:"terminal-status" sep:"," fallback:"completed" placeholder:"STATUS" group:"target" help:"Values of data.status after which a task is over. Default ${default_terminal_status}, the only one documented."`

	SignParts  []string `name:"sign-parts" sep:"," fallback:"query,path,body" placeholder:"PARTS" group:"signature" help:"Parts of a request whose parameters are signed. Default ${default_sign_parts}."`
	SignEmpty  string   `name:"sign-empty" fallback:"string-or-null" placeholder:"RULE" group:"signature" help:"Which values count as empty and are not signed: string-or-null, string, containers-too or nothing. Default ${default_sign_empty}."`
	SignHex    string   `name:"sign-hex" fallback:"lower" placeholder:"CASE" group:"signature" help:"Letter case of the sign: lower or upper. Default ${default_sign_hex}."`
	SignNested string   `name:"sign-nested" fallback:"as-sent" placeholder:"RULE" group:"signature" help:"Member order of nested objects: as-sent or sorted. Default ${default_sign_nested}."`

	Proxy         string   `name:"proxy" placeholder:"URL" group:"connection" help:"Proxy to call the target through (http, https or socks5), or none. Default what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say."`
	Header        []string `name:"header" sep:"none" placeholder:"NAME: VALUE" group:"connection" help:"Header to send with every request, for example for a gateway in front of the target. Values of headers that look secret are never printed."`
	HTTP2         string   `name:"http2" fallback:"auto" choices:"auto,off,only" placeholder:"WHEN" group:"connection" help:"HTTP/2: auto (where TLS negotiates it), off or only. Default ${default_http2}."`
	TLSCAFile     string   `name:"tls-ca-file" placeholder:"FILE" group:"connection" help:"Certificates in PEM to trust beside those of the system."`
	TLSClientCert string   `name:"tls-client-cert" placeholder:"FILE" group:"connection" help:"Client certificate in PEM to show to the target; it needs --tls-client-key."`
	TLSClientKey  string   `name:"tls-client-key" placeholder:"FILE" group:"connection" help:"Private key in PEM of the client certificate. It is never printed."`
	TLSMinVersion string   `name:"tls-min-version" fallback:"1.2" choices:"1.2,1.3" placeholder:"VERSION" group:"connection" help:"Lowest version of TLS to accept: 1.2 or 1.3. Default ${default_tls_min_version}."`

	PushListen   string `name:"push-listen" placeholder:"HOST:PORT" group:"push" help:"Where the run listens for the pushes that the target sends; without it the checks on pushes are skipped. Without a host it is loopback. The target has to know it as the partner's address."`
	PushKey      string `name:"push-key" placeholder:"ID:HEX" group:"push" help:"Key that pushes are signed with: its id, a colon and the key in hexadecimal. It is secret and never printed; without it signatures are not verified."`
	PushJoin     string `name:"push-join" fallback:"body-colon-headers" placeholder:"RULE" group:"push" help:"How body and headers are joined to what is signed: body-colon-headers, headers-colon-body, body-headers, headers-body, body-newline-headers or headers-newline-body. Default ${default_push_join} (assumed)."`
	PushEncoding string `name:"push-encoding" fallback:"base64" placeholder:"FORM" group:"push" help:"How the signature is written: base64, base64url, hex or hex-upper. Default ${default_push_encoding} (assumed)."`
	PushTimeout  string `name:"push-timeout" fallback:"60s" placeholder:"DURATION" group:"push" help:"Time limit of one push, and of its repetition, to arrive. Default ${default_push_timeout}, on the sandbox 2s."`

	Allow           []string `name:"allow" sep:"," fallback:"read" choices:"read,write,purchase" placeholder:"read,write,purchase" group:"policy" help:"What the run may do to the target; nothing is implied. Default ${default_allow}, on the sandbox all three."`
	BudgetPurchases string   `name:"budget-purchases" fallback:"100" placeholder:"N" group:"policy" help:"Largest number of orders that the run may place; it stops before it places another. none for no limit. Default ${default_budget_purchases}, on the sandbox none."`
	BudgetAmount    string   `name:"budget-amount" placeholder:"DECIMAL" group:"policy" help:"Largest sum of the amounts of the orders, in the currency of the price. Default: no limit of its own."`
	Strict          string   `name:"strict" fallback:"documented" choices:"documented,derived,assumed" placeholder:"GRADE" group:"policy" help:"Fail on deviations from clauses of this grade and higher: documented, derived or assumed. Default ${default_strict}, on the sandbox assumed."`
	FailOn          string   `name:"fail-on" choices:"critical,finding,habit" placeholder:"critical|finding|habit" group:"policy" help:"Also fail on findings about money, isolation between partners, the sign or loss of data (critical), on all findings (finding), or on findings and habits (habit)."`

	Waivers string `name:"waivers" placeholder:"FILE" group:"policy" help:"File of waivers: failures that may stand until a day. A waived failure does not fail the run; an expired waiver, or one whose check passes, does."`

	Production    bool `kong:"-" name:"production" from:"file" help:"Says that the target is in production: true. Without it the production addresses of the contract are refused."`
	YesProduction bool `name:"yes-production" from:"flag" group:"policy" help:"Let the run write to, or buy from, a target that its file calls a production target."`

	Only  []string `name:"only" sep:"," placeholder:"PATTERN" group:"selection" help:"Run these checks only: an id, a glob in which * crosses /, area:RID or op:addSims."`
	Skip  []string `name:"skip" sep:"," placeholder:"PATTERN" group:"selection" help:"Leave these checks out; the same patterns."`
	Depth string   `name:"depth" fallback:"standard" choices:"quick,standard,thorough" placeholder:"DEPTH" group:"selection" help:"How much to test: quick, standard or thorough. Checks that --only names run at every depth. Default ${default_depth}."`
	Fuzz  string   `name:"fuzz" fallback:"0" placeholder:"N" group:"selection" help:"Send every operation N random valid requests and N random violations as well; a failure is told by the smallest request that shows it. Default ${default_fuzz}."`
	Seed  string   `name:"seed" placeholder:"N" group:"selection" help:"Seed of the order of checks and of generated values. Default: a new one for each run, printed and reported."`

	Shard string `name:"shard" from:"flag,environment" placeholder:"I/N" group:"selection" help:"Run the I-th of N parts of the selected checks; mallcheck merge makes one run out of them. All parts need the same --seed."`

	Timeout     string `name:"timeout" fallback:"10m" placeholder:"DURATION" group:"limits" help:"Time limit of the whole run. Default ${default_timeout}."`
	CallTimeout string `name:"call-timeout" fallback:"10s" placeholder:"DURATION" group:"limits" help:"Time limit of one call. Default ${default_call_timeout}."`
	TaskTimeout string `name:"task-timeout" fallback:"60s" placeholder:"DURATION" group:"limits" help:"Time limit of one asynchronous task. Default ${default_task_timeout}, on the sandbox 2s."`
	Rate        string `name:"rate" placeholder:"N/s" group:"limits" help:"Largest number of calls a second, for example 5/s. Default: no limit."`

	MaxAnswer   string `name:"max-answer" fallback:"8MiB" placeholder:"SIZE" group:"limits" help:"Bytes read of one answer, after decompression; a larger one is a deviation. Default ${default_max_answer}."`
	MaxHeaders  string `name:"max-headers" fallback:"64KiB" placeholder:"SIZE" group:"limits" help:"Bytes read of the header of one answer. Default ${default_max_headers}."`
	MaxKept     string `name:"max-kept" fallback:"64MiB" placeholder:"SIZE" group:"limits" help:"Bytes kept of all answers for the reports; of later ones the beginning, length and digest are kept. Default ${default_max_kept}."`
	MaxPush     string `name:"max-push" fallback:"1MiB" placeholder:"SIZE" group:"limits" help:"Bytes read of one push. Default ${default_max_push}."`
	MaxInbox    string `name:"max-inbox" fallback:"32MiB" placeholder:"SIZE" group:"limits" help:"Bytes kept of all pushes; beyond it the oldest are forgotten. Default ${default_max_inbox}."`
	Concurrency string `name:"concurrency" fallback:"8" placeholder:"N" group:"limits" help:"Number of checks that run at once. Halved each time the target answers 429 or 503 with a Retry-After. Default ${default_concurrency}, on the sandbox 1."`

	ReportDir string   `name:"report-dir" fallback:"mallcheck-report" placeholder:"DIR" group:"report" help:"Folder of the reports. Default ${default_report_dir}."`
	Format    []string `name:"format" sep:"," fallback:"junit,json,html" placeholder:"FORMAT" group:"report" help:"Reports to write: junit, junit:jenkins (for the xUnit plug-in), json, html, markdown, sarif, github (annotations on standard output). Default ${default_format}."`
	Mask      []string `name:"mask" sep:"," choices:"sims" placeholder:"sims" group:"report" help:"What to mask, beside what always is, in everything that is printed or written: sims hides the digits of SIM numbers except the first six and the last four. The journal needs them and keeps them."`
	Verbose   bool     `name:"verbose" short:"v" from:"flag" group:"report" help:"Print every failure with its exchanges, and every finding, instead of a summary of at most 40 lines."`

	Fault   []string `name:"fault" from:"flag,environment" sep:"," placeholder:"ID" group:"sandbox" help:"Violation that the embedded sandbox commits; mallcheck faults lists them."`
	Variant []string `name:"variant" from:"flag,environment" sep:"," placeholder:"ID" group:"sandbox" help:"Habit of a conforming server that the embedded sandbox takes on; mallcheck variants lists them."`
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

// keysFrom returns the keys that a layer may give, all for "".
func keysFrom(layer string) []string {
	var keys []string
	for field := range reflect.TypeFor[Settings]().Fields() {
		if from := field.Tag.Get("from"); layer == "" || from == "" || slices.Contains(strings.Split(from, ","), layer) {
			keys = append(keys, field.Tag.Get("name"))
		}
	}
	return keys
}

// Defaults returns the text of each key's default; a key without one is not in it.
func Defaults() map[string]string {
	defaults := map[string]string{}
	for field := range reflect.TypeFor[Settings]().Fields() {
		if text := field.Tag.Get("fallback"); text != "" {
			defaults[field.Tag.Get("name")] = text
		}
	}
	return defaults
}

// choicesOf returns the words that a setting may have, none when it is free text.
func choicesOf(key string) []string {
	for _, rule := range signing.Catalogue() {
		if rule.Name == key {
			return rule.Values
		}
	}
	if field, known := fieldOf(key); known && field.Tag.Get("choices") != "" {
		return strings.Split(field.Tag.Get("choices"), ",")
	}
	return nil
}

// fieldOf returns the field of a key, and whether there is one.
func fieldOf(key string) (reflect.StructField, bool) {
	for field := range reflect.TypeFor[Settings]().Fields() {
		if field.Tag.Get("name") == key {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// isList reports whether a key has several values.
func isList(key string) bool {
	field, known := fieldOf(key)
	return known && field.Type.Kind() == reflect.Slice
}

// values returns the values of a key, none when it is unset.
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

// set writes text under a key; a list is separated by commas, or by line ends
// where its values may hold commas. It reports whether the key exists.
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

// setList writes values under a key; of a key that has one value it takes the
// first. It reports whether the key exists.
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

// nonEmpty returns the texts that are not blank, without surrounding space.
func nonEmpty(texts []string) []string {
	var kept []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}
