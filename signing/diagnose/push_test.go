package diagnose

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing"
)

const (
	pushedBody = `{"orderNo":"NO1","partnerCode":"P012345","options":{"z":1,"a":""},"mark":""}`
	sortedBody = `{"mark":"","options":{"z":1,"a":""},"orderNo":"NO1","partnerCode":"P012345"}`
	pushedAt   = "1760000000000"
	headerText = "1.0:HMAC-SHA1:" + pushedAt
)

var (
	pushKey  = []byte("0123456789abcdefghij")
	otherKey = []byte("another key of the partner")
)

func pushMAC(newHash func() hash.Hash, key []byte, text string) []byte {
	mac := hmac.New(newHash, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func diagnosePush(signature string) PushDiagnosis {
	header := http.Header{}
	header.Set(signing.HeaderPushVersion, signing.PushVersion)
	header.Set(signing.HeaderPushAlgorithm, signing.PushAlgorithm)
	header.Set(signing.HeaderPushTimestamp, pushedAt)
	header.Set(signing.HeaderPushSignature, signature)
	return Push(header, []byte(pushedBody), PushRules{Keys: map[string][]byte{"k1": pushKey, "k2": otherKey}})
}

// Each signature is computed here, without the package, in a way that the rules do not ask for.
func TestPushNamesWhatFits(t *testing.T) {
	base64Of, hexOf := base64.StdEncoding.EncodeToString, hex.EncodeToString
	upper := func(mac []byte) string { return strings.ToUpper(hexOf(mac)) }
	for _, c := range []struct {
		name, signature, want string
	}{
		{"right", base64Of(pushMAC(sha1.New, pushKey, sortedBody+":"+headerText)), "the signature is right"},
		{"hexadecimal", hexOf(pushMAC(sha1.New, pushKey, sortedBody+":"+headerText)), "the signature is right with push-encoding hex: change the settings if the mall signs that way"},
		{"another join", base64Of(pushMAC(sha1.New, pushKey, headerText+"\n"+sortedBody)), "push-join headers-newline-body:"},
		{"join and encoding", upper(pushMAC(sha1.New, pushKey, headerText+sortedBody)), "push-join headers-body and push-encoding hex-upper:"},
		{"as sent", base64Of(pushMAC(sha1.New, pushKey, pushedBody+":"+headerText)), "the signature matches if the body is signed as it was sent"},
		{"nested sorted", base64Of(pushMAC(sha1.New, pushKey, strings.Replace(sortedBody, `{"z":1,"a":""}`, `{"a":"","z":1}`, 1)+":"+headerText)),
			"the members of nested objects are sorted, too"},
		{"empty left out", base64Of(pushMAC(sha1.New, pushKey, strings.Replace(sortedBody, `"mark":"",`, "", 1)+":"+headerText)), "empty members are left out"},
		{"SHA-256", hexOf(pushMAC(sha256.New, pushKey, sortedBody+":"+headerText)), "the hash is SHA-256, with push-encoding hex"},
		{"MD5", hexOf(pushMAC(md5.New, pushKey, sortedBody+":"+headerText)), "the hash is MD5"},
		{"key as text", base64Of(pushMAC(sha1.New, []byte(hexOf(pushKey)), sortedBody+":"+headerText)), "the hexadecimal digits of the key are used as its bytes"},
		{"another key", base64Of(pushMAC(sha1.New, otherKey, sortedBody+":"+headerText)), `the key is the one with the id "k2"`},
		{"body alone", base64Of(pushMAC(sha1.New, pushKey, sortedBody)), "the headers are not signed"},
		{"headers alone", base64Of(pushMAC(sha1.New, pushKey, headerText)), "the body is not signed"},
		{"algorithm in lower case", base64Of(pushMAC(sha1.New, pushKey, sortedBody+":1.0:hmac-sha1:"+pushedAt)), `the algorithm is signed as "hmac-sha1"`},
		{"Python", base64Of(pushMAC(sha1.New, pushKey, strings.NewReplacer(`":`, `": `, `,"`, `, "`).Replace(sortedBody)+":"+headerText)), "json.dumps"},
		{"Base64 of digits", base64Of([]byte(hexOf(pushMAC(sha1.New, pushKey, sortedBody+":"+headerText)))), "it is the Base64 of hexadecimal digits"},
		{"made up", base64Of(make([]byte, sha1.Size)), "no known combination of join, encoding, key and hash produces this signature"},
		{"nothing", "", "no known combination"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := diagnosePush("k1/" + c.signature)
			if !strings.Contains(d.Line(), c.want) {
				t.Errorf("%q does not say %q", d.Line(), c.want)
			}
			if d.Right != (c.name == "right") || d.Found == strings.HasPrefix(c.want, "no known") {
				t.Errorf("%+v", d)
			}
			if text := fmt.Sprintf("%+v", d.Other) + d.Line(); strings.Contains(text, string(pushKey)) || strings.Contains(text, hexOf(pushKey)) {
				t.Errorf("the diagnosis tells the key: %s", text)
			}
		})
	}
}

func TestPushOfAnyBody(t *testing.T) {
	for _, body := range []string{"", "{", "[]", `{"a":1,"a":2}`, "\xff"} {
		header := http.Header{signing.HeaderPushSignature: {"k/" + strings.Repeat("A", 28)}}
		if d := Push(header, []byte(body), PushRules{Keys: map[string][]byte{"k": pushKey}}); d.Right || d.Found {
			t.Errorf("%q: %+v", body, d)
		}
	}
}
