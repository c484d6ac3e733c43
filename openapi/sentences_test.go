package openapi

import (
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// sentence is what a page of the provider says, in our own words, and the documented
// statements of both documents that rest on it. A statement is named by where its
// evidence stands, with the keyword that is graded behind a "#"; a "*" at the end
// stands for anything.
type sentence struct {
	page, says string
	supports   []string
}

const (
	schemas = "mall/components/schemas/"
	rules   = "mall/x-clauses/"
	pushAt  = "push/paths/~1rechargeSuccess/post"
)

var sentences = []sentence{
	{"doc-1486828", "Each of the three services has a production and a test address.", []string{"mall/x-services/*", rules + "client~1uses-the-address-of-the-service"}},
	{
		"doc-1486828", "version, partnerCode and sign are global parameters; partnerCode and sign are required, version is 3.0 by default.",
		[]string{
			"mall/components/parameters/PartnerCode*", "mall/components/parameters/Sign*", "mall/components/parameters/Version",
			schemas + "PartnerCode*", schemas + "Sign", schemas + "Sign#required", schemas + "Version*",
			rules + "client~1puts-globals-in-their-place", rules + "client~1uses-its-own-partner-code",
		},
	},
	{"doc-1486828", "The language of a request goes into Accept-Language, whose only value is en-US.", []string{"mall/components/parameters/AcceptLanguage", rules + "globals~1accept-language*"}},
	{"doc-1486828", "The sign is the MD5 of the signed text, 32 characters in lower case.", []string{
		schemas + "Sign#pattern", rules + "signature~1empty-sign-refused", rules + "signature~1malformed-sign-refused",
	}},
	{"doc-1486828", "A request must carry its sign; one whose sign is missing or is not that of its parameters fails the verification.", []string{
		rules + "signature~1missing-sign-refused", rules + "signature~1wrong-sign-refused", rules + "signature~1sign-of-another-body-refused",
		rules + "signature~1tampered-body-refused", rules + "signature~1right-sign-accepted*", rules + "client~1signs-its-requests",
	}},
	{"doc-1486828", "The header Content-Type of a request is application/json.", []string{rules + "client~1announces-json"}},
	{"doc-1486828", "All non-empty parameters of query, path and body are signed, as JSON with its keys in lexicographic order.", []string{
		rules + "signature~1keys-in-order", rules + "signature~1query-signed",
	}},
	{"doc-1486828", "Where another document differs, this specification prevails.", []string{rules + "globals~1specification-prevails"}},
	{"api-42599728", "The page of the card login verification prints the parameters of a request.", []string{"mall/paths/~1singleVerify/post"}},
	{"api-42599729", "The page of the product list prints the parameters of a request.", []string{"mall/paths/~1singleServicePlanPage/post"}},
	{"api-42599730", "The page of 2022 prints an order and its answer.", []string{"mall/paths/~1singleOrder/post"}},
	{"api-12209092", "Each parameter of the query for active and pending orders, and each member of its answer, is a string.", []string{
		"mall/paths/~1singleQueryOrder/post", schemas + "SingleQueryOrderRequest/x-evidence-of/*", schemas + "SingleQueryOrder/x-evidence-of/partnerCode*",
		rules + "envelope~1members-are-strings*",
	}},
	{"api-12209092", "A success is operateCode S with a message, and has its data in a member of that name.", []string{
		schemas + "SingleQueryOrderResponse#required", rules + "envelope~1present*", rules + "envelope~1success*", rules + "envelope~1data-on-success*",
	}},
	{"api-42599734", "The page of 2022 prints a query for the active auto-renewal and its answer.", []string{"mall/paths/~1queryAutoRenewalRecord/post"}},
	{"api-42599732", "Every parameter of a cancellation is a required string.", []string{
		"mall/paths/~1cancelAutoRenewalRecord/post", schemas + "CancelAutoRenewalRecordRequest*", rules + "client~1cancels-its-own-renewal",
	}},
	{"api-42599736", "The page prints an order with third-party payment up to payUnit.", []string{"mall/paths/~1synPartner~1SynOrderInfo/post"}},
	{"api-42599740", "Every parameter of a subscription, and every member of its answer, is a required string.", []string{
		"mall/paths/~1stripeSubDirectly/post", schemas + "StripeSubDirectly*", rules + "envelope~1members-are-strings*",
	}},
	{"api-12135037", "Every parameter of the query for a payment's result is required.", []string{"mall/paths/~1resultQuery/post", schemas + "ResultQueryRequest#required"}},
	{"api-12135037", "No parameter may be an empty string.", []string{schemas + "ResultQueryRequest/x-evidence-of/*", rules + "payments~1empty-strings-refused"}},
	{"api-477974986", "SIM cards are removed by a DELETE with the global parameters in its body.", []string{"mall/paths/~1mall~1bundle-groups~1{group_id}~1sims/delete"}},
	{"api-477974987", "The SIM cards of a valid, existing group are queried by a GET.", []string{"mall/paths/~1mall~1bundle-groups~1{group_id}~1sims/get"}},
	{"api-477974988", "All groups and their data plans are queried by a GET with the global parameters.", []string{"mall/paths/~1mall~1bundle-groups~1bundles/get"}},
	{"api-477974989", "request_id identifies one task and stands in the response header of the operation that started it.", []string{
		"mall/components/headers/RequestId", rules + "request-id~1*", rules + "client~1takes-the-request-id-from-the-header",
	}},
	{"api-477974989", "The result of a task is queried by a GET under its request_id.", []string{"mall/paths/~1async-result~1{request_id}/get", rules + "request-id~1finds-its-own-result"}},
	{"api-477974989", "Only tasks of the action codes 70 (add) and 71 (remove) can be queried.", []string{
		schemas + "AsyncResult/properties/action_code#enum", rules + "async~1action-code-add", rules + "async~1action-code-remove",
	}},
	{"api-477974989", "The query only reads the result and triggers no operation.", []string{rules + "async~1query-triggers-nothing"}},
	{"api-477974989", "It returns the execution status and the final result of a task.", []string{rules + "async~1terminates"}},
	{"api-477974989", "In the printed result of an add, one SIM card has 10 and success, another 31 because it does not exist.", []string{
		rules + "async~1success-is-10*", rules + "async~1unknown-sim-is-31*", rules + "async~1mixed-batch*",
	}},
	{"api-477974989", "The answer is application/json with data, operateCode S and message.", []string{
		schemas + "AsyncResultResponse#required", rules + "envelope~1present*", rules + "envelope~1success*", rules + "envelope~1data-on-success*",
		rules + "envelope~1media-type*",
	}},
	{"api-477974989", "The request sample sends Accept-Language zh-CN.", []string{rules + "globals~1accept-language*"}},
	{"api-477974989", "All non-null parameters in the query string are signed.", []string{rules + "signature~1query-signed"}},
	{"api-478003240", "An order is looked up by one of three keys, of which the first that is not empty decides.", []string{"mall/paths/~1mall~1order/get*"}},
	{"api-478003240", "A partner may query orders of its own partnerCode only.", []string{rules + "order-lookup~1own-orders-only"}},
	{"api-42599743", "The mall tells the address of the partner of a recharge that succeeded.", []string{
		"push/x-services/notification", pushAt, "push/x-clauses/push~1sent-after-recharge",
	}},
	{"api-42599743", "The table of headers has the version 1.0, the algorithm and the signature as required, all part of the signature.", []string{
		pushAt + "/parameters/*", "push/x-clauses/push~1headers-present", "push/x-clauses/push~1version", "push/x-clauses/push~1signature-covers-headers",
	}},
	{"api-42599743", "The algorithm is hmac-sha1 by default; md5 and sha256 may be supported.", []string{"push/x-clauses/push~1algorithm"}},
	{"api-42599743", "The signature is written as {keyId}/{signature}.", []string{pushAt + "/parameters/-/schema#pattern", "push/x-clauses/push~1signature-form"}},
	{"api-38220695", "The Chinese page of the push lists x-lf-timestamp among the headers.", []string{pushAt + "/parameters/*", "push/x-clauses/push~1headers-present"}},
	{"doc-2518982", "A push carries x-lf-timestamp, the time of sending in milliseconds.", []string{
		pushAt + "/parameters/*", "push/x-clauses/push~1headers-present", "push/x-clauses/push~1timestamp-in-milliseconds",
	}},
	{"doc-2518982", "The body with its top-level keys sorted is signed together with version, algorithm and timestamp.", []string{
		"push/x-clauses/push~1signature-covers-*",
	}},
}

// rests reports whether a statement is one of those that a sentence supports.
func (s sentence) rests(statement string) bool {
	return slices.ContainsFunc(s.supports, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return statement == pattern || open && strings.HasPrefix(statement, prefix)
	})
}

// A statement is documented only because a page says a sentence, and each page that it
// names says one.
func TestEveryDocumentedStatementRestsOnASentence(t *testing.T) {
	used := make([]bool, len(sentences))
	check := func(statement string, node *yaml.Node) {
		evidence, _ := evidenceOf(node)
		if evidence.Grade != Documented {
			return
		}
		for page := range strings.SplitSeq(evidence.Source, ", ") {
			said := false
			for i, one := range sentences {
				if one.page == page && one.rests(statement) {
					said, used[i] = true, true
				}
			}
			if !said {
				t.Errorf("%s is documented by %s, and no sentence of that page says it", statement, page)
			}
		}
	}
	for name, contract := range contracts(t) {
		visit(contract.root, name, func(at string, node *yaml.Node) {
			check(at, member(node, "x-evidence"))
			_ = each(member(node, "x-evidence-for"), func(keyword string, value *yaml.Node) error {
				check(at+"#"+keyword, value)
				return nil
			})
		})
	}
	for i, one := range sentences {
		if !used[i] {
			t.Errorf("%s: nothing rests on %q", one.page, one.says)
		}
	}
}

// What a server refuses, and what operations without a printed answer return, is never documented.
func TestWhatNoPageShowsIsNotDocumented(t *testing.T) {
	contract := load(t)
	restrictions := []string{
		"signature/missing-sign-refused", "signature/empty-sign-refused", "signature/wrong-sign-refused", "signature/malformed-sign-refused",
		"signature/sign-of-another-body-refused", "signature/tampered-body-refused", "signature/keys-in-order", "payments/empty-strings-refused",
	}
	for _, rule := range contract.Clauses() {
		if strings.HasSuffix(rule.ID, "-refused") && rule.Enforced.Grade == Documented && !slices.Contains(restrictions, rule.ID) {
			t.Errorf("%s is documented", rule.ID)
		}
	}
	for operation := range strings.FieldsSeq("singleVerify singleServicePlanPage synOrderInfo resultQuery listGroupSims listBundles queryOrder addSims removeSims") {
		described, _ := contract.Operation(operation)
		for _, pointer := range slices.Concat(below(contract, described.Pointer+"/responses/200"), below(contract, described.Pointer+"/responses/default")) {
			clause, _ := contract.Clause(pointer)
			if clause.Enforced.Grade == Documented && !strings.Contains(pointer, "/headers/request_id") {
				t.Errorf("%s is documented", pointer)
			}
		}
	}
	for _, operation := range contract.Operations() {
		for _, pointer := range below(contract, operation.Pointer+"/requestBody") {
			clause, _ := contract.Clause(pointer)
			if clause.Enforced.Grade == Documented && clause.Statement != "sign is required" && operation.ID != "resultQuery" {
				t.Errorf("%s: that it is enforced is documented", pointer)
			}
		}
	}
}
