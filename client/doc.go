// Package client is the mall API for a partner's service. One Client serves all three
// services: it signs requests, tells refusals from malformed answers, waits for tasks
// and never orders or pays twice.
//
//	mall, err := client.New(client.Config{PartnerCode: "P012345", Environment: client.Test})
//	...
//	task, err := mall.AddSIMs(ctx, "G0001", "89852202306250040073")
//	...
//	result, err := task.Wait(ctx)
//
// # Errors
//
// All of these work with errors.As:
//
//   - *Refused: the mall refused the request.
//   - *Malformed: the contract does not allow the answer.
//   - *Uncertain: the order may or may not exist.
//   - *Mismatch: the answer has another amount or another order. AuthorizePayment and
//     Order compare by themselves. For a Payment, FoundOrder, AutoRenewal or Push, call
//     Check with the order that you stored.
//   - *FailedSIMs: a task failed for some SIM cards.
//   - *Unfinished: a task did not end in time.
//
// Refused and Malformed keep the raw answer. The texts of all errors redact data of
// payments and payers.
//
// # Retries
//
// An operation that only reads is repeated if the mall cannot be reached or answers
// HTTP 429, 502, 503 or 504, after a pause that grows or that Retry-After asks for. An
// operation that orders, pays or counts is sent once: AddSIMs, RemoveSIMs, Subscribe,
// AuthorizePayment, ConfirmPayment, ReportPaidOrder and CancelAutoRenewal. Order is the
// exception, because it looks up the order before it sends it again.
//
// # What is assumed
//
// Much of the API is not documented: the form of a refusal, the paths of three payment
// operations, the answers of most operations. See the grades in the contract, package
// openapi. Config has settings for a provider that differs.
package client
