package target

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// HasAddress reports whether any layer has the address of a service. If so, the
// embedded sandbox is not used.
func HasAddress(layers ...Layer) bool {
	return slices.ContainsFunc(layers, func(l Layer) bool {
		return l.target != "" || len(l.Settings.values("environment")) > 0 || hasURL(&l.Settings)
	})
}

// addresses parses the addresses of the services, and checks the settings that they require.
func (r *resolver) addresses(t *Target) {
	environment := r.choice("environment")
	r.oneKind()
	for _, service := range Services {
		key, address := r.address(service, environment)
		if address == "" {
			continue
		}
		t.URLs[service] = address
		if key != "" && !t.Production {
			r.refuseProduction(key, address)
		}
	}
	named := slices.IndexFunc(r.layers, func(l Layer) bool { return l.target != "" })
	if len(t.URLs) == 0 {
		if named >= 0 && r.problem == nil {
			r.problem = &Error{Origin: r.layers[named].Origin(""), Problem: "has no address", Instead: "write environment: test, or vshop-url, payment-url or topup-url"}
		}
		return
	}
	if slices.ContainsFunc(r.layers, func(l Layer) bool { return l.sandbox }) {
		t.Sandbox = true
		return
	}
	t.Name = hostOf(t.URLs)
	if named >= 0 {
		t.Name = r.layers[named].target
	}
	r.partner(t, named)
	for _, key := range []string{"fault", "variant"} {
		if text := r.text(key); text != "" {
			r.fail(key, text, "is for the embedded sandbox only", "leave it out, or leave out the addresses")
		}
	}
	r.sureOfProduction(t)
}

// partner requires a partner code. named is the index of the layer of a file, -1 for none.
func (r *resolver) partner(t *Target, named int) {
	if t.PartnerCode != "" || r.problem != nil {
		return
	}
	problem := &Error{Origin: "--partner-code", Problem: "is missing", Instead: "give the partner code to call this address with: --partner-code CODE or " + EnvironmentName("partner-code")}
	if named >= 0 {
		problem.Origin, problem.Problem, problem.Instead = r.layers[named].Origin(""), "has no partner-code", "write the one to call it with: partner-code: CODE"
	}
	r.problem = problem
}

// address returns the address of a service, and the key that sets it. An environment
// sets the addresses of all services. It is ignored if a layer before it has any address,
// so that a target with addresses of its own never falls back to the provider's.
func (r *resolver) address(service, environment string) (key, address string) {
	own := service + "-url"
	given := false
	for i := range r.layers {
		settings := &r.layers[i].Settings
		given = given || hasURL(settings)
		if len(settings.values(own)) > 0 {
			return own, parse(r, own, baseAddress)
		}
		if len(settings.values("environment")) > 0 {
			if given {
				return "", ""
			}
			return "environment", addressOf(service, environment)
		}
	}
	return "", ""
}

// oneKind requires that a layer has addresses or an environment, not both.
func (r *resolver) oneKind() {
	for i := range r.layers {
		layer := &r.layers[i]
		if len(layer.Settings.values("environment")) > 0 && hasURL(&layer.Settings) && r.problem == nil {
			r.problem = &Error{
				Origin: layer.Origin("environment"), Problem: "does not go with an address of its own",
				Instead: "leave environment out, and write the addresses of the other services too: without one a service is skipped",
			}
		}
	}
}

// hasURL reports whether settings have the address of a service.
func hasURL(settings *Settings) bool {
	return slices.ContainsFunc(Services, func(service string) bool { return len(settings.values(service+"-url")) > 0 })
}

// addressOf returns the address that a service has in an environment by the contract.
func addressOf(service, environment string) string {
	contract, err := openapi.Mall()
	if err != nil {
		return ""
	}
	for _, address := range contract.Addresses(service) {
		if address.Environment == environment {
			return address.URL
		}
	}
	return ""
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
			r.fail(key, r.text(key), "is a production address",
				"a conformance run sends requests that a faulty target may execute: use the test address, or say production: true in a target of "+FileName)
			return
		}
	}
}

// sureOfProduction requires a second confirmation before a run may write to a production
// target or buy from it.
func (r *resolver) sureOfProduction(t *Target) {
	if !t.Production || t.YesProduction {
		return
	}
	for _, does := range []reports.Does{reports.Write, reports.Purchase} {
		if t.Allow.Allows(does) {
			r.fail("allow", string(does), "is for a production target here", "if you mean it, add --yes-production; otherwise allow read alone")
			return
		}
	}
}

// below reports whether address is base or a path below it, compared by whole
// path segments, so that /vshop_uat is not below /vshop. It normalizes the final dot of the
// host, the letter case of both, and what servers normalize in a path: dots, escapes,
// backslashes and parameters such as ;v=1.
func below(address, base string) bool {
	a, errA := url.Parse(address)
	b, errB := url.Parse(base)
	if errA != nil || errB != nil || hostname(a) != hostname(b) {
		return false
	}
	return strings.HasPrefix(normalPath(a)+"/", normalPath(b)+"/")
}

// pathParameter is a parameter of a path segment.
var pathParameter = regexp.MustCompile(`;[^/]*`)

func normalPath(u *url.URL) string {
	plain := strings.ReplaceAll(strings.ToLower(u.Path), `\`, "/")
	return path.Clean("/" + pathParameter.ReplaceAllString(plain, ""))
}

func hostname(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// hostOf names a target after the hosts of its services, each once.
func hostOf(urls map[string]string) string {
	var hosts []string
	for _, service := range Services {
		if parsed, err := url.Parse(urls[service]); err == nil && parsed.Host != "" && !slices.Contains(hosts, parsed.Host) {
			hosts = append(hosts, parsed.Host)
		}
	}
	return strings.Join(hosts, ", ")
}
