// Package diagnose finds out why a sign is wrong: which known mistake, or which
// combination of mistakes, leads from a request to exactly the sign that was sent. Push
// does the same for the signature of a push.
//
// Making a sign has stages: select the parameters, order them, format their values,
// escape strings, frame names and values, wrap the text, encode its characters, digest
// it, spell the digest. Each stage has alternatives, named after the library or the habit that they
// come from. Package internal/mistakes lists them; a library whose escapes differ from all others
// is one line of its libraryEscapes.
//
// What libraries write is not guessed: testdata/texts.jsonl has the texts that real
// libraries made of the requests in testdata/bodies.json. To add a library, add its call to
// a program in testdata/producers and run testdata/producers/produce.
//
// Making and verifying signs is left to package signing. This package depends on
// golang.org/x/text for character sets, which partners who only sign do not need.
package diagnose
