package openapi_test

import (
	"fmt"
	"log"

	"github.com/mallcheck/mallcheck/openapi"
)

func ExampleMall() {
	contract, err := openapi.Mall()
	if err != nil {
		log.Fatal(err)
	}
	operation, _ := contract.Operation("removeSims")
	fmt.Println(operation.Method, operation.Path)
	for _, address := range contract.Addresses(operation.Service) {
		fmt.Println(address.Environment, address.URL)
	}
	// Output:
	// DELETE /mall/bundle-groups/{group_id}/sims
	// production https://wx.linksfield.net/topup
	// test https://wx.linksfield.net/topup_test
}

func ExamplePush() {
	contract, err := openapi.Push()
	if err != nil {
		log.Fatal(err)
	}
	clause, _ := contract.Clause("push/signature-verifies")
	fmt.Println(clause.Evidence.Grade, "|", clause.Statement)
	// Output:
	// assumed | The signature is valid for the body and the headers, under the key that it names.
}

func ExampleContract_Clause() {
	contract, err := openapi.Mall()
	if err != nil {
		log.Fatal(err)
	}
	operation, _ := contract.Operation("addSims")
	for _, id := range []string{
		"request-id/unique",
		operation.Pointer + "/requestBody/content/application~1json/schema/required/partnerCode",
		operation.Pointer + "/requestBody/content/application~1json/schema/properties/sim_ids/minItems",
	} {
		clause, _ := contract.Clause(id)
		fmt.Println(clause.Evidence.Grade, "|", clause.Statement)
	}
	// Output:
	// documented | No two accepted requests get the same request_id.
	// documented | partnerCode is required
	// assumed | sim_ids: minItems 1
}
