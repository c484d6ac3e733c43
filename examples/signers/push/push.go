// Push signs pushes, one JSON line each: mallcheck signer --push -- go run push.go
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	type vector struct {
		KeyID, Key, Body string
		Headers          map[string]string
	}
	for lines, v := json.NewDecoder(os.Stdin), (vector{}); lines.Decode(&v) == nil; v = (vector{}) {
		var raw map[string]json.RawMessage // nested members keep their order
		members, text := map[string]any{}, new(bytes.Buffer)
		encoder := json.NewEncoder(text) // writes maps in the order of their keys, and raw values compact
		encoder.SetEscapeHTML(false)
		_, _ = json.Unmarshal([]byte(v.Body), &raw), json.Unmarshal([]byte(v.Body), &members)
		for name, value := range raw {
			if _, text := members[name].(string); !text {
				members[name] = value
			}
		}
		_ = encoder.Encode(members)
		text.Truncate(text.Len() - 1) // the line feed
		fmt.Fprintf(text, ":%s:%s:%s", v.Headers["x-lf-notification-version"], v.Headers["x-lf-algo"], v.Headers["x-lf-timestamp"])
		key, _ := hex.DecodeString(v.Key)
		mac := hmac.New(sha1.New, key)
		_, _ = text.WriteTo(mac)
		fmt.Fprintf(os.Stdout, "%s/%s\n", v.KeyID, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
}
