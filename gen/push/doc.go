// Package push holds the types of the push that tells a partner of a finished
// top-up, and its client, which is the sender: the mall, or what stands in for
// it. The push needs a signature: the headers in RechargeSuccessParams may be
// left empty for a RequestEditorFn that sets them, such as the Sign method of
// signing.PushSigner. The path is a stand-in, since a partner gives a whole
// address to the provider: a RequestEditorFn puts that address in its place.
package push
