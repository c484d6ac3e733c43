// Package gen holds nothing itself. The packages below it are generated from
// openapi/mall.yaml and openapi/push.yaml and never edited; gen/generate.sh makes
// them anew. Two files of gen/mall are written by hand, envelope.go and path.go: what
// the generated code calls.
//
//   - gen/mall: the types of all requests and answers of the mall.
//   - gen/vshop, gen/payment and gen/topup: the clients, one for each base
//     address of the provider. They fill in no global parameter and sign
//     nothing: package signing does both, as a RequestEditorFn or as an
//     http.RoundTripper.
//   - gen/push: the types of the push, and its client, which is the sender.
//   - gen/server/vshop, gen/server/payment, gen/server/topup and
//     gen/server/push: the server sides, as strict servers over net/http. That of
//     the push is a partner's receiver.
//
// The generated clients build requests and decode answers. They judge neither:
// an answer that lacks a required member decodes without an error, and so does a
// refusal with any data. A path parameter that is "", "." or ".." is an error, because
// another path would be called.
package gen
