package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// load returns the contract that the package ships.
func load(t testing.TB) *Contract {
	t.Helper()
	contract, err := Mall()
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

// changed returns the document with one text replaced, which must occur.
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
	contract, err := parse(data)
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
	if err := validate(t, mallYAML); err != nil {
		t.Error(err)
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
		"addSims POST /mall/bundle-groups/{group_id}/sims Bundle-groups topup write derived",
		"removeSims DELETE /mall/bundle-groups/{group_id}/sims Bundle-groups topup write documented",
		"listGroupSims GET /mall/bundle-groups/{group_id}/sims Bundle-groups topup read documented",
		"listBundles GET /mall/bundle-groups/bundles Bundle-groups topup read documented",
		"asyncResult GET /async-result/{request_id} Bundle-groups topup read documented",
	}
	contract := load(t)
	var got []string
	for _, o := range contract.Operations() {
		got = append(got, strings.Join([]string{o.ID, o.Method, o.Path, o.Tag, o.Service, o.Does, o.Evidence.Grade}, " "))
		if !o.PathKnown || o.Summary == "" {
			t.Errorf("%s: path known %t, summary %q", o.ID, o.PathKnown, o.Summary)
		}
		clause, found := contract.Clause(o.Pointer)
		if !found || clause.Evidence != o.Evidence || !slices.Equal(clause.Operations, []string{o.ID}) {
			t.Errorf("%s: its pointer %s leads to %+v", o.ID, o.Pointer, clause)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("operations\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, known := contract.Operation("noSuchOperation"); known {
		t.Error("an operation that does not exist is known")
	}
}

func TestUnknownPathIsTold(t *testing.T) {
	contract, err := parse(changed(t, "  /singleVerify:\n", "  /singleVerify:\n    x-path-unknown: true\n"))
	if err != nil {
		t.Fatal(err)
	}
	if operation, _ := contract.Operation("singleVerify"); operation.PathKnown {
		t.Error("the path of singleVerify is said to be known")
	}
}

func TestAddresses(t *testing.T) {
	contract := load(t)
	if got := contract.Services(); !slices.Equal(got, []string{"vshop", "payment", "topup"}) {
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
	production := []Address{want["vshop"][0], want["payment"][0], want["topup"][0]}
	if got := contract.ProductionAddresses(); !slices.Equal(got, production) {
		t.Errorf("production addresses %v", got)
	}
}

func TestPathsNameTheServersOfTheirService(t *testing.T) {
	contract := load(t)
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

func TestRequiredOnSuccess(t *testing.T) {
	contract := load(t)
	for _, operation := range contract.Operations() {
		want := Required{Name: "data", Clause: operation.Pointer + "/responses/200/content/application~1json/schema/properties/data"}
		if operation.Does == Write {
			want = Required{Name: "request_id", Header: true, Clause: operation.Pointer + "/responses/200/headers/request_id"}
		}
		got := contract.RequiredOnSuccess(operation.ID)
		if !slices.Equal(got, []Required{want}) {
			t.Errorf("%s: %v, want %v", operation.ID, got, want)
			continue
		}
		if _, found := contract.Clause(got[0].Clause); !found {
			t.Errorf("%s: there is no clause %s", operation.ID, got[0].Clause)
		}
	}
	if got := contract.RequiredOnSuccess("noSuchOperation"); got != nil {
		t.Errorf("an operation that does not exist requires %v", got)
	}
}

func TestDigestAndBytes(t *testing.T) {
	contract := load(t)
	sum := sha256.Sum256(mallYAML)
	if got := contract.Digest(); got != hex.EncodeToString(sum[:]) {
		t.Errorf("digest %s", got)
	}
	contract.Bytes()[0] = 'X'
	if contract.Bytes()[0] != mallYAML[0] {
		t.Error("a change of the returned bytes changes the contract")
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

func TestMallIsParsedOnce(t *testing.T) {
	if first, second := load(t), load(t); first != second {
		t.Error("two calls of Mall return two contracts")
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
		"clause without grade":   changed(t, "    x-evidence: {grade: documented, source: 'api-42599728, api-42599729', note: Proved by computation.}\n  signature/missing", "  signature/missing"),
		"clause of no operation": changed(t, "operations: [asyncResult]", "operations: [asyncResults]"),
		"raised without grade":   changed(t, "      - operations: [singleServicePlanPage]\n        x-evidence: {grade", "      - operations: [singleServicePlanPage]\n        x-evidence: {degree"),
	} {
		if _, err := parse(data); err == nil {
			t.Errorf("%s: the document is taken", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("paths: {/a: {get: {operationId: a}}}"))
	f.Add([]byte("x-services: {a: {servers: [{url: b}]}}\npaths: {/a: {x-service: a, get: {operationId: a, x-does: read, x-evidence: {grade: derived}}}}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		contract, err := parse(data)
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
