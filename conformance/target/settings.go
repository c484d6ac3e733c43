package target

import (
	"reflect"
	"strings"
)

// Settings are the values of one layer as they were written, by key. An empty
// value is an unset one. The tags name the keys, tell what each is for, and are
// read by the command line as well, so that a setting stands in one place.
type Settings struct {
	VshopURL   string `name:"vshop-url" placeholder:"URL" group:"target" help:"Base address of the vshop service, for example https://host/vshop_uat. As soon as one service address is given, the embedded sandbox is not used."`
	PaymentURL string `name:"payment-url" placeholder:"URL" group:"target" help:"Base address of the payment service."`
	TopupURL   string `name:"topup-url" placeholder:"URL" group:"target" help:"Base address of the topup service (bundle groups, asynchronous results, order look-up)."`

	PartnerCode       string   `name:"partner-code" placeholder:"CODE" group:"target" help:"Partner code to speak as. Needed with any address."`
	SecondPartnerCode string   `name:"second-partner-code" placeholder:"CODE" group:"target" help:"Another partner, for the checks that one partner does not see what is another's."`
	SIM               []string `name:"sim" sep:"," placeholder:"ICCID" group:"target" help:"SIM card that exists. Several make the checks on batches and concurrency sharper."`
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

	PushListen   string `name:"push-listen" placeholder:"HOST:PORT" group:"push" help:"Where the run listens for the pushes that the target sends; without it the checks on pushes are skipped. Without a host it is loopback. The target has to know it as the partner's address."`
	PushKey      string `name:"push-key" placeholder:"ID:HEX" group:"push" help:"Key that pushes are signed with: its id, a colon and the key in hexadecimal. It is secret and never printed; without it signatures are not verified."`
	PushJoin     string `name:"push-join" fallback:"body-colon-headers" placeholder:"RULE" group:"push" help:"How body and headers are joined to what is signed: body-colon-headers, headers-colon-body, body-headers, headers-body, body-newline-headers or headers-newline-body. Default ${default_push_join} (assumed)."`
	PushEncoding string `name:"push-encoding" fallback:"base64" placeholder:"FORM" group:"push" help:"How the signature is written: base64, base64url, hex or hex-upper. Default ${default_push_encoding} (assumed)."`
	PushTimeout  string `name:"push-timeout" fallback:"60s" placeholder:"DURATION" group:"push" help:"Time limit of one push, and of its repetition, to arrive. Default ${default_push_timeout}, on the sandbox 2s."`

	Allow  []string `name:"allow" sep:"," fallback:"read" placeholder:"read,write,purchase" group:"policy" help:"What the run may do to the target; nothing is implied. Default ${default_allow}, on the sandbox all three."`
	Strict string   `name:"strict" fallback:"documented" placeholder:"GRADE" group:"policy" help:"Fail on deviations from clauses of this grade and higher: documented, derived or assumed. Default ${default_strict}, on the sandbox assumed."`
	FailOn string   `name:"fail-on" placeholder:"finding" group:"policy" help:"With the value finding, findings fail the run as well."`

	Only []string `name:"only" sep:"," placeholder:"PATTERN" group:"selection" help:"Run these checks only: an id, a glob in which * crosses /, area:RID or op:addSims."`
	Skip []string `name:"skip" sep:"," placeholder:"PATTERN" group:"selection" help:"Leave these checks out; the same patterns."`
	Seed string   `name:"seed" placeholder:"N" group:"selection" help:"Seed of the order of checks and of generated values. Default: a new one for each run, printed and reported."`

	Timeout     string `name:"timeout" fallback:"10m" placeholder:"DURATION" group:"limits" help:"Time limit of the whole run. Default ${default_timeout}."`
	CallTimeout string `name:"call-timeout" fallback:"10s" placeholder:"DURATION" group:"limits" help:"Time limit of one call. Default ${default_call_timeout}."`
	TaskTimeout string `name:"task-timeout" fallback:"60s" placeholder:"DURATION" group:"limits" help:"Time limit of one asynchronous task. Default ${default_task_timeout}, on the sandbox 2s."`
	Rate        string `name:"rate" placeholder:"N/s" group:"limits" help:"Largest number of calls a second, for example 5/s. Default: no limit."`

	ReportDir string   `name:"report-dir" fallback:"mallcheck-report" placeholder:"DIR" group:"report" help:"Folder of the reports. Default ${default_report_dir}."`
	Format    []string `name:"format" sep:"," fallback:"junit,json,html" placeholder:"FORMAT" group:"report" help:"Reports to write: junit, json, html. Default ${default_format}."`

	Fault   []string `name:"fault" sep:"," placeholder:"ID" group:"sandbox" help:"Violation that the embedded sandbox commits; mallcheck faults lists them."`
	Variant []string `name:"variant" sep:"," placeholder:"ID" group:"sandbox" help:"Habit of a conforming server that the embedded sandbox takes on; mallcheck variants lists them."`
}

// Prefix begins the name of every environment variable that the tool reads.
const Prefix = "MALLCHECK_"

// EnvironmentName returns the environment variable of a key: "call-timeout" is MALLCHECK_CALL_TIMEOUT.
func EnvironmentName(key string) string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

// Keys returns the keys of all settings, in the order of the documentation.
func Keys() []string {
	var keys []string
	for field := range reflect.TypeFor[Settings]().Fields() {
		keys = append(keys, field.Tag.Get("name"))
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

// values returns the values of a key, none when it is unset.
func (s *Settings) values(key string) []string {
	structure := reflect.ValueOf(s).Elem()
	for i := range structure.NumField() {
		if structure.Type().Field(i).Tag.Get("name") != key {
			continue
		}
		if list, ok := structure.Field(i).Interface().([]string); ok {
			return nonEmpty(list)
		}
		return nonEmpty([]string{structure.Field(i).String()})
	}
	return nil
}

// set writes text under a key; a list is separated by commas. It reports whether the key exists.
func (s *Settings) set(key, text string) bool {
	structure := reflect.ValueOf(s).Elem()
	for i := range structure.NumField() {
		if structure.Type().Field(i).Tag.Get("name") != key {
			continue
		}
		if structure.Field(i).Kind() == reflect.Slice {
			structure.Field(i).Set(reflect.ValueOf(nonEmpty(strings.Split(text, ","))))
		} else {
			structure.Field(i).SetString(text)
		}
		return true
	}
	return false
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
