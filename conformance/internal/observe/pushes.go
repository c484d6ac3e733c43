package observe

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// pushes is what was learnt about the target's pushes. How body and headers are joined for the signature
// cannot be learnt without the key; doctor finds that out.
type pushes struct {
	count   int
	seen    map[[2]string]int    // values by subject
	members map[string]*pushPart // of the body, by name
}

// pushPart is a member of the body of pushes.
type pushPart struct {
	present, texts int
	types          map[string]bool
	forms          textform.Set
}

// add notes a push, whatever its answer, and calls see with the time.
func (p *pushes) add(request *reports.Request, see func(subject, value string)) {
	if p.seen == nil {
		p.seen, p.members = map[[2]string]int{}, map[string]*pushPart{}
	}
	p.count++
	for _, field := range request.Header {
		if value := pushHeader(field); value != "" {
			p.note(strings.ToLower(field.Name), value)
			see(strings.ToLower(field.Name), value)
		}
	}
	var body map[string]any
	if json.Unmarshal(request.Body, &body) != nil {
		p.note("body", "not a JSON object")
		see("body", "not a JSON object")
		return
	}
	for name, value := range body {
		part := p.members[name]
		if part == nil {
			if len(p.members) >= maxMembers || !isMemberName(name) {
				continue
			}
			part = &pushPart{types: map[string]bool{}, forms: textform.All}
			p.members[name] = part
		}
		part.present++
		see("member "+name, "")
		part.types[typeOf(value)] = true
		if text, is := value.(string); is && text != "" {
			part.texts++
			if reports.IsPlaceholder(text) {
				part.forms = 0
			}
			part.forms &= textform.Of(text)
		}
	}
}

func (p *pushes) note(subject, value string) {
	key := [2]string{subject, value}
	if len(p.seen) < maxFacts || p.seen[key] > 0 {
		p.seen[key]++
	}
}

// ChangingHeader is what is learnt of a push header whose values have no common form.
const ChangingHeader = "a changing text"

// pushHeader returns what is kept of a header field, or "".
func pushHeader(field reports.Header) string {
	name := strings.ToLower(field.Name)
	switch {
	case name == "content-type":
		return field.Value
	case name == signing.HeaderPushSignature:
		return signatureForm(field.Value)
	case name == signing.HeaderPushVersion, name == signing.HeaderPushAlgorithm:
		if len(field.Value) <= 24 && textform.Of(field.Value) != 0 {
			return field.Value
		}
		return ChangingHeader
	case strings.HasPrefix(name, "x-lf-"):
		if form := textform.Of(field.Value).Name(); form != "" {
			return fmt.Sprintf("%s, %d characters", form, len(field.Value))
		}
		return "a text"
	}
	return ""
}

// signatureForm describes the form of a signature, without the signature and the id of its key.
func signatureForm(text string) string {
	_, mac, cut := strings.Cut(text, "/")
	if !cut {
		return "no slash after a key id"
	}
	encoding, decode := signing.EncodingBase64, base64.StdEncoding.DecodeString
	switch _, err := hex.DecodeString(mac); {
	case err == nil && mac == strings.ToLower(mac):
		encoding, decode = signing.EncodingHex, hex.DecodeString
	case err == nil:
		encoding, decode = signing.EncodingHexUpper, hex.DecodeString
	case len(mac)%4 != 0:
		encoding, decode = signing.EncodingBase64URL, base64.RawURLEncoding.DecodeString
	}
	bytes, err := decode(mac)
	if err != nil {
		return "key id, slash, an unknown encoding"
	}
	return fmt.Sprintf("key id, slash, %d bytes in %s", len(bytes), encoding)
}

// learned are the facts about pushes.
func (p *pushes) learned() []Fact {
	var facts []Fact
	add := func(subject, value string, times int) {
		facts = append(facts, Fact{Kind: KindPush, Subject: subject, Value: value, Count: FactCount{Times: times}})
	}
	for key, times := range p.seen {
		if times >= enoughSeen {
			add(key[0], key[1], times)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.members)) {
		part := p.members[name]
		presence := presence(p.count, part.present, p.count-part.present)
		if presence == "" || part.present < EnoughTypes {
			continue
		}
		words := []string{presence, strings.Join(slices.Sorted(maps.Keys(part.types)), " or ")}
		if form := part.forms &^ textform.Words; part.texts >= enoughForms && form != 0 {
			words = append(words, form.Name())
		}
		add("member "+name, strings.Join(words, ", "), part.present)
	}
	return facts
}
