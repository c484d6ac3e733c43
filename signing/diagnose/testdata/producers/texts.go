// Command producers prints what Go's standard library makes of the bodies, one JSON object a line. Run by produce.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
)

type object = map[string]any

func filled(d object) object {
	kept := object{}
	for name, value := range d {
		if value != nil && value != "" {
			kept[name] = value
		}
	}
	return kept
}

func marshal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func encode(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return out.String()
}

func pairs(d object, change func(string) string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(d)) {
		all = append(all, name+"="+change(fmt.Sprint(d[name])))
	}
	return strings.Join(all, "&")
}

var ways = []struct {
	name    string
	produce func(object) string
}{
	{"json.Marshal(filled)", func(d object) string { return marshal(filled(d)) }},
	{"json.Marshal(d)", func(d object) string { return marshal(d) }},
	{"json.MarshalIndent by 2 spaces", func(d object) string {
		text, _ := json.MarshalIndent(filled(d), "", "  ")
		return string(text)
	}},
	{"json.MarshalIndent by a tab", func(d object) string {
		text, _ := json.MarshalIndent(filled(d), "", "\t")
		return string(text)
	}},
	{"json.Encoder, SetEscapeHTML(false)", func(d object) string { return encode(filled(d)) }},
	{"json.Encoder, SetEscapeHTML(false), trimmed", func(d object) string { return strings.TrimSpace(encode(filled(d))) }},
	{"fmt.Sprint(filled)", func(d object) string { return fmt.Sprint(filled(d)) }},
	{"k=v of fmt.Sprint joined by &", func(d object) string { return pairs(filled(d), func(s string) string { return s }) }},
	{"k=v of url.PathEscape joined by &", func(d object) string { return pairs(filled(d), url.PathEscape) }},
	{"url.Values.Encode of fmt.Sprint", func(d object) string {
		values := url.Values{}
		for name, value := range filled(d) {
			values.Set(name, fmt.Sprint(value))
		}
		return values.Encode()
	}},
	{"url.Values.Encode, lists repeated", func(d object) string {
		values := url.Values{}
		for name, value := range filled(d) {
			list, several := value.([]any)
			if !several {
				list = []any{value}
			}
			for _, item := range list {
				values.Add(name, fmt.Sprint(item))
			}
		}
		return values.Encode()
	}},
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var bodies map[string]string
	if err := json.Unmarshal(text, &bodies); err != nil {
		panic(err)
	}
	for _, way := range ways {
		for _, name := range slices.Sorted(maps.Keys(bodies)) {
			var d object
			if err := json.Unmarshal([]byte(bodies[name]), &d); err != nil {
				panic(err)
			}
			line := struct {
				Library string `json:"library"`
				Way     string `json:"way"`
				Body    string `json:"body"`
				Hex     string `json:"hex"`
			}{"Go " + strings.TrimPrefix(runtime.Version(), "go"), way.name, name, hex.EncodeToString([]byte(way.produce(d)))}
			os.Stdout.WriteString(encode(line))
		}
	}
}
