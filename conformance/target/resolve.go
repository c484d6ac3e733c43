package target

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// Services are the services that have operations in the contract, by the name
// that stands before "-url" in their setting.
var Services = []string{"vshop", "payment", "topup"}

// Resolve merges layers, the first that has a value wins, and parses the result.
// Its errors are of type *Error and name the place of the value.
func Resolve(layers ...Layer) (*Target, error) {
	r := &resolver{layers: layers}
	t := &Target{
		Name:              "sandbox",
		URLs:              map[string]string{},
		PartnerCode:       r.text("partner-code"),
		SecondPartnerCode: r.text("second-partner-code"),
		SIMs:              r.list("sim"),
		UnknownSIMs:       r.list("unknown-sim"),
		Group:             r.text("group"),
		Package:           r.text("package"),
		Amount:            parse(r, "amount", amount),
		Currency:          parse(r, "currency", currency),
		PayingMethod:      r.text("pm-success"),
		FailingMethod:     r.text("pm-failure"),
		OpenMethod:        r.text("pm-open"),
		Paths:             r.paths(),
		RequestIDHeader:   parse(r, "request-id-header", headerName),
		TerminalStatus:    r.list("terminal-status"),
		Sign:              r.rules(),
		PushListen:        parse(r, "push-listen", listenAddress),
		PushJoin:          parse(r, "push-join", signing.ParsePushJoin),
		PushEncoding:      parse(r, "push-encoding", signing.ParsePushEncoding),
		PushTimeout:       parse(r, "push-timeout", positiveDuration),
		Allow:             r.permissions(),
		Strict:            parse(r, "strict", oneOf("documented", "derived", "assumed")),
		FailOnFinding:     parse(r, "fail-on", oneOf("finding")) == "finding",
		Only:              r.list("only"),
		Skip:              r.list("skip"),
		Seed:              r.seed(),
		Timeout:           parse(r, "timeout", positiveDuration),
		CallTimeout:       parse(r, "call-timeout", positiveDuration),
		TaskTimeout:       parse(r, "task-timeout", positiveDuration),
		Rate:              parse(r, "rate", perSecond),
		ReportDir:         r.text("report-dir"),
		Formats:           r.list("format"),
		Faults:            r.list("fault"),
		Variants:          r.list("variant"),
	}
	t.PushKeyID, t.PushKey = r.pushKey()
	t.place = func(key string) string {
		_, place := r.find(key)
		return place
	}
	r.addresses(t)
	if r.problem != nil {
		return nil, r.problem
	}
	return t, nil
}

// HasAddress reports whether any layer gives a service's address, in which
// case the embedded sandbox is not used.
func HasAddress(layers ...Layer) bool {
	r := resolver{layers: layers}
	return slices.ContainsFunc(Services, func(service string) bool { return r.text(service+"-url") != "" })
}

// resolver reads merged values and keeps the first problem.
type resolver struct {
	layers  []Layer
	problem error
}

// find returns the values of a key and where they were written.
func (r *resolver) find(key string) (values []string, place string) {
	for i := range r.layers {
		if values = r.layers[i].Settings.values(key); len(values) > 0 {
			return values, r.layers[i].Place(key)
		}
	}
	if text := Defaults()[key]; text != "" {
		return strings.Split(text, ","), "the default of --" + key
	}
	return nil, "--" + key
}

func (r *resolver) list(key string) []string {
	values, _ := r.find(key)
	return values
}

func (r *resolver) text(key string) string {
	if values := r.list(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

// secretKey is the setting whose value must not be printed, wrong as it may be.
const secretKey = "push-key"

// pushKey parses the key that pushes are signed with.
func (r *resolver) pushKey() (id string, key []byte) {
	return id, parse(r, secretKey, func(text string) ([]byte, error) {
		var err error
		id, key, err = signing.ParsePushKey(text)
		if err != nil {
			return nil, malformed{"is no key of pushes", err.Error() + "; write its id, a colon and the key in hexadecimal"}
		}
		return key, nil
	})
}

// fail keeps the first problem, with the place of the key.
func (r *resolver) fail(key, value, problem, instead string) {
	if r.problem == nil {
		_, place := r.find(key)
		if key == secretKey {
			value = ""
		}
		r.problem = &Error{Place: place, Value: value, Problem: problem, Instead: instead}
	}
}

// parse returns the parsed value of a key, the zero value when it is unset.
func parse[T any](r *resolver, key string, parser func(string) (T, error)) T {
	var zero T
	text := r.text(key)
	if text == "" {
		return zero
	}
	value, err := parser(text)
	if err == nil {
		return value
	}
	var told malformed
	if !errors.As(err, &told) {
		told.problem = err.Error()
	}
	r.fail(key, text, told.problem, told.instead)
	return zero
}

func (r *resolver) rules() signing.Rules {
	rules := signing.Rules{
		Empty:  parse(r, "sign-empty", signing.ParseEmpty),
		Hex:    parse(r, "sign-hex", signing.ParseHexCase),
		Nested: parse(r, "sign-nested", signing.ParseNested),
	}
	text := strings.Join(r.list("sign-parts"), ",")
	parts, err := signing.ParseParts(text)
	if err != nil {
		r.fail("sign-parts", text, err.Error(), "")
	}
	rules.Parts = parts
	return rules
}

func (r *resolver) permissions() Permissions {
	var allowed Permissions
	for _, word := range r.list("allow") {
		switch word {
		case "read":
			allowed.Read = true
		case "write":
			allowed.Write = true
		case "purchase":
			allowed.Purchase = true
		default:
			r.fail("allow", word, "is no permission", "write read, write, purchase or several of them, separated by commas")
		}
	}
	return allowed
}

func (r *resolver) seed() int64 {
	if r.text("seed") == "" {
		return rand.Int64N(math.MaxInt32)
	}
	return parse(r, "seed", func(text string) (int64, error) {
		seed, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seed < 0 {
			return 0, malformed{"is no seed", "write a whole number from 0 to 9223372036854775807"}
		}
		return seed, nil
	})
}

// addresses parses the services' addresses and what they require.
func (r *resolver) addresses(t *Target) {
	for _, service := range Services {
		key := service + "-url"
		if address := parse(r, key, baseAddress); address != "" {
			t.URLs[service] = address
			r.refuseProduction(key, address)
		}
	}
	if len(t.URLs) == 0 {
		return
	}
	if slices.ContainsFunc(r.layers, func(l Layer) bool { return l.sandbox }) {
		t.Sandbox = true
		return
	}
	t.Name = hostOf(t.URLs)
	if t.PartnerCode == "" && r.problem == nil {
		r.problem = &Error{Place: "--partner-code", Problem: "is missing", Instead: "an address is given, so say as which partner to call it: --partner-code CODE or " + EnvironmentName("partner-code")}
	}
	for _, key := range []string{"fault", "variant"} {
		if text := r.text(key); text != "" {
			r.fail(key, text, "is for the embedded sandbox only", "leave it out, or leave out the addresses")
		}
	}
}

// refuseProduction refuses the addresses that the contract marks as production.
func (r *resolver) refuseProduction(key, address string) {
	contract, err := openapi.Mall()
	if err != nil {
		r.problem = fmt.Errorf("reading the contract: %w", err)
		return
	}
	for _, production := range contract.ProductionAddresses() {
		if below(address, production.URL) {
			r.fail(key, address, "is a production address", "a conformance run sends requests that a broken target carries out: use the test address")
			return
		}
	}
}

// below reports whether address is base or a path below it, compared by whole
// path segments, so that /vshop_uat is not below /vshop. Dots, escapes, letter
// case of the host and a final dot of it do not hide an address.
func below(address, base string) bool {
	a, errA := url.Parse(address)
	b, errB := url.Parse(base)
	if errA != nil || errB != nil || hostname(a) != hostname(b) {
		return false
	}
	return strings.HasPrefix(path.Clean("/"+a.Path)+"/", path.Clean("/"+b.Path)+"/")
}

func hostname(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// hostOf names a target by the hosts of its services, without repetition.
func hostOf(urls map[string]string) string {
	var hosts []string
	for _, service := range Services {
		if parsed, err := url.Parse(urls[service]); err == nil && parsed.Host != "" && !slices.Contains(hosts, parsed.Host) {
			hosts = append(hosts, parsed.Host)
		}
	}
	return strings.Join(hosts, ", ")
}

// paths parses OPERATION=PATH settings; only an operation whose path is unknown can have one.
func (r *resolver) paths() map[string]string {
	paths := map[string]string{}
	for _, text := range r.list("path") {
		id, path, _ := strings.Cut(text, "=")
		unknown := unknownPaths()
		switch {
		case !slices.Contains(unknown, id):
			r.fail("path", text, "names no operation whose path is unknown", suggestion(id, unknown))
		case !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# "):
			r.fail("path", text, "has no path", "write it as "+id+"=/path")
		}
		paths[id] = path
	}
	return paths
}

// unknownPaths returns the ids of the operations whose path no page tells.
func unknownPaths() []string {
	contract, err := openapi.Mall()
	if err != nil {
		return nil
	}
	var ids []string
	for _, operation := range contract.Operations() {
		if !operation.PathKnown {
			ids = append(ids, operation.ID)
		}
	}
	return ids
}
