package openapi

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// signContent writes parameters as the documented rule says, with none of the
// code that the project signs with. It serves for values without U+2028 and
// U+2029, which encoding/json escapes.
func signContent(t *testing.T, parameters map[string]any) string {
	t.Helper()
	signed := map[string]any{}
	for name, value := range parameters {
		if name != "sign" && value != "" {
			signed[name] = value
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(signed); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// operationsOf returns the operations of the document by their ids.
func operationsOf(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	document, err := load(t).Document()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*openapi3.Operation{}
	for _, item := range document.Paths.Map() {
		for _, operation := range item.Operations() {
			all[operation.OperationID] = operation
		}
	}
	return all
}

func TestPrintedRequestsCarryTheirPrintedSigns(t *testing.T) {
	operations := operationsOf(t)
	for id, want := range map[string]string{
		"singleVerify": `{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270",` +
			`"terminal":"1","tradeTime":"1645683857572","tradeType":"singleVerify","url":"https://dist.linksfield.net/login","version":"3.0"}` +
			` ea7a3bba7e345e0b8ca7f7e3b43d6e72`,
		"singleServicePlanPage": `{"area":"欧洲","deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270",` +
			`"terminal":"0","tradeTime":"1645782486394","tradeType":"singleServicePlanPage","version":"3.0"}` +
			` 3fdb15332726c77cd792ea2328f98a80`,
	} {
		body := operations[id].RequestBody.Value.Content["application/json"].Examples["printed"].Value.Value.(map[string]any)
		content := signContent(t, body)
		if got := fmt.Sprint(content, " ", body["sign"]); got != want || md5Of(content) != body["sign"] {
			t.Errorf("%s: the example is %s, its MD5 %s", id, got, md5Of(content))
		}
	}
}

// Our own examples of a request are signed over body and path, as is assumed.
func TestOwnExamplesAreSigned(t *testing.T) {
	operations := operationsOf(t)
	for _, id := range []string{"addSims", "removeSims"} {
		for name, example := range operations[id].RequestBody.Value.Content["application/json"].Examples {
			body := example.Value.Value.(map[string]any)
			signed := map[string]any{"group_id": "G0001"}
			for key, value := range body {
				signed[key] = value
			}
			if got := md5Of(signContent(t, signed)); got != body["sign"] {
				t.Errorf("%s, %s: the sign is %v, want %s", id, name, body["sign"], got)
			}
		}
	}
}

const printedResult = `{
    "data": {
        "request_id": "RQ-20231001123456",
        "action_code": "70",
        "status": "completed",
        "details": [
            {
                "sim_id": "89852202306250040073",
                "result": "10",
                "message": "success"
            },
            {
                "sim_id": "89852202306250040074",
                "result": "31",
                "message": "The SIM card does not exist."
            }
        ]
    },
    "operateCode": "S",
    "message": "success"
}`

func TestResultExampleIsAsPrinted(t *testing.T) {
	withoutIndent := func(text string) string {
		lines := strings.Split(text, "\n")
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		return strings.Join(lines, "\n")
	}
	if !strings.Contains(withoutIndent(string(mallYAML)), withoutIndent(printedResult)) {
		t.Error("the example of the result page does not stand in the document as it is printed")
	}
	var want any
	if err := json.Unmarshal([]byte(printedResult), &want); err != nil {
		t.Fatal(err)
	}
	got := operationsOf(t)["asyncResult"].Responses.Value("200").Value.Content["application/json"].Examples["printed"].Value.Value
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the example of asyncResult is %v", got)
	}
}

func TestContradictionsStandWhereTheyBite(t *testing.T) {
	const words = "documentation contradicts itself"
	for pointer, about := range map[string][]string{
		"/info": {"query alone"},
		"/paths/~1async-result~1{request_id}/get": {words + ": this path has no /mall prefix",
			words + ": the page says that the request's query alone", words + ": the page speaks of a returned SIM card count"},
		"/components/parameters/Sign":                            {"parameters of the path"},
		"/components/parameters/GroupId":                         {"signed"},
		"/components/parameters/AcceptLanguage":                  {"en-US", "zh-CN"},
		"/components/schemas/Version":                            {"3.0", "1.0"},
		"/components/schemas/TradeTime":                          {"20181031256548"},
		"/components/schemas/TradeType":                          {"4 of 8"},
		"/components/schemas/LanguageCode":                       {"resultQuery", "synOrderInfo"},
		"/components/schemas/SimCount":                           {"SIM card count"},
		"/components/schemas/AsyncResult":                        {"snake_case", "camelCase"},
		"/components/schemas/AsyncResult/properties/action_code": {"number", "string"},
		"/components/schemas/ServicePlan/properties/payCurrency": {"USD", "usd"},
		"/paths/~1async-result~1{request_id}/get/parameters/0":   {"signed"},
		"/components/schemas/AddSimsRequest/properties/version":  {"1.0"},
		"/components/schemas/Bundle/properties/sim_count":        {"SIM card count"},
	} {
		at, found := load(t).walk(pointer)
		description := strings.Join(strings.Fields(at.at.text("description")), " ")
		if !found || !strings.Contains(description, words) {
			t.Errorf("%s does not say that the documentation contradicts itself", pointer)
		}
		for _, text := range about {
			if !strings.Contains(description, text) {
				t.Errorf("%s does not speak of %q", pointer, text)
			}
		}
	}
}

// What the pages leave open must not be refused, and what they print must be accepted.
func TestNothingPrintedIsRefused(t *testing.T) {
	document, err := load(t).Document()
	if err != nil {
		t.Fatal(err)
	}
	for schema, values := range map[string][]any{
		"PartnerCode":  {"P012345", "P000270", "P000818", "SU528SX8BZ"},
		"Version":      {"3.0", "1.0"},
		"TradeTime":    {"1645683857572", "20181031256548"},
		"TradeType":    {"singleVerify", "verify", "payPalPay"},
		"LanguageCode": {"0", "1", ""},
		"Mark":         {"0"},
		"Terminal":     {"0", "1"},
		"Iccid":        {"89852420180910340793", "89430101521032420180", "8985242018091034079"},
		"Sign":         {"ea7a3bba7e345e0b8ca7f7e3b43d6e72", "01b9a6e419475d81e6a55d869c1506c3"},
		"Refusal": {
			map[string]any{"operateCode": "F", "message": "no", "data": ""},
			map[string]any{"operateCode": "1001", "message": "no", "more": 1.5},
		},
		"AddSimsResponse": {
			map[string]any{"operateCode": "S", "message": "success"},
			map[string]any{"operateCode": "S", "message": "success", "data": nil},
			map[string]any{"operateCode": "S", "message": "", "data": map[string]any{"any": "thing"}},
		},
		"AsyncResultResponse": {map[string]any{"operateCode": "F", "message": "no", "data": nil}},
		"BundlesResponse":     {map[string]any{"operateCode": "S", "message": "success", "data": []any{}}},
	} {
		for _, value := range values {
			if err := document.Components.Schemas[schema].Value.VisitJSON(value); err != nil {
				t.Errorf("%s refuses %v: %v", schema, value, err)
			}
		}
	}
}

func TestWhatIsKnownToBeWrongIsRefused(t *testing.T) {
	document, err := load(t).Document()
	if err != nil {
		t.Fatal(err)
	}
	for schema, values := range map[string][]any{
		"PartnerCode": {"", 270.0, nil, strings.Repeat("P", 65)},
		"Version":     {"", "3", 3.0},
		"TradeTime":   {"", "now", 1645683857572.0},
		"Iccid":       {"", "898524201809103407", "898524201809103407931", "8985242018091034079X", 8985.0},
		"Sign":        {"", "EA7A3BBA7E345E0B8CA7F7E3B43D6E72", "ea7a3bba", "ea7a3bba7e345e0b8ca7f7e3b43d6e72\n"},
		"Refusal": {
			map[string]any{"operateCode": "S", "message": "no"},
			map[string]any{"operateCode": "", "message": "no"},
			map[string]any{"operateCode": "F", "message": ""},
			map[string]any{"operateCode": "F"},
			map[string]any{"message": "no"},
		},
		"AsyncResult": {
			map[string]any{"request_id": "1", "action_code": 70.0, "status": "completed", "details": []any{}},
			map[string]any{"request_id": "1", "action_code": "72", "status": "completed", "details": []any{}},
			map[string]any{"request_id": "", "action_code": "70", "status": "completed", "details": []any{}},
			map[string]any{"request_id": "1", "action_code": "70", "status": "completed"},
		},
	} {
		for _, value := range values {
			if document.Components.Schemas[schema].Value.VisitJSON(value) == nil {
				t.Errorf("%s accepts %v", schema, value)
			}
		}
	}
}

func TestGlobalParametersStandWhereTheyBelong(t *testing.T) {
	globals := []string{"version", "partnerCode", "sign"}
	contract := load(t)
	for id, operation := range operationsOf(t) {
		inQuery := 0
		for _, parameter := range operation.Parameters {
			if parameter.Value.In == "query" && parameter.Value.Required && slices.Contains(globals, parameter.Value.Name) {
				inQuery++
			}
		}
		known, _ := contract.Operation(id)
		if known.Method == http.MethodGet {
			if inQuery != 3 || operation.RequestBody != nil {
				t.Errorf("%s: %d global parameters in the query, body %v", id, inQuery, operation.RequestBody)
			}
			continue
		}
		body := operation.RequestBody.Value.Content["application/json"].Schema.Value
		if inQuery != 0 || !operation.RequestBody.Value.Required {
			t.Errorf("%s: %d global parameters in the query, body required %t", id, inQuery, operation.RequestBody.Value.Required)
		}
		for _, name := range globals {
			if !slices.Contains(body.Required, name) || body.Properties[name] == nil {
				t.Errorf("%s: %s is not required in the body", id, name)
			}
		}
	}
}
