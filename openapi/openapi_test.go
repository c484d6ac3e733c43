package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// load returns the contract of the mall.
func load(t testing.TB) *Contract {
	t.Helper()
	contract, err := Mall()
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

// documents are both documents by their names.
var documents = map[string][]byte{"mall": mallYAML, "push": pushYAML}

// contracts returns both contracts by the names of their documents.
func contracts(t testing.TB) map[string]*Contract {
	t.Helper()
	contract, err := Push()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Contract{"mall": load(t), "push": contract}
}

// changed returns the document of the mall with one text replaced, which must occur.
func changed(t testing.TB, from, to string) []byte {
	t.Helper()
	text := string(mallYAML)
	if !strings.Contains(text, from) {
		t.Fatalf("the document does not contain %q", from)
	}
	return []byte(strings.Replace(text, from, to, 1))
}

func validate(t testing.TB, data []byte) error {
	t.Helper()
	contract, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	document, err := contract.Document()
	if err != nil {
		t.Fatal(err)
	}
	return document.Validate(t.Context(), openapi3.EnableExamplesValidation())
}

func TestDocumentAndItsExamplesAreValid(t *testing.T) {
	for name, data := range documents {
		if err := validate(t, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnInvalidExampleIsFound(t *testing.T) {
	for _, change := range [][2]string{
		{`"sign": "ea7a3bba`, `"sign": "EA7A3BBA`},
		{`"action_code": "70"`, `"action_code": "72"`},
		{`"sim_count": "2"`, `"sim_count": 2`},
		{`value: {"operateCode": "F", "message": "The sign is wrong."}`, `value: {"operateCode": "S", "message": "The sign is wrong."}`},
	} {
		if validate(t, changed(t, change[0], change[1])) == nil {
			t.Errorf("with %s instead of %s the document is still valid", change[1], change[0])
		}
	}
}

func TestOperations(t *testing.T) {
	want := []string{
		"singleVerify POST /singleVerify Vshop vshop read documented",
		"singleServicePlanPage POST /singleServicePlanPage Vshop vshop read documented",
		"singleOrder POST /singleOrder Vshop vshop purchase documented",
		"singleQueryOrder POST /singleQueryOrder Vshop vshop read documented",
		"queryAutoRenewalRecord POST /queryAutoRenewalRecord Vshop vshop read documented",
		"cancelAutoRenewalRecord POST /cancelAutoRenewalRecord Vshop vshop write documented",
		"synOrderInfo POST /synPartner/SynOrderInfo Vshop vshop purchase documented",
		"stripeSingleAuthorization POST /stripeSingleAuthorization Payment payment purchase assumed, path unknown",
		"stripeSubscriptionAuthorization POST /stripeSubscriptionAuthorization Payment payment purchase assumed, path unknown",
		"stripeSubDirectly POST /stripeSubDirectly Payment payment purchase documented",
		"resultQuery POST /resultQuery Payment payment read documented",
		"confirmPaymentResult POST /confirmPaymentResult Payment payment purchase assumed, path unknown",
		"addSims POST /mall/bundle-groups/{group_id}/sims Bundle-groups topup write derived",
		"removeSims DELETE /mall/bundle-groups/{group_id}/sims Bundle-groups topup write documented",
		"listGroupSims GET /mall/bundle-groups/{group_id}/sims Bundle-groups topup read documented",
		"listBundles GET /mall/bundle-groups/bundles Bundle-groups topup read documented",
		"asyncResult GET /async-result/{request_id} Bundle-groups topup read documented",
		"queryOrder GET /mall/order Order topup read documented",
		"rechargeSuccess POST /rechargeSuccess Notification notification write documented, path unknown",
	}
	var got []string
	for _, name := range []string{"mall", "push"} {
		contract := contracts(t)[name]
		for _, o := range contract.Operations() {
			words := strings.Join([]string{o.ID, o.Method, o.Path, o.Tag, o.Service, o.Does, o.Evidence.Grade}, " ")
			if !o.PathKnown {
				words += ", path unknown"
			}
			got = append(got, words)
			clause, found := contract.Clause(o.Pointer)
			if !found || clause.Evidence != o.Evidence || o.Summary == "" || !slices.Equal(clause.Operations, []string{o.ID}) {
				t.Errorf("%s: summary %q, its pointer %s leads to %+v", o.ID, o.Summary, o.Pointer, clause)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("operations\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, known := load(t).Operation("noSuchOperation"); known {
		t.Error("an operation that does not exist is known")
	}
	if _, known := load(t).Operation("rechargeSuccess"); known {
		t.Error("the push is an operation of the mall")
	}
}

func TestUnknownPathIsReported(t *testing.T) {
	contract, err := Parse(changed(t, "  /singleVerify:\n", "  /singleVerify:\n    x-path-unknown: true\n"))
	if err != nil {
		t.Fatal(err)
	}
	if operation, _ := contract.Operation("singleVerify"); operation.PathKnown {
		t.Error("the path of singleVerify is said to be known")
	}
}

func TestAddresses(t *testing.T) {
	contract := load(t)
	if got := contract.services; !slices.Equal(got, []string{"vshop", "payment", "topup"}) {
		t.Errorf("services %v", got)
	}
	want := map[string][]Address{
		"vshop": {
			{"vshop", Production, "https://wx.linksfield.net/vshop"},
			{"vshop", Test, "https://wx.linksfield.net/vshop_uat"},
		},
		"payment": {
			{"payment", Production, "https://wx.linksfield.net/payment"},
			{"payment", Test, "https://wx.linksfield.net/payment_uat"},
		},
		"topup": {
			{"topup", Production, "https://wx.linksfield.net/topup"},
			{"topup", Test, "https://wx.linksfield.net/topup_test"},
		},
		"noSuchService": nil,
	}
	for service, addresses := range want {
		if got := contract.Addresses(service); !slices.Equal(got, addresses) {
			t.Errorf("addresses of %s: %v", service, got)
		}
	}
	receiver := contracts(t)["push"]
	if got := receiver.Addresses("notification"); !slices.Equal(got, []Address{{Service: "notification", URL: "http://127.0.0.1:8643"}}) {
		t.Errorf("addresses of the receiver: %v", got)
	}
	if got := receiver.ProductionAddresses(); got != nil {
		t.Errorf("the receiver has production addresses: %v", got)
	}
	production := []Address{want["vshop"][0], want["payment"][0], want["topup"][0]}
	if got := contract.ProductionAddresses(); !slices.Equal(got, production) {
		t.Errorf("production addresses %v", got)
	}
}

func TestPathsNameTheServersOfTheirService(t *testing.T) {
	for _, contract := range contracts(t) {
		document, err := contract.Document()
		if err != nil {
			t.Fatal(err)
		}
		for path, item := range document.Paths.Map() {
			service, _ := item.Extensions["x-service"].(string)
			var got []Address
			for _, server := range item.Servers {
				environment, _ := server.Extensions["x-environment"].(string)
				got = append(got, Address{service, environment, server.URL})
			}
			if want := contract.Addresses(service); len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("%s: servers %v, want those of %q: %v", path, got, service, want)
			}
		}
	}
}

func TestRequiredOnSuccess(t *testing.T) {
	contract := load(t)
	withData, _ := contract.Clause("envelope/data-on-success")
	for _, operation := range contract.Operations() {
		answer := operation.Pointer + "/responses/200"
		want := []Required{{Name: "data", Clause: answer + "/content/application~1json/schema/properties/data"}}
		switch operation.ID {
		case "addSims", "removeSims":
			want = []Required{{Name: "request_id", Header: true, Clause: answer + "/headers/request_id"}}
		case "cancelAutoRenewalRecord":
			want = nil
		}
		got := contract.RequiredOnSuccess(operation.ID)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", operation.ID, got, want)
		}
		for _, required := range got {
			if _, found := contract.Clause(required.Clause); !found {
				t.Errorf("%s: there is no clause %s", operation.ID, required.Clause)
			}
		}
		if named := slices.Contains(withData.Operations, operation.ID); named != (len(want) == 1 && !want[0].Header) {
			t.Errorf("%s: named in envelope/data-on-success: %t", operation.ID, named)
		}
	}
	if got := contract.RequiredOnSuccess("noSuchOperation"); got != nil {
		t.Errorf("an operation that does not exist requires %v", got)
	}
	if got := contracts(t)["push"].RequiredOnSuccess("rechargeSuccess"); got != nil {
		t.Errorf("the receiver's answer requires %v", got)
	}
}

func TestDigestAndBytes(t *testing.T) {
	for name, contract := range contracts(t) {
		sum := sha256.Sum256(documents[name])
		if got := contract.Digest(); got != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: digest %s", name, got)
		}
		contract.Bytes()[0] = 'X'
		if contract.Bytes()[0] != documents[name][0] {
			t.Errorf("%s: a change of the returned bytes changes the contract", name)
		}
	}
}

func TestDocumentsAreCopies(t *testing.T) {
	contract := load(t)
	first, err := contract.Document()
	if err != nil {
		t.Fatal(err)
	}
	first.Paths.Value("/singleVerify").Servers = nil
	second, err := contract.Document()
	if err != nil {
		t.Fatal(err)
	}
	if len(second.Paths.Value("/singleVerify").Servers) != 2 {
		t.Error("a change of one document is seen in the next")
	}
}

func TestDocumentsAreParsedOnce(t *testing.T) {
	if first, second := contracts(t), contracts(t); !maps.Equal(first, second) {
		t.Error("two calls of Mall or Push return two contracts")
	}
}

func TestAnIncompleteDocumentIsRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty":                  nil,
		"not YAML":               []byte("a: [b"),
		"a list":                 []byte("- a"),
		"no operationId":         changed(t, "      operationId: addSims\n", ""),
		"one id twice":           changed(t, "operationId: removeSims", "operationId: addSims"),
		"no service":             changed(t, "    x-service: vshop\n", ""),
		"unknown service":        changed(t, "x-service: topup", "x-service: topdown"),
		"no x-does":              changed(t, "      x-does: write\n", ""),
		"no evidence":            changed(t, "      x-evidence:\n        grade: derived\n        source: api-477974986, api-477974989\n", "      x-other:\n"),
		"service without server": changed(t, "    x-evidence: {grade: documented, source: doc-1486828}\n    servers:\n", "    x-evidence: {grade: documented, source: doc-1486828}\n    x-servers:\n"),
		"clause without grade":   changed(t, "    x-evidence: {grade: documented, source: doc-1486828}\n  signature/empty", "  signature/empty"),
		"clause of no operation": changed(t, "operations: [asyncResult]", "operations: [asyncResults]"),
		"raised without grade":   changed(t, "      - operations: [singleQueryOrder]\n        x-evidence: {grade", "      - operations: [singleQueryOrder]\n        x-evidence: {degree"),
	} {
		if _, err := Parse(data); err == nil {
			t.Errorf("%s: the document is taken", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("paths: {/a: {get: {operationId: a}}}"))
	f.Add([]byte("x-services: {a: {servers: [{url: b}]}}\npaths: {/a: {x-service: a, get: {operationId: a, x-does: read, x-evidence: {grade: derived}}}}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		contract, err := Parse(data)
		if err != nil {
			return
		}
		for _, operation := range contract.Operations() {
			contract.RequiredOnSuccess(operation.ID)
			if clause, found := contract.Clause(operation.Pointer); !found || !reflect.DeepEqual(clause.Evidence, operation.Evidence) {
				t.Errorf("operation %q: its pointer %q leads to %+v, %t", operation.ID, operation.Pointer, clause, found)
			}
		}
	})
}
