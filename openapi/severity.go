package openapi

import "strings"

// Severity says how much harm a violation of a clause does, whatever its evidence.
type Severity string

// The severities.
const (
	// Critical means a risk to money, to the isolation between partners, to the sign, or
	// of permanent data loss.
	Critical Severity = "critical"
	// Major means that a correct client breaks.
	Major Severity = "major"
	// Minor means anything else: leniency, form, wording.
	Minor Severity = "minor"
)

// SeverityOf returns the severity of a clause: the id of a rule, or a JSON pointer. A
// rule that is not listed has the severity of its topic.
func SeverityOf(clause string) Severity {
	if strings.HasPrefix(strings.TrimPrefix(clause, "#"), "/") {
		if strings.Contains(clause, "/responses/") {
			return Major // a client reads it
		}
		return Minor // the server is more lenient than the page
	}
	for id := clause; id != ""; id = id[:max(strings.LastIndexByte(id, '/'), 0)] {
		if severity := severities[id]; severity != "" {
			return severity
		}
	}
	return Major
}

// severities are keyed by the id of a rule or by its topic. Other clauses are major.
var severities = map[string]Severity{
	"errors":                      Minor,
	"globals":                     Minor,
	"envelope/media-type":         Minor,
	"envelope/status":             Minor,
	"envelope/refusal":            Minor,
	"request-id/header-name":      Minor,
	"request-id/none-on-refusal":  Minor,
	"async/empty-batch-refused":   Minor,
	"async/malformed-sim-refused": Minor,

	"signature/missing-sign-refused":             Critical,
	"signature/empty-sign-refused":               Critical,
	"signature/wrong-sign-refused":               Critical,
	"signature/sign-of-another-body-refused":     Critical,
	"signature/tampered-body-refused":            Critical,
	"signature/tampered-path-refused":            Critical,
	"signature/refused-before-anything-happened": Critical,
	"signature/malformed-sign-refused":           Critical,
	"signature/upper-case-sign-refused":          Minor,
	"signature/ambiguous-request-refused":        Minor,

	"globals/unknown-partner-refused": Critical,

	"request-id/partner-isolation":           Critical,
	"request-id/finds-its-own-result":        Critical,
	"request-id/unique":                      Critical,
	"async/no-mixing":                        Critical,
	"async/no-foreign-sim":                   Critical,
	"groups/partner-isolation":               Critical,
	"groups/no-other-group-changed":          Critical,
	"groups/per-operation-counting":          Critical,
	"groups/listing-reflects-remove":         Critical,
	"groups/refused-request-changes-nothing": Critical,

	"orders/partner-isolation":               Critical,
	"orders/query-names-no-other-sim":        Critical,
	"orders/unpaid-order-not-active":         Critical,
	"orders/refused-request-creates-nothing": Critical,
	"orders/creates-an-order":                Critical,
	"order-lookup/own-orders-only":           Critical,
	"renewals/partner-isolation":             Critical,
	"renewals/cancelled-is-gone":             Critical,
	"renewals/cancel-no-other":               Critical,
	"renewals/cancel-keeps-the-order":        Critical,
	"renewals/cancel-needs-order-and-pay-id": Critical,
	"renewals/single-order-renews-nothing":   Critical,

	"payments/open-until-paid":                Critical,
	"payments/amount-preserved":               Critical,
	"payments/currency-preserved":             Critical,
	"payments/amount-of-the-order-required":   Critical,
	"payments/currency-of-the-order-required": Critical,
	"payments/status-after-failure":           Critical,
	"payments/paid-once":                      Critical,
	"payments/takes-effect-once":              Critical,
	"payments/query-triggers-nothing":         Critical,
	"payments/confirm-keeps-the-outcome":      Critical,
	"payments/secret-is-unique":               Critical,
	"payments/partner-isolation":              Critical,
	"payments/refused-request-pays-nothing":   Critical,
	"third-party/amount-preserved":            Critical,
	"third-party/failed-payment-not-paid":     Critical,
	"third-party/nothing-left-to-pay":         Critical,

	"push/to-the-partner-of-the-order":        Critical,
	"push/only-after-recharge":                Critical,
	"push/sent-after-recharge":                Critical,
	"push/signature-verifies":                 Critical,
	"push/amount-preserved":                   Critical,
	"push/currency-preserved":                 Critical,
	"push/retried-after-failure":              Critical,
	"push/retried-without-an-answer":          Critical,
	"push/retry-is-signed":                    Critical,
	"push/receiver-refuses-a-wrong-signature": Critical,
	"push/receiver-refuses-a-tampered-push":   Critical,

	"client/signs-its-requests":           Critical,
	"client/orders-a-listed-plan":         Critical,
	"client/orders-at-the-listed-price":   Critical,
	"client/pays-the-price-of-the-order":  Critical,
	"client/order-number-is-unique":       Critical,
	"client/pay-id-is-unique":             Critical,
	"client/pays-its-own-orders":          Critical,
	"client/heeds-refusals":               Critical,
	"client/cancels-its-own-renewal":      Critical,
	"client/orders-once":                  Critical,
	"client/adds-once":                    Critical,
	"client/reports-failures":             Critical,
	"client/notices-wrong-answers":        Critical,
	"client/announces-json":               Minor,
	"client/sends-nothing-unknown":        Minor,
	"client/pauses-between-readings":      Minor,
	"client/stops-at-the-end-of-the-task": Minor,
	"client/sends-no-empty-key":           Minor,
	"client/leaves-nothing-running":       Minor,
}
