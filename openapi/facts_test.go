package openapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

func TestContradictionsStandWhereTheyBite(t *testing.T) {
	const words = "documentation contradicts itself"
	for pointer, about := range map[string][]string{
		"/info": {"query alone"},
		"/paths/~1async-result~1{request_id}/get": {words + ": this path has no /mall prefix",
			words + ": this page says that only the query is signed", words + ": the page mentions a returned SIM card count"},
		"/components/parameters/Sign":                                   {"path parameters"},
		"/components/parameters/GroupId":                                {"signed"},
		"/components/parameters/AcceptLanguage":                         {"en-US", "zh-CN"},
		"/components/schemas/Version":                                   {"3.0", "1.0"},
		"/components/schemas/TradeTime":                                 {"20181031256548"},
		"/components/schemas/TradeType":                                 {"4 of 8"},
		"/components/schemas/LanguageCode":                              {"resultQuery", "synOrderInfo"},
		"/components/schemas/PayCurrency":                               {"USD", "usd"},
		"/components/schemas/SynOrderInfoRequest/properties/orgOrderId": {"resultQuery"},
		"/paths/~1synPartner~1SynOrderInfo/post":                        {"empty strings", "resultQuery"},
		"/paths/~1resultQuery/post":                                     {"empty strings", "synOrderInfo"},
		"/paths/~1singleOrder/post":                                     {"tradeType", "verify"},
		"/paths/~1singleQueryOrder/post":                                {"tradeType", "verify", "without mark and terminal"},
		"/paths/~1queryAutoRenewalRecord/post":                          {"tradeType", "singleVerify"},
		"/paths/~1stripeSubDirectly/post":                               {"payPalPay", "usd", "USD", "snake_case", "camelCase"},
		"/components/schemas/SimCount":                                  {"SIM card count"},
		"/components/schemas/AsyncResult":                               {"snake_case", "camelCase"},
		"/components/schemas/AsyncResult/properties/action_code":        {"number", "string"},
		"/components/schemas/ServicePlan/properties/payCurrency":        {"USD", "usd"},
		"/paths/~1async-result~1{request_id}/get/parameters/0":          {"signed"},
		"/components/schemas/AddSimsRequest/properties/version":         {"1.0"},
		"/components/schemas/Bundle/properties/sim_count":               {"SIM card count"},
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
		"Iccid":        {"89852420180910340793", "89430101521032420180", "8985242018091034079", "898524201809103407", "8985242018091034079312"},
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
		"OrderNo":             {"2020061214140465562", "NO2023060915590562022"},
		"PayId":               {"P0008182020061214140465562", "20190321192436", "P000000002022"},
		"PayAmount":           {"4.99", "12.36", "19.99", "0", "100"},
		"PayCurrency":         {"USD", "GBP", "usd"},
		"PayStatus":           {"1", "another"},
		"OrderPeriod":         {"1", "5"},
		"SingleOrder":         {map[string]any{"deviceCode": "89860012018111220455", "orderNo": "2020061214140465562", "partnerCode": "P000270", "payId": "P0008182020061214140465562"}},
		"AutoRenewalRecord":   {nil, map[string]any{"deviceCode": "89860220190905123941", "orderNo": "89860220190905123941", "orderPeriod": "5", "packageType": "5", "partnerCode": "P000818", "payId": "89860220190905123941", "servicePlanShowName": "string", "subscriptionTime": "2022.06.12"}},
		"StripeSubDirectly":   {nil, map[string]any{"customer_id": "string", "pay_method": "string", "product_id": "string", "status": "string", "sub_id": "string"}},
		"CancelAutoRenewalRecordResponse": {
			map[string]any{"operateCode": "S", "message": "success"},
			map[string]any{"operateCode": "S", "message": "success", "data": nil},
			map[string]any{"operateCode": "S", "message": "success", "data": map[string]any{}},
		},
		"BundlesResponse": {map[string]any{"operateCode": "S", "message": "success", "data": []any{}}},
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
		"Iccid":       {"", "89852420180910340", "89852420180910340793123", "8985242018091034079X", 8985.0},
		"Sign":        {"", "EA7A3BBA7E345E0B8CA7F7E3B43D6E72", "ea7a3bba", "ea7a3bba7e345e0b8ca7f7e3b43d6e72\n"},
		"Refusal": {
			map[string]any{"operateCode": "S", "message": "no"},
			map[string]any{"operateCode": "", "message": "no"},
			map[string]any{"operateCode": "F", "message": ""},
			map[string]any{"operateCode": "F"},
			map[string]any{"message": "no"},
		},
		"OrderNo":     {"", 2020.0, nil},
		"PayId":       {"", 2019.0},
		"PayAmount":   {"", "4,99", "-4.99", "4.", ".99", "4.99 USD", 4.99},
		"PayCurrency": {"", "US", "USDT", "$", "840"},
		"OrderPeriod": {"", "one", 1.0},
		"SingleOrder": {map[string]any{"deviceCode": "89860012018111220455", "orderNo": "1", "partnerCode": "P000270"}},
		"QueriedOrder": {
			map[string]any{"orderStatus": "1", "servicePlanShowName": "a", "time": "1", "unit": "2"},
			map[string]any{"orderStatus": "1", "servicePlanShowName": "a", "time": "1", "unit": "2", "remainingDays": 30.0},
			map[string]any{"orderStatus": "1", "servicePlanShowName": "a", "time": "1", "unit": "2", "remainingDays": "30", "expireDate": "31.07.2024"},
		},
		"AutoRenewalRecord": {map[string]any{"deviceCode": "89860220190905123941", "orderNo": "1", "orderPeriod": "5", "packageType": "5", "partnerCode": "P000818", "payId": "1", "servicePlanShowName": "a", "subscriptionTime": "yyyy.MM.dd"}},
		"StripeSubDirectly": {map[string]any{"customer_id": "a", "pay_method": "a", "product_id": "a", "status": "a"}},
		"PaymentResult":     {map[string]any{"payId": "1", "payAmount": "4.99", "payCurrency": "USD"}},
		"Order":             {map[string]any{"order_id": "1", "sim_id": "89860220190905123941"}},
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

// An empty key of queryOrder counts as not sent, so it must not be refused.
func TestKeysOfTheOrderLookUpMayBeEmpty(t *testing.T) {
	operation := operationsOf(t)["queryOrder"]
	keys := []string{"purchase_order_id", "order_id", "sim_id"}
	for _, parameter := range operation.Parameters[:3] {
		if !slices.Contains(keys, parameter.Value.Name) || parameter.Value.Required || !parameter.Value.AllowEmptyValue {
			t.Errorf("%s is no key that may be empty or left out", parameter.Value.Name)
		}
		for text, allowed := range map[string]bool{"": true, "89852420180910340793": true, "a": parameter.Value.Name != "sim_id"} {
			input := &openapi3filter.RequestValidationInput{
				Request:     &http.Request{Method: http.MethodGet, URL: &url.URL{}},
				QueryParams: url.Values{parameter.Value.Name: {text}},
			}
			if err := openapi3filter.ValidateParameter(t.Context(), input, parameter.Value); (err == nil) != allowed {
				t.Errorf("%s=%q: %v", parameter.Value.Name, text, err)
			}
		}
	}
}

// That the order look-up needs a key can be read by a program, and its parameters are the keys.
func TestTheOrderLookUpNeedsOneOfItsKeys(t *testing.T) {
	contract := load(t)
	for _, operation := range contract.Operations() {
		var want []string
		if operation.ID == "queryOrder" {
			want = []string{"purchase_order_id", "order_id", "sim_id"}
		}
		if !slices.Equal(operation.NeedsOneOf, want) {
			t.Errorf("%s needs one of %v, want %v", operation.ID, operation.NeedsOneOf, want)
		}
		for _, name := range operation.NeedsOneOf {
			if !slices.ContainsFunc(operationsOf(t)[operation.ID].Parameters, func(p *openapi3.ParameterRef) bool { return p.Value.Name == name }) {
				t.Errorf("%s has no parameter %s", operation.ID, name)
			}
		}
	}
}

// Three pages name the types of what a request sends. For the others a server
// that takes numbers as well violates nothing that is documented.
func TestTypesOfRequestsAreDocumentedWhereAPageNamesThem(t *testing.T) {
	contract, count := load(t), 0
	named := []string{"singleQueryOrder", "cancelAutoRenewalRecord", "stripeSubDirectly"}
	for id, operation := range operationsOf(t) {
		if operation.RequestBody == nil {
			continue
		}
		known, _ := contract.Operation(id)
		for name := range operation.RequestBody.Value.Content["application/json"].Schema.Value.Properties {
			clause, found := contract.Clause(known.Pointer + "/requestBody/content/application~1json/schema/properties/" + name + "/type")
			if !found || (clause.Evidence.Grade == Documented) != slices.Contains(named, id) {
				t.Errorf("%s, %s: the type is graded %q", id, name, clause.Evidence.Grade)
			}
			count++
		}
	}
	if count < 120 {
		t.Errorf("only %d were found", count)
	}
}
