package sandbox

import (
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// settingsSIMs is how many SIM cards a run's settings contain. Checks that run at once keep to a third of
// them each, and where a plan waits for another of its SIM card, a thorough run needs about 60.
const settingsSIMs = 192

// Settings returns the settings of a conformance run against this server: addresses, partners,
// fixtures, and a policy that permits every check.
func (s *Server) Settings() map[string]string {
	f := s.sandbox.Fixtures()
	return map[string]string{
		"vshop-url":           s.URL() + store.VshopBase,
		"payment-url":         s.URL() + store.PaymentBase,
		"topup-url":           s.URL() + store.TopupBase,
		"partner-code":        f.Partner,
		"second-partner-code": f.SecondPartner,
		"sim":                 strings.Join(f.SIMs[:settingsSIMs], ","),
		"unknown-sim":         strings.Join(append([]string{f.UnknownSIM}, f.UnknownSIMs(7)...), ","),
		"group":               f.Groups[0],
		"package":             store.Catalogue[0].PackageCode,
		"amount":              store.Catalogue[0].Amount,
		"currency":            store.Catalogue[0].Currency,
		"pm-success":          store.MethodPays,
		"pm-failure":          store.MethodFails,
		"pm-open":             store.MethodStaysOpen,
		"path": "stripeSingleAuthorization=" + singleAuthorizationPath +
			",stripeSubscriptionAuthorization=" + subscriptionAuthorizationPath +
			",confirmPaymentResult=" + confirmationPath,
		"allow":            "read,write,purchase",
		"budget-purchases": "none",
		"strict":           "assumed",
		"task-timeout":     "2s",
	}
}

// CurlLine returns a shell command that sends a signed singleVerify.
func (s *Server) CurlLine() (string, error) {
	f := s.sandbox.Fixtures()
	body := fmt.Sprintf(`{"deviceCode":"%s","languageCode":"1","mark":"0","partnerCode":"%s","terminal":"1","tradeTime":"1645683857572","tradeType":"singleVerify","version":"3.0"}`,
		f.SIMs[0], f.Partner)
	sign, err := signing.SignBody([]byte(body), s.sandbox.cfg.Rules)
	if err != nil {
		return "", fmt.Errorf("signing the example: %w", err)
	}
	return fmt.Sprintf(`curl -s %s%s/singleVerify -H 'Content-Type: application/json' -d '%s,"sign":"%s"}'`,
		s.URL(), store.VshopBase, strings.TrimSuffix(body, "}"), sign), nil
}
