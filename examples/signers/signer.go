// Signer signs requests, one JSON line each: mallcheck signer -- go run signer.go
package main

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
)

func main() {
	type vector struct{ Path, Template, Query, Body string }
	for lines, v := json.NewDecoder(os.Stdin), (vector{}); lines.Decode(&v) == nil; v = (vector{}) {
		parameters, content := map[string]any{}, new(bytes.Buffer)
		query, _ := url.ParseQuery(v.Query)
		for name := range query {
			parameters[name] = query.Get(name)
		}
		template, path := strings.Split(v.Template, "/"), strings.Split(v.Path, "/")
		for i, name := range template {
			if strings.HasPrefix(name, "{") {
				parameters[strings.Trim(name, "{}")], _ = url.PathUnescape(path[len(path)-len(template)+i])
			}
		}
		_ = json.Unmarshal([]byte(v.Body), &parameters)
		for name, value := range parameters {
			if value == "" || value == nil || name == "sign" {
				delete(parameters, name)
			}
		}
		encoder := json.NewEncoder(content) // writes maps in the order of their keys
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(parameters)
		fmt.Fprintf(os.Stdout, "%x\n", md5.Sum(bytes.TrimSpace(content.Bytes())))
	}
}
