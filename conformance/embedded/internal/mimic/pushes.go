package mimic

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// pushes writes pushes as the target does.
type pushes struct {
	headers map[string]string // what was learnt about a header, by its name in lower case
	members map[string]member // of the body
	signer  signing.PushSigner
	unit    func(time.Time) int64 // of the timestamp
}

// member is what was learnt about a member of the body.
type member struct {
	sometimes bool
	types     []string
	form      string
}

// pushesOf returns nil if no pushes were seen.
func pushesOf(learned *observe.Learned) *pushes {
	p := &pushes{headers: map[string]string{}, members: map[string]member{}, unit: time.Time.UnixMilli}
	times := map[string]int{}
	for _, fact := range learned.Facts {
		if fact.Kind != observe.KindPush || fact.Count.Times < times[fact.Subject] {
			continue
		}
		times[fact.Subject] = fact.Count.Times
		if name, is := strings.CutPrefix(fact.Subject, "member "); is {
			p.members[name] = memberOf(fact.Value)
		} else {
			p.headers[fact.Subject] = fact.Value
		}
	}
	if len(times) == 0 {
		return nil
	}
	if algorithm := p.headers[signing.HeaderPushAlgorithm]; strings.EqualFold(algorithm, signing.PushAlgorithm) {
		p.signer.Algorithm = algorithm
	}
	if version := p.headers[signing.HeaderPushVersion]; version != observe.ChangingHeader {
		p.signer.Version = version
	}
	if unit := units[p.headers[signing.HeaderPushTimestamp]]; unit != nil {
		p.unit = unit
	}
	return p
}

// units are the units of timestamps, by their name in a claim.
var units = map[string]func(time.Time) int64{
	"digits, 10 characters": time.Time.Unix, "digits, 16 characters": time.Time.UnixMicro, "digits, 19 characters": time.Time.UnixNano,
}

// memberOf reads the claims about a member: how often it is there, its types, and its form if it has one.
func memberOf(text string) member {
	parts := strings.SplitN(text, ", ", 3)
	m := member{sometimes: parts[0] == observe.Sometimes}
	if len(parts) > 1 {
		m.types = strings.Split(parts[1], " or ")
	}
	if len(parts) > 2 {
		m.form = parts[2]
	}
	return m
}

var signatureEncoding = regexp.MustCompile(`, 20 bytes in (\S+)$`)

// configure makes the sandbox sign as the target does, with the sandbox's key, and makes a run expect that.
func (p *pushes) configure(push *sandbox.Push, settings map[string]string) {
	found := signatureEncoding.FindStringSubmatch(p.headers[signing.HeaderPushSignature])
	if found != nil && push.Encoding == signing.EncodingBase64 { // no other was asked for
		if encoding, err := signing.ParsePushEncoding(found[1]); err == nil {
			push.Encoding = encoding
			settings["push-encoding"] = found[1]
		}
	}
	fixtures := sandbox.NewFixtures()
	p.signer.KeyID, p.signer.Key, p.signer.Join, p.signer.Encoding = push.KeyID, push.Key, push.Join, push.Encoding
	if len(push.Key) == 0 {
		p.signer.KeyID, p.signer.Key = fixtures.PushKeyID, fixtures.PushKey
	}
	// The signer writes milliseconds. In another unit, the same digits mean another time.
	p.signer.Now = func() time.Time { return time.UnixMilli(p.unit(time.Now())) }
}

// attempt changes a push before it is sent.
func (p *pushes) attempt(a *sandbox.Attempt) {
	body, err := io.ReadAll(a.Request.Body)
	if err != nil {
		return
	}
	var object map[string]any
	if json.Unmarshal(body, &object) == nil && len(p.members) > 0 {
		p.change(object, a.Notification.Order.PayID)
		if text, err := json.Marshal(object); err == nil {
			body = text
		}
	}
	a.Request.Body, a.Request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	a.Request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	if p.signer.SignHeader(a.Request.Header, body) == nil {
		p.dress(a.Request.Header)
	}
}

// dress gives a signed push the headers of the target's pushes.
func (p *pushes) dress(header http.Header) {
	_, mac, _ := strings.Cut(header.Get(signing.HeaderPushSignature), "/")
	if strings.HasPrefix(p.headers[signing.HeaderPushSignature], "no slash") {
		header.Set(signing.HeaderPushSignature, mac)
	}
	for _, name := range []string{
		signing.HeaderPushVersion, signing.HeaderPushAlgorithm, signing.HeaderPushTimestamp, signing.HeaderPushSignature,
	} {
		if p.headers[name] == "" {
			header.Del(name)
		}
	}
	for name, learnt := range p.headers {
		form, length, _ := strings.Cut(strings.TrimSuffix(learnt, " characters"), ", ")
		switch n, err := strconv.Atoi(length); {
		case name == "content-type":
			header.Set(name, learnt)
		case header.Get(name) != "" || !strings.HasPrefix(name, "x-lf-"):
		case err == nil:
			header.Set(name, textform.Sized(form, n))
		default:
			header.Set(name, textform.Sample(""))
		}
	}
}

// change gives a body the members of the target's pushes. Repetitions of a push have the same members.
func (p *pushes) change(object map[string]any, order string) {
	for name := range object {
		if _, known := p.members[name]; !known {
			delete(object, name)
		}
	}
	for name, m := range p.members {
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(order + name)) // it cannot fail
		turn := int(hash.Sum32() >> 8)
		if m.sometimes && turn%2 == 0 {
			delete(object, name)
			continue
		}
		text, _ := object[name].(string)
		object[name] = m.value(text, turn/2)
	}
}

// value returns a value of a member for a text of the sandbox, "" for none.
func (m *member) value(text string, turn int) any {
	kind := "string"
	if len(m.types) > 0 {
		kind = m.types[turn%len(m.types)]
	}
	switch kind {
	case "null":
		return nil
	case "number":
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			return number
		}
		return 1
	case "boolean":
		return true
	case "object":
		return map[string]any{}
	case "array":
		return []any{}
	}
	if text == "" {
		return textform.Sample(m.form)
	}
	return textform.Rewrite(text, m.form)
}
