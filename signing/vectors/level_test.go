package vectors_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing/vectors"
)

// What is documented or derived is core, unless nothing can be signed or a plain JavaScript signer,
// whose objects put names of digits first, cannot get it right.
func TestLevels(t *testing.T) {
	special := map[string]bool{"names-of-digits": true, "wrong-numeric-order": true}
	for _, v := range requests(t) {
		want := vectors.Full
		if v.Grade != "assumed" && v.Error == "" && !special[v.Name] {
			want = vectors.Core
		}
		if v.Level != want {
			t.Errorf("%s (%s) has the level %q, want %q", v.Name, v.Grade, v.Level, want)
		}
	}
	for _, v := range pushes(t) {
		if v.Level != vectors.Full && (v.Level != vectors.Core || v.Error != "" || !v.Verifies) {
			t.Errorf("%s has the level %q", v.Name, v.Level)
		}
	}
}

// compact writes a value as a plain signer does, with what encoding/json escapes beside JSON.stringify undone.
func compact(t *testing.T, value any) string {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("\\u2028", "\u2028", "\\u2029", "\u2029").Replace(strings.TrimSuffix(out.String(), "\n"))
}

// parameters reads a body without special care: numbers become doubles.
func parameters(t *testing.T, v vectors.Vector) map[string]any {
	t.Helper()
	raw, err := v.RawBody()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &found); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func TestPlainSignerPassesCore(t *testing.T) {
	tested := 0
	for _, v := range requests(t) {
		if v.Level != vectors.Core {
			continue
		}
		tested++
		signed := parameters(t, v.Vector)
		query, err := url.ParseQuery(v.Query)
		if err != nil {
			t.Fatal(err)
		}
		for name := range query {
			signed[name] = query.Get(name)
		}
		for name, value := range signed {
			if name == "sign" || value == nil || value == "" {
				delete(signed, name)
			}
		}
		if strings.Contains(v.Template, "{") {
			t.Errorf("%s: path parameters are assumed to be signed, they are not core", v.Name)
		}
		content := compact(t, signed)
		sum := md5.Sum([]byte(content))
		if sign := hex.EncodeToString(sum[:]); content != v.Content || (sign == v.Sign) != v.Verifies {
			t.Errorf("%s: a plain signer signs\n%s\n%s", v.Name, content, sign)
		}
	}
	if tested < 100 {
		t.Errorf("%d requests are core", tested)
	}
}

func TestPlainPushSignerPassesCore(t *testing.T) {
	tested := 0
	for _, v := range pushes(t) {
		if v.Level != vectors.Core {
			continue
		}
		tested++
		keyID, _, _ := strings.Cut(v.Sign, "/")
		key, err := hex.DecodeString(v.Keys[keyID])
		if err != nil {
			t.Fatal(err)
		}
		body := map[string]json.RawMessage{}
		raw, err := v.RawBody()
		if err == nil {
			err = json.Unmarshal(raw, &body)
		}
		if err != nil {
			t.Fatal(err)
		}
		signed := map[string]any{}
		for name, value := range body { // nested values keep the order of their members
			signed[name] = value
			if text := ""; json.Unmarshal(value, &text) == nil && value[0] == '"' {
				signed[name] = text
			}
		}
		content := compact(t, signed) + ":" + v.Headers["x-lf-notification-version"] + ":" + v.Headers["x-lf-algo"] + ":" + v.Headers["x-lf-timestamp"]
		mac := hmac.New(sha1.New, key)
		mac.Write([]byte(content))
		if sign := keyID + "/" + base64.StdEncoding.EncodeToString(mac.Sum(nil)); content != v.Content || sign != v.Sign {
			t.Errorf("%s: a plain signer signs\n%s\n%s", v.Name, content, sign)
		}
	}
	if tested < 15 {
		t.Errorf("%d pushes are core", tested)
	}
}
