package openapi

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

const (
	resultSchema = "/paths/~1async-result~1{request_id}/get/responses/200/content/application~1json/schema"
	resultDetail = resultSchema + "/properties/data/properties/details/items"
	sims         = "/paths/~1mall~1bundle-groups~1{group_id}~1sims"
	addBody      = sims + "/post/requestBody/content/application~1json/schema"
	verify       = "/paths/~1singleVerify/post"
	body         = "/post/requestBody/content/application~1json/schema"
	answer       = "/post/responses/200/content/application~1json/schema"
)

func TestClausesOfPointers(t *testing.T) {
	for _, test := range []struct {
		pointer, grade, source, statement string
	}{
		{resultSchema, Documented, "api-477974989", "The envelope of asyncResult."},
		{resultDetail + "/properties/sim_id", Derived, "api-477974989", "sim_id: The number of a SIM card (ICCID), all digits."},
		{resultDetail + "/properties/sim_id/type", Derived, "api-477974989", "sim_id: type string"},
		{resultDetail + "/properties/sim_id/pattern", Assumed, "", "sim_id: pattern ^[0-9]{18,22}$"},
		{resultDetail + "/required/sim_id", Derived, "api-477974989", "details[]: sim_id is required"},
		{resultSchema + "/properties/data/properties/action_code/enum", Documented, "api-477974989", "action_code: enum 70, 71"},
		{resultSchema + "/properties/data/properties/action_code/enum/70", Documented, "api-477974989", "action_code: enum 70"},
		{resultSchema + "/properties/operateCode/minLength", Assumed, "", "operateCode: minLength 1"},
		{sims + "/post", Derived, "api-477974986, api-477974989", "Add SIM Cards to a Specified Group"},
		{sims + "/post/responses/200/headers/request_id", Documented, "api-477974989",
			"request_id: The identifier of the task that the request started."},
		{addBody, Derived, "api-477974986, api-477974989", "The SIM cards to add to a group."},
		{addBody + "/required/partnerCode", Documented, "doc-1486828", "partnerCode is required"},
		{addBody + "/required/version", Derived, "doc-1486828", "version is required"},
		{addBody + "/required/sim_ids", Assumed, "", "sim_ids is required"},
		{addBody + "/required/0", Derived, "doc-1486828", "version is required"},
		{addBody + "/properties/sign/pattern", Documented, "doc-1486828", "sign: pattern ^[0-9a-f]{32}$"},
		{addBody + "/properties/partnerCode/maxLength", Assumed, "", "partnerCode: maxLength 64"},
		{addBody + "/properties/sim_ids/items/pattern", Assumed, "", "sim_ids[]: pattern ^[0-9]{18,22}$"},
		{verify + "/requestBody/content/application~1json/schema/required/tradeTime", Derived, "api-42599728, api-42599729",
			"tradeTime is required"},
		{verify + "/responses/200/content/application~1json/schema/properties/data/properties/partnerCode", Assumed, "",
			"partnerCode: The code that the provider gave to the partner, for example P012345 or SU528SX8BZ."},
		{verify + "/responses/200/content/application~1json/schema/properties/data/required/partnerCode", Assumed, "",
			"data: partnerCode is required"},
		{verify + "/responses/default", Assumed, "", "The request is refused: operateCode is not \"S\" and message says why."},
		{sims + "/get/parameters/group_id", Documented, "api-477974987", "group_id: The group that the request concerns."},
		{sims + "/get/parameters/sign/schema/pattern", Documented, "doc-1486828", "sign: pattern ^[0-9a-f]{32}$"},
		{sims + "/get/parameters/version/required", Derived, "doc-1486828", "version: required true"},
		{sims + "/get/parameters/1/required", Derived, "doc-1486828", "version: required true"},
		{"#" + sims + "/delete", Documented, "api-477974986", "Remove SIM Cards from a Specified Group"},
		{"/components/schemas/Sign/pattern", Documented, "doc-1486828", "pattern ^[0-9a-f]{32}$"},
		{"/paths/~1resultQuery" + body + "/properties/payId/minLength", Documented, "api-12135037", "payId: minLength 1"},
		{"/paths/~1stripeSubDirectly" + body + "/properties/payId/minLength", Derived, "api-42599730, api-42599740", "payId: minLength 1"},
		{"/paths/~1stripeSubDirectly" + body + "/required/plan_id", Documented, "api-42599740", "plan_id is required"},
		{"/paths/~1stripeSubDirectly" + body + "/required/version", Derived, "doc-1486828", "version is required"},
		{"/paths/~1stripeSubDirectly" + answer, Assumed, "", "The envelope of stripeSubDirectly."},
		{"/paths/~1stripeSubDirectly" + answer + "/properties/data/required/sub_id", Documented, "api-42599740", "data: sub_id is required"},
		{"/paths/~1singleQueryOrder" + body + "/required/mark", Assumed, "", "mark is required"},
		{"/paths/~1singleQueryOrder" + body + "/required/tradeType", Derived, "api-12209092, api-42599728, api-42599729", "tradeType is required"},
		{"/paths/~1singleQueryOrder" + answer + "/required/operateCode", Documented, "api-12209092", "operateCode is required"},
		{"/paths/~1singleOrder" + answer + "/required/operateCode", Assumed, "", "operateCode is required"},
		{"/paths/~1singleOrder" + answer + "/properties/data/properties/partnerCode", Derived, "api-42599730",
			"partnerCode: The code that the provider gave to the partner, for example P012345 or SU528SX8BZ."},
		{"/paths/~1singleOrder" + answer + "/properties/data/required/partnerCode", Derived, "api-42599730", "data: partnerCode is required"},
		{"/paths/~1synPartner~1SynOrderInfo" + body + "/required/terminal", Derived, "api-42599728, api-42599729, api-42599730", "terminal is required"},
		{"/paths/~1synPartner~1SynOrderInfo" + body + "/required/payType", Assumed, "", "payType is required"},
		{"/paths/~1cancelAutoRenewalRecord" + body + "/required/orderNo", Documented, "api-42599732", "orderNo is required"},
		{"/paths/~1confirmPaymentResult/post", Assumed, "", "Confirm Payment Result"},
		{"/paths/~1confirmPaymentResult" + body + "/required/payId", Assumed, "", "payId is required"},
		{"/paths/~1confirmPaymentResult" + body + "/required/sign", Documented, "doc-1486828", "sign is required"},
		{"/paths/~1resultQuery" + answer + "/properties/data/properties/payAmount/pattern", Assumed, "", "payAmount: pattern ^[0-9]+(\\.[0-9]+)?$"},
		{"/paths/~1mall~1order/get/parameters/sim_id", Documented, "api-478003240", "sim_id: The ICCID of the order's SIM card."},
		{"/paths/~1mall~1order/get/parameters/sim_id/schema/pattern", Assumed, "", "sim_id: pattern ^([0-9]{18,22})?$"},
	} {
		clause, found := load(t).Clause(test.pointer)
		if !found || clause.ID != test.pointer || clause.Statement != test.statement ||
			clause.Evidence.Grade != test.grade || clause.Evidence.Source != test.source {
			t.Errorf("%s\nleads to %t %+v\nwant %s, %q, %q", test.pointer, found, clause, test.grade, test.source, test.statement)
		}
	}
}

func TestPointersThatLeadNowhere(t *testing.T) {
	for _, pointer := range []string{
		"", "/", "#", "paths", "/paths/", "/nowhere", sims + "/put", sims + "/post/", resultDetail + "/required/no_such_member",
		resultDetail + "/required/sim_id/more", resultDetail + "/required/-1", resultDetail + "/required/3",
		resultSchema + "/$ref/x", sims + "/get/parameters/no_such_parameter", sims + "/get/parameters/", verify + "/tags/0/0",
		"/components/schemas/Iccid", "/info/title", "no-such/clause", "request-id/unique ",
	} {
		if clause, found := load(t).Clause(pointer); found {
			t.Errorf("%q leads to %+v", pointer, clause)
		}
	}
}

func TestRulesAreFoundWithTheEvidenceOfTheOperation(t *testing.T) {
	contract := load(t)
	for _, test := range []struct{ id, operation, grade string }{
		{"request-id/unique", "", Documented},
		{"signature/wrong-sign-refused", "addSims", Documented},
		{"signature/upper-case-sign-refused", "addSims", Derived},
		{"signature/right-sign-accepted", "", Assumed},
		{"signature/right-sign-accepted", "addSims", Assumed},
		{"signature/right-sign-accepted", "listBundles", Derived},
		{"signature/right-sign-accepted", "singleQueryOrder", Documented},
		{"globals/version-default", "", Derived},
		{"envelope/present", "", Assumed},
		{"envelope/present", "addSims", Assumed},
		{"envelope/present", "asyncResult", Documented},
		{"envelope/present", "noSuchOperation", Assumed},
		{resultSchema, "addSims", Documented},
		{"requests/valid-accepted", "singleOrder", Derived},
		{"requests/valid-accepted", "synOrderInfo", Assumed},
		{"signature/right-sign-accepted", "queryOrder", Derived},
		{"signature/right-sign-accepted", "confirmPaymentResult", Assumed},
		{"envelope/present", "singleQueryOrder", Documented},
		{"envelope/present", "stripeSubDirectly", Assumed},
		{"envelope/members-are-strings", "stripeSubDirectly", Documented},
		{"orders/unknown-sim-refused", "singleOrder", Derived},
		{"orders/unknown-sim-refused", "singleQueryOrder", Assumed},
		{"payments/empty-strings-refused", "resultQuery", Documented},
		{"payments/unknown-pay-id-refused", "confirmPaymentResult", Assumed},
		{"order-lookup/own-orders-only", "queryOrder", Documented},
	} {
		clause, found := contract.ClauseFor(test.id, test.operation)
		if !found || clause.ID != test.id || clause.Evidence.Grade != test.grade {
			t.Errorf("%s for %q: %t, %+v; want %s", test.id, test.operation, found, clause, test.grade)
		}
	}
}

func TestReturnedClausesAreCopies(t *testing.T) {
	contract := load(t)
	contract.Clauses()[0].Operations[0] = "changed"
	clause, _ := contract.Clause(contract.Clauses()[0].ID)
	clause.Operations[0] = "changed"
	for _, all := range contract.Clauses() {
		for _, operation := range all.Operations {
			if operation == "changed" {
				t.Fatalf("%s was changed from outside", all.ID)
			}
		}
	}
}

func TestKnownValues(t *testing.T) {
	contract := load(t)
	for pointer, want := range map[string]map[string]string{
		resultDetail + "/properties/result":                               {"10": "success", "31": "The SIM card does not exist."},
		"#" + resultDetail + "/properties/result":                         {"10": "success", "31": "The SIM card does not exist."},
		resultSchema + "/properties/data/properties/status":               {"completed": "the task has ended", "processing": "the task has not ended (assumed; no page prints a state before the end)"},
		resultSchema + "/properties/operateCode":                          nil,
		resultDetail + "/properties/sim_id":                               nil,
		"/nowhere":                                                        nil,
		sims + "/get/parameters/Accept-Language/schema/x-known-values/no": nil,
	} {
		if got := contract.KnownValues(pointer); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pointer, got, want)
		}
	}
}

func TestClausesOfThePush(t *testing.T) {
	const push = "/paths/~1rechargeSuccess/post"
	contract := contracts(t)["push"]
	for id, grade := range map[string]string{
		push: Documented,
		push + "/parameters/x-lf-signature/required":                    Documented,
		push + "/parameters/x-lf-signature/schema/pattern":              Documented,
		push + "/parameters/x-lf-timestamp/schema/pattern":              Derived,
		push + "/requestBody/content/application~1json/schema":          Assumed,
		push + "/requestBody/content/application~1json/schema/required": Assumed,
		push + "/responses/200":                                         Assumed,
		"push/headers-present":                                          Documented,
		"push/signature-verifies":                                       Assumed,
		"push/same-content-on-retry":                                    Derived,
	} {
		clause, found := contract.Clause(id)
		if !found || clause.Evidence.Grade != grade || !slices.Equal(clause.Operations, []string{"rechargeSuccess"}) {
			t.Errorf("%s: %t, %+v; want %s", id, found, clause, grade)
		}
	}
	for _, id := range []string{verify, "request-id/unique", "/components/schemas/Sign/pattern"} {
		if _, found := contract.Clause(id); found {
			t.Errorf("%s of the mall is a clause of the push", id)
		}
	}
	if got := contract.KnownValues(push + "/parameters/x-lf-algo/schema"); !maps.Equal(got, map[string]string{"HMAC-SHA1": "the default"}) {
		t.Errorf("known algorithms %v", got)
	}
}

// A member that is called like a keyword is a member, and evidence beside a
// reference overrides what is referenced.
func TestWalkingASmallDocument(t *testing.T) {
	contract, err := Parse([]byte(strings.TrimPrefix(`
x-services: {a: {servers: [{url: 'http://127.0.0.1/'}]}}
paths:
  /a/{b}~1c:
    x-service: a
    post:
      operationId: one
      x-does: purchase
      x-evidence: {grade: documented, source: doc-1}
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/A', x-evidence-for: {minProperties: {grade: documented}}}
components:
  schemas:
    A:
      x-evidence-for: {minProperties: {grade: assumed}, maxProperties: {grade: assumed}, not: {grade: assumed}}
      not: {type: array, x-evidence: {grade: derived}}
      minProperties: 1
      maxProperties: 2
      required: [required]
      properties:
        required: {$ref: '#/components/schemas/B', x-evidence: {grade: derived}}
    B: {$ref: '#/components/schemas/C'}
    C: {type: string, x-evidence: {grade: assumed}}
    D: {$ref: '#/components/schemas/D'}
`, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	body := "/paths/~1a~1{b}~01c/post/requestBody/content/application~1json/schema"
	for pointer, grade := range map[string]string{
		body:                               Documented,
		body + "/minProperties":            Documented,
		body + "/maxProperties":            Assumed,
		body + "/not":                      Derived,
		body + "/properties/required":      Derived,
		body + "/properties/required/type": Derived,
		body + "/required/required":        Derived,
		"/components/schemas/B/type":       Assumed,
		"/components/schemas/D/type":       "",
	} {
		clause, _ := contract.Clause(pointer)
		if clause.Evidence.Grade != grade {
			t.Errorf("%s: %q, want %q", pointer, clause.Evidence.Grade, grade)
		}
	}
}

func FuzzClause(f *testing.F) {
	for _, seed := range []string{resultDetail + "/required/sim_id", sims + "/get/parameters/sign/schema", "request-id/unique", "#/paths", "/~0~1"} {
		f.Add(seed)
	}
	contract := load(f)
	f.Fuzz(func(t *testing.T, id string) {
		clause, found := contract.Clause(id)
		if found && (clause.ID != id || clause.Statement == "" || clause.Evidence.Grade == "") {
			t.Errorf("%q leads to %+v", id, clause)
		}
		contract.KnownValues(id)
	})
}
