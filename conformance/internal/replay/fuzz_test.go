package replay

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Whatever was recorded, it is sent to the host of the target and to the path of its operation, and the
// form of the answers can be compared.
func FuzzAddress(f *testing.F) {
	for _, recorded := range []string{
		"http://h/t/mall/bundle-groups/G1/sims?a=<redacted:partnerCode>&b=%zz", "http://w@evil.example/mall/bundle-groups/bundles", "//evil.example/x",
		"http://h/mall/bundle-groups/%2e%2e/sims", "http://h/mall/bundle-groups/x%2F..%2f..%5Corders/sims", "http://h/async-result/MC12345678901234567890#@e",
	} {
		for which := range uint8(18) {
			f.Add(which, recorded, []byte(`{"data":[{"a":null}],"operateCode":"S"}`), []byte(`{"data":[]}`))
		}
	}
	contract, err := openapi.Mall()
	if err != nil {
		f.Fatal(err)
	}
	under, err := target.Resolve(target.Flags(target.Settings{
		TopupURL: "http://mall.example/t", VshopURL: "http://mall.example/v", PaymentURL: "http://mall.example/p", PartnerCode: "P1",
		Path: []string{"confirmPaymentResult=/confirm"},
	}))
	if err != nil {
		f.Fatal(err)
	}
	connection, err := session.Connect(under, contract)
	if err != nil {
		f.Fatal(err)
	}
	defer connection.Close()
	operations := contract.Operations()
	f.Fuzz(func(t *testing.T, which uint8, recorded string, before, after []byte) {
		operation := operations[int(which)%len(operations)]
		r := &replay{session: connection.Session(t.Context()), from: map[string]string{operation.Service: "http://h/t"}, given: map[string]string{}, fresh: map[string]string{}}
		address, err := r.address(operation, recorded)
		if err == nil {
			sent, errAgain := url.Parse(address.String())
			base := under.URLs[operation.Service]
			if errAgain != nil || sent.Host != "mall.example" || sent.User != nil || !strings.HasPrefix(sent.String(), base+"/") {
				t.Errorf("%s of %q is sent to %s (%v)", operation.ID, recorded, address, errAgain)
			}
			for _, segment := range strings.Split(strings.TrimPrefix(sent.EscapedPath(), base[len("http://mall.example"):]), "/")[1:] {
				if plain, err := url.PathUnescape(segment); err != nil || plain == "" || plain == "." || plain == ".." || strings.ContainsAny(plain, `/\`) {
					t.Errorf("%s of %q is sent to %s", operation.ID, recorded, address)
				}
			}
		}
		exchange := func(body []byte) reports.Exchange {
			return reports.Exchange{Operation: operation.ID, Response: &reports.Response{Status: 200, Body: body}}
		}
		if told := differences(exchange(before), exchange(before)); len(told) > 0 {
			t.Errorf("an answer differs from itself: %q", told)
		}
		_ = differences(exchange(before), exchange(after))
	})
}
