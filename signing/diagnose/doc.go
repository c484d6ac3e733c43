// Package diagnose finds out why a sign is wrong: it names the mistake, or the combination of mistakes,
// that turns a request into exactly the sign that was sent. Push does the same for the signature of a
// push.
//
// Making a sign has stages: select the parameters, order them, format their values, escape strings,
// frame names and values, wrap the text, encode its characters, digest it, spell the digest. Each stage
// has alternatives, named after the library or habit that produces them. Package internal/mistakes lists
// them. A library that differs only in its escapes is one line in libraryEscapes.
//
// What libraries write is recorded, not guessed: testdata/texts.jsonl contains the texts that real
// libraries produced from the requests in testdata/bodies.json. To add a library, add its call to a
// program in testdata/producers and run testdata/producers/produce.
//
// Package signing makes and verifies signs. This package depends on golang.org/x/text for character
// sets; partners who only sign do not need it.
package diagnose
