package target

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// Services are the services with operations in the contract, by the name before "-url" in
// their setting.
var Services = []string{"vshop", "payment", "topup"}

// resolver reads merged values and keeps the first problem.
type resolver struct {
	layers  []Layer
	problem error
}

// find returns the values of a key and where they are written.
func (r *resolver) find(key string) (values []string, origin string) {
	for i := range r.layers {
		if values = r.layers[i].Settings.values(key); len(values) > 0 {
			return values, r.layers[i].Origin(key)
		}
	}
	if field, _ := fieldOf(key); field.Tag.Get("fallback") != "" {
		return strings.Split(field.Tag.Get("fallback"), ","), "the default of --" + key
	}
	return nil, "--" + key
}

// originOf says where a value of a key is written.
func (r *resolver) originOf(key, value string) string {
	for i := range r.layers {
		if len(r.layers[i].Settings.values(key)) > 0 {
			return r.layers[i].originOf(key, value)
		}
	}
	_, origin := r.find(key)
	return origin
}

// fromVariable reports whether a value of a key comes from an environment variable that
// the file of targets names.
func (r *resolver) fromVariable(key, value string) bool {
	for i := range r.layers {
		if len(r.layers[i].Settings.values(key)) > 0 {
			return r.layers[i].variables[fileValueOf{key, value}]
		}
	}
	return false
}

// printable refuses control characters and invalid UTF-8 in every value except the names
// of files, because no request and no report can contain them unchanged.
func (r *resolver) printable() {
	for _, key := range Keys() {
		if field, _ := fieldOf(key); slices.Contains([]string{"FILE", "DIR"}, field.Tag.Get("placeholder")) {
			continue
		}
		for _, value := range r.list(key) {
			switch {
			case !utf8.ValidString(value):
				r.fail(key, value, "is not UTF-8", "write it in UTF-8")
			case !headerValue(value) || key != "header" && strings.ContainsFunc(value, unicode.IsControl):
				r.fail(key, value, "has a control character", "write printable characters only")
			}
		}
	}
}

func (r *resolver) list(key string) []string {
	values, _ := r.find(key)
	return values
}

// sims returns the SIM cards of a key. Each must have the form of an ICCID.
func (r *resolver) sims(key string) []string {
	sims := r.list(key)
	for _, sim := range sims {
		if !iccidForm.MatchString(sim) {
			r.fail(key, sim, "is not an ICCID", "write 18 to 22 digits, such as 89852000000000000001")
		}
	}
	return sims
}

func (r *resolver) text(key string) string {
	if values := r.list(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

// pushKey parses the key that pushes are signed with.
func (r *resolver) pushKey() (id string, key []byte) {
	return id, parse(r, "push-key", func(text string) ([]byte, error) {
		var err error
		id, key, err = signing.ParsePushKey(text)
		if err != nil {
			return nil, malformed{problem: "is not a valid push key", instead: err.Error() + "; write its id, a colon and the key in hexadecimal"}
		}
		return key, nil
	})
}

// fail records the first problem, with the origin of the key.
func (r *resolver) fail(key, value, problem, instead string) {
	if r.problem == nil {
		origin := r.originOf(key, value)
		if slices.Contains(secretKeys, key) || strings.HasSuffix(key, "-url") && strings.Contains(value, "@") {
			value = "" // in a malformed address it is unclear where the password ends
		}
		r.problem = &Error{Origin: origin, Value: value, Problem: problem, Instead: instead}
	}
}

// parse returns the parsed value of a key, the zero value if it is unset.
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
	var secret unshown
	switch {
	case errors.As(err, &secret):
		told, text = secret.malformed, ""
	case !errors.As(err, &told):
		told.problem = err.Error()
		if choices := choicesOf(key); choices != nil {
			_, err = oneOf(choices...)(text)
			errors.As(err, &told)
		}
	}
	r.fail(key, text, told.problem, told.instead)
	return zero
}

// choice returns the value of a key with a fixed set of values.
func (r *resolver) choice(key string) string { return parse(r, key, oneOf(choicesOf(key)...)) }

func (r *resolver) rules() signing.Rules {
	rules := signing.Rules{
		Empty:  parse(r, "sign-empty", signing.ParseEmpty),
		Hex:    parse(r, "sign-hex", signing.ParseHexCase),
		Nested: parse(r, "sign-nested", signing.ParseNested),
	}
	text := strings.Join(r.list("sign-parts"), ",")
	parts, err := signing.ParseParts(text)
	if err != nil {
		r.fail("sign-parts", text, "is not known here", "write one or more of query, path, body, separated by commas")
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
			r.fail("allow", word, "is not a permission", "write read, write, purchase or several of them, separated by commas")
		}
	}
	return allowed
}

// masksSIMs reports whether SIM numbers are masked, the only value of mask.
func (r *resolver) masksSIMs() bool {
	for _, word := range r.list("mask") {
		if _, err := oneOf(choicesOf("mask")...)(word); err != nil {
			r.fail("mask", word, "cannot be masked", "write sims")
		}
	}
	return len(r.list("mask")) > 0
}

func (r *resolver) seed() int64 {
	if r.text("seed") == "" {
		return rand.Int64N(math.MaxInt32)
	}
	return parse(r, "seed", func(text string) (int64, error) {
		seed, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seed < 0 {
			return 0, malformed{problem: "is not a valid seed", instead: "write a whole number from 0 to 9223372036854775807"}
		}
		return seed, nil
	})
}

// paths parses OPERATION=PATH settings. Only operations without a documented path may have one.
func (r *resolver) paths() map[string]string {
	paths := map[string]string{}
	for _, text := range r.list("path") {
		id, path, _ := strings.Cut(text, "=")
		unknown := unknownPaths()
		switch {
		case !slices.Contains(unknown, id):
			r.fail("path", text, "is not an operation with an undocumented path", suggestion(id, unknown))
		case !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# "):
			r.fail("path", text, "has no path", "write it as "+id+"=/path")
		}
		paths[id] = path
	}
	return paths
}

// unknownPaths returns the ids of the operations without a documented path.
func unknownPaths() []string {
	return operationIDs(func(operation openapi.Operation) bool { return !operation.PathKnown })
}
