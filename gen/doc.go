// Package gen holds nothing itself. The packages below it are generated from
// openapi/mall.yaml and never edited; gen/generate.sh makes them anew.
//
//   - gen/mall: the types of all requests and answers.
//   - gen/vshop and gen/topup: the clients, one for each base address of the
//     provider. They fill in no global parameter and sign nothing: package
//     signing does both, as a RequestEditorFn or as an http.RoundTripper.
//   - gen/server/vshop and gen/server/topup: the server sides, as strict
//     servers over net/http.
//
// The generated clients build requests and decode answers. They judge neither:
// an answer that lacks a required member decodes without an error.
package gen
