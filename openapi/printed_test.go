package openapi

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// printed are the requests and answers that the provider's pages print, as they
// are printed. One that the schema does not allow stands beside the operation
// with the reason, the others are examples of it.
var printed = []struct {
	operation, part, text string
	allowed               bool
}{
	{"singleVerify", "request", `{"deviceCode": "89852420180910340793", "languageCode": "1", "mark": "0", "partnerCode": "P000270", "terminal": "1", "tradeTime": "1645683857572", "tradeType": "singleVerify", "url": "https://dist.linksfield.net/login", "version": "3.0", "sign": "ea7a3bba7e345e0b8ca7f7e3b43d6e72"}`, true},
	{"singleServicePlanPage", "request", `{"area": "欧洲", "deviceCode": "89852420180910340793", "languageCode": "1", "mark": "0", "partnerCode": "P000270", "sign": "3fdb15332726c77cd792ea2328f98a80", "terminal": "0", "tradeTime": "1645782486394", "tradeType": "singleServicePlanPage", "version": "3.0"}`, true},
	{"singleOrder", "request", `{"autoRenewal": "0", "deviceCode": "89860220190905123941", "languageCode": "0", "mark": "0", "orderNo": "2020061214140465562", "orderPeriod": "1", "packageCode": "PACKAGE20180428000007", "partnerCode": "P000818", "payAmount": "4.99", "payCurrency": "USD", "payId": "P0008182020061214140465562", "requestOrderId": "000000000001", "servicePlanCode": "string", "servicePlanShowName": "string", "sign": "b2a9e697bdff66049803d62ffeffccaf", "terminal": "0", "tradeTime": "20181031256548", "tradeType": "verify", "version": "3.0"}`, true},
	{"singleOrder", "answer", `{"deviceCode": "89860012018111220455", "orderNo": "2020061214140465562", "partnerCode": "P000270", "payId": "P0008182020061214140465562"}`, false},
	{"singleQueryOrder", "request", `{"deviceCode": "89860220190905123941", "languageCode": "1", "mark": "0", "partnerCode": "P000818", "sign": "b2a9e697bdff66049803d62ffeffccaf", "terminal": "0", "tradeTime": "20181031256548", "tradeType": "verify", "version": "3.0"}`, true},
	{"singleQueryOrder", "answer", `{"operateCode": "S", "message": "success", "data": {"partnerCode": "SU528SX8BZ", "deviceCode": "89852121501108205774", "orderList": [{"orderStatus": "2", "servicePlanShowName": "Singapore 2G 30-Days Unlimited Speech", "time": "1", "unit": "2", "expireDate": "2024-07-31", "remainingDays": "0"}, {"orderStatus": "1", "servicePlanShowName": "Singapore 2G 30-Days Unlimited Speech", "time": "1", "unit": "2", "remainingDays": "30"}]}}`, true},
	{"queryAutoRenewalRecord", "request", `{"deviceCode": "89860220190905123941", "languageCode": "0", "mark": "0", "partnerCode": "P000818", "sign": "481e1335274f43b0070fcd94e0449fae", "terminal": "0", "tradeTime": "20181031256548", "tradeType": "singleVerify", "version": "3.0"}`, true},
	{"queryAutoRenewalRecord", "answer", `{"deviceCode": "89860220190905123941", "orderNo": "89860220190905123941", "orderPeriod": "5", "packageType": "5", "partnerCode": "P000818", "payId": "89860220190905123941", "servicePlanShowName": "string", "subscriptionTime": "yyyy.MM.dd"}`, false},
	{"cancelAutoRenewalRecord", "request", `{"deviceCode": "89860220190905123941", "languageCode": "0", "mark": "0", "orderNo": "89860220190905123941", "partnerCode": "P000818", "payId": "89860220190905123941", "sign": "481e1335274f43b0070fcd94e0449fae", "terminal": "0", "tradeTime": "20181031256548", "tradeType": "cancelAutoRenewalRecord", "version": "3.0"}`, true},
	{"cancelAutoRenewalRecord", "answer", `{}`, false},
	{"synOrderInfo", "request", `{"autoRenewal": "0", "deviceCode": "89852420180910340793", "languageCode": "", "mark": "0", "orderNo": "NO2023060915590562022", "orderPeriod": "1", "orgOrderId": "", "packageCode": "DP20190726001274", "partnerCode": "P000270", "payAccount": "1", "payAmount": "12.36", "payCurrency": "GBP", "payId": "P000000002022", "payResultDate": "2022-06-07 15:10:35", "payRst": "SUCCESS", "payStatus": "1", "payType": "3"}`, false},
	{"stripeSubDirectly", "request", `{"email": "buyer@example.com", "partnerCode": "P000818", "payAmount": "19.99", "payCurrency": "usd", "payId": "P0002702020110214193780630", "plan_id": "string", "pm_id": "pm_1GnMUDLnVNBddzslXw7xuoe6", "sign": "b2a9e697bdff66049803d62ffeffccaf", "tradeTime": "20181031256548", "tradeType": "payPalPay", "version": "3.0"}`, true},
	{"stripeSubDirectly", "answer", `{"customer_id": "string", "pay_method": "string", "product_id": "string", "status": "string", "sub_id": "string"}`, false},
	{"resultQuery", "request", `{"partnerCode": "P000818", "payId": "20190321192436", "sign": "b2a9e697bdff66049803d62ffeffccaf", "tradeTime": "20181031256548", "tradeType": "resultQuery", "version": "3.0"}`, true},
}

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

// example returns the text of an operation that is printed, as it stands in the document.
func example(t *testing.T, operation *openapi3.Operation, part string, allowed bool) any {
	t.Helper()
	if !allowed {
		beside, _ := operation.Extensions["x-printed-example"].(map[string]any)
		if beside["reason"] == "" {
			t.Errorf("%s: the reason of x-printed-example is missing", operation.OperationID)
		}
		return beside["value"]
	}
	content := operation.RequestBody.Value.Content
	if part == "answer" {
		content = operation.Responses.Value("200").Value.Content
	}
	found := content["application/json"].Examples["printed"]
	if found == nil {
		t.Fatalf("%s: the printed %s is missing", operation.OperationID, part)
	}
	return found.Value.Value
}

func TestExamplesAreAsPrinted(t *testing.T) {
	operations := operationsOf(t)
	for _, one := range printed {
		var want any
		if err := json.Unmarshal([]byte(one.text), &want); err != nil {
			t.Fatal(err)
		}
		if got := example(t, operations[one.operation], one.part, one.allowed); !reflect.DeepEqual(got, want) {
			t.Errorf("%s, %s: %v\nis printed as %v", one.operation, one.part, got, want)
		}
		if !strings.Contains(string(mallYAML), "value: "+one.text+"\n") {
			t.Errorf("%s, %s: its text does not stand in the document as %s", one.operation, one.part, one.text)
		}
	}
}

// What stands beside its operation because the schema does not allow it must
// not be allowed by it.
func TestPrintedExamplesBesideTheSchemaBreakIt(t *testing.T) {
	operations := operationsOf(t)
	for _, one := range printed {
		operation := operations[one.operation]
		content := operation.RequestBody.Value.Content
		if one.part == "answer" {
			content = operation.Responses.Value("200").Value.Content
		}
		var value any
		if err := json.Unmarshal([]byte(one.text), &value); err != nil {
			t.Fatal(err)
		}
		if err := content["application/json"].Schema.Value.VisitJSON(value); (err == nil) != one.allowed {
			t.Errorf("%s, %s: allowed %t, %v", one.operation, one.part, one.allowed, err)
		}
	}
}

// Two printed requests carry their own sign. One more sign is real and printed
// with four bodies, and is that of none of them: it belongs to the one printed
// for singleQueryOrder, without mark and terminal.
func TestSignsOfPrintedRequests(t *testing.T) {
	operations := operationsOf(t)
	ownSign := map[string]bool{"singleVerify": true, "singleServicePlanPage": true}
	const misplaced = "b2a9e697bdff66049803d62ffeffccaf"
	misplacedIn := 0
	for _, one := range printed {
		if one.part != "request" || !one.allowed {
			continue
		}
		body := example(t, operations[one.operation], one.part, true).(map[string]any)
		content := signContent(t, body)
		if got := md5Of(content) == body["sign"]; got != ownSign[one.operation] {
			t.Errorf("%s: the sign is real: %t", one.operation, got)
		}
		if body["sign"] == misplaced {
			misplacedIn++
		}
		summary := operations[one.operation].RequestBody.Value.Content["application/json"].Examples["printed"].Value.Summary
		if told := strings.Contains(summary, "sign is real"); told != ownSign[one.operation] || !strings.Contains(summary, "sign") {
			t.Errorf("%s: its summary does not tell what its sign is: %s", one.operation, summary)
		}
	}
	body := example(t, operations["singleQueryOrder"], "request", true).(map[string]any)
	delete(body, "mark")
	delete(body, "terminal")
	if got := md5Of(signContent(t, body)); got != misplaced || misplacedIn != 4 {
		t.Errorf("without mark and terminal the sign is %s; %s is printed with %d bodies", got, misplaced, misplacedIn)
	}
}

// Our own examples of a request are signed, over body and path as is assumed.
func TestOwnExamplesAreSigned(t *testing.T) {
	contract, count := load(t), 0
	for id, operation := range operationsOf(t) {
		if operation.RequestBody == nil {
			continue
		}
		known, _ := contract.Operation(id)
		for name, example := range operation.RequestBody.Value.Content["application/json"].Examples {
			if name == "printed" {
				continue
			}
			body := example.Value.Value.(map[string]any)
			signed := map[string]any{}
			if strings.Contains(known.Path, "{group_id}") {
				signed["group_id"] = "G0001"
			}
			maps.Copy(signed, body)
			if got := md5Of(signContent(t, signed)); got != body["sign"] {
				t.Errorf("%s, %s: the sign is %v, want %s", id, name, body["sign"], got)
			}
			count++
		}
	}
	if count < 12 {
		t.Errorf("only %d were found", count)
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
