// Package client is the mall API as a partner's service uses it: one Client for
// the three services, which signs by itself, tells refusals from malformed
// answers, waits for tasks and never orders or pays twice.
//
//	mall, err := client.New(client.Config{PartnerCode: "P012345", Environment: client.Test})
//	...
//	task, err := mall.AddSIMs(ctx, "G0001", "89852202306250040073")
//	...
//	result, err := task.Wait(ctx)
//
// # Errors
//
// A refusal by the mall is a *Refused. An answer that the contract does not
// allow is a *Malformed. An order that may or may not exist is an
// *Uncertain. An answer that tells another amount or order than was ordered is a
// *Mismatch: AuthorizePayment and Order compare by themselves; for a payment, an
// order that was found, an auto-renewal and a push, call Check with the order that you stored. SIM cards that a task failed for are a *FailedSIMs, and a task that
// has not ended in time is an *Unfinished. All work with errors.As. They keep the
// raw answer; their texts hide what tells of a payment or a payer.
//
// # Retries
//
// Reading is repeated when the mall cannot be reached or answers HTTP 429, 502,
// 503 or 504, after a pause that grows, or the one that Retry-After asks for. What orders, pays or counts is sent once: AddSIMs, RemoveSIMs,
// Subscribe, AuthorizePayment, ConfirmPayment, ReportPaidOrder and
// CancelAutoRenewal. Order is the exception, because it asks for the order before
// it sends it again.
//
// # What is assumed
//
// Much of the API is not documented: what a refusal looks like, the paths of
// three operations of Payment, the answers of most operations. See the grades in
// the contract, package openapi. The settings in Config are there for a provider
// that does otherwise.
package client
